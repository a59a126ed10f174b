/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes of users and groups in answers of saregated, which leave out what
 * has its default: as JSON with all keys, and for people. I/O (local time).
 */
#pragma once

#include "gateway/attribute.h"

#include <json-c/json.h>

/* The key of JSON: "idle_timeout". Return: @text. */
char *attribute_answer_key(const struct attribute *attribute, char text[64]);

/* Adds what is left out: 0, "" or false. Return: 0, -ENOMEM. */
int attribute_answer_complete(const struct attribute *table, json_object *object);

/* A value for people: "never", "30m00s", "yes"; "" for nothing said. Return: @text. */
char *attribute_answer_format(const struct attribute *attribute, json_object *object,
			      char text[ATTRIBUTE_TEXT_MAX]);
