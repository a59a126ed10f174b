/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows for people: columns as wide as what is in them. Cells may hold what a
 * stranger chose, so they pass terminal_text.c first. Pure, but for the locale and
 * the stream that it prints to.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

struct table;

/**
 * table_new() - an empty table
 * @titles: of the columns, NULL-ended; borrowed; one that begins with '>' is
 *          for a column aligned to the right
 *
 * Return: 0; -ENOMEM.
 */
int table_new(const char *const titles[], struct table **ret_table);
void table_free(struct table *table);
void table_freep(struct table **table);

/* Adds the next cell, row by row; "-" for NULL or "". Return: 0; -ENOMEM. */
int table_add(struct table *table, const char *text);

void table_print(const struct table *table, FILE *stream);
