/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client as RFC 2661 has it (a LAC with calls of its own), for the other end
 * of the simulated network: its own state machine, its own reliable delivery,
 * its own bytes (lac_wire.h). What it sends goes out through a callback; time
 * is passed in. Its manners are those of real clients.
 */
#pragma once

#include "tests/simulation/lac_wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAC_CALLS_MAX 5
#define LAC_QUEUE_MAX 64
#define LAC_EARLY_MAX 3
/* Messages of one tunnel that are remembered, to compare them with what arrives. */
#define LAC_SENT_MAX 512

#define LAC_NEVER UINT64_MAX

enum lac_state {
	LAC_STATE_IDLE,
	LAC_STATE_WAIT_REPLY,
	LAC_STATE_ESTABLISHED,
	LAC_STATE_STOPPING, /* StopCCN sent or received */
};

enum lac_call_state {
	LAC_CALL_NONE,
	LAC_CALL_WAIT_REPLY,
	LAC_CALL_ESTABLISHED,
};

struct lac_call {
	enum lac_call_state state;
	uint16_t id;
	uint16_t lns_id;
	uint64_t setup_usec;
};

struct lac_message {
	uint16_t ns;
	uint16_t size;
	uint8_t bytes[LAC_PACKET_MAX];
};

/**
 * struct lac_manners - what differs between clients
 * @window:        Receive Window Size that it names; 0: none, which means 4
 * @keeps_early:   puts messages in order, or drops what comes too early
 * @same_id:       calls every tunnel by the same id (Windows)
 * @no_tunnel_id:  sends everything to tunnel 0 (DIR-300)
 * @deaf:          acknowledges nothing and keeps to no window
 * @credulous:     takes every LNS for the right one
 * @ack_usec:      how long it waits with an acknowledgement (Apple)
 */
struct lac_manners {
	uint16_t window;
	bool keeps_early;
	bool same_id;
	bool no_tunnel_id;
	bool deaf;
	bool credulous;
	uint64_t ack_usec;
	uint64_t hello_usec;
};

struct lac {
	void (*send)(void *userdata, const uint8_t *bytes, size_t size);
	void *userdata;
	struct lac_manners manners;
	const char *secret; /* shared with the LNS; NULL: none */
	enum lac_state state;
	uint32_t incarnation; /* counts tunnels */
	uint16_t id;
	uint16_t lns_id;
	uint16_t lns_window;
	uint16_t last_call_id;
	uint32_t serial;
	struct lac_call calls[LAC_CALLS_MAX];
	/* To the LNS: the message with number N has Ns N + ns_offset. */
	struct lac_message queue[LAC_QUEUE_MAX];
	uint8_t sent[LAC_SENT_MAX]; /* enum lac_type by number */
	uint32_t first;             /* number of the oldest that is not acknowledged */
	uint32_t next;              /* number of the next one */
	uint32_t flying;            /* from @first on so many were sent */
	uint32_t sendings;
	uint16_t ns_offset;
	/* From the LNS. */
	uint16_t nr;
	struct lac_message early[LAC_EARLY_MAX];
	uint8_t early_count;
	bool owes;
	uint64_t retransmit_usec;
	uint64_t owed_usec;
	uint64_t heard_usec;
	uint64_t setup_usec; /* or the end of stopping */
	const char *broken;  /* what no LNS may do to a client, but this one did */
};

void lac_init(struct lac *lac, const struct lac_manners *manners, uint16_t first_id,
	      void (*send)(void *userdata, const uint8_t *bytes, size_t size), void *userdata);

/* What its user does; each is ignored where it makes no sense. */
void lac_connect(struct lac *lac, uint64_t now_usec);
void lac_place_call(struct lac *lac, uint64_t now_usec);
void lac_hang_up(struct lac *lac, uint64_t now_usec, size_t call);
void lac_hello(struct lac *lac, uint64_t now_usec);
void lac_note(struct lac *lac, uint64_t now_usec, size_t call, enum lac_type type);
void lac_ask_outgoing(struct lac *lac, uint64_t now_usec);
void lac_stop(struct lac *lac, uint64_t now_usec);
/* Power off: all is forgotten, nobody is told. */
void lac_forget(struct lac *lac);

void lac_receive(struct lac *lac, uint64_t now_usec, const uint8_t *bytes, size_t size);
uint64_t lac_next_deadline(const struct lac *lac);
void lac_handle_deadlines(struct lac *lac, uint64_t now_usec);

/* Nothing is under way: all messages acknowledged both ways, as far as it knows. */
bool lac_is_at_rest(const struct lac *lac);
