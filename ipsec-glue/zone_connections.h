/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connections of connection tracking that references have had, so that they
 * can be deleted when these end: what is left of a client that went would keep
 * its port from the same client that returns with another reqid, in another
 * zone. Pure.
 */
#pragma once

#include "base/address.h"

#include <stdbool.h>

/* Of one reference; of more the oldest is not remembered any longer. */
#define ZONE_CONNECTIONS_OF_REFERENCE_MAX 8

struct zone_connections;

/* As its reply direction has it: from @local to @peer. */
struct zone_connection {
	struct inet_endpoint local;
	struct inet_endpoint peer;
};

/* Return: 0, -ENOMEM. */
int zone_connections_new(struct zone_connections **ret_connections);
void zone_connections_free(struct zone_connections *connections);
void zone_connections_freep(struct zone_connections **connections);

/* Return: 0, also if it is known; -ENOMEM: it is not remembered. */
int zone_connections_add(struct zone_connections *connections, uint64_t reference,
			 const struct zone_connection *connection);

/**
 * zone_connections_take() - one connection of a reference that has ended
 *
 * To be called until there is none. Who shares the zone can have the same
 * connection, and needs it: such a one is not given before the last of them ends.
 *
 * Return: whether there was one.
 */
bool zone_connections_take(struct zone_connections *connections, uint64_t reference,
			   struct zone_connection *ret_connection);
