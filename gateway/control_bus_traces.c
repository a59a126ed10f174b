/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened to clients of late, for `saregate why`. On sd-bus. */
#include "gateway/control_bus_parts.h"

#include "base/cleanup.h"

static int append_event(sd_bus_message *reply, const struct client_event *event)
{
	int error;

	if ((error = sd_bus_message_open_container(reply, 'a', "{sv}")) < 0 ||
	    (error = control_bus_append_u64(reply, "time", event->realtime_usec)) < 0 ||
	    (error = control_bus_append_string(reply, "event", client_event_name(event->kind))) <
		    0 ||
	    (error = control_bus_append_string(reply, "text", event->text)) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

static int append_events(sd_bus_message *reply, const struct client_trace *trace)
{
	int error;

	if ((error = sd_bus_message_open_container(reply, 'e', "sv")) < 0 ||
	    (error = sd_bus_message_append(reply, "s", "events")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'v', "aa{sv}")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "a{sv}")) < 0)
		return error;
	for (size_t i = 0; i < trace->event_count; i++)
		if ((error = append_event(reply, &trace->events[i])) < 0)
			return error;
	if ((error = sd_bus_message_close_container(reply)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

static int append_trace(void *userdata, const struct client_trace *trace)
{
	sd_bus_message *reply = userdata;
	int error;

	if ((error = sd_bus_message_open_container(reply, 'a', "{sv}")) < 0 ||
	    (error = control_bus_append_address(reply, "outer-address", &trace->outer.address)) <
		    0 ||
	    (error = control_bus_append_u16(reply, "outer-port", trace->outer.port)) < 0 ||
	    (error = control_bus_append_reference(reply, "sa-reference", trace->reference)) < 0 ||
	    (error = control_bus_append_u32(reply, "spi", trace->spi)) < 0 ||
	    (error = control_bus_append_string(reply, "ike-identity", trace->ike_identity)) < 0 ||
	    (error = control_bus_append_string(reply, "user", trace->user)) < 0 ||
	    (error = append_events(reply, trace)) < 0)
		return error;
	error = sd_bus_message_close_container(reply);
	return error < 0 ? error : 0;
}

int control_bus_trace_client(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct control_bus *bus = userdata;
	const char *who;
	int error;

	if ((error = sd_bus_message_read(message, "s", &who)) < 0 ||
	    (error = sd_bus_message_new_method_return(message, &reply)) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "a{sv}")) < 0 ||
	    (error = client_traces_walk(bus->resources.traces, who, append_trace, reply)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_send(NULL, reply, NULL);
}
