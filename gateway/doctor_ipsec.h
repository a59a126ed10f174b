/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pluto really does, against what setup wrote. Pure. */
#pragma once

#include "gateway/doctor.h"
#include "gateway/doctor_connections.h"
#include "gateway/setup_error.h"

/**
 * struct doctor_ipsec_facts
 * @is_installed:    whether there is a program `ipsec`
 * @look_error:      0; -EACCES: libreswan's programs answer root only
 * @files_error:     what libreswan says of ipsec.conf and its includes; "" if nothing
 * @offers_error:    what it says of the algorithms that we accept; "" if nothing
 * @config_setup:    `ipsec addconn --configsetup`
 * @status:          `ipsec whack --status`; -ENOTCONN: pluto does not run
 * @connection_file: what setup wrote
 * @connections:     the same, read
 * @has_systemd:     how pluto is started
 */
struct doctor_ipsec_facts {
	bool is_installed;
	int look_error;
	struct setup_error files_error;
	struct setup_error offers_error;
	struct doctor_text config_setup;
	struct doctor_text status;
	struct doctor_text connection_file;
	const struct doctor_connections *connections;
	bool has_systemd;
};

void doctor_ipsec_check(const struct doctor_ipsec_facts *facts, struct doctor_findings *findings);

/* From the host, but for @connections. I/O (doctor_look_ipsec.c). */
void doctor_ipsec_look(struct doctor_ipsec_facts *ret_facts);
void doctor_ipsec_facts_done(struct doctor_ipsec_facts *facts);
