/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One schedule: an LNS, some clients and the network between them, all of it
 * made by a seed. A storm, in which everything happens; a calm, after which
 * both ends must agree; a trial, in which every client must get its calls; and
 * an end, after which nothing may be left.
 */
#pragma once

#include "tests/simulation/lac.h"
#include "tests/simulation/network.h"
#include "tests/simulation/watch.h"

#include <stdio.h>

#define WORLD_CLIENTS_MAX 4
#define WORLD_EVENTS_MIN  200

/**
 * struct world_client - a client, and where it is on the network
 * @corrupted: bits of its packets were flipped: what it says is not what arrives
 * @hostile:   sends what it likes
 * @shared_secret: as the LNS has it; mallory does not know hers before the trial
 */
struct world_client {
	struct world *world;
	struct lac lac;
	struct l2tp_path path;
	const char *name;
	const char *shared_secret;
	uint8_t index;
	bool corrupted;
	bool hostile;
};

struct world {
	struct watch watch;
	struct network network;
	struct sim_random random;
	struct world_client clients[WORLD_CLIENTS_MAX];
	uint8_t client_count;
	uint64_t seed;
	uint64_t now_usec;
	uint64_t events;
	uint64_t next_reference;
	uint32_t pace_usec; /* between two deeds, on average */
	bool lns_restarts;
	bool ages;            /* Ns and Nr get near to their end */
	bool ids_meet;        /* so few ids that stale messages find other calls */
	bool memory_is_short; /* a message that cannot be kept costs its tunnel */
	bool is_strict_calm;  /* nothing has a reason to time out */
	bool may_free;        /* tunnels need not linger just now */
	/* While the LNS receives: what, and what it sent. */
	const struct flying *arriving;
	bool sccrq_arrives;
	bool lns_sent;
	bool lns_sent_zlb;
	uint64_t data_delivered;
	FILE *trace; /* or NULL */
};

/**
 * world_run() - one schedule
 * @trace: each event is written there, or NULL
 *
 * Return: NULL, or the rule that was broken.
 */
const char *world_run(struct world *world, uint64_t seed, FILE *trace);

/* What world.c, storm.c and checks.c share. */

/* Bytes of a frame: client, call, and one more. */
#define STORM_FRAME_SIZE 4

void world_trace(const struct world *world, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Lets time pass, event by event. */
void world_pass(struct world *world, uint64_t usec);

/* The LNS is gone with all of its tunnels, and a new one is there. */
void world_restart_lns(struct world *world);

void storm_set_weather(struct world *world);
/* One deed of somebody: a client, the shell, the machine that the LNS runs on. */
void storm_do_something(struct world *world);
/* A frame on a call. */
void storm_send_data(struct world_client *client, const struct lac_call *call);
void storm_send(struct world_client *client, const uint8_t *bytes, size_t size);

extern const struct watch_hooks checks_hooks;

/*
 * Before the LNS receives. Return: false for a packet that is not to arrive: of an
 * older tunnel whose id belongs to another one by now, which does not happen with
 * ids of 16 random bits; or what a client without tunnel ids could not stand.
 */
bool checks_arriving(struct world *world, const struct flying *flying);
void checks_received(struct world *world, const struct flying *flying, enum l2tp_verdict verdict);
/* After each step; and when both ends must have come to the same view. */
void checks_step(struct world *world);
void checks_agreement(struct world *world);
