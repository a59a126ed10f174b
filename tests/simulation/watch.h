/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A shell of the LNS that holds it to the contract of l2tp/lns.h: callbacks in
 * their order and each once, no id twice among the living, the caps. What is
 * broken first is kept as one sentence. It allocates nothing.
 */
#pragma once

#include "l2tp/lns.h"
#include "tests/simulation/random.h"

#define WATCH_TUNNELS_MAX 40
#define WATCH_CALLS_MAX   16
#define WATCH_BODIES_MAX  64

struct watched_call {
	struct l2tp_call *call;
	uint16_t local_id;
	uint16_t peer_id;
	bool established;
};

/**
 * struct watched_tunnel - from tunnel_open to tunnel_free
 * @closed:    tunnel_closed was called, at @closed_usec
 * @was_heard: data came since the LNS asked last
 * @owner:     of the one who watches, and so is the rest
 */
struct watched_tunnel {
	struct l2tp_tunnel *tunnel; /* NULL: this place is free */
	struct watched_call calls[WATCH_CALLS_MAX];
	uint64_t reference;
	uint64_t closed_usec;
	enum l2tp_end_cause cause;
	uint16_t local_id;
	uint16_t peer_id;
	uint8_t call_count;
	bool established;
	bool closed;
	bool was_heard;

	void *owner;
	uint32_t incarnation;
	uint32_t handled;    /* the peer's messages so far */
	uint32_t sent_count; /* ours so far, repetitions aside */
	uint32_t acknowledged;
	uint32_t oldest_sendings; /* of the oldest one that is not acknowledged */
	uint16_t ns_offset;
	uint16_t nr_offset;
	bool strict;
	uint64_t bodies[WATCH_BODIES_MAX]; /* of our messages, by number: their hash */
};

struct watch;

/* What the one who watches wants to see, too; each may be NULL. */
struct watch_hooks {
	void (*opened)(struct watch *watch, struct watched_tunnel *tunnel);
	void (*sent)(struct watch *watch, struct watched_tunnel *tunnel, const uint8_t *packet,
		     size_t size);
	void (*moved)(struct watch *watch, struct watched_tunnel *tunnel,
		      const struct l2tp_transition *transition);
	void (*data)(struct watch *watch, struct watched_tunnel *tunnel,
		     const struct watched_call *call, const struct l2tp_data_message *message);
	void (*closed)(struct watch *watch, struct watched_tunnel *tunnel);
	void (*freed)(struct watch *watch, struct watched_tunnel *tunnel);
	/* As tunnel_secret of l2tp/lns.h. */
	size_t (*secret)(struct watch *watch, const struct l2tp_path *path,
			 uint8_t ret_secret[L2TP_SECRET_MAX]);
};

/**
 * struct watch - one LNS and its shell
 * @id_mask:  of the random ids: few bits make them meet
 * @failures: of 1000 requests that the shell refuses, so many
 * @broken:   the first broken rule, or NULL
 */
struct watch {
	struct l2tp_lns *lns;
	struct l2tp_lns_settings settings;
	const struct watch_hooks *hooks;
	void *userdata;
	struct sim_random random;
	uint64_t now_usec;
	uint16_t id_mask;
	uint32_t failures;
	uint32_t tunnel_count;
	uint32_t half_open;
	uint64_t calls_prepared;
	const char *broken;
	struct watched_tunnel tunnels[WATCH_TUNNELS_MAX];
};

/* Settings, hooks, random and id_mask are set. Return: as l2tp_lns_new(). */
int watch_start(struct watch *watch);

/* Frees the LNS; then nothing may be left. */
void watch_stop(struct watch *watch);

void watch_break(struct watch *watch, const char *rule);

/* What holds between two calls of the LNS. */
void watch_check(struct watch *watch);
