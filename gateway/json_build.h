/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON is put together: each takes the value over, even where it fails. Pure. */
#pragma once

#include <json-c/json.h>

/* NULL for @value is no memory, too: what made it had none. Return: 0; -ENOMEM. */
int json_build_add(json_object *object, const char *key, json_object *value);
int json_build_append(json_object *list, json_object *value);

/* @text is copied. Return: 0; -ENOMEM. */
int json_build_add_text(json_object *object, const char *key, const char *text);
