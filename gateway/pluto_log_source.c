/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads pluto's log from the journal or a file. I/O. */
#include "gateway/pluto_log_source.h"

#include "base/cleanup.h"
#include "gateway/child.h"
#include "gateway/command.h"
#include "gateway/setup.h"
#include "ipsec-glue/pluto_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#define SECOND_USEC UINT64_C(1000000)
#define DAY_SECONDS 86400
/* A line of pluto's is cut by itself at 1 KiB or so. */
#define LINE_MAX_BYTES 8192
/* More than `ipsec addconn --configsetup` ever prints. */
#define CONFIG_SETUP_MAX 8192
#define UNIT             "ipsec.service"
#define LACKS_RIGHTS     "run it as root, or as a member of group adm or systemd-journal"

static void journal_closep(sd_journal **journal)
{
	sd_journal_close(*journal);
}

static int explain(char error[PLUTO_LOG_ERROR_MAX], int result, const char *name)
{
	snprintf(error, PLUTO_LOG_ERROR_MAX, "pluto's log cannot be read: %.255s: %s%s", name,
		 strerror(-result), result == -EACCES || result == -EPERM ? ": " LACKS_RIGHTS : "");
	return result;
}

/* ---- the journal ------------------------------------------------------------------- */

static int tell_entry(sd_journal *journal, pluto_log_line_fn each, void *userdata)
{
	static const char prefix[] = "MESSAGE=";
	struct pluto_log_line line;
	const void *data;
	uint64_t usec;
	size_t size;

	if (sd_journal_get_data(journal, "MESSAGE", &data, &size) < 0 ||
	    size < sizeof(prefix) - 1 || sd_journal_get_realtime_usec(journal, &usec) < 0)
		return 0;
	size -= sizeof(prefix) - 1;
	if (!pluto_log_read((const char *)data + sizeof(prefix) - 1, size, &line))
		return 0;
	return each(userdata, usec, &line);
}

/* The unit is a field that the journal itself writes: no other program can pretend to it. */
static int read_journal(uint64_t since, pluto_log_line_fn each, void *userdata,
			char ret_error[PLUTO_LOG_ERROR_MAX])
{
	_cleanup_(journal_closep) sd_journal *journal = NULL;
	unsigned int count = 0;
	int r;

	r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
	if (r >= 0)
		r = sd_journal_add_match(journal, "_SYSTEMD_UNIT=" UNIT, 0);
	if (r >= 0)
		r = sd_journal_set_data_threshold(journal, LINE_MAX_BYTES);
	if (r >= 0)
		r = sd_journal_seek_realtime_usec(journal, since * SECOND_USEC);
	if (r < 0)
		return explain(ret_error, r, "journal");
	while ((r = sd_journal_next(journal)) > 0 && count++ < PLUTO_LOG_LINES_MAX) {
		r = tell_entry(journal, each, userdata);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return explain(ret_error, r, "journal");
	/* Without rights the journal looks empty. */
	if (count == 0 && geteuid() != 0)
		return explain(ret_error, -EACCES, "journal of " UNIT);
	return 0;
}

/* ---- a file ------------------------------------------------------------------------ */

/* pluto writes no year: it is this one, or the last if that would be to come. */
static uint64_t time_of(const struct pluto_log_time *written, time_t now)
{
	struct tm time;
	time_t moment;

	if (written->month == 0 || !localtime_r(&now, &time))
		return 0;
	time.tm_mon = (int)written->month - 1;
	time.tm_mday = (int)written->day;
	time.tm_hour = (int)written->hour;
	time.tm_min = (int)written->minute;
	time.tm_sec = (int)written->second;
	time.tm_isdst = -1;
	moment = mktime(&time);
	if (moment > now + DAY_SECONDS) {
		time.tm_year--;
		time.tm_isdst = -1;
		moment = mktime(&time);
	}
	return moment < 0 ? 0 : (uint64_t)moment * SECOND_USEC + written->usec;
}

static int tell_lines(FILE *file, uint64_t since, pluto_log_line_fn each, void *userdata)
{
	_cleanup_(freep) char *text = NULL;
	struct pluto_log_line line;
	time_t now = time(NULL);
	unsigned int count = 0;
	size_t room = 0;
	ssize_t size;

	while ((size = getline(&text, &room, file)) > 0 && count++ < PLUTO_LOG_LINES_MAX) {
		uint64_t usec;
		int r;

		if (text[size - 1] == '\n')
			size--;
		if (size > LINE_MAX_BYTES || !pluto_log_read(text, (size_t)size, &line))
			continue;
		usec = time_of(&line.time, now);
		if (usec && usec < since * SECOND_USEC)
			continue;
		r = each(userdata, usec, &line);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_file(const char *path, uint64_t since, pluto_log_line_fn each, void *userdata,
		     char ret_error[PLUTO_LOG_ERROR_MAX])
{
	_cleanup_(fclosep) FILE *file = fopen(path, "re");
	struct stat status;

	if (!file || fstat(fileno(file), &status) < 0)
		return explain(ret_error, -errno, path);
	if (!S_ISREG(status.st_mode))
		return explain(ret_error, -EINVAL, path);
	if (status.st_size > PLUTO_LOG_FILE_MAX &&
	    fseeko(file, status.st_size - PLUTO_LOG_FILE_MAX, SEEK_SET) < 0)
		return explain(ret_error, -errno, path);
	return tell_lines(file, since, each, userdata);
}

/* ---- which of them -------------------------------------------------------------------- */

/* What `logfile=` says, as libreswan reads its configuration; "" for nothing. */
static void find_file(char path[PLUTO_LOG_ERROR_MAX])
{
	static const char key[] = "export logfile='";
	const char *const arguments[] = {
		"ipsec",
		"addconn",
		"--config",
		access(SETUP_PLUTO_PATH, F_OK) == 0 ? SETUP_PLUTO_PATH : PLUTO_HOST_PATH,
		"--configsetup",
		NULL
	};
	char output[CONFIG_SETUP_MAX];
	const char *found;

	path[0] = '\0';
	if (geteuid() == 0)
		command_make_environment_plain();
	if (child_run(arguments, output, sizeof(output)) != 0)
		return;
	found = strstr(output, key);
	if (found)
		snprintf(path, PLUTO_LOG_ERROR_MAX, "%.*s",
			 (int)strcspn(found + strlen(key), "'\n"), found + strlen(key));
}

int pluto_log_source_read(const char *file, uint64_t since, pluto_log_line_fn each, void *userdata,
			  char ret_name[PLUTO_LOG_ERROR_MAX], char ret_error[PLUTO_LOG_ERROR_MAX])
{
	char found[PLUTO_LOG_ERROR_MAX];

	if (!file) {
		find_file(found);
		file = found[0] == '/' ? found : NULL;
	}
	snprintf(ret_name, PLUTO_LOG_ERROR_MAX, "%s", file ? file : "journal of " UNIT);
	ret_error[0] = '\0';
	if (file)
		return read_file(file, since, each, userdata, ret_error);
	return read_journal(since, each, userdata, ret_error);
}
