/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pre-shared key: how hard to guess, and who can read it. Pure. */
#pragma once

#include "gateway/doctor.h"

#include <sys/types.h>

/* Whoever records one handshake can guess at leisure. */
#define DOCTOR_KEY_BITS_WANTED 128

/**
 * struct doctor_key_facts
 * @secrets: the file; wiped by doctor_key_facts_done()
 */
struct doctor_key_facts {
	struct doctor_text secrets;
	uid_t owner;
	mode_t mode;
};

/**
 * doctor_key_bits() - an estimate of what guessing a key costs, in bits
 *
 * By the kinds of characters in it, and not more than its distinct ones allow;
 * what separates groups does not count. A phrase of words gets too much.
 */
unsigned int doctor_key_bits(const char *key);

void doctor_key_check(const struct doctor_key_facts *facts, struct doctor_findings *findings);

/* From the host. I/O (doctor_look_ipsec.c). */
void doctor_key_look(struct doctor_key_facts *ret_facts);
void doctor_key_facts_done(struct doctor_key_facts *facts);
