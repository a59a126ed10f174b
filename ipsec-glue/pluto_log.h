/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of pluto's log, as libreswan 4.10 and 5.2 word them: who, and what happened.
 * A line holds what a stranger sent (identities, above all): an event is known by how
 * its message begins, never by what stands within, and what is kept of it is hostile
 * text. Pure.
 */
#pragma once

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLUTO_LOG_CONNECTION_MAX 128

enum pluto_log_event {
	PLUTO_LOG_RESPONDING = 1,  /* to Main Mode */
	PLUTO_LOG_GROUP_REFUSED,   /* @number: the Diffie-Hellman group, unknown to pluto */
	PLUTO_LOG_VALUE_REFUSED,   /* another algorithm is unknown to it: @text */
	PLUTO_LOG_OFFER_REFUSED,   /* known, but not taken: @text */
	PLUTO_LOG_NO_IKE_PROPOSAL, /* none of the offers is taken */
	PLUTO_LOG_SENT_R1,
	PLUTO_LOG_SENT_R2,
	PLUTO_LOG_NO_ANSWER,     /* its answer is sent again */
	PLUTO_LOG_GIVEN_UP,      /* nobody answered it */
	PLUTO_LOG_WRONG_KEY,     /* what came cannot be deciphered */
	PLUTO_LOG_PEER_ID,       /* @text: the identity */
	PLUTO_LOG_SWITCHED,      /* @number: of the instance that it goes on in */
	PLUTO_LOG_IKE_UP,        /* @text: algorithms */
	PLUTO_LOG_PROPOSED,      /* @text: what is to be protected */
	PLUTO_LOG_NO_CONNECTION, /* for what is to be protected: @text */
	PLUTO_LOG_IPSEC_OFFER,
	PLUTO_LOG_NO_ESP_PROPOSAL, /* none of the offers for ESP is taken: @text */
	PLUTO_LOG_IPSEC_UP,        /* @number: SPI that the gateway sends with; @text */
	PLUTO_LOG_PEER_DELETES,    /* the client says goodbye to SAs */
	PLUTO_LOG_TRAFFIC,         /* @text: in and out */
	PLUTO_LOG_DEAD,            /* dead peer detection */
	PLUTO_LOG_DELETED,         /* a state ends */
	PLUTO_LOG_NOT_AUTHORIZED,  /* no connection for what was asked; @text */
	PLUTO_LOG_AGGRESSIVE,
	PLUTO_LOG_IKEV2,
	PLUTO_LOG_MALFORMED,
	PLUTO_LOG_STOPS,
	PLUTO_LOG_EVENT_COUNT_,
};

/* In local time, of a year that pluto does not write. */
struct pluto_log_time {
	unsigned int month; /* 1 to 12; 0: the line has no time */
	unsigned int day, hour, minute, second;
	unsigned int usec;
};

struct pluto_log_line {
	struct pluto_log_time time;
	struct inet_endpoint peer; /* AF_UNSPEC: nobody's; port 0: not said */
	uint32_t instance;         /* of the connection, [N]; 0: not said */
	uint32_t state;            /* #N; 0: not said */
	enum pluto_log_event event;
	uint32_t number;
	const char *text; /* of the event; borrowed from the line */
	size_t text_size;
};

/**
 * pluto_log_read() - understand one line
 * @line: @size bytes, without the newline; hostile
 *
 * Return: true and *@ret_line if the line tells of an event; false with it untouched.
 */
bool pluto_log_read(const char *line, size_t size, struct pluto_log_line *ret_line);
