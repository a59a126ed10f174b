/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options that are attributes. I/O (local time). */
#include "gateway/attribute_options.h"

#include "base/text.h"
#include "gateway/user_attributes.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define EXPIRES "expires"

void attribute_options_add(struct attribute_options *attributes, const struct attribute *table,
			   struct command_option *options, size_t count)
{
	size_t row = 0;

	attributes->table = table;
	for (; table[row].name; row++) {
		assert(row < ATTRIBUTE_OPTIONS_MAX);
		options[count + row] = (struct command_option){ table[row].name,
								.value = &attributes->values[row] };
	}
	options[count + row] = (struct command_option){ 0 };
}

bool attribute_options_given(const struct attribute_options *attributes)
{
	for (size_t i = 0; attributes->table[i].name; i++)
		if (attributes->values[i])
			return true;
	return false;
}

/* ---- dates --------------------------------------------------------------------------- */

int attribute_expiry_parse(const char *text, char ret_seconds[32])
{
	struct tm local = { .tm_isdst = -1 }, wanted;
	const char *end = strptime(text, "%Y-%m-%d", &local);
	time_t seconds;

	if (!end || strlen(text) < strlen("2027-01-31")) {
		if (strlen(text) >= 32)
			return -EINVAL;
		strcpy(ret_seconds, text);
		return 0;
	}
	if (*end == '\0')
		local.tm_mday++;
	else
		end = strptime(end, "%n%H:%M", &local);
	if (!end || *end)
		return -EINVAL;
	wanted = local;
	seconds = mktime(&local);
	/* 31 February is no day; the day after the last one is the next month's first. */
	if (seconds <= 0 || (local.tm_mon != wanted.tm_mon && local.tm_mday != 1))
		return -EINVAL;
	snprintf(ret_seconds, 32, "%lld", (long long)seconds);
	return 0;
}

char *attribute_expiry_format(uint64_t seconds, char text[32])
{
	time_t when = (time_t)seconds;
	struct tm local;

	if (seconds == 0)
		strcpy(text, "never");
	else if (!localtime_r(&when, &local) || strftime(text, 32, "%Y-%m-%d %H:%M", &local) == 0)
		snprintf(text, 32, "%llu", (unsigned long long)seconds);
	return text;
}

/* ---- values -------------------------------------------------------------------------- */

static const char *check(struct attribute_options *attributes, size_t row)
{
	union {
		struct user_attributes user;
		struct group_attributes group;
	} scratch = { 0 };
	const struct attribute *attribute = &attributes->table[row];

	if (attribute->kind == ATTRIBUTE_KIND_TIME) {
		if (attribute_expiry_parse(attributes->values[row], attributes->expiry) < 0)
			return "is no time";
		attributes->values[row] = attributes->expiry;
	}
	return attribute_parse(attribute, attributes->values[row], &scratch);
}

enum command_result attribute_options_check(struct attribute_options *attributes,
					    const struct command *command)
{
	for (size_t i = 0; attributes->table[i].name; i++) {
		const struct attribute *attribute = &attributes->table[i];
		const char *value = attributes->values[i], *wrong;
		char quoted[64];

		if (!value)
			continue;
		wrong = check(attributes, i);
		if (wrong)
			return command_usage(
				command, "--%s %s %s; allowed: %s%s", attribute->name,
				text_quote(value, strlen(value), quoted, sizeof(quoted)), wrong,
				attribute->kind == ATTRIBUTE_KIND_TIME
					? "YYYY-MM-DD, \"YYYY-MM-DD HH:MM\", "
					: "",
				attribute->allowed);
	}
	return COMMAND_DONE;
}

int attribute_options_append(const struct attribute_options *attributes, sd_bus_message *message)
{
	int r = sd_bus_message_open_container(message, 'a', "{ss}");

	for (size_t i = 0; r >= 0 && attributes->table[i].name; i++)
		if (attributes->values[i])
			r = sd_bus_message_append(message, "{ss}", attributes->table[i].name,
						  attributes->values[i]);
	return r < 0 ? r : sd_bus_message_close_container(message);
}
