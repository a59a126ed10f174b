/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From updown's messages to references, and to the file and back. I/O. */
#include "gateway/sa_names.h"

#include "base/cleanup.h"
#include "gateway/identity_store.h"

#include <errno.h>
#include <stdlib.h>

/* Names that came before their SA: pluto calls updown right beside XFRM. */
#define PENDING_MAXIMUM 64
/* The newest inbound SA is among this many of a client's newest. */
#define SA_LOOKED_AT 8

struct sa_names {
	struct sa_table *table;
	struct identity_store *store; /* NULL: names do not survive us */
	struct updown_message pending[PENDING_MAXIMUM];
	size_t pending_next;
	size_t pending_count;
};

int sa_names_new(struct sa_table *table, struct sa_names **ret_names)
{
	struct sa_names *names = calloc(1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	names->table = table;
	*ret_names = names;
	return 0;
}

void sa_names_free(struct sa_names *names)
{
	if (!names)
		return;
	identity_store_free(names->store);
	free(names);
}

void sa_names_freep(struct sa_names **names)
{
	sa_names_free(*names);
}

/* A record of the file: only if its SA lives. */
static bool restore(void *userdata, const struct updown_message *record)
{
	struct sa_names *names = userdata;
	uint64_t reference = sa_table_find_inbound_spi(names->table, record->spi_a);

	if (reference == SA_REFERENCE_NONE)
		return false;
	return sa_table_identify(names->table, reference, record->identity, record->connection) ==
	       0;
}

int sa_names_restore(struct sa_names *names, int descriptor)
{
	return identity_store_new(descriptor, restore, names, &names->store);
}

int sa_names_follow(struct sa_names *names, uint64_t reference)
{
	const char *identity = sa_table_identity(names->table, reference);
	struct sa_description list[SA_LOOKED_AT];
	size_t count, i = 0;

	if (!names->store || !*identity)
		return 0;
	count = sa_table_list(names->table, reference, list, ELEMENTS(list));
	while (i < count && !list[i].inbound)
		i++;
	if (i == count)
		return 0;
	return identity_store_add(names->store, list[i].spi, identity,
				  sa_table_connection(names->table, reference));
}

/* Gives a name to the reference of either SPI. Whether one was found. */
static bool identify(struct sa_names *names, const struct updown_message *message)
{
	uint64_t reference = sa_table_find_spi(names->table, message->spi_a);

	if (reference == SA_REFERENCE_NONE)
		reference = sa_table_find_spi(names->table, message->spi_b);
	if (reference == SA_REFERENCE_NONE)
		return false;
	if (sa_table_identify(names->table, reference, message->identity, message->connection))
		return false;
	/* A name that finds no place in the file is known until we end. */
	(void)sa_names_follow(names, reference);
	return true;
}

void sa_names_look(struct sa_names *names)
{
	for (size_t i = 0; i < PENDING_MAXIMUM && names->pending_count > 0; i++)
		if (names->pending[i].version && identify(names, &names->pending[i])) {
			names->pending[i].version = 0;
			names->pending_count--;
		}
}

void sa_names_told(struct sa_names *names, const struct updown_message *message)
{
	struct updown_message *place = &names->pending[names->pending_next];

	if (identify(names, message))
		return;
	names->pending_count += place->version == 0;
	*place = *message;
	names->pending_next = (names->pending_next + 1) % PENDING_MAXIMUM;
}
