/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libreswan and ppp with known weaknesses that our use of them lets through. Pure. */
#pragma once

#include "gateway/doctor.h"

enum doctor_package {
	DOCTOR_PACKAGE_LIBRESWAN,
	DOCTOR_PACKAGE_PPP,
	DOCTOR_PACKAGES_COUNT_,
};

extern const char *const doctor_package_names[DOCTOR_PACKAGES_COUNT_];

/**
 * struct doctor_package_facts - of one package
 * @version:   as dpkg has it ("4.10-2+deb12u1"), or as the program says ("4.10")
 * @changelog: Debian's, which names each CVE that a revision fixes; none is no error
 */
struct doctor_package_facts {
	struct doctor_text version;
	struct doctor_text changelog;
};

struct doctor_versions_facts {
	struct doctor_package_facts packages[DOCTOR_PACKAGES_COUNT_];
};

/**
 * doctor_version_compare() - as dpkg orders versions (deb-version(7))
 *
 * Return: negative, 0, positive.
 */
int doctor_version_compare(const char *a, const char *b);

void doctor_versions_check(const struct doctor_versions_facts *facts,
			   struct doctor_findings *findings);

/* From the host. I/O (doctor_look_host.c). */
void doctor_versions_look(struct doctor_versions_facts *ret_facts);
void doctor_versions_facts_done(struct doctor_versions_facts *facts);
