/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inner addresses of sessions: from a pool, or a user's own. An address of a
 * user's own that lies in a pool is kept out of it, whether the user is there
 * or not, so that nobody else gets it. I/O (nft set, user database).
 */
#include "gateway/session.h"

#include "gateway/log.h"

#include <errno.h>
#include <string.h>

/* ---- leases ------------------------------------------------------------------------- */

/* Another session of the same user that is on its way out has it still. */
static void take_over(const struct session *session, uint32_t ipv4)
{
	struct session *other = session->owner ? session->owner->sessions : NULL;

	for (; other; other = other->owner_next)
		if (other != session && other->has_address && other->description.inner_ipv4 == ipv4)
			session_release_address(other);
}

static int lease(struct session *session, const char *user, const char *name)
{
	struct session_description *description = &session->description;
	struct address_memory *memory = session->sessions->memory;
	struct address_pool *pool = address_pools_find(session->sessions->pools, name);
	int error;

	if (!pool)
		return -ENXIO;
	error = address_pool_lease(pool, address_memory_find(memory, user),
				   &description->inner_ipv4);
	if (error)
		return error;
	address_memory_put(memory, user, description->inner_ipv4);
	strcpy(description->pool, *name ? name : CONFIGURATION_POOL_DEFAULT);
	return 0;
}

static int choose(struct session *session, const struct user *user, const char *pool)
{
	struct session_description *description = &session->description;
	const uint32_t fixed = inet_address_to_ipv4(&user->attributes.ipv4);

	session->address_is_fixed = fixed != 0;
	if (!fixed)
		return lease(session, user->name, pool);
	if (fixed == session->sessions->resources.configuration->local_ipv4)
		return -EADDRINUSE;
	take_over(session, fixed);
	description->inner_ipv4 = fixed;
	description->pool[0] = '\0';
	return 0;
}

int session_take_address(struct session *session, const struct user *user, const char *pool)
{
	const struct sessions_resources *resources = &session->sessions->resources;
	struct session_description *description = &session->description;
	int error;

	if (session->has_address)
		return 0;
	error = choose(session, user, pool);
	if (error)
		return error;
	session->has_address = true;
	if (!resources->inner)
		return 0;
	error = inner_addresses_add(resources->inner, description->interface,
				    description->inner_ipv4);
	if (error)
		session_release_address(session);
	return error;
}

/* The description keeps it: the end of the session is told with it. */
void session_release_address(struct session *session)
{
	const struct sessions_resources *resources = &session->sessions->resources;
	struct session_description *description = &session->description;
	int error = 0;

	session_release_network(session);
	if (!session->has_address)
		return;
	if (resources->inner)
		error = inner_addresses_remove(resources->inner, description->interface,
					       description->inner_ipv4);
	if (error && error != -ENOENT)
		log_error("session %u: its address stays in the set of inner addresses: %s",
			  session->id, strerror(-error));
	if (!session->address_is_fixed &&
	    !session_network_is_claimed(session->sessions, description->inner_ipv4))
		address_pools_release(session->sessions->pools, description->inner_ipv4);
	session->has_address = false;
}

static struct session *find_holder(const struct sessions *sessions, uint32_t ipv4)
{
	struct session *session;

	for (session = sessions->table; session; session = session->hh.next)
		if (session->has_address && session->description.inner_ipv4 == ipv4)
			return session;
	return NULL;
}

bool sessions_have_address(const struct sessions *sessions, uint32_t ipv4)
{
	return find_holder(sessions, ipv4) != NULL;
}

/* ---- addresses of users' own ------------------------------------------------------------ */

/* It is nobody's own any more: back into its pool, or to be by the session that has it. */
static void give_back(struct sessions *sessions, uint32_t ipv4)
{
	struct session *holder = find_holder(sessions, ipv4);

	/* The network that goes with it is a user's own yet. */
	if (session_network_is_claimed(sessions, ipv4))
		return;
	if (holder)
		holder->address_is_fixed = false;
	else
		address_pools_release(sessions->pools, ipv4);
}

/* Out of its pool; who has leased it leaves, and does not give it back. */
static void keep_out(struct sessions *sessions, uint32_t ipv4, const char *user)
{
	struct session *holder;

	if (address_pools_claim(sessions->pools, ipv4))
		return;
	holder = find_holder(sessions, ipv4);
	if (!holder)
		return;
	holder->address_is_fixed = true;
	if (strcmp(holder->description.user, user) != 0)
		session_end(holder, "the address is another user's own now");
}

/* The same of the address that goes with a network of a user's own, who need not have it. */
static void keep_out_with_network(struct sessions *sessions, uint32_t ipv4, const char *user)
{
	struct session *holder;

	if (address_pools_claim(sessions->pools, ipv4))
		return;
	holder = find_holder(sessions, ipv4);
	if (holder && strcmp(holder->description.user, user) != 0)
		session_end(holder, "the address is another user's own now");
}

static void change_network(struct sessions *sessions, const struct user *before,
			   const struct user *after)
{
	uint64_t old = before ? session_own_network(before) : 0;
	uint64_t new = after ? session_own_network(after) : 0;
	uint32_t ipv4;

	if (old == new)
		return;
	ipv4 = before ? session_network_unclaim(sessions, before) : 0;
	if (ipv4)
		give_back(sessions, ipv4);
	ipv4 = after ? session_network_claim(sessions, after) : 0;
	if (ipv4)
		keep_out_with_network(sessions, ipv4, after->name);
}

void session_addresses_change(struct sessions *sessions, const struct user *before,
			      const struct user *after)
{
	uint32_t old = before ? inet_address_to_ipv4(&before->attributes.ipv4) : 0;
	uint32_t new = after ? inet_address_to_ipv4(&after->attributes.ipv4) : 0;

	change_network(sessions, before, after);
	if (old == new)
		return;
	if (old)
		give_back(sessions, old);
	if (new)
		keep_out(sessions, new, after->name);
}

struct claim {
	struct sessions *sessions;
	struct address_pools *pools;
};

static int claim_fixed(void *userdata, const struct user *user,
		       const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE])
{
	const struct claim *claim = userdata;

	address_pools_claim(claim->pools, inet_address_to_ipv4(&user->attributes.ipv4));
	address_pools_claim(claim->pools, session_network_claim(claim->sessions, user));
	return 0;
}

int session_addresses_claim(struct sessions *sessions, struct address_pools *pools)
{
	struct claim claim = { .sessions = sessions, .pools = pools };

	session_networks_forget(sessions);
	return user_database_walk_fixed(sessions->resources.users, claim_fixed, &claim);
}

int sessions_prepare_pools(const struct sessions *sessions,
			   const struct configuration *configuration,
			   struct address_pools **ret_pools)
{
	return address_pools_new(configuration, sessions->pools, ret_pools);
}

void sessions_take_pools(struct sessions *sessions, struct address_pools *pools)
{
	for (const struct session *session = sessions->table; session; session = session->hh.next)
		if (session->has_address)
			address_pools_claim(pools, session->description.inner_ipv4);
	if (session_addresses_claim(sessions, pools) < 0)
		log_error("the fixed addresses of users cannot be read: others may get them");
	address_pools_free(sessions->pools);
	sessions->pools = pools;
}

void sessions_remember(struct sessions *sessions, const struct address_memory_row *rows,
		       size_t count)
{
	for (size_t i = 0; i < count; i++)
		address_memory_put_older(sessions->memory, rows[i].user, rows[i].ipv4);
	/* As if each had been leased and given back now, one after the other. */
	for (size_t i = count; i-- > 0;)
		if (address_pools_claim(sessions->pools, rows[i].ipv4))
			address_pools_release(sessions->pools, rows[i].ipv4);
}

const struct address_pools *sessions_pools(const struct sessions *sessions)
{
	return sessions->pools;
}

size_t sessions_pool_size(const struct sessions *sessions)
{
	return address_pool_size(address_pools_find(sessions->pools, ""));
}

size_t sessions_pool_available(const struct sessions *sessions)
{
	return address_pool_available(address_pools_find(sessions->pools, ""));
}

void sessions_readmit(struct sessions *sessions)
{
	const struct session *session;

	for (session = sessions->table; session; session = session->hh.next) {
		if (session->has_address)
			inner_addresses_add(sessions->resources.inner,
					    session->description.interface,
					    session->description.inner_ipv4);
		session_readmit_network(session);
		session_dns_restore(session);
	}
	sessions_restore_groups(sessions);
}
