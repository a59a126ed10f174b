/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers of saregated, as the commands use them. I/O. */
#include "gateway/answer.h"

#include "base/cleanup.h"
#include "gateway/attribute.h"
#include "gateway/human.h"
#include "gateway/terminal_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum command_result answer_get(const char *method, json_object **ret_answer)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char error[CONTROL_ERROR_MAX];
	int r;

	if (control_request_init(&request, method, error) < 0 ||
	    control_request_send(&request, &reply, error) < 0)
		return command_fail("%s", error);
	r = control_reply_read_json(reply, ret_answer);
	if (r < 0)
		return command_fail("the answer of saregated: %s", strerror(-r));
	return COMMAND_DONE;
}

const char *answer_text(json_object *object, const char *key)
{
	json_object *value;

	if (!json_object_object_get_ex(object, key, &value) || !value)
		return "";
	return json_object_get_string(value);
}

uint64_t answer_number(json_object *object, const char *key)
{
	json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		return 0;
	return json_object_get_uint64(value);
}

int answer_add_text(struct table *table, json_object *object, const char *key)
{
	return table_add(table, answer_text(object, key));
}

int answer_add_size(struct table *table, json_object *object, const char *key)
{
	char text[HUMAN_TEXT_MAX];

	return table_add(table, human_size(answer_number(object, key), text));
}

int answer_add_duration(struct table *table, json_object *object, const char *key)
{
	char text[HUMAN_TEXT_MAX];

	return table_add(table, human_duration(answer_number(object, key), text));
}

int answer_add_endpoint(struct table *table, json_object *object, const char *address_key,
			const char *port_key)
{
	const char *address = answer_text(object, address_key);
	bool is_ipv6 = strchr(address, ':');
	char text[128];

	snprintf(text, sizeof(text), "%s%s%s:%" PRIu64, is_ipv6 ? "[" : "", address,
		 is_ipv6 ? "]" : "", answer_number(object, port_key));
	return table_add(table, text);
}

int answer_address(const char *address, char ret_text[INET6_ADDRSTRLEN])
{
	struct inet_address parsed;

	if (inet_address_parse(address, &parsed) < 0)
		return -EINVAL;
	inet_address_format(&parsed, ret_text);
	return 0;
}

int answer_append_text(sd_bus_message *message, const char *key, const char *value)
{
	return value ? sd_bus_message_append(message, "{sv}", key, "s", value) : 0;
}

void answer_print_line(const char *name, const char *value)
{
	char text[ATTRIBUTE_TEXT_MAX];

	snprintf(text, sizeof(text), "%s", *value ? value : "-");
	terminal_text_clean(text);
	printf("%-17s %s\n", name, text);
}

#define JSON_FORM (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)

void answer_print_json(json_object *answer)
{
	puts(json_object_to_json_string_ext(answer, JSON_FORM));
}

void answer_write_json_item(FILE *stream, json_object *item, bool is_first)
{
	const char *line = json_object_to_json_string_ext(item, JSON_FORM);

	if (!is_first)
		fputc(',', stream);
	while (*line) {
		size_t size = strcspn(line, "\n");

		fputs("\n  ", stream);
		fwrite(line, 1, size, stream);
		line += size + (line[size] == '\n');
	}
}
