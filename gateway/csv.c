/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of comma-separated values. Pure. */
#include "gateway/csv.h"

#include <stdbool.h>
#include <string.h>

static bool is_formula(const char *value)
{
	return *value && strchr("=+-@\t\r", *value);
}

static bool wants_quotes(const char *value)
{
	size_t size = strlen(value);

	return value[strcspn(value, ",\"\r\n")] ||
	       (size > 0 && (value[0] == ' ' || value[0] == '\t' || value[size - 1] == ' ' ||
			     value[size - 1] == '\t'));
}

char *csv_field(const char *value, char *text)
{
	bool quoted = wants_quotes(value);
	char *end = text;

	if (quoted)
		*end++ = '"';
	if (is_formula(value))
		*end++ = '\'';
	for (; *value; value++) {
		if (*value == '"')
			*end++ = '"';
		*end++ = *value;
	}
	if (quoted)
		*end++ = '"';
	*end = '\0';
	return text;
}
