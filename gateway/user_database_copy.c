/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users as bytes, through children that have become saregated's user. I/O. */
#include "gateway/user_database_copy.h"

#include "base/cleanup.h"
#include "gateway/privileges.h"
#include "gateway/user_database.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define BUSY_TIMEOUT_MSEC 5000

/* What a child is to do, and what it has to say. Shared with it. */
struct task {
	const char *path;
	const uint8_t *bytes;
	size_t size;
	int result;                /* of a memory file */
	struct setup_error *error; /* in memory that both see */
};

/* Return: 0, 1 for yes; -ECANCELED. Runs as saregated's user. */
typedef int (*task_fn)(const struct task *task);

static int become_user(struct setup_error *error)
{
	const struct passwd *user = getpwnam(PRIVILEGES_USER);

	if (!user)
		return setup_fail(error, "there is no user %s", PRIVILEGES_USER);
	if (setgroups(0, NULL) < 0 || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) < 0 ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) < 0)
		return setup_fail(error, "user %s: %m", PRIVILEGES_USER);
	umask(077);
	return 0;
}

/* The child's exit status: 0, 1 for yes, 2 for -ECANCELED. */
static int run_child(task_fn run, const struct task *task)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return setup_fail(task->error, "a child: %m");
	if (child == 0) {
		int r = become_user(task->error);

		if (r == 0)
			r = run(task);
		_exit(r < 0 ? 2 : r);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return setup_fail(task->error, "a child: %m");
	if (!WIFEXITED(status))
		return setup_fail(task->error, "%s: a child was killed by signal %d", task->path,
				  WTERMSIG(status));
	return WEXITSTATUS(status) == 2 ? -ECANCELED : WEXITSTATUS(status);
}

static int run_task(task_fn run, struct task *task, struct setup_error *ret_error)
{
	int r;

	task->error = mmap(NULL, sizeof(*task->error), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (task->error == MAP_FAILED)
		return setup_fail(ret_error, "memory: %m");
	r = run_child(run, task);
	if (r < 0)
		*ret_error = *task->error;
	munmap(task->error, sizeof(*task->error));
	return r;
}

static int write_all(int file, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t put = write(file, bytes, size);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0) {
			bytes += put;
			size -= (size_t)put;
		}
	}
	return 0;
}

/* ---- read ---------------------------------------------------------------------------- */

/* Pages come from the pager, which sees what the journal holds, in one transaction. */
static int serialize(const struct task *task)
{
	sqlite3 *connection = NULL;
	unsigned char *bytes = NULL;
	sqlite3_int64 size = 0;
	int r = 0;

	if (access(task->path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (sqlite3_open_v2(task->path, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW,
			    NULL) == SQLITE_OK &&
	    sqlite3_busy_timeout(connection, BUSY_TIMEOUT_MSEC) == SQLITE_OK &&
	    sqlite3_exec(connection, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL,
			 NULL) == SQLITE_OK)
		bytes = sqlite3_serialize(connection, "main", &size, 0);
	if (!bytes)
		r = setup_fail(task->error, "%s: %s", task->path, sqlite3_errmsg(connection));
	else if ((size_t)size > task->size)
		r = setup_fail(task->error, "%s: is too large to be the users of saregate",
			       task->path);
	else if (write_all(task->result, bytes, (size_t)size) < 0)
		r = setup_fail(task->error, "memory: %m");
	sqlite3_free(bytes);
	sqlite3_close(connection);
	return r;
}

static int take_result(int file, uint8_t **ret_bytes, size_t *ret_size)
{
	off_t size = lseek(file, 0, SEEK_END);
	uint8_t *bytes;

	if (size <= 0) {
		*ret_bytes = NULL;
		*ret_size = 0;
		return size < 0 ? -errno : 0;
	}
	bytes = malloc((size_t)size);
	if (!bytes)
		return -ENOMEM;
	if (pread(file, bytes, (size_t)size, 0) != size) {
		free(bytes);
		return -EIO;
	}
	*ret_bytes = bytes;
	*ret_size = (size_t)size;
	return 0;
}

int user_database_read(const char *path, size_t size_max, uint8_t **ret_bytes, size_t *ret_size,
		       struct setup_error *ret_error)
{
	_cleanup_(closep) int result = memfd_create("users", MFD_CLOEXEC);
	struct task task = { .path = path, .size = size_max, .result = result };
	int r;

	if (result < 0)
		return setup_fail(ret_error, "memory: %m");
	r = run_task(serialize, &task, ret_error);
	if (r < 0)
		return r;
	r = take_result(result, ret_bytes, ret_size);
	return r == -EIO ? setup_fail(ret_error, "memory: %s", strerror(-r)) : r;
}

/* ---- write --------------------------------------------------------------------------- */

static void name_staged(const char *path, char staged[PATH_MAX])
{
	snprintf(staged, PATH_MAX, "%s.restored", path);
}

/* The database and its journals. */
static void remove_database(const char *path)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	char name[PATH_MAX + 16];

	for (size_t i = 0; i < ELEMENTS(endings); i++) {
		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		unlink(name);
	}
}

static int check_staged(const char *staged, struct setup_error *error)
{
	_cleanup_(user_database_freep) struct user_database *database = NULL;
	char reason[512];

	if (user_database_open(staged, &database, reason) < 0)
		return setup_fail(error, "the users in the backup: %s", reason);
	if (user_database_count(database) < 0)
		return setup_fail(error, "the users in the backup cannot be read");
	return 0;
}

static int stage(const struct task *task)
{
	_cleanup_(closep) int file = -1;
	char staged[PATH_MAX];
	int r;

	name_staged(task->path, staged);
	remove_database(staged);
	file = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	r = file < 0 ? -errno : write_all(file, task->bytes, task->size);
	if (r == 0 && fsync(file) < 0)
		r = -errno;
	if (r < 0)
		r = setup_fail(task->error, "%s: %s", staged, strerror(-r));
	if (r == 0)
		r = check_staged(staged, task->error);
	if (r < 0)
		remove_database(staged);
	return r;
}

int user_database_stage(const char *path, const uint8_t *bytes, size_t size,
			struct setup_error *ret_error)
{
	struct task task = { .path = path, .bytes = bytes, .size = size };

	return run_task(stage, &task, ret_error);
}

/* Journals of the old one must not be taken for the new one's. */
static int take_staged(const struct task *task)
{
	char staged[PATH_MAX];

	name_staged(task->path, staged);
	if (access(staged, F_OK) < 0)
		return setup_fail(task->error, "%s: %m", staged);
	remove_database(task->path);
	if (rename(staged, task->path) < 0)
		return setup_fail(task->error, "%s: %m", task->path);
	return 0;
}

int user_database_take_staged(const char *path, struct setup_error *ret_error)
{
	struct task task = { .path = path };

	return run_task(take_staged, &task, ret_error);
}

static int drop_staged(const struct task *task)
{
	char staged[PATH_MAX];

	name_staged(task->path, staged);
	remove_database(staged);
	return 0;
}

void user_database_drop_staged(const char *path)
{
	struct task task = { .path = path };
	struct setup_error ignored;

	run_task(drop_staged, &task, &ignored);
}

static int has_users(const struct task *task)
{
	_cleanup_(user_database_freep) struct user_database *database = NULL;
	char reason[512];

	if (access(task->path, F_OK) < 0)
		return 0;
	if (user_database_open(task->path, &database, reason) < 0)
		return setup_fail(task->error, "%s", reason);
	return user_database_count(database) > 0;
}

int user_database_has_users(const char *path, struct setup_error *ret_error)
{
	struct task task = { .path = path };

	return run_task(has_users, &task, ret_error);
}
