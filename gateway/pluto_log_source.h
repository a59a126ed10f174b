/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where pluto's log is: a file that is named, that of `logfile=` in libreswan's
 * configuration, or the journal of ipsec.service. I/O.
 */
#pragma once

#include "ipsec-glue/pluto_log.h"

/* What is read at most: the end of a file, and so many lines of either. */
#define PLUTO_LOG_FILE_MAX  (64 * 1024 * 1024)
#define PLUTO_LOG_LINES_MAX 2000000
#define PLUTO_LOG_ERROR_MAX 512

/* Told of each line that says something; @usec since 1970. Negative stops and is returned. */
typedef int (*pluto_log_line_fn)(void *userdata, uint64_t usec, const struct pluto_log_line *line);

/**
 * pluto_log_source_read() - its lines since a moment, in their order
 * @file:      NULL: wherever it is
 * @since:     seconds since 1970
 * @ret_name:  "journal of ipsec.service", or the file's path
 * @ret_error: on failure one line that says what is missing
 *
 * Return: 0; negative errno: *@ret_error; or what @each returned.
 */
int pluto_log_source_read(const char *file, uint64_t since, pluto_log_line_fn each, void *userdata,
			  char ret_name[PLUTO_LOG_ERROR_MAX], char ret_error[PLUTO_LOG_ERROR_MAX]);
