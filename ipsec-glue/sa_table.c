/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the table of SAs changes, and the references that they add up to. An SA
 * is found by SPI and destination, which name it in the kernel; a reference by
 * reqid, and among those of one reqid by its client's outer address and port.
 * Every way in which these may come to stand for another client ends the
 * generation; where a lost notification leaves it open whether they did, it is
 * ended too. Pure.
 */
#include "ipsec-glue/sa_table.h"

#include "base/cleanup.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int sa_table_new(const struct sa_table_ops *ops, void *userdata, struct sa_table **ret_table)
{
	_cleanup_(sa_table_freep) struct sa_table *table = NULL;

	table = calloc(1, sizeof(*table));
	if (!table)
		return -ENOMEM;
	table->ops = ops;
	table->userdata = userdata;
	if (key_table_init(&table->sas) < 0 || key_table_init(&table->references) < 0)
		return -ENOMEM;
	*ret_table = TAKE_PTR(table);
	return 0;
}

/* ---- telling ----------------------------------------------------------------- */

static void tell_ended(const struct sa_table *table, uint64_t value)
{
	if (table->ops->ended)
		table->ops->ended(table->userdata, value);
}

static void tell_marks_changed(const struct sa_table *table, const struct reference *reference)
{
	if (reference->alive && table->ops->marks_changed)
		table->ops->marks_changed(table->userdata, reference->value);
}

static void tell_twins_changed(const struct sa_table *table, uint32_t reqid, bool twins)
{
	if (table->ops->twins_changed)
		table->ops->twins_changed(table->userdata, reqid, twins);
}

uint32_t sa_table_newest_outbound(const struct reference *reference)
{
	for (const struct sa *sa = reference->newest; sa; sa = sa->older)
		if (!sa->description.inbound)
			return sa->description.spi;
	return 0;
}

static void set_outbound(const struct sa_table *table, struct reference *reference, uint32_t spi)
{
	if (spi == reference->outbound_spi)
		return;
	reference->outbound_spi = spi;
	if (reference->alive && table->ops->outbound_changed)
		table->ops->outbound_changed(table->userdata, reference->value, spi);
}

/* Whether it has the SA that is sent through. Nobody sends yet if its first dump goes on. */
static bool can_still_send(const struct sa_table *table, const struct reference *reference)
{
	if (table->in_dump && reference->begun_in == table->dumps)
		return false;
	for (const struct sa *sa = reference->newest; sa; sa = sa->older)
		if (!sa->description.inbound && sa->description.spi == reference->outbound_spi)
			return true;
	return false;
}

/*
 * After its SAs changed. A newer SA to send through may be there before the client
 * has its end of it: as long as the old one lives it is sent through.
 */
static void tell_outbound(const struct sa_table *table, struct reference *reference)
{
	uint32_t newest = sa_table_newest_outbound(reference);

	if (newest == reference->outbound_spi)
		return;
	if (!can_still_send(table, reference))
		set_outbound(table, reference, newest);
	else if (reference->alive && table->ops->handover)
		table->ops->handover(table->userdata, reference->value);
}

void sa_table_hand_over(struct sa_table *table, uint64_t reference)
{
	struct reference *living = sa_table_find_living(table, reference);

	if (living)
		set_outbound(table, living, sa_table_newest_outbound(living));
}

/* ---- references -------------------------------------------------------------- */

/* Generations count up, over all reqids; 0 is none, and none is given out twice. */
static uint64_t next_reference_value(struct sa_table *table, uint32_t reqid)
{
	uint64_t value;

	do {
		if (++table->last_generation == 0)
			table->last_generation = 1;
		value = (uint64_t)table->last_generation << 32 | reqid;
	} while (sa_table_find_living(table, value));
	return value;
}

struct reference *sa_table_find_living(const struct sa_table *table, uint64_t value)
{
	struct reference *reference = sa_table_first_reference(table, sa_reference_reqid(value));

	while (reference && !(reference->alive && reference->value == value))
		reference = sa_table_next_reference(reference);
	return reference;
}

struct sa *sa_table_find_sa(const struct sa_table *table, uint32_t spi,
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

static const struct inet_address *peer_address(const struct sa_description *description)
{
	return description->inbound ? &description->source : &description->destination;
}

static uint16_t peer_port(const struct sa_description *description)
{
	return description->inbound ? description->encapsulation_source_port
				    : description->encapsulation_destination_port;
}

/* From now on the packets of this reqid carry SPIs, for as long as it has references. */
static void begin_twins(struct sa_table *table, struct reference *first)
{
	if (first->twins)
		return;
	for (struct reference *reference = first; reference;
	     reference = sa_table_next_reference(reference)) {
		reference->twins = true;
		tell_marks_changed(table, reference);
	}
	tell_twins_changed(table, first->by_reqid.key, true);
}

static void reference_link(struct sa_table *table, struct reference *reference, uint32_t reqid)
{
	reference->next = table->all;
	if (table->all)
		table->all->previous = reference;
	table->all = reference;
	key_table_insert(&table->references, &reference->by_reqid, reqid);
	table->alive_count++;
}

/* A generation for the client of this SA. */
static struct reference *reference_new(struct sa_table *table,
				       const struct sa_description *description)
{
	struct reference *reference = calloc(1, sizeof(*reference));
	struct reference *sibling = sa_table_first_reference(table, description->reqid);

	if (!reference)
		return NULL;
	reference->value = next_reference_value(table, description->reqid);
	reference->alive = true;
	reference->peer = *peer_address(description);
	reference->port = peer_port(description);
	reference->begun_in = table->dumps;
	if (sibling)
		begin_twins(table, sibling);
	reference_link(table, reference, description->reqid);
	reference->twins = sibling != NULL;
	/* Who knows what else has this reqid? SPIs are always safe. */
	if (table->refused)
		begin_twins(table, reference);
	return reference;
}

static void reference_forget_identity(struct reference *reference)
{
	free(reference->identity);
	free(reference->connection);
	reference->identity = NULL;
	reference->connection = NULL;
}

static void reference_free(struct sa_table *table, struct reference *reference)
{
	key_table_remove(&table->references, &reference->by_reqid);
	if (reference->previous)
		reference->previous->next = reference->next;
	else
		table->all = reference->next;
	if (reference->next)
		reference->next->previous = reference->previous;
	if (reference->alive)
		table->alive_count--;
	reference_forget_identity(reference);
	free(reference);
}

/* Ends the generation of a reference that has no SA left. */
static void reference_end(struct sa_table *table, struct reference *reference)
{
	uint32_t reqid = reference->by_reqid.key;
	uint64_t value = reference->value;
	bool alive = reference->alive;
	bool twins = reference->twins;

	assert(!reference->newest);
	reference_free(table, reference);
	if (alive)
		tell_ended(table, value);
	if (twins && !sa_table_first_reference(table, reqid))
		tell_twins_changed(table, reqid, false);
}

/* ---- SAs --------------------------------------------------------------------- */

/*
 * Takes one SA out of everything; its reference may be left without any. Who
 * calls it tells the rest.
 */
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
	reference->sa_count--;
	reference->inbound_count -= sa->description.inbound;
	free(sa);
	return reference;
}

static void sa_drop(struct sa_table *table, struct sa *sa)
{
	bool marked = sa->description.inbound && sa->reference->twins;
	struct reference *reference = sa_detach(table, sa);

	if (!reference->newest) {
		reference_end(table, reference);
		return;
	}
	tell_outbound(table, reference);
	if (marked)
		tell_marks_changed(table, reference);
}

/*
 * The newest comes first: what is notified is newer than all before; a dump
 * names SAs in no order that one could rely on, but with their time of birth.
 * Of two that were made in one second the kernel names the newer one first.
 */
static struct sa *next_newer(const struct sa_table *table, const struct reference *reference,
			     const struct sa *sa)
{
	struct sa *newer = NULL;

	if (!table->in_dump)
		return NULL;
	for (struct sa *other = reference->newest;
	     other && other->description.added_seconds >= sa->description.added_seconds;
	     other = other->older)
		newer = other;
	return newer;
}

static void sa_attach(struct sa_table *table, struct sa *sa, struct reference *reference)
{
	sa->reference = reference;
	sa->newer = next_newer(table, reference, sa);
	sa->older = sa->newer ? sa->newer->older : reference->newest;
	if (sa->newer)
		sa->newer->older = sa;
	else
		reference->newest = sa;
	if (sa->older)
		sa->older->newer = sa;
	reference->sa_count++;
	reference->inbound_count += sa->description.inbound;
	key_table_insert(&table->sas, &sa->by_spi, sa->description.spi);
	tell_outbound(table, reference);
	if (sa->description.inbound && reference->twins)
		tell_marks_changed(table, reference);
}

/*
 * The living reference that an SA joins: the only one of its reqid whose client
 * has its outer address and port. NULL: none, or more than one (their ports
 * have just changed places); it is on its own then.
 */
static struct reference *find_client(const struct sa_table *table,
				     const struct sa_description *description, size_t *ret_count)
{
	struct reference *found = NULL;
	bool ambiguous = false;
	size_t count = 0;

	for (struct reference *reference = sa_table_first_reference(table, description->reqid);
	     reference; reference = sa_table_next_reference(reference)) {
		count++;
		if (!reference->alive || reference->port != peer_port(description) ||
		    !inet_address_equal(&reference->peer, peer_address(description)))
			continue;
		ambiguous |= found != NULL;
		found = reference;
	}
	*ret_count = count;
	return ambiguous ? NULL : found;
}

static int add_new_sa(struct sa_table *table, const struct sa_description *description)
{
	_cleanup_(freep) struct sa *sa = NULL;
	struct reference *reference;
	size_t siblings;

	reference = find_client(table, description, &siblings);
	if (table->sas.count >= SA_TABLE_MAXIMUM ||
	    (reference && reference->sa_count >= SA_OF_REFERENCE_MAXIMUM) ||
	    (!reference && siblings >= SA_TWINS_MAXIMUM))
		return -ENOSPC;
	sa = calloc(1, sizeof(*sa));
	if (!sa)
		return -ENOMEM;
	sa->description = *description;
	sa->proven = !reference || !table->in_doubt;
	sa->seen_in = table->dumps;
	if (!reference)
		reference = reference_new(table, description);
	if (!reference)
		return -ENOMEM;
	sa_attach(table, TAKE_PTR(sa), reference);
	return 0;
}

/* Takes in what may change of an SA while it lives. */
static void change_sa(struct sa_table *table, struct sa *sa,
		      const struct sa_description *description)
{
	struct reference *reference = sa->reference;
	uint64_t added_seconds = sa->description.added_seconds;

	sa->description = *description;
	sa->description.added_seconds = added_seconds;
	sa->seen_in = table->dumps;
	if (!description->inbound && reference->inbound_count > 0)
		return;
	reference->peer = *peer_address(description);
	reference->port = peer_port(description);
}

/* Whether a report cannot be of the known SA, but of one that took its SPI. */
static bool is_another(const struct sa *sa, const struct sa_description *description)
{
	const struct sa_description *known = &sa->description;

	return known->reqid != description->reqid || known->inbound != description->inbound ||
	       (known->added_seconds && description->added_seconds &&
		known->added_seconds != description->added_seconds);
}

/*
 * It may be a twin's, whose packets would be taken for those of the one client
 * that is known. From now on SPIs tell.
 */
void sa_table_refuse(struct sa_table *table, uint32_t reqid)
{
	struct reference *first = sa_table_first_reference(table, reqid);

	table->refused = true;
	if (first)
		begin_twins(table, first);
}

int sa_table_add(struct sa_table *table, const struct sa_description *description)
{
	struct sa *known;
	int r;

	if (description->reqid == 0)
		return -EINVAL;
	known = sa_table_find_sa(table, description->spi, &description->destination);
	if (known && !is_another(known, description)) {
		change_sa(table, known, description);
		return 0;
	}
	if (known)
		sa_drop(table, known);
	r = add_new_sa(table, description);
	if (r < 0)
		sa_table_refuse(table, description->reqid);
	return r;
}

int sa_table_update(struct sa_table *table, const struct sa_description *description)
{
	const struct sa *known =
		sa_table_find_sa(table, description->spi, &description->destination);
	struct sa_description same_birth = *description;

	if (known)
		same_birth.added_seconds = known->description.added_seconds;
	return sa_table_add(table, &same_birth);
}

void sa_table_remove(struct sa_table *table, uint32_t spi, const struct inet_address *destination)
{
	struct sa *sa = sa_table_find_sa(table, spi, destination);

	if (sa)
		sa_drop(table, sa);
}

/* ---- all at once --------------------------------------------------------------- */

void sa_table_free(struct sa_table *table)
{
	if (!table)
		return;
	while (table->all) {
		while (table->all->newest)
			sa_detach(table, table->all->newest);
		reference_free(table, table->all);
	}
	key_table_done(&table->sas);
	key_table_done(&table->references);
	free(table);
}

void sa_table_freep(struct sa_table **table)
{
	sa_table_free(*table);
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

void sa_table_end_generations(struct sa_table *table)
{
	for (struct reference *reference = table->all; reference; reference = reference->next) {
		if (!reference->alive)
			continue;
		reference->alive = false;
		table->alive_count--;
		reference_forget_identity(reference);
		tell_ended(table, reference->value);
	}
}

/* ---- dumps --------------------------------------------------------------------- */

void sa_table_begin_doubt(struct sa_table *table)
{
	table->in_doubt = true;
}

bool sa_table_in_doubt(const struct sa_table *table)
{
	return table->in_doubt;
}

void sa_table_begin_dump(struct sa_table *table)
{
	table->dumps++;
	table->in_dump = true;
	table->in_doubt = true;
	table->refused = false;
}

/* Whether the dump confirmed an SA of which it is sure that it is this client's. */
static bool is_confirmed(const struct sa_table *table, const struct reference *reference)
{
	for (const struct sa *sa = reference->newest; sa; sa = sa->older)
		if (sa->proven && sa->seen_in == table->dumps)
			return true;
	return false;
}

/*
 * None of the SAs that made this generation is left, while new ones look like
 * its: it was rekeyed, or pluto restarted and gave the reqid to a stranger, and
 * the notification that would tell is lost. The new SAs are taken for a
 * stranger's: a client that has to reconnect is the lesser harm.
 */
static void reference_renew(struct sa_table *table, struct reference *reference)
{
	uint64_t old_value = reference->value;

	if (!reference->alive)
		return;
	reference->value = next_reference_value(table, sa_reference_reqid(old_value));
	reference->outbound_spi = 0; /* the new one is told of what it has */
	reference_forget_identity(reference);
	tell_ended(table, old_value);
	tell_marks_changed(table, reference);
}

/* Removes from a reference what the dump did not name. */
static void reconcile_reference(struct sa_table *table, struct reference *reference)
{
	bool confirmed = is_confirmed(table, reference);
	size_t inbound_count = reference->inbound_count;

	for (struct sa *sa = reference->newest, *older; sa; sa = older) {
		older = sa->older;
		sa->proven = true;
		if (sa->seen_in < table->dumps)
			sa_detach(table, sa);
	}
	if (!reference->newest) {
		reference_end(table, reference);
		return;
	}
	if (!confirmed)
		reference_renew(table, reference);
	tell_outbound(table, reference);
	if (reference->twins && reference->inbound_count != inbound_count)
		tell_marks_changed(table, reference);
}

void sa_table_end_dump(struct sa_table *table)
{
	for (struct reference *reference = table->all, *next; reference; reference = next) {
		next = reference->next;
		reconcile_reference(table, reference);
	}
	table->in_dump = false;
	table->in_doubt = false;
}
