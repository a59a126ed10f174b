/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what others say, bounded. I/O. */
#include "gateway/doctor_look.h"

#include "base/cleanup.h"
#include "gateway/child.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES (1024 * 1024)

/* Return: the exit status, negative errno. */
static int run(const char *const arguments[], struct doctor_text *ret_text)
{
	_cleanup_(freep) char *output = malloc(DOCTOR_OUTPUT_MAX);
	char *fitting;
	int r;

	*ret_text = (struct doctor_text){ .error = -ENOMEM };
	if (!output)
		return -ENOMEM;
	r = child_run(arguments, output, DOCTOR_OUTPUT_MAX);
	if (r >= 0 && strlen(output) == DOCTOR_OUTPUT_MAX - 1)
		r = -EFBIG;
	ret_text->error = r;
	if (r < 0)
		return r;
	fitting = realloc(output, strlen(output) + 1);
	if (fitting)
		output = fitting;
	ret_text->text = TAKE_PTR(output);
	return r;
}

void doctor_look_program(const char *const arguments[], struct doctor_text *ret_text)
{
	if (run(arguments, ret_text) <= 0)
		return;
	doctor_text_done(ret_text);
	ret_text->error = geteuid() == 0 ? -EIO : -EACCES;
}

void doctor_look_program_anyway(const char *const arguments[], struct doctor_text *ret_text)
{
	if (run(arguments, ret_text) > 0)
		ret_text->error = 0;
}

/* Reads to the end, or as much as may be. */
static int read_bounded(int file, char *text)
{
	size_t used = 0;
	ssize_t got;

	while (used < FILE_MAX_BYTES) {
		got = read(file, text + used, FILE_MAX_BYTES - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	text[used] = '\0';
	return used == FILE_MAX_BYTES ? -EFBIG : 0;
}

void doctor_look_file(const char *path, struct doctor_text *ret_text)
{
	_cleanup_(closep) int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	_cleanup_(freep) char *text = NULL;
	int r = file < 0 ? -errno : 0;

	if (r == 0) {
		text = calloc(1, FILE_MAX_BYTES + 1);
		r = text ? read_bounded(file, text) : -ENOMEM;
	}
	*ret_text = (struct doctor_text){ .error = r };
	if (r < 0 || !text)
		return;
	ret_text->text = strdup(text);
	if (!ret_text->text)
		ret_text->error = -ENOMEM;
	explicit_bzero(text, strlen(text));
}
