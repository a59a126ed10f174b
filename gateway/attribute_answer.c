/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes out of JSON. I/O (local time). */
#include "gateway/attribute_answer.h"

#include "gateway/answer.h"
#include "gateway/attribute_options.h"
#include "gateway/human.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

char *attribute_answer_key(const struct attribute *attribute, char text[64])
{
	snprintf(text, 64, "%s", attribute->name);
	for (char *c = text; *c; c++)
		if (*c == '-')
			*c = '_';
	return text;
}

static json_object *default_value(const struct attribute *attribute)
{
	if (attribute->kind == ATTRIBUTE_KIND_FLAG)
		return json_object_new_boolean(false);
	if (attribute_is_number(attribute))
		return json_object_new_int(0);
	return json_object_new_string("");
}

int attribute_answer_complete(const struct attribute *table, json_object *object)
{
	char key[64];

	for (const struct attribute *a = table; a->name; a++) {
		json_object *value;

		if (json_object_object_get_ex(object, attribute_answer_key(a, key), NULL))
			continue;
		value = default_value(a);
		if (!value || json_object_object_add(object, key, value) < 0) {
			json_object_put(value);
			return -ENOMEM;
		}
	}
	return 0;
}

char *attribute_answer_format(const struct attribute *attribute, json_object *object,
			      char text[ATTRIBUTE_TEXT_MAX])
{
	char key[64], human[HUMAN_TEXT_MAX];
	uint64_t number;

	attribute_answer_key(attribute, key);
	if (!attribute_is_number(attribute)) {
		snprintf(text, ATTRIBUTE_TEXT_MAX, "%s", answer_text(object, key));
		return text;
	}
	number = answer_number(object, key);
	text[0] = '\0';
	if (attribute->kind == ATTRIBUTE_KIND_FLAG)
		strcpy(text, number ? "yes" : "no");
	else if (attribute->kind == ATTRIBUTE_KIND_TIME)
		attribute_expiry_format(number, text);
	else if (attribute->kind == ATTRIBUTE_KIND_DURATION && number)
		strcpy(text, human_duration(number, human));
	else if (number)
		snprintf(text, ATTRIBUTE_TEXT_MAX, "%" PRIu64, number);
	return text;
}
