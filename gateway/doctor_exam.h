/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One examination: all facts of all areas, then all findings. I/O. */
#pragma once

#include "gateway/doctor_firewall.h"
#include "gateway/doctor_ipsec.h"
#include "gateway/doctor_kernel.h"
#include "gateway/doctor_key.h"
#include "gateway/doctor_network.h"
#include "gateway/doctor_ppp.h"
#include "gateway/doctor_services.h"
#include "gateway/doctor_storage.h"
#include "gateway/doctor_versions.h"

#include <sys/utsname.h>

/**
 * struct doctor_exam - what was looked at
 * @configuration:   of saregate.conf; the defaults where it cannot be read
 * @configuration_error: why it cannot be, one line; "" if it can
 */
struct doctor_exam {
	struct configuration configuration;
	char configuration_error[CONFIGURATION_ERROR_MAX];
	struct doctor_connections connections;
	char release[sizeof(((struct utsname *)0)->release)];
	struct doctor_kernel_facts kernel;
	struct doctor_network_facts network;
	struct doctor_firewall_facts firewall;
	struct doctor_ipsec_facts ipsec;
	struct doctor_key_facts key;
	struct doctor_ppp_facts ppp;
	struct doctor_services_facts services;
	struct doctor_storage_facts storage;
	struct doctor_versions_facts versions;
};

/* Looks at the host and changes nothing. Return: 0 and *@ret_exam; -ENOMEM. */
int doctor_exam_new(struct doctor_exam **ret_exam);
void doctor_exam_free(struct doctor_exam *exam);
void doctor_exam_freep(struct doctor_exam **exam);

/* Judges what was seen. */
void doctor_exam_check(const struct doctor_exam *exam, struct doctor_findings *findings);
