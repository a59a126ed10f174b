/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups as saregated answers with them, with all keys. I/O. */
#pragma once

#include "gateway/command.h"

#include <json-c/json.h>

/**
 * group_answer_get() - all groups
 *
 * Return: COMMAND_DONE and *@ret_groups, which the caller puts; COMMAND_FAILED after
 *         saying why.
 */
enum command_result group_answer_get(json_object **ret_groups);

/* Return: borrowed from @groups; NULL: there is none of that name. */
json_object *group_answer_find(json_object *groups, const char *name);
