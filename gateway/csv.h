/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of comma-separated values (RFC 4180) that spreadsheets do not run. Pure. */
#pragma once

#include <stddef.h>

/* Bytes that a field of @size bytes can become, NUL included. */
#define CSV_FIELD_MAX(size) (2 * (size) + 4)

/**
 * csv_field() - one field
 *
 * In quotes where it has to be. What a spreadsheet would take for a formula (it
 * begins with =, +, -, @, a tab or a carriage return) gets an apostrophe in
 * front: names and identities are what a client says they are.
 *
 * Return: @text, of at least CSV_FIELD_MAX(strlen(@value)) bytes.
 */
char *csv_field(const char *value, char *text);
