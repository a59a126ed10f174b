/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of SAs and of the references that they add up to. An SA is found
 * by SPI and destination, which name it in the kernel; a reference by reqid.
 * Every way in which a reqid may come to stand for another client ends its
 * generation; where a lost notification leaves it open whether it did, it is
 * ended too. Pure.
 */
#include "ipsec-glue/sa_reference.h"

#include "base/cleanup.h"
#include "ipsec-glue/key_table.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct sa;

/* One living generation of a reqid. */
struct reference {
	struct key_link by_reqid; /* first: key_table gives it back */
	struct reference *previous, *next;
	struct sa *newest; /* its SAs, never none */
	uint64_t value;
	uint64_t begun_in; /* the dump count when its generation began */
	char *identity;
	char *connection;
};

struct sa {
	struct key_link by_spi; /* first: key_table gives it back */
	struct sa *newer, *older;
	struct reference *reference;
	struct sa_description description;
	uint64_t added_in; /* the dump count when it was added */
	uint64_t seen_in;  /* the dump count when it was last reported */
};

struct sa_table {
	sa_reference_ended_fn ended;
	void *userdata;
	struct key_table sas;
	struct key_table references;
	struct reference *all; /* every reference, for flush and dumps */
	uint64_t dumps;
	uint32_t last_generation;
};

int sa_table_new(sa_reference_ended_fn ended, void *userdata, struct sa_table **ret_table)
{
	_cleanup_(sa_table_freep) struct sa_table *table = NULL;

	table = calloc(1, sizeof(*table));
	if (!table)
		return -ENOMEM;
	table->ended = ended;
	table->userdata = userdata;
	if (key_table_init(&table->sas) < 0 || key_table_init(&table->references) < 0)
		return -ENOMEM;
	*ret_table = TAKE_PTR(table);
	return 0;
}

/* Generations count up, over all reqids, and 0 is none of them. */
static uint64_t next_reference_value(struct sa_table *table, uint32_t reqid)
{
	if (++table->last_generation == 0)
		table->last_generation = 1;
	return (uint64_t)table->last_generation << 32 | reqid;
}

static struct reference *find_reference(const struct sa_table *table, uint32_t reqid)
{
	return (struct reference *)key_table_first(&table->references, reqid);
}

static struct reference *find_living(const struct sa_table *table, uint64_t value)
{
	struct reference *reference = find_reference(table, sa_reference_reqid(value));

	return reference && reference->value == value ? reference : NULL;
}

static struct sa *find_sa(const struct sa_table *table, uint32_t spi,
			  const struct inet_address *destination)
{
	for (struct key_link *link = key_table_first(&table->sas, spi); link;
	     link = key_table_next(link)) {
		struct sa *sa = (struct sa *)link;

		if (inet_address_equal(&sa->description.destination, destination))
			return sa;
	}
	return NULL;
}

static struct reference *reference_new(struct sa_table *table, uint32_t reqid)
{
	struct reference *reference = calloc(1, sizeof(*reference));

	if (!reference)
		return NULL;
	reference->value = next_reference_value(table, reqid);
	reference->begun_in = table->dumps;
	reference->next = table->all;
	if (table->all)
		table->all->previous = reference;
	table->all = reference;
	key_table_insert(&table->references, &reference->by_reqid, reqid);
	return reference;
}

static void reference_forget_identity(struct reference *reference)
{
	free(reference->identity);
	free(reference->connection);
	reference->identity = NULL;
	reference->connection = NULL;
}

static void reference_unlink(struct sa_table *table, struct reference *reference)
{
	key_table_remove(&table->references, &reference->by_reqid);
	if (reference->previous)
		reference->previous->next = reference->next;
	else
		table->all = reference->next;
	if (reference->next)
		reference->next->previous = reference->previous;
}

/* Ends the generation of a reference that has no SA left. */
static void reference_end(struct sa_table *table, struct reference *reference)
{
	uint64_t value = reference->value;

	assert(!reference->newest);
	reference_unlink(table, reference);
	reference_forget_identity(reference);
	free(reference);
	table->ended(table->userdata, value);
}

/* Takes one SA out of everything; its reference may be left without any. */
static struct reference *sa_detach(struct sa_table *table, struct sa *sa)
{
	struct reference *reference = sa->reference;

	key_table_remove(&table->sas, &sa->by_spi);
	if (sa->newer)
		sa->newer->older = sa->older;
	else
		reference->newest = sa->older;
	if (sa->older)
		sa->older->newer = sa->newer;
	free(sa);
	return reference;
}

static void sa_drop(struct sa_table *table, struct sa *sa)
{
	struct reference *reference = sa_detach(table, sa);

	if (!reference->newest)
		reference_end(table, reference);
}

static void sa_attach(struct sa_table *table, struct sa *sa, struct reference *reference)
{
	sa->reference = reference;
	sa->older = reference->newest;
	if (sa->older)
		sa->older->newer = sa;
	reference->newest = sa;
	key_table_insert(&table->sas, &sa->by_spi, sa->description.spi);
}

void sa_table_free(struct sa_table *table)
{
	if (!table)
		return;
	for (struct reference *reference = table->all, *next; reference; reference = next) {
		next = reference->next;
		while (reference->newest)
			sa_detach(table, reference->newest);
		reference_unlink(table, reference);
		reference_forget_identity(reference);
		free(reference);
	}
	key_table_done(&table->sas);
	key_table_done(&table->references);
	free(table);
}

void sa_table_freep(struct sa_table **table)
{
	sa_table_free(*table);
}

static int add_new_sa(struct sa_table *table, const struct sa_description *description)
{
	_cleanup_(freep) struct sa *sa = NULL;
	struct reference *reference;

	if (table->sas.count >= SA_TABLE_MAXIMUM)
		return -ENOSPC;
	sa = calloc(1, sizeof(*sa));
	if (!sa)
		return -ENOMEM;
	reference = find_reference(table, description->reqid);
	if (!reference)
		reference = reference_new(table, description->reqid);
	if (!reference)
		return -ENOMEM;
	sa->description = *description;
	sa->added_in = table->dumps;
	sa->seen_in = table->dumps;
	sa_attach(table, TAKE_PTR(sa), reference);
	return 0;
}

int sa_table_add(struct sa_table *table, const struct sa_description *description)
{
	struct sa *known;

	if (description->reqid == 0)
		return -EINVAL;
	known = find_sa(table, description->spi, &description->destination);
	if (known && known->description.reqid == description->reqid) {
		known->description = *description;
		known->seen_in = table->dumps;
		return 0;
	}
	if (known)
		sa_drop(table, known);
	return add_new_sa(table, description);
}

void sa_table_remove(struct sa_table *table, uint32_t spi, const struct inet_address *destination)
{
	struct sa *sa = find_sa(table, spi, destination);

	if (sa)
		sa_drop(table, sa);
}

void sa_table_flush(struct sa_table *table)
{
	while (table->all) {
		struct reference *reference = table->all;

		while (reference->newest)
			sa_detach(table, reference->newest);
		reference_end(table, reference);
	}
}

void sa_table_begin_dump(struct sa_table *table)
{
	table->dumps++;
}

/* Whether the dump confirmed an SA that the reference had before it. */
static bool is_confirmed(const struct sa_table *table, const struct reference *reference)
{
	for (const struct sa *sa = reference->newest; sa; sa = sa->older)
		if (sa->added_in < table->dumps && sa->seen_in == table->dumps)
			return true;
	return false;
}

/*
 * None of the SAs that made this generation is left, while new ones carry its
 * reqid: it was rekeyed, or pluto restarted and gave the reqid to a stranger,
 * and the notification that would tell is lost. The new SAs are taken for a
 * stranger's: a client that has to reconnect is the lesser harm.
 */
static void reference_renew(struct sa_table *table, struct reference *reference)
{
	uint64_t old_value = reference->value;

	reference->value = next_reference_value(table, sa_reference_reqid(old_value));
	reference->begun_in = table->dumps;
	reference_forget_identity(reference);
	table->ended(table->userdata, old_value);
}

static void reconcile_reference(struct sa_table *table, struct reference *reference)
{
	bool confirmed = reference->begun_in == table->dumps || is_confirmed(table, reference);

	for (struct sa *sa = reference->newest, *older; sa; sa = older) {
		older = sa->older;
		if (sa->seen_in < table->dumps)
			sa_detach(table, sa);
	}
	if (!reference->newest)
		reference_end(table, reference);
	else if (!confirmed)
		reference_renew(table, reference);
}

void sa_table_end_dump(struct sa_table *table)
{
	for (struct reference *reference = table->all, *next; reference; reference = next) {
		next = reference->next;
		reconcile_reference(table, reference);
	}
}

uint64_t sa_table_resolve(const struct sa_table *table, uint32_t reqid)
{
	const struct reference *reference = find_reference(table, reqid);

	return reference ? reference->value : SA_REFERENCE_NONE;
}

int sa_table_is_alive(const struct sa_table *table, uint64_t reference)
{
	return find_living(table, reference) != NULL;
}

uint64_t sa_table_find_spi(const struct sa_table *table, uint32_t spi)
{
	uint64_t found = SA_REFERENCE_NONE;

	for (struct key_link *link = key_table_first(&table->sas, spi); link;
	     link = key_table_next(link)) {
		uint64_t value = ((struct sa *)link)->reference->value;

		if (found != SA_REFERENCE_NONE && found != value)
			return SA_REFERENCE_NONE;
		found = value;
	}
	return found;
}

uint16_t sa_table_outer_port(const struct sa_table *table, uint64_t reference,
			     const struct inet_address *peer)
{
	const struct reference *living = find_living(table, reference);

	for (const struct sa *sa = living ? living->newest : NULL; sa; sa = sa->older) {
		const struct sa_description *description = &sa->description;

		if (inet_address_equal(&description->source, peer))
			return description->encapsulation_source_port;
		if (inet_address_equal(&description->destination, peer))
			return description->encapsulation_destination_port;
	}
	return 0;
}

int sa_table_identify(struct sa_table *table, uint64_t reference, const char *identity,
		      const char *connection)
{
	struct reference *living = find_living(table, reference);
	_cleanup_(freep) char *identity_copy = NULL;
	_cleanup_(freep) char *connection_copy = NULL;

	if (!living)
		return -ENOENT;
	identity_copy = strndup(identity, SA_IDENTITY_MAX - 1);
	connection_copy = strndup(connection, SA_CONNECTION_NAME_MAX - 1);
	if (!identity_copy || !connection_copy)
		return -ENOMEM;
	reference_forget_identity(living);
	living->identity = TAKE_PTR(identity_copy);
	living->connection = TAKE_PTR(connection_copy);
	return 0;
}

const char *sa_table_identity(const struct sa_table *table, uint64_t reference)
{
	const struct reference *living = find_living(table, reference);

	return living && living->identity ? living->identity : "";
}

const char *sa_table_connection(const struct sa_table *table, uint64_t reference)
{
	const struct reference *living = find_living(table, reference);

	return living && living->connection ? living->connection : "";
}

size_t sa_table_size(const struct sa_table *table)
{
	return table->sas.count;
}

size_t sa_table_reference_count(const struct sa_table *table)
{
	return table->references.count;
}
