/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control API on the system bus. Callers are checked by the bus's policy. */
#include "gateway/control_bus_parts.h"

#include "base/cleanup.h"
#include "gateway/log.h"

#include "config.h"

#include <errno.h>
#include <string.h>

#define BUS_NAME "org.saregate.Gateway1"
#define BUS_PATH "/org/saregate/Gateway1"

static int get_version(sd_bus *connection, const char *path, const char *interface,
		       const char *property, sd_bus_message *reply, void *userdata,
		       sd_bus_error *ret_error)
{
	return sd_bus_message_append(reply, "s", PACKAGE_VERSION);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("AddUser",
				SD_BUS_ARGS("s", name, "ay", nt_hash, "a{ss}", attributes),
				SD_BUS_NO_RESULT, control_bus_add_user,
				SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
	SD_BUS_METHOD_WITH_ARGS("SetUser", SD_BUS_ARGS("s", name, "a{ss}", attributes),
				SD_BUS_RESULT("u", sessions_ended), control_bus_set_user,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetPassword", SD_BUS_ARGS("s", name, "ay", nt_hash),
				SD_BUS_NO_RESULT, control_bus_set_password,
				SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
	SD_BUS_METHOD_WITH_ARGS("GetUser", SD_BUS_ARGS("s", name), SD_BUS_RESULT("a{sv}", user),
				control_bus_get_user, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("CheckPassword", SD_BUS_ARGS("s", name, "ay", nt_hash),
				SD_BUS_RESULT("b", right), control_bus_check_password,
				SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
	SD_BUS_METHOD_WITH_ARGS("DeleteUser", SD_BUS_ARGS("s", name),
				SD_BUS_RESULT("u", sessions_ended), control_bus_delete_user,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ListUsers", SD_BUS_ARGS("s", after, "s", group, "u", limit),
				SD_BUS_RESULT("aa{sv}", users), control_bus_list_users,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ExportUsers", SD_BUS_ARGS("s", after, "s", group, "u", limit),
				SD_BUS_RESULT("aa{sv}", users), control_bus_export_users,
				SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
	SD_BUS_METHOD_WITH_ARGS("ImportUsers", SD_BUS_ARGS("a(saya{ss})", users, "s", mode),
				SD_BUS_RESULT("a(us)", refused, "u", added),
				control_bus_import_users,
				SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
	SD_BUS_METHOD_WITH_ARGS("AddGroup", SD_BUS_ARGS("s", name, "a{ss}", attributes),
				SD_BUS_NO_RESULT, control_bus_add_group,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetGroup", SD_BUS_ARGS("s", name, "a{ss}", attributes),
				SD_BUS_RESULT("u", sessions_ended), control_bus_set_group,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("DeleteGroup", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
				control_bus_delete_group, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ListGroups", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", groups),
				control_bus_list_groups, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ListSessions", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", sessions),
				control_bus_list_sessions, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ListHistory", SD_BUS_ARGS("a{sv}", filter),
				SD_BUS_RESULT("aa{sv}", sessions, "b", more),
				control_bus_list_history, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("KillSession", SD_BUS_ARGS("u", id, "s", reason), SD_BUS_NO_RESULT,
				control_bus_kill_session, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("KillSessions", SD_BUS_ARGS("a{sv}", selector, "s", reason),
				SD_BUS_RESULT("u", ended), control_bus_kill_sessions,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Unblock", SD_BUS_ARGS("s", who), SD_BUS_RESULT("u", forgiven),
				control_bus_unblock, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("TraceClient", SD_BUS_ARGS("s", who),
				SD_BUS_RESULT("aa{sv}", traces), control_bus_trace_client,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetStatus", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", status),
				control_bus_get_status, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Reload", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", report),
				control_bus_reload, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL_WITH_ARGS("SessionStarted", SD_BUS_ARGS("a{sv}", session), 0),
	SD_BUS_SIGNAL_WITH_ARGS("SessionChanged", SD_BUS_ARGS("a{sv}", session), 0),
	SD_BUS_SIGNAL_WITH_ARGS("SessionEnded", SD_BUS_ARGS("a{sv}", session, "s", cause), 0),
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
	    control_bus_append_session(message, session) < 0 ||
	    (cause && sd_bus_message_append(message, "s", cause) < 0))
		return;
	sd_bus_send(bus->bus, message, NULL);
}

static void on_up(void *userdata, const struct session_description *session)
{
	signal_session(userdata, "SessionStarted", session, NULL);
}

static void on_changed(void *userdata, const struct session_description *session)
{
	signal_session(userdata, "SessionChanged", session, NULL);
}

static void on_down(void *userdata, const struct session_description *session, const char *cause)
{
	signal_session(userdata, "SessionEnded", session, cause);
}

static const struct sessions_listener listener = {
	.up = on_up,
	.changed = on_changed,
	.down = on_down,
};

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
	int error;

	if (!bus)
		return -ENOMEM;
	bus->resources = *resources;
	error = sessions_add_listener(resources->sessions, &listener, bus);
	if (error) {
		free(bus);
		return error;
	}
	*ret_bus = bus;
	return 0;
}

void control_bus_free(struct control_bus *bus)
{
	if (!bus)
		return;
	sessions_remove_listener(bus->resources.sessions, &listener, bus);
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
