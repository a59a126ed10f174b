/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ListHistory: the question goes to the history's thread, and the answer to the
 * caller when it is there; the loop goes on meanwhile. On sd-bus.
 */
#include "gateway/control_bus_parts.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

/* ---- the question ------------------------------------------------------------------ */

/* A number of the filter, or NULL. */
static uint64_t *filter_number(struct history_filter *filter, const char *key)
{
	if (strcmp(key, "since") == 0)
		return &filter->since;
	if (strcmp(key, "until") == 0)
		return &filter->until;
	if (strcmp(key, "before-started") == 0)
		return &filter->before_started;
	if (strcmp(key, "before-row") == 0)
		return &filter->before_id;
	return NULL;
}

static int read_entry(sd_bus_message *message, void *userdata)
{
	struct history_filter *filter = userdata;
	const char *key, *text;
	uint64_t *number;
	int error = sd_bus_message_read(message, "s", &key);

	if (error < 0)
		return error;
	number = filter_number(filter, key);
	if (number)
		return sd_bus_message_read(message, "v", "t", number);
	error = sd_bus_message_read(message, "v", "s", &text);
	if (error < 0)
		return error;
	if (strcmp(key, "user") == 0)
		return text_copy(filter->user, sizeof(filter->user), text);
	if (strcmp(key, "address") == 0)
		return text_copy(filter->address, sizeof(filter->address), text);
	return -EINVAL;
}

/* ---- the answer -------------------------------------------------------------------- */

static int append_figures(sd_bus_message *reply, const struct history_record *record)
{
	int error;

	if ((error = control_bus_append_u64(reply, "started", record->started)) < 0 ||
	    (error = control_bus_append_u64(reply, "ended", record->cause[0] ? record->seen : 0)) <
		    0 ||
	    (error = control_bus_append_u64(reply, "duration", record->duration_seconds)) < 0 ||
	    (error = control_bus_append_u64(reply, "bytes-in", record->bytes_in)) < 0 ||
	    (error = control_bus_append_u64(reply, "bytes-out", record->bytes_out)) < 0 ||
	    (error = control_bus_append_u64(reply, "packets-in", record->packets_in)) < 0)
		return error;
	return control_bus_append_u64(reply, "packets-out", record->packets_out);
}

static int append_row(sd_bus_message *reply, const struct history_record *record)
{
	int error = sd_bus_message_open_container(reply, 'a', "{sv}");

	if (error < 0 || (error = control_bus_append_u64(reply, "row", record->id)) < 0 ||
	    (error = control_bus_append_u32(reply, "id", record->session)) < 0 ||
	    (error = control_bus_append_string(reply, "user", record->user)) < 0 ||
	    (error = control_bus_append_string(reply, "outer-address", record->outer_address)) <
		    0 ||
	    (error = control_bus_append_u16(reply, "outer-port", record->outer_port)) < 0 ||
	    (error = control_bus_append_string(reply, "ike-identity", record->ike_identity)) < 0 ||
	    (error = control_bus_append_string(reply, "inner-address", record->inner_address)) <
		    0 ||
	    (error = control_bus_append_string(reply, "inner-ipv6", record->inner_ipv6)) < 0 ||
	    (error = control_bus_append_string(reply, "data-path", record->data_path)) < 0 ||
	    (error = append_figures(reply, record)) < 0 ||
	    (error = control_bus_append_string(reply, "cause", record->cause)) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

static int append_rows(sd_bus_message *reply, const struct history_record *records, size_t count)
{
	int error = sd_bus_message_open_container(reply, 'a', "a{sv}");

	for (size_t i = 0; error >= 0 && i < count; i++)
		error = append_row(reply, &records[i]);
	if (error < 0 || (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_message_append(reply, "b", count == HISTORY_PAGE_MAX);
}

/* @userdata: the call, which is answered and let go. */
static void on_answer(void *userdata, const struct history_record *records, size_t count,
		      int history_error, const char *error_text)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = userdata;
	int error;

	if (history_error) {
		sd_bus_reply_method_errorf(message, BUS_INTERFACE ".Failed",
					   "the history cannot be read: %s", error_text);
		return;
	}
	error = sd_bus_message_new_method_return(message, &reply);
	if (error >= 0)
		error = append_rows(reply, records, count);
	if (error >= 0)
		error = sd_bus_send(NULL, reply, NULL);
	if (error < 0)
		sd_bus_reply_method_errno(message, error, NULL);
}

int control_bus_list_history(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	const struct control_bus *bus = userdata;
	struct history_filter filter = { 0 };
	int error = control_bus_read_entries(message, read_entry, &filter);

	if (error < 0)
		return control_bus_refuse(ret_error, -EINVAL,
					  "a filter has user, address, since, until, "
					  "before-started and before-row");
	if (!bus->resources.history)
		return control_bus_refuse(ret_error, -ENOENT,
					  "no history is kept: see [history] database in "
					  "saregate.conf");
	error = history_query(bus->resources.history, &filter, on_answer,
			      sd_bus_message_ref(message));
	if (error) {
		sd_bus_message_unref(message);
		return control_bus_refuse(ret_error, error,
					  error == -EBUSY ? "too many questions at once: try again"
							  : strerror(-error));
	}
	return 1; /* answered later */
}
