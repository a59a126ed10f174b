/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session's pppd says through its plugin, and what it is told: log-in,
 * address, up, counters, down. I/O (user database, nft set).
 */
#include "base/text.h"
#include "gateway/authentication.h"
#include "gateway/log.h"
#include "gateway/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/*
 * What the client is told. Only who knows the password hears that the account is
 * disabled or has expired; RFC 2759 has no code of its own for the latter (648 is an
 * expired password, which another would mend).
 */
static enum plugin_failure failure_of(enum login_refusal refusal)
{
	switch (refusal) {
	case LOGIN_REFUSAL_DISABLED:
	case LOGIN_REFUSAL_EXPIRED:
		return PLUGIN_FAILURE_DISABLED;
	case LOGIN_REFUSAL_WRONG_PASSWORD:
	case LOGIN_REFUSAL_UNKNOWN_USER:
	case LOGIN_REFUSAL_HELD_BACK:
	case LOGIN_REFUSAL_TOO_MANY_SESSIONS:
	case LOGIN_REFUSAL_POOL_EXHAUSTED:
	case LOGIN_REFUSAL_POOL_UNKNOWN:
	case LOGIN_REFUSAL_OTHER_NAME:
	case LOGIN_REFUSAL_FAILURE:
	case LOGIN_REFUSAL_COUNT_:
		break;
	}
	return PLUGIN_FAILURE_AUTHENTICATION;
}

static void refuse(struct session *session, const struct plugin_authenticate *request,
		   enum login_refusal refusal, const char *why)
{
	struct plugin_verdict verdict = { .accepted = 0, .failure = failure_of(refusal) };
	char quoted[CLIENT_NAME_MAX], name[CLIENT_NAME_MAX];

	session->sessions->counters.logins_refused++;
	session->sessions->counters.refusals[refusal]++;
	if (session_failure_may_be_told(session->sessions))
		session_audit_refused(session_describe(session), request->user, request->user_size,
				      why);
	text_quote(request->user, request->user_size, quoted, sizeof(quoted));
	/* A name that needs no escapes is shown as it is. */
	snprintf(name, sizeof(name), "%.*s", (int)strlen(quoted) - 2, quoted + 1);
	session_trace(session,
		      session->asked[0]      ? session->asked
		      : strchr(quoted, '\\') ? quoted
					     : name,
		      CLIENT_EVENT_LOGIN_REFUSED, "%s", why);
	if (!session->cause)
		session->cause = why;
	plugin_channel_send_verdict(session->channel, &verdict);
}

/* Ends the oldest where a new one replaces it. Return: whether there is room. */
static bool make_room(struct session *session, const char *user, uint32_t maximum)
{
	const struct sessions *sessions = session->sessions;
	struct session_owner *owner = session_owner_find(sessions, user);

	if (session->owner || maximum == 0 || session_owner_count(owner) < maximum)
		return true;
	if (!sessions->resources.configuration->sessions_replace)
		return false;
	session_owner_end_oldest(owner, maximum - 1, "replaced by a newer login of the user");
	return true;
}

/* A lease that failed, @error, as words. Return: NULL if the pool is not to blame. */
static const char *pool_refusal(struct session *session, int error, const char *pool,
				enum login_refusal *ret_refusal)
{
	const char *name = *pool ? pool : CONFIGURATION_POOL_DEFAULT;

	if (error == -ENXIO) {
		*ret_refusal = LOGIN_REFUSAL_POOL_UNKNOWN;
		snprintf(session->refusal, sizeof(session->refusal),
			 "the user's address pool does not exist: there is no [pool %s]", name);
		return session->refusal;
	}
	if (error != -ENOSPC)
		return NULL;
	*ret_refusal = LOGIN_REFUSAL_POOL_EXHAUSTED;
	if (strcmp(name, CONFIGURATION_POOL_DEFAULT) == 0)
		return "the address pool is exhausted: enlarge [ppp] pool";
	snprintf(session->refusal, sizeof(session->refusal),
		 "the address pool is exhausted: enlarge range of [pool %s]", name);
	return session->refusal;
}

/*
 * All that a session gets when it may come in. Return: NULL; else why it may not, and
 * *@ret_refusal.
 */
static const char *admit(struct session *session, const struct user *user,
			 const struct session_limits *limits, enum login_refusal *ret_refusal)
{
	const char *why;
	int error;

	*ret_refusal = LOGIN_REFUSAL_TOO_MANY_SESSIONS;
	if (!make_room(session, user->name, limits->sessions_maximum))
		return "the user has as many sessions as allowed";
	*ret_refusal = LOGIN_REFUSAL_FAILURE;
	error = session_owner_join(session, user->name);
	if (!error)
		error = session_take_address(session, user, limits->pool);
	why = pool_refusal(session, error, limits->pool, ret_refusal);
	if (why)
		return why;
	if (error == -EADDRINUSE)
		return "the user's fixed address is the gateway's own";
	if (error) {
		log_error("session %u: the inner address cannot be let through: %s", session->id,
			  strerror(-error));
		return "inner isolation failed";
	}
	session_take_network(session, user, limits);
	/* The log has said which, and what to do. */
	if (session_limits_apply(session, user, limits) < 0)
		return "the limits of the user cannot be put in force";
	return NULL;
}

static void accept_login(struct session *session, const struct plugin_authenticate *request,
			 const struct user *user, const char *authenticator)
{
	const struct configuration *configuration = session->sessions->resources.configuration;
	struct plugin_verdict verdict = { .accepted = 1 };
	enum login_refusal refusal = LOGIN_REFUSAL_FAILURE;
	const char *why = "user database failed";
	struct session_limits limits;

	if (session_limits_resolve(session->sessions, user, &limits) == 0)
		why = admit(session, user, &limits, &refusal);
	if (why) {
		refuse(session, request, refusal, why);
		return;
	}
	session_dns_open(session, &limits);
	strcpy(verdict.authenticator, authenticator);
	verdict.local_ipv4 = configuration->local_ipv4;
	verdict.peer_ipv4 = session->description.inner_ipv4;
	for (size_t i = 0; i < PLUGIN_DNS_MAX; i++)
		verdict.dns_ipv4[i] = limits.dns_ipv4[i];
	if (session->has_network) {
		verdict.network = session->description.inner_network;
		verdict.identifier = session->identifier;
	}
	session_trace(session, user->name, CLIENT_EVENT_LOGIN_ACCEPTED, "user \"%s\"", user->name);
	plugin_channel_send_verdict(session->channel, &verdict);
}

/* Return: who holds this attempt back. Only what is wrong is counted. */
static enum login_party count_attempt(struct session *session, const char *user,
				      enum authentication_result result)
{
	const struct session_description *description = session_describe(session);
	const struct configuration *configuration = session->sessions->resources.configuration;
	struct login_backoff *backoff = session->sessions->resources.backoff;
	const struct login_attempt attempt = {
		.reference = description->reference,
		.outer = { description->outer_address, description->outer_port },
		.ike_identity = description->ike_identity,
		.user = user,
	};
	uint64_t now = session_now_usec(session->sessions);
	enum login_party held =
		login_backoff_check(backoff, &configuration->login_backoff, &attempt, now);

	if (held != LOGIN_PARTY_NONE)
		session->sessions->counters.logins_held_back++;
	else if (result == AUTHENTICATION_ACCEPTED)
		login_backoff_succeeded(backoff, &attempt, now);
	else if (result == AUTHENTICATION_WRONG_PASSWORD || result == AUTHENTICATION_UNKNOWN_USER)
		login_backoff_failed(backoff, &configuration->login_backoff, &attempt, now);
	return held;
}

static void on_authenticate(struct session *session, const struct plugin_authenticate *request)
{
	char authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1];
	enum authentication_result result;
	enum login_party held;
	struct user user;

	/* Who is held back takes as long as all others. */
	result = authentication_check(session->sessions->resources.users,
				      session->sessions->resources.configuration, request, &user,
				      authenticator);
	text_copy(session->asked, sizeof(session->asked), user.name);
	/* Names that no user has would fill the tables. */
	held = count_attempt(session, result == AUTHENTICATION_UNKNOWN_USER ? "" : user.name,
			     result);
	if (held != LOGIN_PARTY_NONE)
		refuse(session, request, LOGIN_REFUSAL_HELD_BACK, login_party_reason(held));
	else if (result != AUTHENTICATION_ACCEPTED)
		refuse(session, request, authentication_refusal(result),
		       authentication_result_text(result));
	else if (session->description.user[0] && strcmp(session->description.user, user.name) != 0)
		refuse(session, request, LOGIN_REFUSAL_OTHER_NAME,
		       "another name than before in one session");
	else
		accept_login(session, request, &user, authenticator);
}

static void trace_up(struct session *session)
{
	struct inet_address inner = inet_address_from_ipv4(session->description.inner_ipv4);
	char text[INET6_ADDRSTRLEN];

	session_trace(session, NULL, CLIENT_EVENT_UP, "address %s, interface %s",
		      inet_address_format(&inner, text), session->description.interface);
}

static void on_up(struct session *session, const struct plugin_up *up)
{
	const struct session_description *description = &session->description;

	/* pppd took another address than it was given: not to be trusted. */
	if (!description->user[0] || up->peer_ipv4 != description->inner_ipv4 ||
	    strcmp(up->interface, description->interface) != 0) {
		log_error("session %u: pppd came up with another address or interface than given",
			  session->id);
		session_end(session, "pppd used what it was not given");
		return;
	}
	if (session->state != SESSION_STATE_AUTHENTICATING)
		return;
	session_come_up(session);
	trace_up(session);
}

/* May come before on_up(), and again after IPv6CP was down for a while. */
static void on_ipv6_up(struct session *session, const struct plugin_ipv6_up *up)
{
	int error;

	if (session->state == SESSION_STATE_ENDING)
		return;
	if (!session->has_network || strcmp(up->interface, session->description.interface) != 0) {
		log_error("session %u: pppd came up with IPv6 that it was not given", session->id);
		session_end(session, "pppd used what it was not given");
		return;
	}
	error = session_open_network(session);
	if (error)
		log_error("session %u: no IPv6: its interface gets no address: %s", session->id,
			  strerror(-error));
}

/* Without a data path that counts, pppd's figures are the ones there are. */
static void on_counters(struct session *session, const struct plugin_counters *counters)
{
	struct l2tp_data_path_counters *known = &session->description.counters;

	if (counters->received_bytes >= known->received_bytes &&
	    counters->sent_bytes >= known->sent_bytes)
		*known = (struct l2tp_data_path_counters){
			.received_packets = counters->received_packets,
			.received_bytes = counters->received_bytes,
			.sent_packets = counters->sent_packets,
			.sent_bytes = counters->sent_bytes,
		};
	if (session->idle_timeout_seconds &&
	    counters->idle_seconds >= session->idle_timeout_seconds)
		session_end(session, "idle");
}

static void on_message(void *userdata, const union plugin_message *message)
{
	struct session *session = userdata;

	switch ((enum plugin_message_type)message->header.type) {
	case PLUGIN_MESSAGE_AUTHENTICATE:
		on_authenticate(session, &message->authenticate);
		break;
	case PLUGIN_MESSAGE_UP:
		on_up(session, &message->up);
		break;
	case PLUGIN_MESSAGE_COUNTERS:
		on_counters(session, &message->counters);
		break;
	case PLUGIN_MESSAGE_DOWN:
		log_debug("session %u: pppd goes down, code %u", session->id,
			  message->down.pppd_code);
		break;
	case PLUGIN_MESSAGE_IPV6_UP:
		on_ipv6_up(session, &message->ipv6_up);
		break;
	case PLUGIN_MESSAGE_VERDICT:
		break;
	}
}

static void on_closed(void *userdata, int error)
{
	struct session *session = userdata;

	if (error)
		log_error("session %u: the plugin's channel failed: %s", session->id,
			  strerror(-error));
	plugin_channel_free(session->channel);
	session->channel = NULL;
	/* A pppd that ends closes its channel first; its exit is reported next. */
	if (error)
		session_end(session, "the plugin's channel failed");
}

const struct plugin_channel_ops session_plugin_ops = {
	.message = on_message,
	.closed = on_closed,
};
