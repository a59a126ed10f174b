/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A text file, read whole and bounded, with a line that says why it cannot be. I/O. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define TEXT_FILE_ERROR_MAX 512

/**
 * text_file_read() - all of a file, NUL-terminated
 * @size_max:  bytes that it may have
 * @is_secret: refuse it if its group or others may read it
 * @ret_text:  to be freed by the caller, and wiped if it is secret
 * @ret_error: on -EINVAL one line: FILE: what is wrong
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int text_file_read(const char *path, size_t size_max, bool is_secret, char **ret_text,
		   char ret_error[TEXT_FILE_ERROR_MAX]);
