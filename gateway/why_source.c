/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pluto's log and saregated's memory, for why.h. I/O. */
#include "gateway/why_source.h"

#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/pluto_log_source.h"

#include <errno.h>
#include <string.h>

_Static_assert((int)WHY_SOURCE_ERROR_MAX >= (int)PLUTO_LOG_ERROR_MAX &&
		       (int)WHY_SOURCE_ERROR_MAX >= (int)CONTROL_ERROR_MAX,
	       "errors fit");

/* ---- pluto ------------------------------------------------------------------------- */

static int on_line(void *userdata, uint64_t usec, const struct pluto_log_line *line)
{
	return why_take_pluto(userdata, usec, line);
}

int why_source_pluto(struct why *why, const char *file, uint64_t since,
		     char ret_error[WHY_SOURCE_ERROR_MAX])
{
	char name[PLUTO_LOG_ERROR_MAX];
	int r;

	ret_error[0] = '\0';
	r = pluto_log_source_read(file, since, on_line, why, name, ret_error);
	return r < 0 && ret_error[0] ? -EIO : r;
}

/* ---- saregated ----------------------------------------------------------------------- */

static void read_events(json_object *list, uint64_t since, struct client_trace *trace)
{
	size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count && trace->event_count < CLIENT_EVENTS_MAX; i++) {
		json_object *item = json_object_array_get_idx(list, i);
		const struct client_event event = {
			.realtime_usec = answer_number(item, "time"),
			.kind = client_event_of_name(answer_text(item, "event")),
			.text = answer_text(item, "text"),
		};

		if (event.kind < CLIENT_EVENT_COUNT_ && event.realtime_usec / 1000000 >= since)
			trace->events[trace->event_count++] = event;
	}
}

static int take_trace(struct why *why, uint64_t since, json_object *item)
{
	struct client_trace trace = {
		.outer.port = (uint16_t)answer_number(item, "outer_port"),
		.spi = (uint32_t)answer_number(item, "spi"),
		.ike_identity = answer_text(item, "ike_identity"),
		.user = answer_text(item, "user"),
	};
	json_object *list;

	if (inet_address_parse(answer_text(item, "outer_address"), &trace.outer.address) < 0 ||
	    !json_object_object_get_ex(item, "events", &list) ||
	    !json_object_is_type(list, json_type_array))
		return 0;
	read_events(list, since, &trace);
	return trace.event_count ? why_take_trace(why, &trace) : 0;
}

/* Those of everybody: whose name is not known is found by what others are not. */
static int get_traces(json_object **ret_traces, char error[CONTROL_ERROR_MAX])
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

	if (control_request_init(&request, "TraceClient", error) < 0)
		return -EIO;
	if (sd_bus_message_append(request.message, "s", "") < 0)
		return -ENOMEM;
	if (control_request_send(&request, &reply, error) < 0)
		return -EIO;
	return control_reply_read_json(reply, ret_traces);
}

int why_source_saregated(struct why *why, uint64_t since, char ret_error[WHY_SOURCE_ERROR_MAX])
{
	_cleanup_(json_putp) json_object *traces = NULL;
	int r;

	snprintf(ret_error, WHY_SOURCE_ERROR_MAX, "its answer makes no sense");
	r = get_traces(&traces, ret_error);
	if (r == -ENOMEM)
		return r;
	if (r < 0 || !json_object_is_type(traces, json_type_array))
		return -EIO;
	for (size_t i = 0; r == 0 && i < json_object_array_length(traces); i++)
		r = take_trace(why, since, json_object_array_get_idx(traces, i));
	return r;
}
