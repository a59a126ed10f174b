/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of a{sv}, refusals, the time. On sd-bus. */
#include "gateway/control_bus_parts.h"

#include <errno.h>
#include <stdio.h>

uint64_t control_bus_now_usec(const struct control_bus *bus)
{
	uint64_t now = 0;

	sd_event_now(bus->resources.event, CLOCK_MONOTONIC, &now);
	return now;
}

int control_bus_read_entries(sd_bus_message *message,
			     int (*read_entry)(sd_bus_message *message, void *userdata),
			     void *userdata)
{
	int error = sd_bus_message_enter_container(message, 'a', "{sv}");
	int more = 0;

	while (error >= 0 && (more = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
		error = read_entry(message, userdata);
		if (error >= 0)
			error = sd_bus_message_exit_container(message);
	}
	if (error < 0)
		return error;
	return more < 0 ? more : sd_bus_message_exit_container(message);
}

int control_bus_append_string(sd_bus_message *message, const char *key, const char *value)
{
	return sd_bus_message_append(message, "{sv}", key, "s", value);
}

int control_bus_append_u64(sd_bus_message *message, const char *key, uint64_t value)
{
	return sd_bus_message_append(message, "{sv}", key, "t", value);
}

int control_bus_append_u32(sd_bus_message *message, const char *key, uint32_t value)
{
	return sd_bus_message_append(message, "{sv}", key, "u", value);
}

int control_bus_append_u16(sd_bus_message *message, const char *key, uint16_t value)
{
	return sd_bus_message_append(message, "{sv}", key, "q", value);
}

int control_bus_append_ipv4(sd_bus_message *message, const char *key, uint32_t ipv4)
{
	struct inet_address address = inet_address_from_ipv4(ipv4);
	char text[INET6_ADDRSTRLEN] = "";

	if (ipv4)
		inet_address_format(&address, text);
	return control_bus_append_string(message, key, text);
}

int control_bus_append_reference(sd_bus_message *message, const char *key, uint64_t reference)
{
	char text[32] = "";

	if (reference)
		snprintf(text, sizeof(text), "%u/%u", sa_reference_reqid(reference),
			 sa_reference_generation(reference));
	return control_bus_append_string(message, key, text);
}

int control_bus_append_address(sd_bus_message *message, const char *key,
			       const struct inet_address *address)
{
	char text[INET6_ADDRSTRLEN];

	return control_bus_append_string(message, key, inet_address_format(address, text));
}

int control_bus_append_list(sd_bus_message *message, const char *key, const char *const *items,
			    size_t count)
{
	int error;

	if ((error = sd_bus_message_open_container(message, 'e', "sv")) < 0 ||
	    (error = sd_bus_message_append(message, "s", key)) < 0 ||
	    (error = sd_bus_message_open_container(message, 'v', "as")) < 0 ||
	    (error = sd_bus_message_open_container(message, 'a', "s")) < 0)
		return error;
	for (size_t i = 0; i < count; i++)
		if ((error = sd_bus_message_append(message, "s", items[i])) < 0)
			return error;
	if ((error = sd_bus_message_close_container(message)) < 0 ||
	    (error = sd_bus_message_close_container(message)) < 0)
		return error;
	return sd_bus_message_close_container(message);
}

int control_bus_refuse(sd_bus_error *ret_error, int error, const char *text)
{
	return sd_bus_error_setf(ret_error,
				 error == -EEXIST   ? BUS_INTERFACE ".Exists"
				 : error == -ENOENT ? BUS_INTERFACE ".NotFound"
				 : error == -EINVAL ? BUS_INTERFACE ".Invalid"
						    : BUS_INTERFACE ".Failed",
				 "%s", text);
}
