/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An LNS for fuzz targets, under the watch of the simulation's shell, and four
 * clients that know what it has told them: the first two behind one NAT, the
 * third without IPsec, the fourth with a secret. Ids are small and the same in
 * each run.
 */
#pragma once

#include "tests/simulation/watch.h"

#include <stddef.h>

#define LNS_CLIENTS 4

struct lns_client {
	struct l2tp_path path;
	uint16_t tunnel_id; /* of its last tunnel, as the LNS calls it */
	uint16_t ns;
	uint16_t nr;
};

struct lns_clients {
	struct watch watch;
	struct lns_client clients[LNS_CLIENTS];
};

void lns_clients_start(struct lns_clients *clients);
/* All is given back, and no rule was broken. */
void lns_clients_stop(struct lns_clients *clients);

/* A packet of client @index. */
enum l2tp_verdict lns_clients_receive(struct lns_clients *clients, size_t index,
				      const uint8_t *bytes, size_t size);
void lns_clients_pass(struct lns_clients *clients, uint64_t usec);

/* The living tunnel of client @index, or NULL. */
struct watched_tunnel *lns_clients_tunnel(struct lns_clients *clients, size_t index);
