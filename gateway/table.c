/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows for people. */
#include "gateway/table.h"

#include "base/cleanup.h"
#include "gateway/terminal_text.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

struct cell {
	char *text;
	size_t columns; /* of the terminal */
};

struct table {
	const char *const *titles;
	size_t columns;
	size_t *widths;
	struct cell *cells;
	size_t count;
	size_t room;
};

static const char *title(const struct table *table, size_t column)
{
	return table->titles[column] + (table->titles[column][0] == '>');
}

int table_new(const char *const titles[], struct table **ret_table)
{
	_cleanup_(table_freep) struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->titles = titles;
	while (titles[table->columns])
		table->columns++;
	assert(table->columns > 0);
	table->widths = calloc(table->columns, sizeof(*table->widths));
	if (!table->widths)
		return -ENOMEM;
	for (size_t i = 0; i < table->columns; i++)
		table->widths[i] = strlen(title(table, i));
	*ret_table = TAKE_PTR(table);
	return 0;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table->widths);
	free(table);
}

void table_freep(struct table **table)
{
	table_free(*table);
}

int table_add(struct table *table, const char *text)
{
	_cleanup_(freep) char *copy = strdup(text && *text ? text : "-");
	size_t *width = &table->widths[table->count % table->columns];
	size_t columns;

	if (!copy)
		return -ENOMEM;
	if (table->count == table->room) {
		size_t room = table->room ? 2 * table->room : 64;
		struct cell *cells = reallocarray(table->cells, room, sizeof(*cells));

		if (!cells)
			return -ENOMEM;
		table->cells = cells;
		table->room = room;
	}
	columns = terminal_text_clean(copy);
	if (*width < columns)
		*width = columns;
	table->cells[table->count++] = (struct cell){ TAKE_PTR(copy), columns };
	return 0;
}

/* The last column is not filled up: no blanks at the end of a line. */
static void print_cell(const struct table *table, size_t column, const char *text, size_t columns,
		       FILE *stream)
{
	int blanks = (int)(table->widths[column] - columns);
	int last = column + 1 == table->columns;

	if (table->titles[column][0] == '>')
		fprintf(stream, "%*s%s%s", blanks, "", text, last ? "\n" : "  ");
	else if (last)
		fprintf(stream, "%s\n", text);
	else
		fprintf(stream, "%s%*s  ", text, blanks, "");
}

void table_print(const struct table *table, FILE *stream)
{
	assert(table->columns > 0);
	for (size_t i = 0; i < table->columns; i++)
		print_cell(table, i, title(table, i), strlen(title(table, i)), stream);
	for (size_t i = 0; i < table->count; i++)
		print_cell(table, i % table->columns, table->cells[i].text, table->cells[i].columns,
			   stream);
}
