/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `saregate selftest`: the stages on a client's way in, in their order, what each came to,
 * and what there is to say where nobody knows better. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The cable between this host and the client: a piece of 198.18.0.0/15, which is for tests
 * of networks (RFC 2544) and in use nowhere else.
 */
#define SELFTEST_NETWORK        "198.18.255.252/30"
#define SELFTEST_HOST_ADDRESS   "198.18.255.253"
#define SELFTEST_CLIENT_ADDRESS "198.18.255.254"
#define SELFTEST_PREFIX         "/30"

/* This host's end of the cable. Not sg*, which is for clients' interfaces. */
#define SELFTEST_INTERFACE "saregate-test"

enum selftest_stage {
	SELFTEST_STAGE_GATEWAY,
	SELFTEST_STAGE_CLIENT,
	SELFTEST_STAGE_IKE,
	SELFTEST_STAGE_IPSEC,
	SELFTEST_STAGE_TUNNEL,
	SELFTEST_STAGE_CALL,
	SELFTEST_STAGE_LOGIN,
	SELFTEST_STAGE_ADDRESS,
	SELFTEST_STAGE_PING,
	SELFTEST_STAGE_LARGE_PING,
	SELFTEST_STAGE_END,
	SELFTEST_STAGE_COUNT_,
};

enum selftest_result {
	SELFTEST_NOT_RUN,
	SELFTEST_DONE,
	SELFTEST_FAILED,
	SELFTEST_INTERRUPTED,
};

/* Why a stage failed; @cause is "" while nobody has said it. */
struct selftest_cause {
	char cause[512];
	char remedy[512];
};

/**
 * struct selftest_outcome - of one stage
 * @usec:   that it took
 * @detail: what came of it; "" if it did not come to an end
 */
struct selftest_outcome {
	enum selftest_result result;
	uint64_t usec;
	char detail[160];
};

/* "IKE", "tunnel", ... Static. */
const char *selftest_stage_name(enum selftest_stage stage);

/* "done", "failed", "interrupted", "not-run". Static. */
const char *selftest_result_name(enum selftest_result result);

/**
 * selftest_stage_areas() - what the doctor looks at that this stage needs
 *
 * Return: names of the doctor's areas, the likeliest first, NULL-ended; static.
 */
const char *const *selftest_stage_areas(enum selftest_stage stage);

/* Cause and remedy where neither the client nor the gateway has said what it was. */
void selftest_stage_explain(enum selftest_stage stage, struct selftest_cause *ret_cause);

/* Writes both. Return: -ECANCELED. */
int selftest_cause_set(struct selftest_cause *ret_cause, const char *remedy, const char *format,
		       ...) __attribute__((format(printf, 3, 4)));
