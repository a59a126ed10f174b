/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ListGroups, for the commands of groups and of users. I/O. */
#include "gateway/group_answer.h"

#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/attribute_answer.h"
#include "gateway/user_attributes.h"

#include <errno.h>
#include <string.h>

enum command_result group_answer_get(json_object **ret_groups)
{
	_cleanup_(json_putp) json_object *groups = NULL;
	enum command_result result = answer_get("ListGroups", &groups);

	if (result != COMMAND_DONE)
		return result;
	for (size_t i = 0; i < json_object_array_length(groups); i++)
		if (attribute_answer_complete(group_attribute_table,
					      json_object_array_get_idx(groups, i)) < 0)
			return command_fail("%s", strerror(ENOMEM));
	*ret_groups = TAKE_PTR(groups);
	return COMMAND_DONE;
}

json_object *group_answer_find(json_object *groups, const char *name)
{
	for (size_t i = 0; i < json_object_array_length(groups); i++) {
		json_object *group = json_object_array_get_idx(groups, i);

		if (strcmp(answer_text(group, "name"), name) == 0)
			return group;
	}
	return NULL;
}
