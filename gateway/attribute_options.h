/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes of users and groups as options of a command, one "--NAME VALUE"
 * for each row of their table, checked here as saregated will. I/O (local time).
 */
#pragma once

#include "gateway/attribute.h"
#include "gateway/command.h"

#include <json-c/json.h>
#include <systemd/sd-bus.h>

#define ATTRIBUTE_OPTIONS_MAX 12

/**
 * struct attribute_options - what a command line says of attributes
 * @values: by row of @table; NULL: not said
 * @expiry: room for a date as saregated takes it
 */
struct attribute_options {
	const struct attribute *table;
	const char *values[ATTRIBUTE_OPTIONS_MAX];
	char expiry[32];
};

/* Puts the options of @table behind those that are in @options; ends them. */
void attribute_options_add(struct attribute_options *attributes, const struct attribute *table,
			   struct command_option *options, size_t count);

/* Whether anything is said. */
bool attribute_options_given(const struct attribute_options *attributes);

/**
 * attribute_options_check() - whether all values are right
 *
 * "--expires" takes a date as well, which becomes seconds: YYYY-MM-DD is the end of
 * that day, "YYYY-MM-DD HH:MM" that minute, by the clock of who says it.
 *
 * Return: COMMAND_DONE; COMMAND_USAGE after saying what is allowed.
 */
enum command_result attribute_options_check(struct attribute_options *attributes,
					    const struct command *command);

/* An a{ss} of what is said. Return: as sd_bus_message_append(). */
int attribute_options_append(const struct attribute_options *attributes, sd_bus_message *message);

/**
 * attribute_expiry_parse() - a date, "never" or seconds as seconds since 1970
 *
 * Return: 0 and "never" or digits; -EINVAL.
 */
int attribute_expiry_parse(const char *text, char ret_seconds[32]);

/* "2027-01-31 18:00" of local time, "never" for 0. Return: @text. */
char *attribute_expiry_format(uint64_t seconds, char text[32]);
