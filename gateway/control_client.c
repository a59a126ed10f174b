/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to saregated, answers as JSON. I/O. */
#include "gateway/control_client.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define SERVICE   "org.saregate.Gateway1"
#define PATH      "/org/saregate/Gateway1"
#define INTERFACE "org.saregate.Gateway1"

#define PATIENCE_USEC (25 * UINT64_C(1000000))
/* Containers within containers: the interface has three. */
#define DEPTH_MAX 16

/* One line from several, control characters replaced: it goes to a terminal. */
static void set_error(char error[CONTROL_ERROR_MAX], const char *text)
{
	snprintf(error, CONTROL_ERROR_MAX, "%s", text);
	for (char *c = error; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
}

/* What a refusal means and what helps. */
static void explain(int error, const sd_bus_error *reason, char text[CONTROL_ERROR_MAX])
{
	if (sd_bus_error_has_names(reason, SD_BUS_ERROR_SERVICE_UNKNOWN,
				   SD_BUS_ERROR_NAME_HAS_NO_OWNER))
		set_error(text, "saregated is not running: systemctl start saregated");
	else if (sd_bus_error_has_name(reason, SD_BUS_ERROR_ACCESS_DENIED))
		set_error(text, "not permitted: root and members of group saregate may do this");
	else if (sd_bus_error_has_names(reason, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_TIMEOUT))
		set_error(text, "saregated does not answer: see journalctl -u saregated");
	else if (reason->message)
		set_error(text, reason->message);
	else
		set_error(text, strerror(-error));
}

int control_request_init(struct control_request *ret_request, const char *method,
			 char ret_error[CONTROL_ERROR_MAX])
{
	struct control_request request = { 0 };
	int r;

	r = sd_bus_open_system(&request.bus);
	if (r < 0) {
		snprintf(ret_error, CONTROL_ERROR_MAX,
			 "no system bus (%s): install dbus and start dbus.service", strerror(-r));
		return r;
	}
	r = sd_bus_message_new_method_call(request.bus, &request.message, SERVICE, PATH, INTERFACE,
					   method);
	if (r < 0) {
		set_error(ret_error, strerror(-r));
		control_request_done(&request);
		return r;
	}
	*ret_request = request;
	return 0;
}

void control_request_done(struct control_request *request)
{
	sd_bus_message_unref(request->message);
	sd_bus_flush_close_unref(request->bus);
	*request = (struct control_request){ 0 };
}

int control_request_send(struct control_request *request, sd_bus_message **ret_reply,
			 char ret_error[CONTROL_ERROR_MAX])
{
	_cleanup_(sd_bus_error_free) sd_bus_error reason = SD_BUS_ERROR_NULL;
	int r;

	r = sd_bus_call(request->bus, request->message, PATIENCE_USEC, &reason, ret_reply);
	if (r < 0) {
		explain(r, &reason, ret_error);
		return sd_bus_error_has_name(&reason, INTERFACE ".NotFound") ? -ENOENT : r;
	}
	return 0;
}

static int read_value(sd_bus_message *reply, int depth, json_object **ret_value);

static int read_basic(sd_bus_message *reply, char type, json_object **ret_value)
{
	union {
		const char *text;
		uint8_t byte;
		int boolean;
		int16_t int16;
		uint16_t uint16;
		int32_t int32;
		uint32_t uint32;
		int64_t int64;
		uint64_t uint64;
		double real;
	} value;

	if (sd_bus_message_read_basic(reply, type, &value) <= 0)
		return -EBADMSG;
	switch (type) {
	case SD_BUS_TYPE_STRING:
	case SD_BUS_TYPE_OBJECT_PATH:
	case SD_BUS_TYPE_SIGNATURE:
		*ret_value = json_object_new_string(value.text);
		break;
	case SD_BUS_TYPE_BOOLEAN:
		*ret_value = json_object_new_boolean(value.boolean);
		break;
	case SD_BUS_TYPE_BYTE:
		*ret_value = json_object_new_int(value.byte);
		break;
	case SD_BUS_TYPE_INT16:
		*ret_value = json_object_new_int(value.int16);
		break;
	case SD_BUS_TYPE_UINT16:
		*ret_value = json_object_new_int(value.uint16);
		break;
	case SD_BUS_TYPE_INT32:
		*ret_value = json_object_new_int(value.int32);
		break;
	case SD_BUS_TYPE_UINT32:
		*ret_value = json_object_new_int64(value.uint32);
		break;
	case SD_BUS_TYPE_INT64:
		*ret_value = json_object_new_int64(value.int64);
		break;
	case SD_BUS_TYPE_UINT64:
		*ret_value = json_object_new_uint64(value.uint64);
		break;
	case SD_BUS_TYPE_DOUBLE:
		*ret_value = json_object_new_double(value.real);
		break;
	default:
		return -EBADMSG;
	}
	return *ret_value ? 0 : -ENOMEM;
}

/* NOLINTBEGIN(misc-no-recursion): read_value() goes no deeper than DEPTH_MAX. */

/* One {key, value} of a dictionary, entered by the caller's loop. */
static int read_entry(sd_bus_message *reply, const char *contents, int depth, json_object *object)
{
	_cleanup_(json_putp) json_object *value = NULL;
	_cleanup_(freep) char *name = NULL;
	const char *key;
	int r;

	if (sd_bus_message_enter_container(reply, SD_BUS_TYPE_DICT_ENTRY, contents) <= 0 ||
	    sd_bus_message_read_basic(reply, SD_BUS_TYPE_STRING, &key) <= 0)
		return -EBADMSG;
	name = strdup(key);
	if (!name)
		return -ENOMEM;
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	r = read_value(reply, depth + 1, &value);
	if (r < 0)
		return r;
	if (json_object_object_add(object, name, TAKE_PTR(value)) < 0)
		return -ENOMEM;
	return sd_bus_message_exit_container(reply) < 0 ? -EBADMSG : 0;
}

/* The inside of "{sv}" as enter_container() wants it: "sv". */
static int read_dictionary(sd_bus_message *reply, const char *entry, int depth,
			   json_object **ret_object)
{
	_cleanup_(json_putp) json_object *object = json_object_new_object();
	_cleanup_(freep) char *contents = strndup(entry + 1, strlen(entry) - 2);
	int more;
	int r;

	if (!object || !contents)
		return -ENOMEM;
	while ((more = sd_bus_message_at_end(reply, false)) == 0) {
		r = read_entry(reply, contents, depth, object);
		if (r < 0)
			return r;
	}
	if (more < 0)
		return -EBADMSG;
	*ret_object = TAKE_PTR(object);
	return 0;
}

static int read_list(sd_bus_message *reply, int depth, json_object **ret_list)
{
	_cleanup_(json_putp) json_object *list = json_object_new_array();
	json_object *value;
	int more;
	int r;

	if (!list)
		return -ENOMEM;
	while ((more = sd_bus_message_at_end(reply, false)) == 0) {
		r = read_value(reply, depth + 1, &value);
		if (r < 0)
			return r;
		if (json_object_array_add(list, value) < 0) {
			json_object_put(value);
			return -ENOMEM;
		}
	}
	if (more < 0)
		return -EBADMSG;
	*ret_list = TAKE_PTR(list);
	return 0;
}

/* A variant, or an array, of which one with entries is a dictionary. */
static int read_container(sd_bus_message *reply, char type, const char *contents, int depth,
			  json_object **ret_value)
{
	_cleanup_(json_putp) json_object *value = NULL;
	int r;

	if (sd_bus_message_enter_container(reply, type, contents) <= 0)
		return -EBADMSG;
	if (type == SD_BUS_TYPE_VARIANT)
		r = read_value(reply, depth + 1, &value);
	else if (contents[0] == SD_BUS_TYPE_DICT_ENTRY_BEGIN)
		r = read_dictionary(reply, contents, depth, &value);
	else
		r = read_list(reply, depth, &value);
	if (r < 0)
		return r;
	if (sd_bus_message_exit_container(reply) < 0)
		return -EBADMSG;
	*ret_value = TAKE_PTR(value);
	return 0;
}

static int read_value(sd_bus_message *reply, int depth, json_object **ret_value)
{
	_cleanup_(freep) char *inside = NULL;
	const char *contents;
	char type;

	if (depth > DEPTH_MAX || sd_bus_message_peek_type(reply, &type, &contents) <= 0)
		return -EBADMSG;
	if (type != SD_BUS_TYPE_ARRAY && type != SD_BUS_TYPE_VARIANT)
		return read_basic(reply, type, ret_value);
	/* The message keeps one such string, and overwrites it at the next peek. */
	inside = strdup(contents);
	if (!inside)
		return -ENOMEM;
	return read_container(reply, type, inside, depth, ret_value);
}

/* NOLINTEND(misc-no-recursion) */

int control_reply_read_json(sd_bus_message *reply, json_object **ret_value)
{
	return read_value(reply, 0, ret_value);
}

int control_watch(sd_bus **ret_bus, sd_bus_message_handler_t handler, void *userdata)
{
	sd_bus *bus = NULL;
	int r = sd_bus_open_system(&bus);

	if (r >= 0)
		r = sd_bus_match_signal(bus, NULL, SERVICE, PATH, INTERFACE, NULL, handler,
					userdata);
	if (r < 0) {
		sd_bus_flush_close_unref(bus);
		return r;
	}
	*ret_bus = bus;
	return 0;
}
