/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guessing is slowed: who fails to log in too often is held back for a while,
 * longer each time. Pure; time is passed in.
 *
 * A failure counts against
 *
 *   the client           its SA reference; without IPsec its address and port
 *   the user there       that user at that outer address, if there is such a user
 *   the user             wherever from, with a larger allowance: guessing from many places
 *   the address          with a much larger one: an office is one address
 *
 * A device is a user with an outer address and an IKE identity. One that has logged in
 * within DEVICE_KEPT is known: it answers for its own failures and is not held back for
 * what others do to its user or at its address. So one guesser locks out neither
 * his neighbours behind a NAT nor the owner of the name that he guesses. An IKE identity
 * is the client's word: who says somebody else's is held back as that device, which
 * then is, too. What is known is lost with a restart of saregated, and the counts with it.
 *
 * Who is held back fails without being checked, so that further tries teach nothing;
 * they count for nothing either, so that a device which tries by itself comes in in time.
 * Names that no user has count for the client and the address only: nobody can come in
 * by one, and they would fill the tables.
 *
 * Each table has its own cap (login_failures.h says how it gives way).
 */
#pragma once

#include "gateway/login_failures.h"

#define LOGIN_CLIENTS_MAX      4096
#define LOGIN_USERS_THERE_MAX  4096
#define LOGIN_USERS_MAX        4096
#define LOGIN_ADDRESSES_MAX    4096
#define LOGIN_DEVICES_MAX      16384
#define LOGIN_DEVICE_KEPT_USEC (30 * UINT64_C(86400000000))

struct login_backoff;

/* Who or what is held back. */
enum login_party {
	LOGIN_PARTY_NONE,
	LOGIN_PARTY_CLIENT,
	LOGIN_PARTY_USER_THERE,
	LOGIN_PARTY_USER,
	LOGIN_PARTY_ADDRESS,
	LOGIN_PARTY_DEVICE,
	LOGIN_PARTY_COUNT_,
};

struct login_backoff_settings {
	uint32_t failures_per_client; /* also of a user there, and of a device */
	uint32_t failures_per_user;
	uint32_t failures_per_address;
	uint32_t delay_maximum_seconds; /* 0: nobody is held back */
	uint32_t forgive_after_seconds; /* for each failure */
};

/* One attempt; pointers are borrowed for the call. */
struct login_attempt {
	uint64_t reference; /* 0: without IPsec */
	struct inet_endpoint outer;
	const char *ike_identity; /* "" if none */
	const char *user;         /* "" if there is no such user */
};

/**
 * login_backoff_new() - nobody has failed yet
 * @seed: random: what strangers choose is looked up by it
 *
 * Return: 0, -ENOMEM.
 */
int login_backoff_new(uint64_t seed, struct login_backoff **ret_backoff);
void login_backoff_free(struct login_backoff *backoff);

/* Return: the party that holds this attempt back, LOGIN_PARTY_NONE: it may be decided. */
enum login_party login_backoff_check(struct login_backoff *backoff,
				     const struct login_backoff_settings *settings,
				     const struct login_attempt *attempt, uint64_t now_usec);

/* The attempt, which was not held back, was wrong, or right. */
void login_backoff_failed(struct login_backoff *backoff,
			  const struct login_backoff_settings *settings,
			  const struct login_attempt *attempt, uint64_t now_usec);
void login_backoff_succeeded(struct login_backoff *backoff, const struct login_attempt *attempt,
			     uint64_t now_usec);

/**
 * login_backoff_forgive() - no failure any more
 * @user, @address: of whom; both NULL: of everybody. An entry goes that has either.
 *
 * Known devices stay known. Return: how many entries had failures.
 */
size_t login_backoff_forgive(struct login_backoff *backoff, const char *user,
			     const struct inet_address *address, uint64_t now_usec);

/* One that is held back now. */
struct login_held {
	enum login_party party;
	uint64_t reference; /* of the last failure, as the rest; 0: unknown */
	const struct inet_address *address;
	const char *user; /* "" if no user was named that there is */
	uint32_t failures;
	uint64_t left_usec;
};

/* Walks over who is held back; non-zero of @each stops and is returned. */
int login_backoff_walk(struct login_backoff *backoff, const struct login_backoff_settings *settings,
		       uint64_t now_usec,
		       int (*each)(void *userdata, const struct login_held *held), void *userdata);

/* "client", "user-there", ...; and why a log-in is refused, for the log. Static. */
const char *login_party_name(enum login_party party);
const char *login_party_reason(enum login_party party);
