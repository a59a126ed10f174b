/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text files: opened without waiting, bounded, without NUL bytes. I/O. */
#include "gateway/text_file.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fills @text up to @size; returns what was read or negative errno. */
static ssize_t read_all(int descriptor, char *text, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t count = read(descriptor, text + used, size - used);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		if (count == 0)
			break;
		used += (size_t)count;
	}
	return (ssize_t)used;
}

static bool others_may_read(int descriptor)
{
	struct stat status;

	return fstat(descriptor, &status) < 0 || (status.st_mode & (S_IRWXG | S_IRWXO));
}

static int fail(char ret_error[TEXT_FILE_ERROR_MAX], const char *path, const char *wrong)
{
	snprintf(ret_error, TEXT_FILE_ERROR_MAX, "%s: %s", path, wrong);
	return -EINVAL;
}

int text_file_read(const char *path, size_t size_max, bool is_secret, char **ret_text,
		   char ret_error[TEXT_FILE_ERROR_MAX])
{
	_cleanup_(closep) int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	_cleanup_(freep) char *text = malloc(size_max + 1);
	ssize_t size;

	if (!text)
		return -ENOMEM;
	if (is_secret && descriptor >= 0 && others_may_read(descriptor))
		return fail(ret_error, path, "others may read it; allowed: mode 0600");
	size = descriptor < 0 ? -errno : read_all(descriptor, text, size_max + 1);
	if (size < 0) {
		snprintf(ret_error, TEXT_FILE_ERROR_MAX, "%s: cannot be read: %s", path,
			 strerror((int)-size));
		return -EINVAL;
	}
	if ((size_t)size > size_max) {
		snprintf(ret_error, TEXT_FILE_ERROR_MAX, "%s: is larger than %zu bytes", path,
			 size_max);
		size = -EINVAL;
	} else {
		text[size] = '\0';
		if (strlen(text) != (size_t)size)
			size = fail(ret_error, path, "contains a NUL byte: not a text");
	}
	if (size < 0) {
		explicit_bzero(text, size_max + 1);
		return -EINVAL;
	}
	*ret_text = TAKE_PTR(text);
	return 0;
}
