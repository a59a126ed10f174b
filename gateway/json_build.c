/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of objects, elements of lists. Pure. */
#include "gateway/json_build.h"

#include <errno.h>

int json_build_add(json_object *object, const char *key, json_object *value)
{
	if (value && json_object_object_add(object, key, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

int json_build_append(json_object *list, json_object *value)
{
	if (value && json_object_array_add(list, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

int json_build_add_text(json_object *object, const char *key, const char *text)
{
	return json_build_add(object, key, json_object_new_string(text));
}
