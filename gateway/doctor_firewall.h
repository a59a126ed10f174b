/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our tables, other people's chains, and rulesets that were saved. Pure. */
#pragma once

#include "gateway/configuration.h"
#include "gateway/doctor.h"
#include "gateway/foreign_rule.h"

#define DOCTOR_SAVED_MAX 64

/* A file that holds rules for a boot to load. */
struct doctor_saved_rules {
	char *path;
	struct doctor_text content;
};

/**
 * struct doctor_firewall_facts
 * @file:    /etc/saregate/firewall.nft
 * @wanted:  what nft lists of it, loaded where nothing else is
 * @loaded:  what nft lists of our two tables here; -ENOENT: one of them is not there
 * @ruleset: `nft -s list ruleset`
 * @chains:  `nft -j list chains`
 * @missing: what other firewalls have not been told to let pass
 * @missing_error: why that is not known, 0 if it is
 * @configuration: NULL if it cannot be read
 */
struct doctor_firewall_facts {
	struct doctor_text file;
	struct doctor_text wanted;
	struct doctor_text loaded;
	struct doctor_text ruleset;
	struct doctor_text chains;
	struct doctor_saved_rules saved[DOCTOR_SAVED_MAX];
	size_t saved_count;
	struct foreign_rules missing;
	int missing_error;
	const struct configuration *configuration;
};

void doctor_firewall_check(const struct doctor_firewall_facts *facts,
			   struct doctor_findings *findings);

/* From the host; @configuration is set already. I/O (doctor_look_firewall.c). */
void doctor_firewall_look(struct doctor_firewall_facts *ret_facts);
void doctor_firewall_facts_done(struct doctor_firewall_facts *facts);
