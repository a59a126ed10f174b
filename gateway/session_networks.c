/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Networks of IPv6 of sessions: the one that goes with the inner address, or the user's
 * own. A network is one session's at a time. Who would be the second, or would get a
 * network that is the host's or another user's own, has no IPv6 and all else: never a
 * foreign one. I/O (nft set, rtnetlink, user database).
 */
#include "gateway/session.h"

#include "gateway/configuration_pools.h"
#include "gateway/log.h"

#include <errno.h>
#include <string.h>

static const struct configuration *configuration_of(const struct sessions *sessions)
{
	return sessions->resources.configuration;
}

/* ---- networks of users' own ----------------------------------------------------------- */

static struct own_network *find_own(const struct sessions *sessions, uint64_t network)
{
	struct own_network *own;

	HASH_FIND(hh, sessions->own_networks, &network, sizeof(network), own);
	return own;
}

static int add_own(struct sessions *sessions, uint64_t network)
{
	struct own_network *own = find_own(sessions, network);

	if (own)
		return 0;
	own = calloc(1, sizeof(*own));
	if (!own)
		return -ENOMEM;
	own->network = network;
	HASH_ADD(hh, sessions->own_networks, network, sizeof(own->network), own);
	if (own->hh.tbl)
		return 0;
	free(own);
	return -ENOMEM;
}

static void remove_own(struct sessions *sessions, uint64_t network)
{
	struct own_network *own = find_own(sessions, network);

	if (!own)
		return;
	HASH_DEL(sessions->own_networks, own);
	free(own);
}

uint64_t session_own_network(const struct user *user)
{
	return inet_address_ipv6_network(&user->attributes.ipv6);
}

uint32_t session_network_claim(struct sessions *sessions, const struct user *user)
{
	uint64_t network = session_own_network(user);

	if (!network)
		return 0;
	if (add_own(sessions, network) < 0)
		log_error("out of memory: the IPv6 network of a user's own may become another's");
	return configuration_network_owner(configuration_of(sessions), network);
}

/* Whether a user has a network, or the address that goes with it. */
struct search {
	uint64_t network;
	uint32_t ipv4;
	bool is_network;
	bool is_ipv4;
};

static int compare(void *userdata, const struct user *user,
		   const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE])
{
	struct search *search = userdata;

	search->is_network |= session_own_network(user) == search->network;
	search->is_ipv4 |= inet_address_to_ipv4(&user->attributes.ipv4) == search->ipv4;
	return 0;
}

uint32_t session_network_unclaim(struct sessions *sessions, const struct user *user)
{
	struct search search = { .network = session_own_network(user) };

	if (!search.network)
		return 0;
	search.ipv4 = configuration_network_owner(configuration_of(sessions), search.network);
	/* Kept, if it cannot be known. */
	if (user_database_walk_fixed(sessions->resources.users, compare, &search) < 0 ||
	    search.is_network)
		return 0;
	remove_own(sessions, search.network);
	return search.is_ipv4 ? 0 : search.ipv4;
}

bool session_network_is_claimed(const struct sessions *sessions, uint32_t ipv4)
{
	uint64_t network = configuration_network(configuration_of(sessions), ipv4);

	return network && find_own(sessions, network);
}

void session_networks_forget(struct sessions *sessions)
{
	struct own_network *own, *next;

	HASH_ITER(hh, sessions->own_networks, own, next)
	{
		HASH_DEL(sessions->own_networks, own);
		free(own);
	}
}

/* ---- of a session --------------------------------------------------------------------- */

static struct session *find_holder(const struct sessions *sessions, uint64_t network)
{
	struct session *session;

	HASH_FIND(by_network, sessions->networks, &network, sizeof(network), session);
	return session;
}

/* Return: 0: none, and the log has said why if it is not because there is none. */
static uint64_t choose(const struct session *session, const struct user *user)
{
	const struct sessions *sessions = session->sessions;
	uint64_t network = session_own_network(user);
	char text[ADDRESS_TEXT_IPV6_PREFIX_MAX];

	if (network)
		return network;
	network =
		configuration_network(configuration_of(sessions), session->description.inner_ipv4);
	if (!network || !find_own(sessions, network))
		return network;
	log_warning("session %u: no IPv6: %s is another user's own", session->id,
		    address_text_format_ipv6_network(network, text));
	return 0;
}

/* Whether it is free now; the log has said why it is not. */
static bool is_free(struct session *session, uint64_t network)
{
	const struct sessions *sessions = session->sessions;
	struct session *holder = find_holder(sessions, network);
	char text[ADDRESS_TEXT_IPV6_PREFIX_MAX];
	int error = 0;

	/* Another session of the same user that is on its way out has it still. */
	if (holder && holder->state == SESSION_STATE_ENDING && holder->owner == session->owner)
		session_release_network(holder);
	else if (holder) {
		log_warning("session %u: no IPv6: session %u has %s", session->id, holder->id,
			    address_text_format_ipv6_network(network, text));
		return false;
	}
	if (sessions->resources.networks)
		error = interface_networks_check(sessions->resources.networks, network);
	if (error)
		log_warning("session %u: no IPv6: %s: %s", session->id,
			    address_text_format_ipv6_network(network, text),
			    error == -EADDRINUSE ? "an interface of this host has it"
						 : strerror(-error));
	return error == 0;
}

/* Return: 0, -ENOMEM, negative errno of the set. */
static int hold(struct session *session, uint64_t network)
{
	struct sessions *sessions = session->sessions;
	struct session_description *description = &session->description;
	int error = 0;

	description->inner_network = network;
	HASH_ADD(by_network, sessions->networks, description.inner_network, sizeof(network),
		 session);
	if (!session->by_network.tbl)
		error = -ENOMEM;
	else if (sessions->resources.inner6)
		error = inner_addresses_add_network(sessions->resources.inner6,
						    description->interface, network);
	if (error && session->by_network.tbl)
		HASH_DELETE(by_network, sessions->networks, session);
	if (error)
		description->inner_network = 0;
	session->has_network = error == 0;
	return error;
}

void session_take_network(struct session *session, const struct user *user,
			  const struct session_limits *limits)
{
	const struct sessions *sessions = session->sessions;
	uint64_t network;
	int error;

	if (session->has_network || sessions->resources.refuse_ipv6 ||
	    !configuration_has_ipv6(configuration_of(sessions)) || limits->networks.is_limited)
		return;
	network = choose(session, user);
	if (!network || !is_free(session, network))
		return;
	error = hold(session, network);
	if (error) {
		log_error("session %u: no IPv6: %s%s", session->id, strerror(-error),
			  error == -ENOENT ? ": run `saregate setup`" : "");
		return;
	}
	session->network_is_own = session_own_network(user) == network;
	session->identifier =
		session->network_is_own ? inet_address_ipv6_identifier(&user->attributes.ipv6) : 0;
	/* The first two addresses of a network are the router's. */
	if (session->identifier <= PLUGIN_IDENTIFIER_LOCAL)
		session->identifier = 0;
}

int session_open_network(struct session *session)
{
	const struct sessions_resources *resources = &session->sessions->resources;

	if (!resources->networks)
		return 0;
	session->network_is_open = true;
	return interface_networks_add(resources->networks, session->description.interface,
				      session->description.inner_network);
}

/* The description keeps it: the end of the session is told with it. */
void session_release_network(struct session *session)
{
	struct sessions *sessions = session->sessions;
	const struct sessions_resources *resources = &sessions->resources;
	const struct session_description *description = &session->description;
	int error = 0;

	if (!session->has_network)
		return;
	session->has_network = false;
	HASH_DELETE(by_network, sessions->networks, session);
	if (resources->inner6)
		error = inner_addresses_remove_network(resources->inner6, description->interface,
						       description->inner_network);
	if (!error && session->network_is_open)
		error = interface_networks_remove(resources->networks, description->interface,
						  description->inner_network);
	if (error && error != -ENOENT)
		log_error("session %u: its IPv6 network stays where it was: %s", session->id,
			  strerror(-error));
}

void session_readmit_network(const struct session *session)
{
	if (session->has_network && session->sessions->resources.inner6)
		inner_addresses_add_network(session->sessions->resources.inner6,
					    session->description.interface,
					    session->description.inner_network);
}

void sessions_set_refuse_ipv6(struct sessions *sessions, bool refuse_ipv6)
{
	sessions->resources.refuse_ipv6 = refuse_ipv6;
}
