/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where text with secrets may go: a file that only its owner reads, or a
 * terminal that somebody sits at. Not a pipe: nobody knows what is at its other
 * end. I/O.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SECRET_OUTPUT_ERROR_MAX 512

/**
 * secret_output_check() - whether text with secrets may go there, before any is read
 * @path:    NULL: standard output
 * @replace: whether a file that is there may be replaced
 * @ret_error: one line if not
 *
 * Return: 0; negative errno.
 */
int secret_output_check(const char *path, bool replace, char ret_error[SECRET_OUTPUT_ERROR_MAX]);

/**
 * secret_output_write() - as a new file of mode 0600, or to the terminal
 *
 * With @replace the file takes its name at once, when it is whole on the disk;
 * without, one that is there is an error. Links are never followed. What could
 * not be written whole is removed. Return: 0; negative errno and *@ret_error.
 */
int secret_output_write(const char *path, bool replace, const void *bytes, size_t size,
			char ret_error[SECRET_OUTPUT_ERROR_MAX]);
