/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reload: the configuration file read again, and what came of it. On sd-bus. */
#include "gateway/control_bus_parts.h"

#include "base/cleanup.h"

#include <errno.h>

static int append_change(sd_bus_message *reply, const struct configuration_changes *changes,
			 const struct configuration_key *key)
{
	char before[CONFIGURATION_VALUE_MAX], file[CONFIGURATION_VALUE_MAX];
	char name[CONFIGURATION_NAME_MAX];
	int error = sd_bus_message_open_container(reply, 'a', "{sv}");

	configuration_key_full_name(key, name);
	key->format(key, &changes->before, before);
	key->format(key, &changes->file, file);
	if (error < 0 || (error = control_bus_append_string(reply, "key", name)) < 0 ||
	    (error = control_bus_append_string(reply, "before", before)) < 0 ||
	    (error = control_bus_append_string(reply, "after", file)) < 0 ||
	    (error = control_bus_append_string(reply, "effect",
					       configuration_effect_name(key->effect))) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

static int append_changes(sd_bus_message *reply, const struct configuration_changes *changes)
{
	int error;

	if ((error = sd_bus_message_open_container(reply, 'e', "sv")) < 0 ||
	    (error = sd_bus_message_append(reply, "s", "changes")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'v', "aa{sv}")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "a{sv}")) < 0)
		return error;
	for (size_t i = 0; i < changes->count; i++)
		if ((error = append_change(reply, changes, changes->keys[i])) < 0)
			return error;
	if ((error = sd_bus_message_close_container(reply)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

int control_bus_reload(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const struct control_bus *bus = userdata;
	char error_text[RELOAD_ERROR_MAX];
	struct reload_report report;
	int error;

	if (bus->resources.reload(bus->resources.userdata, &report, error_text) < 0)
		return control_bus_refuse(ret_error, -EINVAL, error_text);
	if ((error = sd_bus_message_new_method_return(message, &reply)) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "{sv}")) < 0 ||
	    (error = append_changes(reply, &report.changes)) < 0 ||
	    (error = control_bus_append_list(reply, "notes", report.notes, report.note_count)) <
		    0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_send(NULL, reply, NULL);
}
