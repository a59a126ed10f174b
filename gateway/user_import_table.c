/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CSV (RFC 4180) with titles, and JSON as `saregate user export` writes it. */
#include "gateway/user_import.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/answer.h"
#include "gateway/attribute_answer.h"
#include "gateway/user_attributes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 32

/* ---- CSV ---------------------------------------------------------------------------- */

/* What a column holds: one of these, or an attribute. */
enum column_kind {
	COLUMN_NAME,
	COLUMN_PASSWORD,
	COLUMN_NT_HASH,
	COLUMN_ATTRIBUTE
};

struct columns {
	size_t count;
	enum column_kind kinds[COLUMNS_MAX];
	const struct attribute *attributes[COLUMNS_MAX];
	bool have_name;
	bool have_secret;
};

/* The next cell, in place. Return: NULL at the end of the line, or if a quote is not closed. */
static char *next_cell(char **rest, bool *is_broken)
{
	char *from = *rest, *cell = from, *to = from;

	if (!from)
		return NULL;
	if (*from == '"') {
		for (from++; *from && (*from != '"' || from[1] == '"'); from++) {
			from += *from == '"';
			*to++ = *from;
		}
		*is_broken = *from != '"' || (from[1] && from[1] != ',');
		if (*is_broken)
			return NULL;
		from++;
	} else {
		to = from += strcspn(from, ",");
	}
	*rest = *from ? from + 1 : NULL;
	*to = '\0';
	return cell;
}

/* Titles are the names of attributes; "_" stands for "-", as in our JSON. */
static bool take_title(struct columns *columns, char *title)
{
	for (char *c = title; *c; c++)
		if (*c == '_')
			*c = '-';
	if (strcmp(title, "name") == 0) {
		columns->kinds[columns->count] = COLUMN_NAME;
		columns->have_name = true;
	} else if (strcmp(title, "password") == 0 || strcmp(title, "nt-hash") == 0) {
		columns->kinds[columns->count] = title[0] == 'p' ? COLUMN_PASSWORD : COLUMN_NT_HASH;
		columns->have_secret = true;
	} else {
		columns->kinds[columns->count] = COLUMN_ATTRIBUTE;
		columns->attributes[columns->count] = attribute_find(user_attribute_table, title);
		if (!columns->attributes[columns->count])
			return false;
	}
	columns->count++;
	return true;
}

static int take_titles(struct columns *columns, char *line, char ret_error[256])
{
	char quoted[64], *title;
	bool is_broken = false;

	while ((title = next_cell(&line, &is_broken)))
		if (columns->count == COLUMNS_MAX || !take_title(columns, title)) {
			snprintf(ret_error, 256,
				 "line 1: there is no column %s; allowed: name, password, nt_hash "
				 "and the attributes of `saregate user set`",
				 text_quote(title, strlen(title), quoted, sizeof(quoted)));
			return -EINVAL;
		}
	if (!columns->have_name || !columns->have_secret) {
		snprintf(ret_error, 256,
			 "line 1: wants titles, name and password or nt_hash among them");
		return -EINVAL;
	}
	return 0;
}

static const char *take_cell(struct user_import_entry *entry, const struct columns *columns,
			     size_t column, const char *cell)
{
	switch (columns->kinds[column]) {
	case COLUMN_NAME:
		return user_import_set_name(entry, cell);
	case COLUMN_PASSWORD:
		return user_import_set_password(entry, cell);
	case COLUMN_NT_HASH:
		return user_import_set_hash(entry, cell);
	case COLUMN_ATTRIBUTE:
		return user_import_set_value(entry, columns->attributes[column], cell);
	}
	return "?";
}

/* Drops the last entry and keeps why, with the attribute that is to blame. */
static int refuse_last(struct user_import *import, uint32_t line, const struct attribute *attribute,
		       const char *wrong)
{
	user_import_drop(import);
	if (!attribute)
		return user_import_refuse(import, line, "%s", wrong);
	return user_import_refuse(import, line, "%s: the value %s; allowed: %s", attribute->name,
				  wrong, attribute->allowed);
}

static int take_row(struct user_import *import, const struct columns *columns, char *line,
		    uint32_t number)
{
	struct user_import_entry *entry;
	bool is_broken = false;
	size_t column = 0;
	char *cell;

	if (!*line)
		return 0;
	entry = user_import_add(import, number);
	if (!entry)
		return -ENOMEM;
	for (; (cell = next_cell(&line, &is_broken)); column++) {
		const char *wrong = column < columns->count
					    ? take_cell(entry, columns, column, cell)
					    : "has more cells than there are titles";

		if (wrong)
			return refuse_last(import, number,
					   column < columns->count ? columns->attributes[column]
								   : NULL,
					   wrong);
	}
	if (is_broken)
		return refuse_last(import, number, NULL, "a quote is not closed in its line");
	if (column < columns->count)
		return refuse_last(import, number, NULL, "has fewer cells than there are titles");
	return 0;
}

int user_import_csv(char *text, struct user_import *import, char ret_error[256])
{
	struct columns columns = { 0 };
	uint32_t number = 0;
	char *line;
	int r = 0;

	while (r == 0 && (line = strsep(&text, "\n"))) {
		size_t size = strlen(line);

		if (size && line[size - 1] == '\r')
			line[size - 1] = '\0';
		r = ++number == 1 ? take_titles(&columns, line, ret_error)
				  : take_row(import, &columns, line, number);
	}
	return r;
}

/* ---- JSON ----------------------------------------------------------------------------- */

/* The value as text that attribute_parse() takes; numbers and true are JSON's. */
static const char *as_text(const struct attribute *attribute, json_object *value)
{
	if (attribute->kind == ATTRIBUTE_KIND_FLAG)
		return json_object_get_boolean(value) ? "yes" : "no";
	return json_object_get_string(value);
}

static int take_object(struct user_import *import, json_object *object, uint32_t number)
{
	struct user_import_entry *entry = user_import_add(import, number);
	const char *wrong;
	char key[64];

	if (!entry)
		return -ENOMEM;
	wrong = json_object_is_type(object, json_type_object) ? NULL : "is no object";
	if (!wrong)
		wrong = user_import_set_name(entry, answer_text(object, "name"));
	if (!wrong)
		wrong = user_import_set_hash(entry, answer_text(object, "nt_hash"));
	if (wrong)
		return refuse_last(import, number, NULL, wrong);
	for (const struct attribute *a = user_attribute_table; a->name; a++) {
		json_object *value = NULL;

		if (!json_object_object_get_ex(object, attribute_answer_key(a, key), &value))
			continue;
		wrong = value ? user_import_set_value(entry, a, as_text(a, value)) : "is null";
		if (wrong)
			return refuse_last(import, number, a, wrong);
	}
	return 0;
}

int user_import_json(const char *text, struct user_import *import, char ret_error[256])
{
	_cleanup_(json_putp) json_object *root = json_tokener_parse(text);
	json_object *users = NULL;
	int r = 0;

	if (!root || !json_object_is_type(root, json_type_object) ||
	    !json_object_object_get_ex(root, "users", &users) ||
	    !json_object_is_type(users, json_type_array)) {
		snprintf(ret_error, 256,
			 "is no JSON as `saregate user export` writes it: an object with an array "
			 "\"users\"");
		return -EINVAL;
	}
	if (answer_number(root, "version") != 1) {
		snprintf(ret_error, 256, "has another version than 1");
		return -EINVAL;
	}
	for (size_t i = 0; r == 0 && i < json_object_array_length(users); i++)
		r = take_object(import, json_object_array_get_idx(users, i), (uint32_t)i + 1);
	return r;
}
