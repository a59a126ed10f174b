/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns, and what a stranger's text may do to a terminal: nothing. */
#include "gateway/table.h"
#include "tests/unit.h"

#include <locale.h>

static const char *const titles[] = { ">ID", "NAME", ">BYTES", NULL };

/* Prints the cells in three columns. The caller frees the text. */
static char *print(const char *const cells[], size_t count)
{
	_cleanup_(table_freep) struct table *table = NULL;
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	assert_int_equal(table_new(titles, &table), 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(table_add(table, cells[i]), 0);
	table_print(table, stream);
	fclose(stream);
	return text;
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
	static const char *const cells[] = { "1", "a\x1b[2J\nb\x7f\xff", "2" };
	_cleanup_(freep) char *text = print(cells, ELEMENTS(cells));

	assert_string_equal(text, "ID  NAME       BYTES\n"
				  " 1  a?[2J?b??      2\n");
}

static void a_cell_without_text_is_a_dash(void **state)
{
	static const char *const cells[] = { "1", NULL, "" };
	_cleanup_(freep) char *text = print(cells, ELEMENTS(cells));

	assert_string_equal(text, "ID  NAME  BYTES\n"
				  " 1  -         -\n");
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
	static const char *const cells[] = { "1", "alice", "12 B", "1234", "bob", "1.0 KiB" };
	_cleanup_(freep) char *text = print(cells, ELEMENTS(cells));

	assert_string_equal(text, "  ID  NAME     BYTES\n"
				  "   1  alice     12 B\n"
				  "1234  bob    1.0 KiB\n");
}

static void columns_are_counted_as_a_terminal_shows_them(void **state)
{
	static const char *const cells[] = { "1", "Zo\xc3\xab", "2",     "2", "\xe5\xb1\xb1-",
					     "3", "3",          "alice", "4" };
	_cleanup_(freep) char *text = NULL;

	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	text = print(cells, ELEMENTS(cells));
	setlocale(LC_CTYPE, "C");
	assert_string_equal(text, "ID  NAME   BYTES\n"
				  " 1  Zo\xc3\xab        2\n"
				  " 2  \xe5\xb1\xb1-        3\n"
				  " 3  alice      4\n");
}

static void an_empty_table_is_its_titles(void **state)
{
	_cleanup_(freep) char *text = print(NULL, 0);

	assert_string_equal(text, "ID  NAME  BYTES\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(control_characters_do_not_reach_the_terminal),
		SENTENCE(a_cell_without_text_is_a_dash),
		SENTENCE(columns_are_as_wide_as_their_widest_cell),
		SENTENCE(columns_are_counted_as_a_terminal_shows_them),
		SENTENCE(an_empty_table_is_its_titles),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
