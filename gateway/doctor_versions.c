/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Versions. Only what a stranger or a client can reach in a gateway of ours is
 * in the table: IKEv1 with a pre-shared key and `esp=` given, pppd that
 * authenticates others by MS-CHAPv2. Of Debian's package the revision counts: it
 * carries fixes to older versions, and its changelog says which. Pure.
 */
#include "gateway/doctor_versions.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define AREA "versions"

#define VERSION_MAX_BYTES 128

const char *const doctor_package_names[DOCTOR_PACKAGES_COUNT_] = {
	[DOCTOR_PACKAGE_LIBRESWAN] = "libreswan",
	[DOCTOR_PACKAGE_PPP] = "ppp",
};

/**
 * struct weakness - affects versions from @since on and before @fixed
 * @debian: Debian's versions that carry the fix, each for one upstream version
 * @needs_key: only who has the pre-shared key can use it
 */
static const struct weakness {
	enum doctor_package package;
	const char *name;
	const char *since;
	const char *fixed;
	const char *debian[3];
	bool needs_key;
	const char *what;
} weaknesses[] = {
	{ DOCTOR_PACKAGE_LIBRESWAN,
	  "CVE-2022-23094",
	  "4.2",
	  "4.6",
	  { "4.3-1+deb11u1" },
	  false,
	  "a packet of IKEv1 from anybody ends pluto" },
	{ DOCTOR_PACKAGE_LIBRESWAN,
	  "CVE-2023-30570",
	  "3.28",
	  "4.11",
	  { "4.3-1+deb11u4", "4.10-2+deb12u1" },
	  false,
	  "a packet of IKEv1 aggressive mode from anybody ends pluto" },
	{ DOCTOR_PACKAGE_LIBRESWAN,
	  "CVE-2023-38711",
	  "4.6",
	  "4.12",
	  { NULL },
	  true,
	  "a peer's Quick Mode with an identity of the wrong kind ends pluto" },
	{ DOCTOR_PACKAGE_LIBRESWAN,
	  "CVE-2023-38712",
	  "3.0",
	  "4.12",
	  { NULL },
	  true,
	  "a peer's second Delete of one IKE SA ends pluto" },
	{ DOCTOR_PACKAGE_PPP,
	  "CVE-2020-8597",
	  "2.4.2",
	  "2.4.9",
	  { "2.4.7-2+4.1+deb10u1" },
	  false,
	  "an EAP packet, negotiated or not, runs code in pppd" },
};

/* Order of a character that is no digit: '~' before the end, letters, then the rest. */
static int order(char c)
{
	if (c == '~')
		return -1;
	if (c == '\0' || isdigit((unsigned char)c))
		return 0;
	return isalpha((unsigned char)c) ? c : c + 256;
}

static int compare_numbers(const char **a, const char **b)
{
	size_t a_size, b_size;
	int difference;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	a_size = strspn(*a, "0123456789");
	b_size = strspn(*b, "0123456789");
	difference = a_size != b_size ? (a_size < b_size ? -1 : 1) : strncmp(*a, *b, a_size);
	*a += a_size;
	*b += b_size;
	return difference;
}

/* One part of a version: upstream's, or the revision. */
static int compare_parts(const char *a, const char *b)
{
	int difference = 0;

	while (difference == 0 && (*a || *b)) {
		while (difference == 0 && ((*a && !isdigit((unsigned char)*a)) ||
					   (*b && !isdigit((unsigned char)*b)))) {
			difference = order(*a) - order(*b);
			a += *a && !isdigit((unsigned char)*a);
			b += *b && !isdigit((unsigned char)*b);
		}
		if (difference == 0)
			difference = compare_numbers(&a, &b);
	}
	return difference;
}

/* Takes "1:2.3-4" apart into 1, "2.3" and "4". */
static unsigned long split(const char *version, char upstream[VERSION_MAX_BYTES],
			   char revision[VERSION_MAX_BYTES])
{
	unsigned long epoch = 0;
	char *end, *dash;

	epoch = strtoul(version, &end, 10);
	if (*end == ':')
		version = end + 1;
	else
		epoch = 0;
	snprintf(upstream, VERSION_MAX_BYTES, "%s", version);
	dash = strrchr(upstream, '-');
	snprintf(revision, VERSION_MAX_BYTES, "%s", dash ? dash + 1 : "");
	if (dash)
		*dash = '\0';
	return epoch;
}

int doctor_version_compare(const char *a, const char *b)
{
	char a_upstream[VERSION_MAX_BYTES], a_revision[VERSION_MAX_BYTES];
	char b_upstream[VERSION_MAX_BYTES], b_revision[VERSION_MAX_BYTES];
	unsigned long a_epoch = split(a, a_upstream, a_revision);
	unsigned long b_epoch = split(b, b_upstream, b_revision);
	int difference;

	if (a_epoch != b_epoch)
		return a_epoch < b_epoch ? -1 : 1;
	difference = compare_parts(a_upstream, b_upstream);
	return difference ? difference : compare_parts(a_revision, b_revision);
}

/* Upstream's version: neither epoch nor revision, nor what Debian adds with '+'. */
static void read_upstream(const char *version, char upstream[VERSION_MAX_BYTES])
{
	char revision[VERSION_MAX_BYTES];

	split(version, upstream, revision);
	upstream[strcspn(upstream, "+")] = '\0';
}

static bool is_fixed_by_debian(const struct weakness *weakness,
			       const struct doctor_package_facts *package, const char *upstream)
{
	char fixed_upstream[VERSION_MAX_BYTES];

	if (package->changelog.text && strstr(package->changelog.text, weakness->name))
		return true;
	for (size_t i = 0; i < ELEMENTS(weakness->debian) && weakness->debian[i]; i++) {
		read_upstream(weakness->debian[i], fixed_upstream);
		if (strcmp(fixed_upstream, upstream) == 0 &&
		    doctor_version_compare(package->version.text, weakness->debian[i]) >= 0)
			return true;
	}
	return false;
}

static bool affects(const struct weakness *weakness, const struct doctor_package_facts *package)
{
	char upstream[VERSION_MAX_BYTES];

	read_upstream(package->version.text, upstream);
	return doctor_version_compare(upstream, weakness->since) >= 0 &&
	       doctor_version_compare(upstream, weakness->fixed) < 0 &&
	       !is_fixed_by_debian(weakness, package, upstream);
}

static void check_package(enum doctor_package which, const struct doctor_package_facts *package,
			  struct doctor_findings *findings)
{
	const char *name = doctor_package_names[which];
	size_t before = findings->count;

	if (!package->version.text) {
		/* That it is not installed, others say. */
		if (package->version.error != -ENOENT)
			doctor_unseen(findings, AREA, name, package->version.error);
		return;
	}
	for (size_t i = 0; i < ELEMENTS(weaknesses); i++) {
		const struct weakness *weakness = &weaknesses[i];

		if (weakness->package != which || !affects(weakness, package))
			continue;
		doctor_add(findings, weakness->needs_key ? DOCTOR_NOTE : DOCTOR_WARNING, AREA,
			   "%s %s has %s, fixed in %s: %s%s", name, package->version.text,
			   weakness->name, weakness->fixed, weakness->what,
			   weakness->needs_key ? " (it takes the pre-shared key)" : "");
		doctor_run(findings, "apt update && apt install --only-upgrade %s", name);
	}
	if (findings->count == before)
		doctor_add(findings, DOCTOR_GOOD, AREA, "%s %s has no weakness known here", name,
			   package->version.text);
}

void doctor_versions_check(const struct doctor_versions_facts *facts,
			   struct doctor_findings *findings)
{
	for (int which = 0; which < DOCTOR_PACKAGES_COUNT_; which++)
		check_package((enum doctor_package)which, &facts->packages[which], findings);
}
