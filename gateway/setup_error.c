/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line that says why setup stopped. Pure. */
#include "gateway/setup_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int setup_fail(struct setup_error *ret_error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(ret_error->text, sizeof(ret_error->text), format, arguments);
	va_end(arguments);
	return -ECANCELED;
}
