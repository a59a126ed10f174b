/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows for people. */
#include "gateway/table.h"

#include "base/cleanup.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

struct table {
	const char *const *titles;
	size_t columns;
	size_t *widths;
	char **cells;
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
		free(table->cells[i]);
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
	_cleanup_(freep) char *cell = strdup(text && *text ? text : "-");
	size_t *width = &table->widths[table->count % table->columns];

	if (!cell)
		return -ENOMEM;
	if (table->count == table->room) {
		size_t room = table->room ? 2 * table->room : 64;
		char **cells = reallocarray(table->cells, room, sizeof(*cells));

		if (!cells)
			return -ENOMEM;
		table->cells = cells;
		table->room = room;
	}
	for (char *c = cell; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	if (*width < strlen(cell))
		*width = strlen(cell);
	table->cells[table->count++] = TAKE_PTR(cell);
	return 0;
}

/* The last column is not filled up: no blanks at the end of a line. */
static void print_cell(const struct table *table, size_t column, const char *text, FILE *stream)
{
	int width = (int)table->widths[column];
	int last = column + 1 == table->columns;

	if (table->titles[column][0] == '>')
		fprintf(stream, "%*s%s", width, text, last ? "\n" : "  ");
	else if (last)
		fprintf(stream, "%s\n", text);
	else
		fprintf(stream, "%-*s  ", width, text);
}

void table_print(const struct table *table, FILE *stream)
{
	assert(table->columns > 0);
	for (size_t i = 0; i < table->columns; i++)
		print_cell(table, i, title(table, i), stream);
	for (size_t i = 0; i < table->count; i++)
		print_cell(table, i % table->columns, table->cells[i], stream);
}
