/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why somebody does not get in: what pluto's log and saregated tell, put together into
 * attempts, one for each time that a device began IKE, and of each attempt how far
 * it got, what stopped it and what helps. Pure; what it is told is hostile text, and
 * comes out fit for a terminal.
 */
#pragma once

#include "base/address.h"
#include "gateway/client_traces.h"
#include "ipsec-glue/pluto_log.h"

#include <stdbool.h>

/* Beyond these the oldest attempt, and the steps in the middle of one, are let go. */
#define WHY_ATTEMPTS_MAX 1000
#define WHY_STEPS_MAX    40
#define WHY_TEXT_MAX     240

/* How far an attempt got. */
enum why_stage {
	WHY_STAGE_NOTHING,
	WHY_STAGE_IKE,
	WHY_STAGE_IPSEC,
	WHY_STAGE_L2TP,
	WHY_STAGE_PPP,
	WHY_STAGE_LOGIN,
	WHY_STAGE_SESSION,
};

struct why_step {
	uint64_t usec; /* since 1970 */
	enum why_stage stage;
	unsigned int times; /* that it was told one after the other */
	char text[WHY_TEXT_MAX];
};

/* What was seen of an attempt; bits of why_attempt.seen. */
enum why_sight {
	WHY_SAW_GROUP_2 = 1 << 0,     /* MODP1024 was offered, which pluto does not know */
	WHY_SAW_OTHER_OFFER = 1 << 1, /* something else was, too, and refused */
	WHY_SAW_NO_PROPOSAL = 1 << 2, /* no offer for IKE was taken */
	WHY_SAW_ANSWER = 1 << 3,      /* Main Mode went on from our first answer */
	WHY_SAW_WRONG_KEY = 1 << 4,
	WHY_SAW_GIVEN_UP = 1 << 5,
	WHY_SAW_IKE_UP = 1 << 6,
	WHY_SAW_NO_CONNECTION = 1 << 7,
	WHY_SAW_NO_ESP = 1 << 8,
	WHY_SAW_IPSEC_UP = 1 << 9,
	WHY_SAW_PEER_DELETE = 1 << 10, /* the device said goodbye to IPsec */
	WHY_SAW_DEAD = 1 << 11,
	WHY_SAW_IPSEC_END = 1 << 12,
	WHY_SAW_IKEV2 = 1 << 13,
	WHY_SAW_AGGRESSIVE = 1 << 14,
	WHY_SAW_NOT_AUTHORIZED = 1 << 15,
	WHY_SAW_MALFORMED = 1 << 16,
	WHY_SAW_TUNNEL = 1 << 17,
	WHY_SAW_TUNNEL_FAILED = 1 << 18,
	WHY_SAW_TUNNEL_CLOSED = 1 << 19,
	WHY_SAW_CALL_REFUSED = 1 << 20,
	WHY_SAW_PPP = 1 << 21,
	WHY_SAW_LOGIN_REFUSED = 1 << 22,
	WHY_SAW_LOGIN = 1 << 23,
	WHY_SAW_UP = 1 << 24,
	WHY_SAW_ENDED = 1 << 25,
	WHY_SAW_FAILED = 1 << 26,
	WHY_SAW_NO_ANSWER = 1 << 27,    /* our answer had to be sent again */
	WHY_SAW_OTHER_METHOD = 1 << 28, /* certificates or XAUTH were asked for */
	WHY_SAW_IPSEC_OFFER = 1 << 29,  /* an offer for ESP was taken */
};

struct why_attempt {
	struct inet_endpoint outer;
	char identity[CLIENT_NAME_MAX]; /* of IKE; "" while unknown */
	char user[CLIENT_NAME_MAX];     /* that it logged in as, or tried to */
	uint32_t instance;              /* of libreswan's connection */
	uint32_t states[4];             /* of pluto, IKE's first; 0: none */
	uint32_t spi;
	uint32_t sa_count; /* IPsec SAs that live; a rekeyed one has two for a while */
	bool by_pluto;     /* its log tells of it, too */
	uint32_t seen;
	char cause[WHY_TEXT_MAX]; /* what saregated said last, of a refusal or an end */
	struct why_step steps[WHY_STEPS_MAX];
	size_t step_count;
	unsigned int steps_left_out;
};

/* What an attempt came to. Texts are whole, for people. */
struct why_verdict {
	enum why_stage stage;
	bool failed; /* false: it is connected, or has ended as it should */
	char cause[2 * WHY_TEXT_MAX];
	char remedy[2 * WHY_TEXT_MAX]; /* "" if nothing is to be done */
};

struct why;

int why_new(struct why **ret_why);
void why_free(struct why *why);
void why_freep(struct why **why);

/**
 * why_take_pluto() - one line of pluto's log, in their order
 * @usec: when, since 1970
 *
 * Return: 0; -ENOMEM.
 */
int why_take_pluto(struct why *why, uint64_t usec, const struct pluto_log_line *line);

/* What saregated has of one client, after pluto's lines. Return: 0; -ENOMEM. */
int why_take_trace(struct why *why, const struct client_trace *trace);

/* All attempts, the oldest first, by their beginnings. */
size_t why_count(const struct why *why);
const struct why_attempt *why_attempt(const struct why *why, size_t index);

/* Whether an attempt is that of this outer address, IKE identity or user. */
bool why_is_about(const struct why_attempt *attempt, const char *who);

/* How far it got, what stopped it, what helps. */
void why_judge(const struct why_attempt *attempt, struct why_verdict *ret_verdict);

/* Of somebody of whom nothing is known; @cleartext: packets of L2TP outside IPsec, of anybody. */
void why_judge_nothing(const char *who, uint64_t cleartext, struct why_verdict *ret_verdict);

/* "IKE", "log-in", ... Static. */
const char *why_stage_text(enum why_stage stage);

/* The event of that name, as client_event_name() has it; CLIENT_EVENT_COUNT_ if none. */
enum client_event_kind client_event_of_name(const char *name);
