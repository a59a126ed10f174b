/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running another program to its end and reading what it says. I/O. */
#pragma once

#include <stddef.h>

/**
 * child_run() - run a program, wait for it, keep the beginning of its output
 * @arguments:  the program, looked up in PATH, and its arguments, NULL-ended
 * @ret_output: standard output and error together, NUL-terminated, cut at
 *              @output_size; never untouched
 *
 * Standard input is /dev/null. A program that says nothing for 30 seconds and
 * does not end is killed.
 *
 * Return: the exit status, 128 and the signal's number if one ended it;
 *         -ENOENT if there is no such program; -ETIMEDOUT; other negative errno.
 */
int child_run(const char *const arguments[], char *ret_output, size_t output_size);

/* The same with a patience of @patience_sec. */
int child_run_patiently(const char *const arguments[], int patience_sec, char *ret_output,
			size_t output_size);

/**
 * child_filter() - run a program between two files
 * @input, @output: descriptors for its standard input and output
 * @ret_errors:     its standard error, as @ret_output of child_run()
 *
 * It is given ten minutes of silence, for it may ask for a passphrase at the terminal.
 *
 * Return: as child_run().
 */
int child_filter(const char *const arguments[], int input, int output, char *ret_errors,
		 size_t errors_size);

/* The first line of @output that is not blank, in place; "no reason given" if none. */
const char *child_first_line(char *output);
