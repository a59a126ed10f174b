/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions over D-Bus: shown, and ended. On sd-bus. */
#include "gateway/control_bus_parts.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/session_selector.h"

#include <errno.h>
#include <string.h>

/* A reason is shown in logs and sent to the client: short and printable. */
#define REASON_MAX 100

/* ---- a session as it is told ------------------------------------------------------- */

static int append_names(sd_bus_message *message, const struct session_description *session)
{
	char network[ADDRESS_TEXT_IPV6_PREFIX_MAX];
	int error;

	address_text_format_ipv6_network(session->inner_network, network);
	if ((error = control_bus_append_string(message, "user", session->user)) < 0 ||
	    (error = control_bus_append_string(message, "group", session->group)) < 0 ||
	    (error = control_bus_append_address(message, "outer-address",
						&session->outer_address)) < 0 ||
	    (error = control_bus_append_u16(message, "outer-port", session->outer_port)) < 0 ||
	    (error = control_bus_append_ipv4(message, "inner-address", session->inner_ipv4)) < 0 ||
	    (error = control_bus_append_string(message, "inner-ipv6", network)) < 0 ||
	    (error = control_bus_append_string(message, "pool", session->pool)) < 0 ||
	    (error = control_bus_append_string(message, "interface", session->interface)) < 0 ||
	    (error = control_bus_append_string(message, "data-path", session->data_path)) < 0 ||
	    (error = control_bus_append_string(message, "data-path-why", session->data_path_why)) <
		    0 ||
	    (error = control_bus_append_reference(message, "sa-reference", session->reference)) <
		    0 ||
	    (error = control_bus_append_string(message, "ike-identity", session->ike_identity)) <
		    0 ||
	    (error = control_bus_append_string(message, "connection", session->connection)) < 0 ||
	    (error = control_bus_append_string(message, "client-name", session->client_name)) < 0)
		return error;
	return control_bus_append_string(message, "state", session_state_text(session->state));
}

int control_bus_append_session(sd_bus_message *message, const struct session_description *session)
{
	int error = sd_bus_message_open_container(message, 'a', "{sv}");

	if (error < 0 || (error = control_bus_append_u32(message, "id", session->id)) < 0 ||
	    (error = append_names(message, session)) < 0 ||
	    (error = control_bus_append_u16(message, "tunnel-id", session->tunnel_id)) < 0 ||
	    (error = control_bus_append_u16(message, "session-id", session->session_id)) < 0 ||
	    (error = control_bus_append_u64(message, "since", session->since)) < 0 ||
	    (error = control_bus_append_u64(message, "duration", session->duration_seconds)) < 0 ||
	    (error = control_bus_append_u64(message, "bytes-in",
					    session->counters.received_bytes)) < 0 ||
	    (error = control_bus_append_u64(message, "bytes-out", session->counters.sent_bytes)) <
		    0 ||
	    (error = control_bus_append_u64(message, "packets-in",
					    session->counters.received_packets)) < 0 ||
	    (error = control_bus_append_u64(message, "packets-out",
					    session->counters.sent_packets)) < 0)
		return error;
	return sd_bus_message_close_container(message);
}

/* ---- all of them, and their end ---------------------------------------------------- */

static int append_listed(void *userdata, const struct session_description *session)
{
	int error = control_bus_append_session(userdata, session);

	return error < 0 ? error : 0;
}

int control_bus_list_sessions(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct control_bus *bus = userdata;
	int error;

	if ((error = sd_bus_message_new_method_return(message, &reply)) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "a{sv}")) < 0 ||
	    (error = sessions_walk(bus->resources.sessions, append_listed, reply)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_send(NULL, reply, NULL);
}

static bool reason_is_fit(const char *reason)
{
	if (strlen(reason) > REASON_MAX)
		return false;
	for (; *reason; reason++)
		if (*reason < ' ' || *reason > '~')
			return false;
	return true;
}

int control_bus_kill_session(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;
	const char *reason;
	uint32_t id;
	int error = sd_bus_message_read(message, "us", &id, &reason);

	if (error < 0)
		return error;
	if (!reason_is_fit(reason))
		return control_bus_refuse(ret_error, -EINVAL,
					  "a reason is up to 100 printable characters");
	if (sessions_kill(bus->resources.sessions, id, reason) < 0)
		return control_bus_refuse(ret_error, -ENOENT, "there is no session of that number");
	return sd_bus_reply_method_return(message, "");
}

/*
 * One entry of a selector. Return: -EINVAL for what it cannot have, which would select
 * all without it.
 */
static int read_entry(sd_bus_message *message, void *userdata)
{
	struct session_selector *selector = userdata;
	const char *key, *text;
	int error;

	if ((error = sd_bus_message_read(message, "s", &key)) < 0 ||
	    (error = sd_bus_message_read(message, "v", "s", &text)) < 0)
		return error;
	if (strcmp(key, "user") == 0)
		return text_copy(selector->user, sizeof(selector->user), text);
	if (strcmp(key, "group") == 0)
		return text_copy(selector->group, sizeof(selector->group), text);
	if (strcmp(key, "data-path") == 0)
		return text_copy(selector->data_path, sizeof(selector->data_path), text);
	if (strcmp(key, "address") == 0)
		return inet_address_parse(text, &selector->address);
	return -EINVAL;
}

int control_bus_kill_sessions(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct session_selector selector = { 0 };
	struct control_bus *bus = userdata;
	const char *reason;
	int error = control_bus_read_entries(message, read_entry, &selector);

	if (error >= 0)
		error = sd_bus_message_read(message, "s", &reason);
	if (error < 0)
		return control_bus_refuse(ret_error, -EINVAL,
					  "a selector has user, group, address and data-path");
	if (!reason_is_fit(reason))
		return control_bus_refuse(ret_error, -EINVAL,
					  "a reason is up to 100 printable characters");
	return sd_bus_reply_method_return(
		message, "u",
		(uint32_t)sessions_kill_selected(bus->resources.sessions, &selector, reason));
}
