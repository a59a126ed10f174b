/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users out of a file: chap-secrets of pppd, CSV, and what `saregate user export`
 * writes. Each user that is wrong is kept as a line number and a reason, so that
 * all of them can be told at once. No I/O, but for local time in dates.
 */
#pragma once

#include "gateway/attribute_options.h"
#include "gateway/user_database.h"

#define USER_IMPORT_SIZE_MAX ((size_t)64 << 20) /* bytes of a file */

enum user_import_format {
	USER_IMPORT_AUTO,
	USER_IMPORT_CHAP_SECRETS,
	USER_IMPORT_CSV,
	USER_IMPORT_JSON,
};

struct user_import_entry {
	uint32_t line; /* of JSON: the number of the user */
	char name[USER_NAME_MAX + 1];
	uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE];
	char *values[ATTRIBUTE_OPTIONS_MAX]; /* by row of user_attribute_table; NULL: not said */
};

struct user_import_refusal {
	uint32_t line;
	char *reason;
};

struct user_import {
	struct user_import_entry *entries;
	size_t count, room;
	struct user_import_refusal *refusals;
	size_t refusal_count, refusal_room;
};

/* "chap-secrets", "csv", "json". Return: the format; -EINVAL. */
int user_import_format_parse(const char *text);

/**
 * user_import_parse() - all users of a text
 * @text:      changed; the caller wipes it
 * @ret_error: on -EINVAL one line: why the text as a whole cannot be understood
 *
 * Return: 0, with refusals in @import; -EINVAL; -ENOMEM.
 */
int user_import_parse(char *text, enum user_import_format format, struct user_import *import,
		      char ret_error[256]);
void user_import_done(struct user_import *import);

/* ---- for the formats ---------------------------------------------------------------- */

/* Keeps a line and why it is refused. Return: 0; -ENOMEM. */
int user_import_refuse(struct user_import *import, uint32_t line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A new entry at the end; NULL without memory. */
struct user_import_entry *user_import_add(struct user_import *import, uint32_t line);
/* Takes the last entry away again. */
void user_import_drop(struct user_import *import);

/* All return NULL, or what is wrong (static). */
const char *user_import_set_name(struct user_import_entry *entry, const char *name);
const char *user_import_set_password(struct user_import_entry *entry, const char *password);
const char *user_import_set_hash(struct user_import_entry *entry, const char *digits);
const char *user_import_set_value(struct user_import_entry *entry,
				  const struct attribute *attribute, const char *value);

int user_import_json(const char *text, struct user_import *import, char ret_error[256]);
int user_import_csv(char *text, struct user_import *import, char ret_error[256]);
