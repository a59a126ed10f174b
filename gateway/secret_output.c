/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secrets to a file or a terminal. With write(): a stdio buffer stays behind. I/O. */
#include "gateway/secret_output.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

static int fail(int error, char ret_error[SECRET_OUTPUT_ERROR_MAX], const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(int error, char ret_error[SECRET_OUTPUT_ERROR_MAX], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(ret_error, SECRET_OUTPUT_ERROR_MAX, format, arguments);
	va_end(arguments);
	return error;
}

int secret_output_check(const char *path, bool replace, char ret_error[SECRET_OUTPUT_ERROR_MAX])
{
	struct stat status;

	if (!path) {
		if (isatty(STDOUT_FILENO))
			return 0;
		return fail(-ENOTTY, ret_error,
			    "standard output is no terminal, and this holds secrets: name a file "
			    "with --output");
	}
	if (!*path)
		return fail(-ENOENT, ret_error, "--output wants the name of a file");
	if (lstat(path, &status) < 0)
		return errno == ENOENT ? 0 : fail(-errno, ret_error, "%s: %m", path);
	if (!replace)
		return fail(-EEXIST, ret_error, "%s is there already: --force replaces it", path);
	if (!S_ISREG(status.st_mode))
		return fail(-EPERM, ret_error, "%s is no regular file: not replaced", path);
	return 0;
}

static int write_all(int file, const void *bytes, size_t size)
{
	const char *position = bytes;

	while (size > 0) {
		ssize_t put = write(file, position, size);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0) {
			position += put;
			size -= (size_t)put;
		}
	}
	return 0;
}

static int write_file(const char *path, int file, const void *bytes, size_t size)
{
	int r = write_all(file, bytes, size);

	if (r == 0 && (fchmod(file, 0600) < 0 || fsync(file) < 0))
		r = -errno;
	if (r < 0)
		unlink(path);
	return r;
}

static int write_new(const char *path, const void *bytes, size_t size)
{
	_cleanup_(closep) int file =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	return file < 0 ? -errno : write_file(path, file, bytes, size);
}

static int write_in_place_of(const char *path, const void *bytes, size_t size)
{
	_cleanup_(closep) int file = -1;
	char beside[PATH_MAX];
	int r;

	if (snprintf(beside, sizeof(beside), "%s.XXXXXX", path) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	file = mkostemp(beside, O_CLOEXEC);
	if (file < 0)
		return -errno;
	r = write_file(beside, file, bytes, size);
	if (r == 0 && rename(beside, path) < 0) {
		r = -errno;
		unlink(beside);
	}
	return r;
}

int secret_output_write(const char *path, bool replace, const void *bytes, size_t size,
			char ret_error[SECRET_OUTPUT_ERROR_MAX])
{
	int r = secret_output_check(path, replace, ret_error);

	if (r < 0)
		return r;
	if (!path)
		r = write_all(STDOUT_FILENO, bytes, size);
	else if (replace)
		r = write_in_place_of(path, bytes, size);
	else
		r = write_new(path, bytes, size);
	if (r < 0)
		return fail(r, ret_error, "%s: %s", path ? path : "standard output", strerror(-r));
	return 0;
}
