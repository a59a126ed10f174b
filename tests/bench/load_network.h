/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets of a load's clients, each with an address and port of its own, and a
 * network between them and the server that can lose and repeat packets, in either
 * direction. I/O.
 */
#pragma once

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load_network;

/**
 * struct load_network_settings - what lies between clients and server
 * @server:       whom all are connected to
 * @first_client: address of the first clients; each further 1000 have the next one
 * @loss_permille, @duplicate_permille: share of the packets, each direction
 * @seed:         of the packets that it hits
 */
struct load_network_settings {
	struct inet_endpoint server;
	struct inet_address first_client;
	uint32_t loss_permille;
	uint32_t duplicate_permille;
	uint64_t seed;
};

/* A packet has come for a client; borrowed for the call. */
typedef void (*load_network_receive_fn)(void *userdata, size_t client, const uint8_t *packet,
					size_t size);

/**
 * load_network_new() - no sockets yet
 *
 * Return: 0, negative errno.
 */
int load_network_new(const struct load_network_settings *settings, size_t clients,
		     load_network_receive_fn receive, void *userdata,
		     struct load_network **ret_network);
void load_network_free(struct load_network *network);
void load_network_freep(struct load_network **network);

/* Opens a client's socket. Return: 0, negative errno: out of descriptors, mostly. */
int load_network_open(struct load_network *network, size_t client);

void load_network_send(struct load_network *network, size_t client, const uint8_t *packet,
		       size_t size);

/* Hands over all that comes until @timeout_msec is over, or the first packets have come. */
int load_network_wait(struct load_network *network, int timeout_msec);
