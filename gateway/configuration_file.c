/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate.conf as a file: reads it whole, bounded, and says why it cannot. I/O. */
#include "base/cleanup.h"
#include "gateway/configuration.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
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

int configuration_load(const char *path, struct configuration *ret_configuration,
		       char ret_error[CONFIGURATION_ERROR_MAX])
{
	_cleanup_(closep) int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	_cleanup_(freep) char *text = malloc(CONFIGURATION_SIZE_MAX + 1);
	ssize_t size;

	if (!text)
		return -ENOMEM;
	size = descriptor < 0 ? -errno : read_all(descriptor, text, CONFIGURATION_SIZE_MAX + 1);
	if (size < 0) {
		snprintf(ret_error, CONFIGURATION_ERROR_MAX, "%s: cannot be read: %s", path,
			 strerror((int)-size));
		return -EINVAL;
	}
	if (size > CONFIGURATION_SIZE_MAX) {
		snprintf(ret_error, CONFIGURATION_ERROR_MAX, "%s: is larger than %d bytes", path,
			 CONFIGURATION_SIZE_MAX);
		return -EINVAL;
	}
	text[size] = '\0';
	if (strlen(text) != (size_t)size) {
		snprintf(ret_error, CONFIGURATION_ERROR_MAX, "%s: contains a NUL byte: not a text",
			 path);
		return -EINVAL;
	}
	return configuration_parse(path, text, ret_configuration, ret_error);
}
