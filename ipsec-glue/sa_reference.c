/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the table of SAs answers: whose a mark is, what a reference's packets
 * look like and who its client is. Pure.
 */
#include "ipsec-glue/sa_reference.h"

#include "base/cleanup.h"
#include "ipsec-glue/sa_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * What a mark means as a reqid. Return: whether there is such a reqid, even if
 * it resolves to nobody. A reference that has only outbound SAs did not send
 * the packet: it came through an SA that is gone.
 */
static bool resolve_reqid(const struct sa_table *table, uint32_t mark, uint64_t *ret_value)
{
	const struct reference *reference = sa_table_first_reference(table, mark);

	if (!reference)
		return false;
	*ret_value = SA_REFERENCE_NONE;
	if (!reference->twins && reference->alive && reference->inbound_count > 0)
		*ret_value = reference->value;
	return true;
}

/*
 * The same for what it means as an SPI. Only twins are marked with it; whoever
 * is marked with it all the same (twins no longer, and the rule does not know
 * yet) must not be taken for the client of that reqid.
 */
static bool resolve_spi(const struct sa_table *table, uint32_t mark, uint64_t *ret_value)
{
	size_t claims = 0;

	for (struct key_link *link = key_table_first(&table->sas, mark); link;
	     link = key_table_next(link)) {
		const struct sa *sa = (struct sa *)link;

		if (!sa->description.inbound)
			continue;
		*ret_value = SA_REFERENCE_NONE;
		if (claims == 0 && sa->reference->alive && sa->reference->twins)
			*ret_value = sa->reference->value;
		claims++;
	}
	return claims > 0;
}

uint64_t sa_table_resolve(const struct sa_table *table, uint32_t mark)
{
	uint64_t of_reqid = SA_REFERENCE_NONE;
	uint64_t of_spi = SA_REFERENCE_NONE;
	bool is_reqid = resolve_reqid(table, mark, &of_reqid);
	bool is_spi = resolve_spi(table, mark, &of_spi);

	if ((is_reqid && is_spi) || table->in_doubt)
		return SA_REFERENCE_NONE;
	return is_reqid ? of_reqid : of_spi;
}

bool sa_table_is_alive(const struct sa_table *table, uint64_t reference)
{
	return sa_table_find_living(table, reference) != NULL;
}

bool sa_table_is_twin(const struct sa_table *table, uint64_t reference)
{
	const struct reference *living = sa_table_find_living(table, reference);

	return living && living->twins;
}

uint32_t sa_table_outbound_spi(const struct sa_table *table, uint64_t reference)
{
	const struct reference *living = sa_table_find_living(table, reference);

	return living ? living->outbound_spi : 0;
}

bool sa_table_handing_over(const struct sa_table *table, uint64_t reference,
			   struct sa_description *ret_inbound)
{
	const struct reference *living = sa_table_find_living(table, reference);

	if (!living || sa_table_newest_outbound(living) == living->outbound_spi)
		return false;
	for (const struct sa *sa = living->newest; sa; sa = sa->older)
		if (sa->description.inbound) {
			if (ret_inbound)
				*ret_inbound = sa->description;
			return true;
		}
	return false;
}

size_t sa_table_marks(const struct sa_table *table, uint64_t reference, uint32_t *ret_marks,
		      size_t maximum)
{
	const struct reference *living = sa_table_find_living(table, reference);
	size_t count = 0;

	if (!living || maximum == 0)
		return 0;
	if (!living->twins) {
		ret_marks[0] = sa_reference_reqid(reference);
		return 1;
	}
	for (const struct sa *sa = living->newest; sa && count < maximum; sa = sa->older)
		if (sa->description.inbound)
			ret_marks[count++] = sa->description.spi;
	return count;
}

void sa_table_each_twins(const struct sa_table *table,
			 void (*found)(void *userdata, uint32_t reqid), void *userdata)
{
	for (const struct reference *reference = table->all; reference;
	     reference = reference->next) {
		uint32_t reqid = reference->by_reqid.key;

		if (reference->twins && reference == sa_table_first_reference(table, reqid))
			found(userdata, reqid);
	}
}

void sa_table_each_living(const struct sa_table *table,
			  void (*found)(void *userdata, uint64_t reference), void *userdata)
{
	for (const struct reference *reference = table->all; reference; reference = reference->next)
		if (reference->alive)
			found(userdata, reference->value);
}

size_t sa_table_list(const struct sa_table *table, uint64_t reference,
		     struct sa_description *ret_descriptions, size_t maximum)
{
	const struct reference *living = sa_table_find_living(table, reference);
	size_t count = 0;

	for (const struct sa *sa = living ? living->newest : NULL; sa && count < maximum;
	     sa = sa->older)
		ret_descriptions[count++] = sa->description;
	return count;
}

int sa_table_allow_rebinding(struct sa_table *table, uint32_t spi,
			     const struct inet_address *destination, uint16_t new_port,
			     uint64_t now_usec, uint64_t *ret_reference)
{
	const struct sa *sa = sa_table_find_sa(table, spi, destination);
	struct reference *reference = sa ? sa->reference : NULL;

	if (!reference || !reference->alive || !sa->description.inbound)
		return -ENOENT;
	if (sa->description.encapsulation_source_port == new_port)
		return -EALREADY;
	if (reference->rebound && now_usec - reference->rebound_usec < SA_REBINDING_INTERVAL_USEC)
		return -EAGAIN;
	reference->rebound = true;
	reference->rebound_usec = now_usec;
	*ret_reference = reference->value;
	return 0;
}

static uint64_t find_spi(const struct sa_table *table, uint32_t spi, bool inbound_only)
{
	uint64_t found = SA_REFERENCE_NONE;

	for (struct key_link *link = key_table_first(&table->sas, spi); link;
	     link = key_table_next(link)) {
		const struct sa *sa = (struct sa *)link;
		const struct reference *reference = sa->reference;

		if (inbound_only && !sa->description.inbound)
			continue;
		if (!reference->alive || (found != SA_REFERENCE_NONE && found != reference->value))
			return SA_REFERENCE_NONE;
		found = reference->value;
	}
	return found;
}

uint64_t sa_table_find_spi(const struct sa_table *table, uint32_t spi)
{
	return find_spi(table, spi, false);
}

uint64_t sa_table_find_inbound_spi(const struct sa_table *table, uint32_t spi)
{
	return find_spi(table, spi, true);
}

uint16_t sa_table_outer_port(const struct sa_table *table, uint64_t reference,
			     const struct inet_address *peer)
{
	const struct reference *living = sa_table_find_living(table, reference);

	return living && inet_address_equal(&living->peer, peer) ? living->port : 0;
}

int sa_table_identify(struct sa_table *table, uint64_t reference, const char *identity,
		      const char *connection)
{
	struct reference *living = sa_table_find_living(table, reference);
	_cleanup_(freep) char *identity_copy = NULL;
	_cleanup_(freep) char *connection_copy = NULL;

	if (!living)
		return -ENOENT;
	identity_copy = strndup(identity, SA_IDENTITY_MAX - 1);
	connection_copy = strndup(connection, SA_CONNECTION_NAME_MAX - 1);
	if (!identity_copy || !connection_copy)
		return -ENOMEM;
	free(living->identity);
	free(living->connection);
	living->identity = TAKE_PTR(identity_copy);
	living->connection = TAKE_PTR(connection_copy);
	return 0;
}

const char *sa_table_identity(const struct sa_table *table, uint64_t reference)
{
	const struct reference *living = sa_table_find_living(table, reference);

	return living && living->identity ? living->identity : "";
}

const char *sa_table_connection(const struct sa_table *table, uint64_t reference)
{
	const struct reference *living = sa_table_find_living(table, reference);

	return living && living->connection ? living->connection : "";
}

size_t sa_table_size(const struct sa_table *table)
{
	return table->sas.count;
}

size_t sa_table_reference_count(const struct sa_table *table)
{
	return table->alive_count;
}
