/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firewall: what is in force, and what will be at boot. Pure. */
#include "gateway/doctor_firewall.h"

#include "base/cleanup.h"
#include "gateway/configuration_pools.h"
#include "gateway/doctor_foreign.h"
#include "gateway/doctor_foreign_drop.h"
#include "gateway/firewall_text.h"
#include "gateway/setup.h"
#include "ipsec-glue/sa_mark_table.h"

#include <errno.h>
#include <string.h>

#define AREA "firewall"

static void check_file(const struct doctor_firewall_facts *facts, struct doctor_findings *findings)
{
	_cleanup_(freep) char *text = NULL;

	if (facts->file.error == -ENOENT) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "there is no %s", SETUP_FIREWALL_PATH);
		doctor_run(findings, "saregate setup --non-interactive");
		return;
	}
	if (!facts->file.text) {
		doctor_unseen(findings, AREA, SETUP_FIREWALL_PATH, facts->file.error);
		return;
	}
	if (!facts->configuration)
		return;
	if (firewall_text(facts->configuration, &text) < 0) {
		findings->incomplete = true;
		return;
	}
	if (strcmp(text, facts->file.text) == 0) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "%s is that of saregate.conf",
			   SETUP_FIREWALL_PATH);
		return;
	}
	doctor_add(findings, DOCTOR_WARNING, AREA,
		   "%s is not that of saregate.conf, or was edited: MTU or DNS servers of clients "
		   "are treated as before the change",
		   SETUP_FIREWALL_PATH);
	doctor_run(findings, "saregate setup --non-interactive");
}

static void check_loaded(const struct doctor_firewall_facts *facts,
			 struct doctor_findings *findings)
{
	if (facts->loaded.error == -ENOENT) {
		doctor_add(findings, DOCTOR_ERROR, AREA,
			   "the tables %s and %s are not both loaded: cleartext L2TP is not kept "
			   "out, and clients are not led to the network",
			   FIREWALL_TABLE, FIREWALL_GUARD_TABLE);
		doctor_run(findings, "nft -f %s", SETUP_FIREWALL_PATH);
		return;
	}
	if (!facts->loaded.text) {
		doctor_unseen(findings, AREA, "our tables", facts->loaded.error);
		return;
	}
	if (!facts->wanted.text) {
		doctor_unseen(findings, AREA, "whether our tables are unchanged",
			      facts->wanted.error);
		return;
	}
	if (strcmp(facts->loaded.text, facts->wanted.text) == 0) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "our tables are loaded and unchanged");
		return;
	}
	doctor_add(findings, DOCTOR_ERROR, AREA,
		   "the tables %s and %s are not as in %s: somebody changed them", FIREWALL_TABLE,
		   FIREWALL_GUARD_TABLE, SETUP_FIREWALL_PATH);
	doctor_run(findings, "nft -f %s", SETUP_FIREWALL_PATH);
}

/* nft prints a rule of this table that it cannot read: the file would be refused whole. */
static void check_saved(const struct doctor_firewall_facts *facts, struct doctor_findings *findings)
{
	static const char head[] = "table inet " SA_MARK_TABLE " {";
	size_t before = findings->count;

	for (size_t i = 0; i < facts->saved_count; i++) {
		const struct doctor_saved_rules *saved = &facts->saved[i];

		if (!saved->content.text) {
			doctor_unseen(findings, AREA, saved->path, saved->content.error);
		} else if (strstr(saved->content.text, head)) {
			doctor_add(findings, DOCTOR_WARNING, AREA,
				   "%s was saved with the table %s, which nft cannot read back: at "
				   "the next boot it is refused, with all of the host's rules",
				   saved->path, SA_MARK_TABLE);
			doctor_run(findings, "sed -i '/^%s$/,/^}/d' '%s'", head, saved->path);
		}
	}
	if (findings->count == before)
		doctor_add(findings, DOCTOR_GOOD, AREA, "no saved ruleset holds our marks");
}

void doctor_firewall_check(const struct doctor_firewall_facts *facts,
			   struct doctor_findings *findings)
{
	check_file(facts, findings);
	check_loaded(facts, findings);
	if (facts->chains.text && facts->ruleset.text && facts->missing_error == 0)
		doctor_foreign_check(facts->chains.text, facts->ruleset.text,
				     facts->configuration &&
					     configuration_has_ipv6(facts->configuration),
				     &facts->missing, findings);
	else
		doctor_unseen(findings, AREA, "other firewalls",
			      facts->chains.text ? facts->missing_error : facts->chains.error);
	if (facts->ruleset.text)
		doctor_foreign_drop_check(facts->ruleset.text, findings);
	check_saved(facts, findings);
}
