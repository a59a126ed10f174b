/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a user, the user's group and the configuration allow a session: at its
 * login, and whenever one of them changes while it lives. Times are timers of
 * the session's own, so that nothing looks through users or sessions. I/O
 * (user database), on sd-event.
 */
#include "gateway/session.h"

#include "gateway/log.h"

#include <errno.h>
#include <string.h>

/* Nobody minds a second. */
#define TIMER_ACCURACY_USEC 1000000

int session_limits_resolve(const struct sessions *sessions, const struct user *user,
			   struct session_limits *ret_limits)
{
	const struct configuration *configuration = sessions->resources.configuration;
	const struct user_attributes *own = &user->attributes;
	struct session_limits limits = { .expires = own->expires };
	struct user_group group = { .id = 0 };
	const uint32_t *dns = configuration->dns_ipv4;
	int error;

	if (own->group[0]) {
		error = user_database_get_group(sessions->resources.users, own->group, &group);
		if (error)
			return error;
	}
	if (own->dns_ipv4[0])
		dns = own->dns_ipv4;
	else if (group.attributes.dns_ipv4[0])
		dns = group.attributes.dns_ipv4;
	memcpy(limits.dns_ipv4, dns, sizeof(limits.dns_ipv4));
	strcpy(limits.pool, own->pool[0] ? own->pool : group.attributes.pool);
	limits.sessions_maximum = own->sessions_maximum ? own->sessions_maximum
				  : group.attributes.sessions_maximum
					  ? group.attributes.sessions_maximum
					  : configuration->sessions_maximum;
	/* One address cannot be at two places. */
	if (own->ipv4.family)
		limits.sessions_maximum = 1;
	limits.idle_timeout_seconds = own->idle_timeout_seconds
					      ? own->idle_timeout_seconds
					      : group.attributes.idle_timeout_seconds;
	limits.session_timeout_seconds = own->session_timeout_seconds
						 ? own->session_timeout_seconds
						 : group.attributes.session_timeout_seconds;
	limits.networks = group.attributes.networks;
	limits.client_to_client = group.attributes.client_to_client;
	if (limits.networks.is_limited || limits.client_to_client)
		limits.group_id = group.id;
	*ret_limits = limits;
	return 0;
}

/* ---- timers ------------------------------------------------------------------------- */

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	session_end(userdata, "the session's time is over");
	return 0;
}

static int on_expiry(sd_event_source *source, uint64_t usec, void *userdata)
{
	session_end(userdata, "the user has expired");
	return 0;
}

/* Another time for a timer, which is made or ended as needed; 0: none. */
static int set_timer(struct session *session, sd_event_source **timer, clockid_t clock,
		     uint64_t usec, sd_event_time_handler_t handler)
{
	int r = 0;

	*timer = sd_event_source_disable_unref(*timer);
	if (usec)
		r = sd_event_add_time(session->sessions->resources.event, timer, clock, usec,
				      TIMER_ACCURACY_USEC, handler, session);
	return r < 0 ? r : 0;
}

int session_limits_apply(struct session *session, const struct user *user,
			 const struct session_limits *limits)
{
	const uint64_t timeout_usec = limits->session_timeout_seconds * UINT64_C(1000000);
	int error;

	strcpy(session->group, user->attributes.group);
	session->idle_timeout_seconds = limits->idle_timeout_seconds;
	error = set_timer(session, &session->deadline, CLOCK_MONOTONIC,
			  timeout_usec ? session->started_usec + timeout_usec : 0, on_deadline);
	if (!error)
		error = set_timer(session, &session->expiry, CLOCK_REALTIME,
				  limits->expires * 1000000, on_expiry);
	return error ? error : session_group_apply(session, limits);
}

void session_limits_done(struct session *session)
{
	session_group_leave(session);
	session->deadline = sd_event_source_disable_unref(session->deadline);
	session->expiry = sd_event_source_disable_unref(session->expiry);
}

/* ---- changes of users and groups ------------------------------------------------------- */

/* Why a user's session cannot go on; NULL: it can. */
static const char *end_reason(const struct session *session, const struct user *user)
{
	const uint32_t fixed = inet_address_to_ipv4(&user->attributes.ipv4);
	const uint64_t network = session_own_network(user);

	if (!user->attributes.enabled)
		return "the user is disabled";
	if (session->has_address && fixed != session->description.inner_ipv4 &&
	    (fixed || session->address_is_fixed))
		return "the user's address has changed";
	if (session->has_network && network != session->description.inner_network &&
	    (network || session->network_is_own))
		return "the user's IPv6 network has changed";
	return NULL;
}

static size_t end_all(struct session_owner *owner, const char *reason)
{
	return session_owner_end_oldest(owner, 0, reason);
}

/* Ends those that cannot go on. Return: how many; the owner may be gone with them. */
static size_t end_some(struct session_owner *owner, const struct user *user)
{
	struct session *session, *next;
	const char *reason;
	size_t ended = 0;

	for (session = owner->sessions; session; session = next) {
		next = session->owner_next;
		reason = end_reason(session, user);
		if (!reason || session->state == SESSION_STATE_ENDING)
			continue;
		session_end(session, reason);
		ended++;
	}
	return ended;
}

/* Return: how many were ended. */
static size_t apply_limits(struct session_owner *owner, const struct user *user,
			   const struct session_limits *limits)
{
	struct session *session, *next;
	size_t ended = 0;

	for (session = owner->sessions; session; session = next) {
		next = session->owner_next;
		if (session->state == SESSION_STATE_ENDING ||
		    session_limits_apply(session, user, limits) == 0)
			continue;
		log_error("session %u: its limits cannot be put in force: it is ended",
			  session->id);
		session_end(session, "its limits cannot be put in force");
		ended++;
	}
	return ended;
}

/* Return: how many were ended. */
static size_t apply(struct sessions *sessions, struct session_owner *owner, const struct user *user)
{
	size_t ended = end_some(owner, user);
	struct session_limits limits;

	owner = session_owner_find(sessions, user->name);
	if (!owner)
		return ended;
	if (session_limits_resolve(sessions, user, &limits) != 0)
		return ended + end_all(owner, "the user database failed");
	if (limits.sessions_maximum)
		ended += session_owner_end_oldest(owner, limits.sessions_maximum,
						  "the user may have fewer sessions");
	return ended + apply_limits(owner, user, &limits);
}

size_t sessions_apply_user(struct sessions *sessions, const struct user *before,
			   const struct user *after)
{
	struct session_owner *owner =
		session_owner_find(sessions, before ? before->name : after->name);
	size_t ended = 0;

	if (owner)
		ended = after ? apply(sessions, owner, after)
			      : end_all(owner, "the user is deleted");
	session_addresses_change(sessions, before, after);
	return ended;
}

void sessions_restore_groups(struct sessions *sessions)
{
	struct session_owner *owner, *next;
	struct session *session;
	struct user user;

	if (!sessions->resources.groups)
		return;
	group_firewall_forget(sessions->resources.groups);
	HASH_ITER(hh, sessions->owners, owner, next)
	{
		if (!owner->sessions->group[0])
			continue;
		for (session = owner->sessions; session; session = session->owner_next)
			session->group_id = 0;
		if (user_database_get(sessions->resources.users, owner->name, &user) == 0)
			apply(sessions, owner, &user);
		else
			end_all(owner, "the user database failed");
	}
}

size_t sessions_apply_group(struct sessions *sessions, const char *group)
{
	struct session_owner *owner, *next;
	struct user user;
	size_t ended = 0;

	HASH_ITER(hh, sessions->owners, owner, next)
	{
		if (strcmp(owner->sessions->group, group) != 0)
			continue;
		if (user_database_get(sessions->resources.users, owner->name, &user) < 0)
			ended += end_all(owner, "the user database failed");
		else
			ended += apply(sessions, owner, &user);
	}
	return ended;
}
