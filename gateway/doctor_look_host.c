/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at packages, pppd's options, users, disk and clock. I/O. */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/doctor_look.h"
#include "gateway/doctor_ppp.h"
#include "gateway/doctor_storage.h"
#include "gateway/doctor_versions.h"
#include "gateway/privileges.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <time.h>

/* ---- pppd ------------------------------------------------------------------------ */

void doctor_ppp_look(struct doctor_ppp_facts *ret_facts)
{
	ret_facts->is_installed = access("/usr/sbin/pppd", F_OK) == 0;
	ret_facts->plugin = SAREGATE_PLUGIN;
	ret_facts->plugin_error = access(SAREGATE_PLUGIN, R_OK) < 0 ? -errno : 0;
	doctor_look_file(DOCTOR_PPP_OPTIONS, &ret_facts->options);
	doctor_look_file(DOCTOR_PPP_RC, &ret_facts->rc);
}

void doctor_ppp_facts_done(struct doctor_ppp_facts *facts)
{
	doctor_text_done(&facts->options);
	doctor_text_done(&facts->rc);
}

/* ---- versions -------------------------------------------------------------------- */

/* dpkg's word, else rpm's. What is not installed has no version. */
static void look_at_package(const char *name, struct doctor_package_facts *facts)
{
	const char *const dpkg[] = { "dpkg-query", "--show", "--showformat=${Version}", name,
				     NULL };
	const char *const rpm[] = { "rpm", "--query", "--queryformat=%{VERSION}-%{RELEASE}", name,
				    NULL };
	const char *const rpm_changelog[] = { "rpm", "--query", "--changelog", name, NULL };
	char path[PATH_MAX];
	const char *const changelog[] = { "gzip", "--decompress", "--stdout", path, NULL };

	doctor_look_program(dpkg, &facts->version);
	if (facts->version.text) {
		snprintf(path, sizeof(path), "/usr/share/doc/%s/changelog.Debian.gz", name);
		doctor_look_program(changelog, &facts->changelog);
		return;
	}
	doctor_look_program(rpm, &facts->version);
	if (facts->version.text)
		doctor_look_program(rpm_changelog, &facts->changelog);
	else
		facts->version.error = -ENOENT;
}

void doctor_versions_look(struct doctor_versions_facts *ret_facts)
{
	for (int which = 0; which < DOCTOR_PACKAGES_COUNT_; which++)
		look_at_package(doctor_package_names[which], &ret_facts->packages[which]);
}

void doctor_versions_facts_done(struct doctor_versions_facts *facts)
{
	for (int which = 0; which < DOCTOR_PACKAGES_COUNT_; which++) {
		doctor_text_done(&facts->packages[which].version);
		doctor_text_done(&facts->packages[which].changelog);
	}
}

/* ---- users, disk, clock ---------------------------------------------------------- */

/* A log with something in it: the file alone would not tell all. */
static bool has_log(const char *database)
{
	char path[PATH_MAX];
	struct stat status;

	snprintf(path, sizeof(path), "%s-wal", database);
	return stat(path, &status) == 0 && status.st_size > 0;
}

/* Nothing is created beside the file, as an ordinary way of reading it would. */
static int64_t count_users(sqlite3 *connection, char reason[128])
{
	sqlite3_stmt *statement = NULL;
	int64_t users = -EIO;

	if (sqlite3_prepare_v2(connection, "SELECT count(*) FROM user", -1, &statement, NULL) ==
		    SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		users = sqlite3_column_int64(statement, 0);
	else
		snprintf(reason, 128, "%s", sqlite3_errmsg(connection));
	sqlite3_finalize(statement);
	return users;
}

static int64_t look_at_database(const char *path, char reason[128])
{
	sqlite3 *connection = NULL;
	char name[PATH_MAX + 32];
	int64_t users = -EIO;

	if (access(path, R_OK) < 0)
		return -errno;
	if (has_log(path))
		return -EBUSY;
	snprintf(name, sizeof(name), "file:%s?immutable=1", path);
	if (strpbrk(path, "?#%"))
		return -EINVAL;
	if (sqlite3_open_v2(name, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) ==
	    SQLITE_OK)
		users = count_users(connection, reason);
	else
		snprintf(reason, 128, "%s", connection ? sqlite3_errmsg(connection) : "no memory");
	sqlite3_close(connection);
	return users;
}

/* Of the directory that the database is in. */
static int64_t look_at_disk(const char *path)
{
	char directory[PATH_MAX];
	struct statvfs status;
	char *slash;

	snprintf(directory, sizeof(directory), "%s", path);
	slash = strrchr(directory, '/');
	if (!slash)
		return -EINVAL;
	*slash = '\0';
	if (statvfs(*directory ? directory : "/", &status) < 0)
		return -errno;
	return (int64_t)status.f_bavail * (int64_t)status.f_frsize;
}

static int look_at_clock(void)
{
	struct timex clock = { 0 };
	int state = adjtimex(&clock);

	if (state < 0)
		return -errno;
	return state != TIME_ERROR && !(clock.status & STA_UNSYNC);
}

void doctor_storage_look(struct doctor_storage_facts *facts, json_object *status)
{
	facts->has_account = getpwnam(PRIVILEGES_USER);
	if (status)
		facts->users = (int64_t)answer_number(status, "users");
	else
		facts->users = look_at_database(facts->database, facts->users_reason);
	facts->free_bytes = look_at_disk(facts->database);
	facts->now = time(NULL);
	facts->is_synchronised = look_at_clock();
}
