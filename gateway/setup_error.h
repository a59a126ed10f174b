/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why setup stopped: what all of its parts say to whoever asked for it. Pure. */
#pragma once

/* One line, and for some the lines that the host lacks. */
struct setup_error {
	char text[1024];
};

/* Writes the line, cut where it does not fit. Return: -ECANCELED. */
int setup_fail(struct setup_error *ret_error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
