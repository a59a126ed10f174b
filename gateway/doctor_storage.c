/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users, disk, clock. Pure. */
#include "gateway/doctor_storage.h"

#include "gateway/human.h"
#include "gateway/privileges.h"

#include <errno.h>
#include <inttypes.h>

#define AREA "users"

/* A write of SQLite needs some pages, its log some more. */
#define FREE_BYTES_NEEDED (1024 * 1024)
#define FREE_BYTES_WANTED (64 * 1024 * 1024)

/* 2025-01-01: no host of ours has lived before. */
#define EARLIEST_NOW 1735689600
/* 2100-01-01 */
#define LATEST_NOW 4102444800

static void check_account(const struct doctor_storage_facts *facts,
			  struct doctor_findings *findings)
{
	if (facts->has_account) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "account %s is there", PRIVILEGES_USER);
		return;
	}
	doctor_add(findings, DOCTOR_ERROR, AREA, "there is no account %s, which saregated runs as",
		   PRIVILEGES_USER);
	doctor_run(findings, "systemd-sysusers saregate.conf");
}

static void check_users(const struct doctor_storage_facts *facts, struct doctor_findings *findings)
{
	if (facts->users > 0) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "%" PRId64 " users", facts->users);
	} else if (facts->users == 0 || facts->users == -ENOENT) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "there is no user: nobody can log in");
		doctor_advise(findings, "saregate user add NAME --generate");
	} else if (facts->users == -EIO) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "%s cannot be read: %s", facts->database,
			   facts->users_reason);
		doctor_advise(findings, "put back a copy of it, or move it away and add the users "
					"again");
	} else {
		doctor_unseen(findings, AREA, facts->database, (int)facts->users);
	}
}

static void check_disk(const struct doctor_storage_facts *facts, struct doctor_findings *findings)
{
	char text[HUMAN_TEXT_MAX];

	if (facts->free_bytes < 0) {
		if (facts->free_bytes != -ENOENT)
			doctor_unseen(findings, AREA, "free space for the database",
				      (int)facts->free_bytes);
		return;
	}
	human_size((uint64_t)facts->free_bytes, text);
	if (facts->free_bytes >= FREE_BYTES_WANTED) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "%s free for the database", text);
		return;
	}
	doctor_add(findings, facts->free_bytes < FREE_BYTES_NEEDED ? DOCTOR_ERROR : DOCTOR_WARNING,
		   AREA, "only %s are free where %s is", text, facts->database);
	doctor_advise(findings, "make room on that file system: du -xh / | sort -h | tail");
}

static void check_clock(const struct doctor_storage_facts *facts, struct doctor_findings *findings)
{
	if (facts->now < EARLIEST_NOW || facts->now > LATEST_NOW) {
		doctor_add(findings, DOCTOR_WARNING, "clock",
			   "the date of this host is absurd: logs and sessions carry it");
		doctor_run(findings, "timedatectl set-ntp true");
	} else if (facts->is_synchronised == 0) {
		doctor_add(findings, DOCTOR_NOTE, "clock", "nobody keeps the clock right");
		doctor_run(findings, "timedatectl set-ntp true");
	} else if (facts->is_synchronised < 0) {
		doctor_unseen(findings, "clock", "whether it is kept right",
			      facts->is_synchronised);
	} else {
		doctor_add(findings, DOCTOR_GOOD, "clock", "the clock is kept right");
	}
}

void doctor_storage_check(const struct doctor_storage_facts *facts,
			  struct doctor_findings *findings)
{
	check_account(facts, findings);
	check_users(facts, findings);
	check_disk(facts, findings);
	check_clock(facts, findings);
}
