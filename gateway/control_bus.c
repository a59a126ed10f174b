/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control API on the system bus. Callers are checked by the bus's policy. */
#include "gateway/control_bus.h"

#include "base/cleanup.h"
#include "gateway/log.h"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#define BUS_NAME      "org.saregate.Gateway1"
#define BUS_PATH      "/org/saregate/Gateway1"
#define BUS_INTERFACE "org.saregate.Gateway1"
/* A reason is shown in logs and sent to the client: short and printable. */
#define REASON_MAX 100

struct control_bus {
	struct control_bus_resources resources;
	sd_bus *bus;
};

/* ---- writing a{sv} ---------------------------------------------------------- */

static int append_string(sd_bus_message *message, const char *key, const char *value)
{
	return sd_bus_message_append(message, "{sv}", key, "s", value);
}

static int append_u64(sd_bus_message *message, const char *key, uint64_t value)
{
	return sd_bus_message_append(message, "{sv}", key, "t", value);
}

static int append_u32(sd_bus_message *message, const char *key, uint32_t value)
{
	return sd_bus_message_append(message, "{sv}", key, "u", value);
}

static int append_u16(sd_bus_message *message, const char *key, uint16_t value)
{
	return sd_bus_message_append(message, "{sv}", key, "q", value);
}

static int append_ipv4(sd_bus_message *message, const char *key, uint32_t ipv4)
{
	struct inet_address address = inet_address_from_ipv4(ipv4);
	char text[INET6_ADDRSTRLEN] = "";

	if (ipv4)
		inet_address_format(&address, text);
	return append_string(message, key, text);
}

static int append_names(sd_bus_message *message, const struct session_description *session)
{
	char reference[32] = "", outer[INET6_ADDRSTRLEN];
	int error;

	if (session->reference)
		snprintf(reference, sizeof(reference), "%u/%u",
			 sa_reference_reqid(session->reference),
			 sa_reference_generation(session->reference));
	inet_address_format(&session->outer_address, outer);
	if ((error = append_string(message, "user", session->user)) < 0 ||
	    (error = append_string(message, "outer-address", outer)) < 0 ||
	    (error = append_u16(message, "outer-port", session->outer_port)) < 0 ||
	    (error = append_ipv4(message, "inner-address", session->inner_ipv4)) < 0 ||
	    (error = append_string(message, "interface", session->interface)) < 0 ||
	    (error = append_string(message, "data-path", session->data_path)) < 0 ||
	    (error = append_string(message, "data-path-why", session->data_path_why)) < 0 ||
	    (error = append_string(message, "sa-reference", reference)) < 0 ||
	    (error = append_string(message, "ike-identity", session->ike_identity)) < 0 ||
	    (error = append_string(message, "connection", session->connection)) < 0 ||
	    (error = append_string(message, "client-name", session->client_name)) < 0)
		return error;
	return append_string(message, "state", session_state_text(session->state));
}

static int append_session(sd_bus_message *message, const struct session_description *session)
{
	int error = sd_bus_message_open_container(message, 'a', "{sv}");

	if (error < 0 || (error = append_u32(message, "id", session->id)) < 0 ||
	    (error = append_names(message, session)) < 0 ||
	    (error = append_u16(message, "tunnel-id", session->tunnel_id)) < 0 ||
	    (error = append_u16(message, "session-id", session->session_id)) < 0 ||
	    (error = append_u64(message, "since", session->since)) < 0 ||
	    (error = append_u64(message, "duration", session->duration_seconds)) < 0 ||
	    (error = append_u64(message, "bytes-in", session->counters.received_bytes)) < 0 ||
	    (error = append_u64(message, "bytes-out", session->counters.sent_bytes)) < 0 ||
	    (error = append_u64(message, "packets-in", session->counters.received_packets)) < 0 ||
	    (error = append_u64(message, "packets-out", session->counters.sent_packets)) < 0)
		return error;
	return sd_bus_message_close_container(message);
}

/* ---- methods --------------------------------------------------------------------- */

static int refuse(sd_bus_error *ret_error, int error, const char *text)
{
	return sd_bus_error_setf(ret_error,
				 error == -EEXIST   ? BUS_INTERFACE ".Exists"
				 : error == -ENOENT ? BUS_INTERFACE ".NotFound"
				 : error == -EINVAL ? BUS_INTERFACE ".Invalid"
						    : BUS_INTERFACE ".Failed",
				 "%s", text);
}

static int add_user(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;
	const char *name, *problem;
	const void *hash;
	size_t hash_size;
	int error;

	if ((error = sd_bus_message_sensitive(message)) < 0 ||
	    (error = sd_bus_message_read(message, "s", &name)) < 0 ||
	    (error = sd_bus_message_read_array(message, 'y', &hash, &hash_size)) < 0)
		return error;
	problem = user_name_check(name);
	if (problem)
		return refuse(ret_error, -EINVAL, problem);
	if (hash_size != MSCHAPV2_NT_HASH_SIZE)
		return refuse(ret_error, -EINVAL, "an NT hash has 16 bytes");
	error = user_database_add(bus->resources.users, name, hash, (uint64_t)time(NULL));
	if (error == -EEXIST)
		return refuse(ret_error, error, "there is a user of that name already");
	if (error == -ENOSPC)
		return refuse(ret_error, error, "there are as many users as allowed");
	if (error)
		return refuse(ret_error, error, "the user database cannot be written");
	log_info("user \"%s\" added", name);
	return sd_bus_reply_method_return(message, "");
}

/* Whether a hash is that of a user; whoever may ask may replace the user as well. */
static int check_password(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;
	uint8_t right[MSCHAPV2_NT_HASH_SIZE];
	const char *name;
	const void *hash;
	size_t hash_size;
	bool is_right;
	int error;

	if ((error = sd_bus_message_sensitive(message)) < 0 ||
	    (error = sd_bus_message_read(message, "s", &name)) < 0 ||
	    (error = sd_bus_message_read_array(message, 'y', &hash, &hash_size)) < 0)
		return error;
	if (hash_size != MSCHAPV2_NT_HASH_SIZE)
		return refuse(ret_error, -EINVAL, "an NT hash has 16 bytes");
	error = user_database_nt_hash(bus->resources.users, (const uint8_t *)name, strlen(name),
				      right);
	if (error == -ENOENT)
		return refuse(ret_error, error, "there is no user of that name");
	if (error)
		return refuse(ret_error, error, "the user database cannot be read");
	is_right = memcmp(hash, right, sizeof(right)) == 0;
	explicit_bzero(right, sizeof(right));
	return sd_bus_reply_method_return(message, "b", is_right);
}

static int delete_user(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;
	const char *name;
	uint32_t ended;
	int error = sd_bus_message_read(message, "s", &name);

	if (error < 0)
		return error;
	error = user_database_delete(bus->resources.users, name);
	if (error == -ENOENT)
		return refuse(ret_error, error, "there is no user of that name");
	if (error)
		return refuse(ret_error, error, "the user database cannot be written");
	ended = (uint32_t)sessions_kill_user(bus->resources.sessions, name, "user deleted");
	log_info("user \"%s\" deleted, %u sessions ended", name, ended);
	return sd_bus_reply_method_return(message, "u", ended);
}

static int append_user(void *userdata, const struct user *user)
{
	sd_bus_message *reply = userdata;
	int error = sd_bus_message_open_container(reply, 'a', "{sv}");

	if (error < 0 || (error = append_string(reply, "name", user->name)) < 0 ||
	    (error = append_u64(reply, "created", user->created)) < 0)
		return error;
	error = sd_bus_message_close_container(reply);
	return error < 0 ? error : 0;
}

static int list_users(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct control_bus *bus = userdata;
	int error;

	if ((error = sd_bus_message_new_method_return(message, &reply)) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "a{sv}")) < 0)
		return error;
	error = user_database_walk(bus->resources.users, append_user, reply);
	if (error)
		return refuse(ret_error, error, "the user database cannot be read");
	if ((error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_send(NULL, reply, NULL);
}

static int append_listed(void *userdata, const struct session_description *session)
{
	int error = append_session(userdata, session);

	return error < 0 ? error : 0;
}

static int list_sessions(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
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

static int kill_session(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;
	const char *reason;
	uint32_t id;
	int error = sd_bus_message_read(message, "us", &id, &reason);

	if (error < 0)
		return error;
	if (!reason_is_fit(reason))
		return refuse(ret_error, -EINVAL, "a reason is up to 100 printable characters");
	if (sessions_kill(bus->resources.sessions, id, reason) < 0)
		return refuse(ret_error, -ENOENT, "there is no session of that number");
	return sd_bus_reply_method_return(message, "");
}

static int append_list(sd_bus_message *reply, const char *key, const char *const *items,
		       size_t count)
{
	int error;

	if ((error = sd_bus_message_open_container(reply, 'e', "sv")) < 0 ||
	    (error = sd_bus_message_append(reply, "s", key)) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'v', "as")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "s")) < 0)
		return error;
	for (size_t i = 0; i < count; i++)
		if ((error = sd_bus_message_append(reply, "s", items[i])) < 0)
			return error;
	if ((error = sd_bus_message_close_container(reply)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

static int append_counters(sd_bus_message *reply, const struct control_bus_status *status)
{
	int error;

	if ((error = sd_bus_message_open_container(reply, 'e', "sv")) < 0 ||
	    (error = sd_bus_message_append(reply, "s", "counters")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'v', "a{st}")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "{st}")) < 0)
		return error;
	for (size_t i = 0; i < status->counter_count; i++)
		if ((error = sd_bus_message_append(reply, "{st}", status->counters[i].name,
						   status->counters[i].value)) < 0)
			return error;
	if ((error = sd_bus_message_close_container(reply)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

static int append_pool(sd_bus_message *reply, const struct control_bus *bus)
{
	const struct configuration *configuration = bus->resources.configuration;
	struct inet_address first = inet_address_from_ipv4(configuration->pool_first_ipv4);
	struct inet_address last = inet_address_from_ipv4(configuration->pool_last_ipv4);
	char text[2 * INET6_ADDRSTRLEN + 1], address[INET6_ADDRSTRLEN];
	int error;

	snprintf(text, sizeof(text), "%s-", inet_address_format(&first, address));
	inet_address_format(&last, text + strlen(text));
	if ((error = append_string(reply, "pool", text)) < 0)
		return error;
	return append_u32(reply, "pool-free",
			  (uint32_t)sessions_pool_available(bus->resources.sessions));
}

static int append_status(sd_bus_message *reply, const struct control_bus *bus,
			 const struct control_bus_status *status)
{
	const char *listen[CONFIGURATION_LISTEN_MAX];
	int error;

	for (size_t i = 0; i < status->listen_count; i++)
		listen[i] = status->listen[i];
	if ((error = append_string(reply, "version", PACKAGE_VERSION)) < 0 ||
	    (error = append_string(reply, "state", status->degraded ? "degraded" : "running")) <
		    0 ||
	    (error = append_list(reply, "problems", status->problems, status->problem_count)) < 0 ||
	    (error = append_u64(reply, "uptime", status->uptime_seconds)) < 0 ||
	    (error = append_u32(reply, "sessions",
				(uint32_t)sessions_up_count(bus->resources.sessions))) < 0 ||
	    (error = append_u32(reply, "tunnels", status->tunnels)) < 0 ||
	    (error = append_u32(reply, "users", status->users)) < 0 ||
	    (error = append_string(reply, "data-path", status->data_path)) < 0 ||
	    (error = append_string(reply, "data-path-why", status->data_path_why)) < 0 ||
	    (error = append_string(reply, "sa-tracking", status->sa_tracking)) < 0 ||
	    (error = append_list(reply, "listen", listen, status->listen_count)) < 0 ||
	    (error = append_pool(reply, bus)) < 0)
		return error;
	return append_counters(reply, status);
}

static int get_status(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct control_bus_status status = { 0 };
	struct control_bus *bus = userdata;
	int error;

	bus->resources.status(bus->resources.status_userdata, &status);
	if ((error = sd_bus_message_new_method_return(message, &reply)) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "{sv}")) < 0 ||
	    (error = append_status(reply, bus, &status)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_send(NULL, reply, NULL);
}

static int get_version(sd_bus *connection, const char *path, const char *interface,
		       const char *property, sd_bus_message *reply, void *userdata,
		       sd_bus_error *ret_error)
{
	return sd_bus_message_append(reply, "s", PACKAGE_VERSION);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("AddUser", SD_BUS_ARGS("s", name, "ay", nt_hash), SD_BUS_NO_RESULT,
				add_user, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
	SD_BUS_METHOD_WITH_ARGS("CheckPassword", SD_BUS_ARGS("s", name, "ay", nt_hash),
				SD_BUS_RESULT("b", right), check_password,
				SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
	SD_BUS_METHOD_WITH_ARGS("DeleteUser", SD_BUS_ARGS("s", name),
				SD_BUS_RESULT("u", sessions_ended), delete_user,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ListUsers", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", users),
				list_users, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ListSessions", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", sessions),
				list_sessions, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("KillSession", SD_BUS_ARGS("u", id, "s", reason), SD_BUS_NO_RESULT,
				kill_session, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetStatus", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", status),
				get_status, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL_WITH_ARGS("SessionUp", SD_BUS_ARGS("a{sv}", session), 0),
	SD_BUS_SIGNAL_WITH_ARGS("SessionDown", SD_BUS_ARGS("a{sv}", session, "s", cause), 0),
	SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_VTABLE_END,
};

/* ---- signals -------------------------------------------------------------------- */

static void signal_session(struct control_bus *bus, const char *name,
			   const struct session_description *session, const char *cause)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;

	if (!bus->bus ||
	    sd_bus_message_new_signal(bus->bus, &message, BUS_PATH, BUS_INTERFACE, name) < 0 ||
	    append_session(message, session) < 0 ||
	    (cause && sd_bus_message_append(message, "s", cause) < 0))
		return;
	sd_bus_send(bus->bus, message, NULL);
}

static void on_up(void *userdata, const struct session_description *session)
{
	signal_session(userdata, "SessionUp", session, NULL);
}

static void on_down(void *userdata, const struct session_description *session, const char *cause)
{
	signal_session(userdata, "SessionDown", session, cause);
}

static const struct sessions_listener listener = { .up = on_up, .down = on_down };

/* ---- the connection -------------------------------------------------------------- */

static void disconnect(struct control_bus *bus)
{
	if (bus->bus)
		sd_bus_detach_event(bus->bus);
	bus->bus = sd_bus_close_unref(bus->bus);
}

static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;

	log_warning("the system bus is gone: control is back when it is back");
	disconnect(bus);
	return 0;
}

int control_bus_new(const struct control_bus_resources *resources, struct control_bus **ret_bus)
{
	struct control_bus *bus = calloc(1, sizeof(*bus));

	if (!bus)
		return -ENOMEM;
	bus->resources = *resources;
	sessions_set_listener(resources->sessions, &listener, bus);
	*ret_bus = bus;
	return 0;
}

void control_bus_free(struct control_bus *bus)
{
	if (!bus)
		return;
	sessions_set_listener(bus->resources.sessions, NULL, NULL);
	if (bus->bus)
		sd_bus_flush(bus->bus);
	disconnect(bus);
	free(bus);
}

void control_bus_freep(struct control_bus **bus)
{
	control_bus_free(*bus);
}

int control_bus_connect(struct control_bus *bus)
{
	sd_bus *connection = NULL;
	int error;

	if (bus->bus)
		return 0;
	error = sd_bus_open_system(&connection);
	if (error < 0)
		return error;
	if ((error = sd_bus_add_object_vtable(connection, NULL, BUS_PATH, BUS_INTERFACE, vtable,
					      bus)) < 0 ||
	    (error = sd_bus_match_signal(
		     connection, NULL, "org.freedesktop.DBus.Local", "/org/freedesktop/DBus/Local",
		     "org.freedesktop.DBus.Local", "Disconnected", on_disconnected, bus)) < 0 ||
	    (error = sd_bus_request_name(connection, BUS_NAME, 0)) < 0 ||
	    (error = sd_bus_attach_event(connection, bus->resources.event,
					 SD_EVENT_PRIORITY_NORMAL)) < 0) {
		sd_bus_close_unref(connection);
		return error;
	}
	bus->bus = connection;
	return 0;
}
