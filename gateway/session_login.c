/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session's pppd says through its plugin, and what it is told: log-in,
 * address, up, counters, down. I/O (user database, nft set).
 */
#include "gateway/authentication.h"
#include "gateway/log.h"
#include "gateway/session.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static void refuse(struct session *session, const struct plugin_authenticate *request,
		   const char *why)
{
	struct plugin_verdict verdict = { .accepted = 0 };

	session->sessions->counters.logins_refused++;
	session_audit_refused(session_describe(session), request->user, request->user_size, why);
	if (!session->cause)
		session->cause = why;
	plugin_channel_send_verdict(session->channel, &verdict);
}

/* An inner address, let through by the isolation before PPP can use it. */
static int take_address(struct session *session)
{
	const struct sessions_resources *resources = &session->sessions->resources;
	struct session_description *description = &session->description;
	int error;

	if (description->inner_ipv4)
		return 0;
	error = address_pool_lease(session->sessions->pool, 0, &description->inner_ipv4);
	if (error || !resources->inner)
		return error;
	error = inner_addresses_add(resources->inner, description->interface,
				    description->inner_ipv4);
	if (error)
		session_release_address(session);
	return error;
}

static void accept_login(struct session *session, const struct plugin_authenticate *request,
			 const char *user, const char *authenticator)
{
	const struct configuration *configuration = session->sessions->resources.configuration;
	struct plugin_verdict verdict = { .accepted = 1 };
	int error = take_address(session);

	if (error == -ENOSPC) {
		refuse(session, request, "the address pool is exhausted: enlarge [ppp] pool");
		return;
	}
	if (error) {
		log_error("session %u: the inner address cannot be let through: %s", session->id,
			  strerror(-error));
		refuse(session, request, "inner isolation failed");
		return;
	}
	strcpy(session->description.user, user);
	strcpy(verdict.authenticator, authenticator);
	verdict.local_ipv4 = configuration->local_ipv4;
	verdict.peer_ipv4 = session->description.inner_ipv4;
	for (size_t i = 0; i < PLUGIN_DNS_MAX; i++)
		verdict.dns_ipv4[i] = configuration->dns_ipv4[i];
	plugin_channel_send_verdict(session->channel, &verdict);
}

static void on_authenticate(struct session *session, const struct plugin_authenticate *request)
{
	char authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1];
	char user[USER_NAME_MAX + 1];
	enum authentication_result result;

	result = authentication_check(session->sessions->resources.users, request, user,
				      authenticator);
	if (result != AUTHENTICATION_ACCEPTED)
		refuse(session, request, authentication_result_text(result));
	else if (session->description.user[0] && strcmp(session->description.user, user) != 0)
		refuse(session, request, "another name than before in one session");
	else
		accept_login(session, request, user, authenticator);
}

static void on_up(struct session *session, const struct plugin_up *up)
{
	const struct sessions *sessions = session->sessions;
	struct session_description *description = &session->description;

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
	session->state = SESSION_STATE_UP;
	session->was_up = true;
	session->sessions->counters.logins++;
	session_audit_login(session_describe(session));
	if (sessions->listener)
		sessions->listener->up(sessions->listener_userdata, session_describe(session));
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
