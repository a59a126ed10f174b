/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of the host that reach our pppd. Pure. */
#pragma once

#include "gateway/doctor.h"

#define DOCTOR_PPP_OPTIONS "/etc/ppp/options"
#define DOCTOR_PPP_RC      "/root/.ppprc"

/**
 * struct doctor_ppp_facts
 * @is_installed: whether there is a pppd
 * @plugin:  path of ours; @plugin_error: 0, or why pppd could not load it
 * @options: of DOCTOR_PPP_OPTIONS, which pppd reads before its arguments
 * @rc:      of DOCTOR_PPP_RC, likewise
 */
struct doctor_ppp_facts {
	bool is_installed;
	const char *plugin;
	int plugin_error;
	struct doctor_text options;
	struct doctor_text rc;
};

void doctor_ppp_check(const struct doctor_ppp_facts *facts, struct doctor_findings *findings);

/* From the host. I/O (doctor_look_host.c). */
void doctor_ppp_look(struct doctor_ppp_facts *ret_facts);
void doctor_ppp_facts_done(struct doctor_ppp_facts *facts);
