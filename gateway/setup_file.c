/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files as a transaction. I/O. */
#include "gateway/setup_file.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* One file before it was changed. */
struct change {
	struct change *earlier;
	char *path;
	char *before; /* NULL: there was no file */
	mode_t mode;
};

struct setup_files {
	struct change *latest;
};

void setup_text_free(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

static int read_all(int file, size_t size, char *text)
{
	size_t used = 0;
	ssize_t got;

	while (used < size) {
		got = read(file, text + used, size - used);
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	text[used] = '\0';
	return strlen(text) == used ? 0 : -EINVAL;
}

/* The text and the mode of a file that only root can have written. */
static int read_file(const char *path, char **ret_text, mode_t *ret_mode)
{
	_cleanup_(closep) int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	_cleanup_(setup_text_freep) char *text = NULL;
	struct stat status;
	int r;

	if (file < 0)
		return errno == ELOOP ? -EPERM : -errno;
	if (fstat(file, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_uid != 0 || (status.st_mode & S_IWOTH))
		return -EPERM;
	if (status.st_size > SETUP_FILE_MAX)
		return -EFBIG;
	text = calloc(1, (size_t)status.st_size + 1);
	if (!text)
		return -ENOMEM;
	r = read_all(file, (size_t)status.st_size, text);
	if (r < 0)
		return r;
	*ret_text = TAKE_PTR(text);
	*ret_mode = status.st_mode & 07777;
	return 0;
}

int setup_file_read(const char *path, char **ret_text)
{
	mode_t mode;

	return read_file(path, ret_text, &mode);
}

int setup_file_load(const char *path, char **ret_text, struct setup_error *ret_error)
{
	int r = setup_file_read(path, ret_text);

	if (r == -ENOENT) {
		*ret_text = NULL;
		return 0;
	}
	if (r == -EPERM)
		return setup_fail(ret_error, "%s: must be a file, not a link, that root owns",
				  path);
	if (r < 0)
		return setup_fail(ret_error, "%s: %s", path, strerror(-r));
	return 0;
}

int setup_files_new(struct setup_files **ret_files)
{
	struct setup_files *files = calloc(1, sizeof(*files));

	if (!files)
		return -ENOMEM;
	*ret_files = files;
	return 0;
}

static void change_free(struct change *change)
{
	free(change->path);
	setup_text_free(change->before);
	free(change);
}

DEFINE_CLEANUP(struct change *, change_free)

void setup_files_free(struct setup_files *files)
{
	struct change *change;

	if (!files)
		return;
	while ((change = files->latest)) {
		files->latest = change->earlier;
		change_free(change);
	}
	free(files);
}

void setup_files_freep(struct setup_files **files)
{
	setup_files_free(*files);
}

/* Remembers the file as it is now. */
static int change_new(const char *path, struct change **ret_change)
{
	_cleanup_(change_freep) struct change *change = calloc(1, sizeof(*change));
	int r;

	if (!change)
		return -ENOMEM;
	change->path = strdup(path);
	if (!change->path)
		return -ENOMEM;
	r = read_file(path, &change->before, &change->mode);
	if (r < 0 && r != -ENOENT)
		return r;
	*ret_change = TAKE_PTR(change);
	return 0;
}

static void remember(struct setup_files *files, struct change *change)
{
	change->earlier = files->latest;
	files->latest = change;
}

static int write_all(int file, const char *text)
{
	size_t left = strlen(text);
	ssize_t put;

	for (; left > 0; text += put, left -= (size_t)put) {
		put = write(file, text, left);
		if (put < 0)
			return -errno;
	}
	return 0;
}

/* "/etc/.NAME.saregate-new": always the same, so that one left behind is found. */
static int name_beside(const char *path, char ret_beside[PATH_MAX])
{
	const char *name = strrchr(path, '/') + 1;

	if (snprintf(ret_beside, PATH_MAX, "%.*s.%s.saregate-new", (int)(name - path), path,
		     name) >= PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

void setup_file_sweep(const char *path)
{
	char beside[PATH_MAX];

	if (name_beside(path, beside) == 0)
		unlink(beside);
}

/* Writes beside the file, to the disk, and only then takes its place. */
static int replace(const char *path, const char *text, mode_t mode)
{
	char beside[PATH_MAX];
	_cleanup_(closep) int file = -1;
	int r;

	r = name_beside(path, beside);
	if (r < 0)
		return r;
	unlink(beside);
	file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return -errno;
	r = write_all(file, text);
	if (r == 0 && (fchmod(file, mode) < 0 || fsync(file) < 0 || rename(beside, path) < 0))
		r = -errno;
	if (r < 0)
		unlink(beside);
	return r;
}

int setup_files_write(struct setup_files *files, const char *path, const char *text, mode_t mode)
{
	_cleanup_(change_freep) struct change *change = NULL;
	int r;

	r = change_new(path, &change);
	if (r < 0)
		return r;
	if (mode == 0)
		mode = change->before ? change->mode : 0644;
	if (change->before && change->mode == mode && strcmp(change->before, text) == 0) {
		setup_file_sweep(path);
		return 0;
	}
	r = replace(path, text, mode);
	if (r < 0)
		return r;
	remember(files, TAKE_PTR(change));
	return 1;
}

int setup_file_differs(const char *path, const char *text, mode_t mode)
{
	_cleanup_(setup_text_freep) char *before = NULL;
	mode_t mode_before = 0;
	int r;

	r = read_file(path, &before, &mode_before);
	if (r < 0)
		return r == -ENOENT ? 1 : r;
	return (mode != 0 && mode != mode_before) || !before || strcmp(before, text) != 0;
}

int setup_files_remove(struct setup_files *files, const char *path)
{
	_cleanup_(change_freep) struct change *change = NULL;
	int r;

	setup_file_sweep(path);
	r = change_new(path, &change);
	if (r < 0)
		return r;
	if (!change->before)
		return 0;
	if (unlink(path) < 0)
		return -errno;
	remember(files, TAKE_PTR(change));
	return 1;
}

static int put_back(const struct change *change)
{
	if (change->before)
		return replace(change->path, change->before, change->mode);
	return unlink(change->path) < 0 ? -errno : 0;
}

int setup_files_roll_back(struct setup_files *files)
{
	struct change *change;
	int first_error = 0;
	int r;

	while ((change = files->latest)) {
		files->latest = change->earlier;
		r = put_back(change);
		if (r < 0 && first_error == 0)
			first_error = r;
		change_free(change);
	}
	return first_error;
}
