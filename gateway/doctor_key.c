/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pre-shared key. Pure. */
#include "gateway/doctor_key.h"

#include "base/cleanup.h"
#include "gateway/setup.h"
#include "ipsec-glue/libreswan_text.h"

#include <errno.h>
#include <string.h>

#define AREA "key"

#define SEPARATORS " -_.:"

/* Bits of @choices ^ 5, rounded down: a fifth is fine enough. */
static unsigned int bits_of_five(unsigned int choices)
{
	uint64_t power = (uint64_t)choices * choices * choices * choices * choices;
	unsigned int bits = 0;

	while (power > 1) {
		power >>= 1;
		bits++;
	}
	return bits;
}

/* How many characters there were to choose from. */
static unsigned int alphabet_of(const char *key)
{
	bool lower = false, upper = false, digit = false, other = false;

	for (; *key; key++) {
		if (*key >= 'a' && *key <= 'z')
			lower = true;
		else if (*key >= 'A' && *key <= 'Z')
			upper = true;
		else if (*key >= '0' && *key <= '9')
			digit = true;
		else if (!strchr(SEPARATORS, *key))
			other = true;
	}
	return 26u * lower + 26u * upper + 10u * digit + 32u * other;
}

unsigned int doctor_key_bits(const char *key)
{
	unsigned int alphabet = alphabet_of(key);
	unsigned int distinct = 0, size = 0;
	bool seen[256] = { false };

	for (const char *c = key; *c; c++) {
		if (strchr(SEPARATORS, *c))
			continue;
		size++;
		distinct += !seen[(unsigned char)*c];
		seen[(unsigned char)*c] = true;
	}
	/* "aaaaaaaa" is long, too. */
	if (alphabet > 2 * distinct)
		alphabet = 2 * distinct;
	return size * bits_of_five(alphabet) / 5;
}

static void check_strength(const char *secrets, struct doctor_findings *findings)
{
	char key[LIBRESWAN_PSK_MAX + 1];
	unsigned int bits;

	if (libreswan_text_read_psk(secrets, key) < 0) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "there is no pre-shared key in %s",
			   SETUP_SECRETS_PATH);
		doctor_run(findings, "saregate setup --non-interactive");
		return;
	}
	bits = doctor_key_bits(key);
	explicit_bzero(key, sizeof(key));
	if (bits >= DOCTOR_KEY_BITS_WANTED) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "the pre-shared key has about %u bits",
			   bits);
		return;
	}
	doctor_add(findings, DOCTOR_WARNING, AREA,
		   "the pre-shared key has about %u bits: whoever records one connection can guess "
		   "it; every device needs the new one",
		   bits);
	doctor_run(findings, "saregate psk rotate");
}

void doctor_key_check(const struct doctor_key_facts *facts, struct doctor_findings *findings)
{
	if (facts->secrets.error == -ENOENT) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "there is no %s: no client is let in",
			   SETUP_SECRETS_PATH);
		doctor_run(findings, "saregate setup --non-interactive");
		return;
	}
	if (!facts->secrets.text) {
		doctor_unseen(findings, AREA, SETUP_SECRETS_PATH, facts->secrets.error);
		return;
	}
	if (facts->owner != 0 || (facts->mode & 077)) {
		doctor_add(findings, DOCTOR_WARNING, AREA,
			   "%s has owner %u and mode %04o: others than root can read the key",
			   SETUP_SECRETS_PATH, (unsigned int)facts->owner,
			   (unsigned int)(facts->mode & 07777));
		doctor_run(findings, "chown root:root %s && chmod 600 %s", SETUP_SECRETS_PATH,
			   SETUP_SECRETS_PATH);
	} else {
		doctor_add(findings, DOCTOR_GOOD, AREA, "only root reads %s", SETUP_SECRETS_PATH);
	}
	check_strength(facts->secrets.text, findings);
}
