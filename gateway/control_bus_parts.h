/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control API as control_bus.c (the connection, signals), control_bus_sessions.c,
 * control_bus_users.c, control_bus_history.c, control_bus_logins.c, control_bus_traces.c,
 * control_bus_status.c,
 * control_bus_reload.c and control_bus_text.c (how values and refusals are written) share it.
 * Nobody else includes this.
 */
#pragma once

#include "gateway/control_bus.h"

#include <systemd/sd-bus.h>

#define BUS_INTERFACE "org.saregate.Gateway1"

struct control_bus {
	struct control_bus_resources resources;
	sd_bus *bus;
};

/* CLOCK_MONOTONIC of this turn of the loop. */
uint64_t control_bus_now_usec(const struct control_bus *bus);

/* Methods; @userdata is the struct control_bus. */
int control_bus_add_user(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_check_password(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_delete_user(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_list_users(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_export_users(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_import_users(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_add_group(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_set_group(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_delete_group(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_list_groups(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_get_user(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_set_user(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_set_password(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_unblock(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_trace_client(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_kill_session(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_kill_sessions(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_list_sessions(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_list_history(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_get_status(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);
int control_bus_reload(sd_bus_message *message, void *userdata, sd_bus_error *ret_error);

/* "held-back" of GetStatus. Return: as sd_bus_message_append(). */
int control_bus_append_held_back(sd_bus_message *reply, struct control_bus *bus);

/* A session as a{sv}. Return: as sd_bus_message_append(). */
int control_bus_append_session(sd_bus_message *message, const struct session_description *session);

/* One entry of an a{sv}. Return: as sd_bus_message_append(). */
int control_bus_append_string(sd_bus_message *message, const char *key, const char *value);
int control_bus_append_u64(sd_bus_message *message, const char *key, uint64_t value);
int control_bus_append_u32(sd_bus_message *message, const char *key, uint32_t value);
int control_bus_append_u16(sd_bus_message *message, const char *key, uint16_t value);
/* "reqid/generation"; "" for 0. */
int control_bus_append_reference(sd_bus_message *message, const char *key, uint64_t reference);
int control_bus_append_address(sd_bus_message *message, const char *key,
			       const struct inet_address *address);
/* Host byte order; 0 is "". */
int control_bus_append_ipv4(sd_bus_message *message, const char *key, uint32_t ipv4);
int control_bus_append_list(sd_bus_message *message, const char *key, const char *const *items,
			    size_t count);

/**
 * control_bus_read_entries() - an a{sv}
 * @read_entry: called inside each entry, reads its key and value; an error of its ends all
 *
 * Return: 0 or more; the first error.
 */
int control_bus_read_entries(sd_bus_message *message,
			     int (*read_entry)(sd_bus_message *message, void *userdata),
			     void *userdata);

/* Sets a D-Bus error after an errno. Return: what a method returns then. */
int control_bus_refuse(sd_bus_error *ret_error, int error, const char *text);

/* The same after an error of the user database. */
int control_bus_refuse_database(sd_bus_error *ret_error, int error);

/**
 * control_bus_read_attributes() - an a{ss}, over what @attributes hold already
 *
 * It is read to its end in any case. Return: as sd_bus_message_read(); with
 * @ret_error set if an attribute is unknown, or its value wrong.
 */
int control_bus_read_attributes(sd_bus_message *message, const struct attribute *table,
				void *attributes, sd_bus_error *ret_error);

/**
 * control_bus_check_pool() - whether a user or a group may be given this pool
 * @before: what stands there already, which may have gone from saregate.conf; "" for none
 *
 * Return: 0; else what a method returns, with @ret_error set.
 */
int control_bus_check_pool(const struct control_bus *bus, const char *before, const char *pool,
			   sd_bus_error *ret_error);

/* Entries of an a{sv}; flags always, else what is said only. */
int control_bus_append_attributes(sd_bus_message *message, const struct attribute *table,
				  const void *attributes);
