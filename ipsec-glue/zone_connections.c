/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One record for each reference and connection, found by the number of the zone. */
#include "ipsec-glue/zone_connections.h"

#include "base/cleanup.h"
#include "ipsec-glue/key_table.h"
#include "ipsec-glue/sa_reference.h"

#include <errno.h>
#include <stdlib.h>

struct remembered {
	struct key_link by_zone; /* first: key_table gives it back */
	uint64_t reference;
	uint64_t number; /* counts up */
	struct zone_connection connection;
};

struct zone_connections {
	struct key_table table;
	uint64_t last_number;
};

int zone_connections_new(struct zone_connections **ret_connections)
{
	struct zone_connections *connections = calloc(1, sizeof(*connections));

	if (!connections || key_table_init(&connections->table) < 0) {
		free(connections);
		return -ENOMEM;
	}
	*ret_connections = connections;
	return 0;
}

void zone_connections_free(struct zone_connections *connections)
{
	if (!connections)
		return;
	for (size_t i = 0; i < connections->table.bucket_count; i++)
		while (connections->table.buckets[i]) {
			struct key_link *link = connections->table.buckets[i];

			connections->table.buckets[i] = link->next;
			free((struct remembered *)link);
		}
	key_table_done(&connections->table);
	free(connections);
}

void zone_connections_freep(struct zone_connections **connections)
{
	zone_connections_free(*connections);
}

static struct remembered *first_of_zone(const struct zone_connections *connections,
					uint64_t reference)
{
	return (struct remembered *)key_table_first(&connections->table,
						    sa_reference_zone(reference));
}

static struct remembered *next_of_zone(const struct remembered *remembered)
{
	return (struct remembered *)key_table_next(&remembered->by_zone);
}

static bool is_same(const struct zone_connection *a, const struct zone_connection *b)
{
	return inet_endpoint_equal(&a->local, &b->local) && inet_endpoint_equal(&a->peer, &b->peer);
}

static void forget(struct zone_connections *connections, struct remembered *remembered)
{
	key_table_remove(&connections->table, &remembered->by_zone);
	free(remembered);
}

/* Has one of a reference's forgotten if it has as many as it may. */
static void make_room(struct zone_connections *connections, uint64_t reference)
{
	struct remembered *oldest = NULL;
	size_t count = 0;

	for (struct remembered *each = first_of_zone(connections, reference); each;
	     each = next_of_zone(each)) {
		if (each->reference != reference)
			continue;
		count++;
		if (!oldest || each->number < oldest->number)
			oldest = each;
	}
	if (count >= ZONE_CONNECTIONS_OF_REFERENCE_MAX)
		forget(connections, oldest);
}

int zone_connections_add(struct zone_connections *connections, uint64_t reference,
			 const struct zone_connection *connection)
{
	struct remembered *remembered;

	for (struct remembered *each = first_of_zone(connections, reference); each;
	     each = next_of_zone(each))
		if (each->reference == reference && is_same(&each->connection, connection)) {
			each->number = ++connections->last_number;
			return 0;
		}
	remembered = calloc(1, sizeof(*remembered));
	if (!remembered)
		return -ENOMEM;
	make_room(connections, reference);
	remembered->reference = reference;
	remembered->number = ++connections->last_number;
	remembered->connection = *connection;
	key_table_insert(&connections->table, &remembered->by_zone, sa_reference_zone(reference));
	return 0;
}

static struct remembered *find(const struct zone_connections *connections, uint64_t reference)
{
	struct remembered *remembered = first_of_zone(connections, reference);

	while (remembered && remembered->reference != reference)
		remembered = next_of_zone(remembered);
	return remembered;
}

/* Whether another reference of the zone has it, too. */
static bool is_shared(const struct zone_connections *connections, uint64_t reference,
		      const struct zone_connection *connection)
{
	for (const struct remembered *each = first_of_zone(connections, reference); each;
	     each = next_of_zone(each))
		if (each->reference != reference && is_same(&each->connection, connection))
			return true;
	return false;
}

bool zone_connections_take(struct zone_connections *connections, uint64_t reference,
			   struct zone_connection *ret_connection)
{
	struct remembered *remembered;

	while ((remembered = find(connections, reference))) {
		struct zone_connection connection = remembered->connection;

		forget(connections, remembered);
		if (is_shared(connections, reference, &connection))
			continue;
		*ret_connection = connection;
		return true;
	}
	return false;
}
