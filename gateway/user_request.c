/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages about users; what carries a hash is kept out of every log of the bus. I/O. */
#include "gateway/user_request.h"

#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/user_database.h"

#include <errno.h>
#include <string.h>

/* Users in one answer: as many as saregated gives. */
#define PAGE 2000

/* A name and a hash, then what @attributes say where there are any to be said. */
static enum command_result send_hash(const char *method, const char *name,
				     const uint8_t hash[MSCHAPV2_NT_HASH_SIZE],
				     bool with_attributes,
				     const struct attribute_options *attributes,
				     sd_bus_message **ret_reply)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	char error[CONTROL_ERROR_MAX];
	int r;

	if (control_request_init(&request, method, error) < 0)
		return command_fail("%s", error);
	r = sd_bus_message_append(request.message, "s", name);
	if (r >= 0)
		r = sd_bus_message_append_array(request.message, 'y', hash, MSCHAPV2_NT_HASH_SIZE);
	if (r >= 0 && with_attributes)
		r = attributes ? attribute_options_append(attributes, request.message)
			       : sd_bus_message_append(request.message, "a{ss}", 0);
	if (r >= 0)
		r = sd_bus_message_sensitive(request.message);
	if (r < 0)
		return command_fail("%s", strerror(-r));
	if (control_request_send(&request, ret_reply, error) < 0)
		return command_fail("user %s: %s", name, error);
	return COMMAND_DONE;
}

enum command_result user_request_send(const char *method, const char *name,
				      const uint8_t hash[MSCHAPV2_NT_HASH_SIZE],
				      sd_bus_message **ret_reply)
{
	return send_hash(method, name, hash, false, NULL, ret_reply);
}

enum command_result user_request_add(const char *name, const uint8_t hash[MSCHAPV2_NT_HASH_SIZE],
				     const struct attribute_options *attributes)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

	return send_hash("AddUser", name, hash, true, attributes, &reply);
}

enum command_result user_request_set(const char *name, const struct attribute_options *attributes,
				     uint32_t *ret_ended)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char error[CONTROL_ERROR_MAX];

	if (control_request_init(&request, "SetUser", error) < 0)
		return command_fail("%s", error);
	if (sd_bus_message_append(request.message, "s", name) < 0 ||
	    attribute_options_append(attributes, request.message) < 0)
		return command_fail("user %s: not sent", name);
	if (control_request_send(&request, &reply, error) < 0)
		return command_fail("user %s: %s", name, error);
	if (sd_bus_message_read(reply, "u", ret_ended) < 0)
		return command_fail("the answer of saregated is not understood");
	return COMMAND_DONE;
}

int user_request_get(const char *name, json_object **ret_user, char ret_error[CONTROL_ERROR_MAX])
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = control_request_init(&request, "GetUser", ret_error);
	if (r < 0)
		return r;
	r = sd_bus_message_append(request.message, "s", name);
	if (r >= 0) {
		r = control_request_send(&request, &reply, ret_error);
		if (r < 0)
			return r;
		r = control_reply_read_json(reply, ret_user);
	}
	if (r < 0)
		snprintf(ret_error, CONTROL_ERROR_MAX, "%s", strerror(-r));
	return r < 0 ? r : 0;
}

/* ---- many -------------------------------------------------------------------------- */

static enum command_result get_page(const char *method, const char *after, const char *group,
				    json_object **ret_page)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char error[CONTROL_ERROR_MAX];
	int r;

	if (control_request_init(&request, method, error) < 0)
		return command_fail("%s", error);
	if (sd_bus_message_append(request.message, "ssu", after, group, (uint32_t)PAGE) < 0)
		return command_fail("%s: not sent", method);
	if (control_request_send(&request, &reply, error) < 0)
		return command_fail("%s", error);
	r = control_reply_read_json(reply, ret_page);
	if (r < 0 || !json_object_is_type(*ret_page, json_type_array))
		return command_fail("the answer of saregated is not understood");
	return COMMAND_DONE;
}

enum command_result user_request_walk(const char *method, const char *group, user_request_fn each,
				      void *userdata)
{
	char after[USER_NAME_MAX + 1] = "";
	size_t count;

	do {
		_cleanup_(json_putp) json_object *page = NULL;
		enum command_result result = get_page(method, after, group, &page);

		if (result != COMMAND_DONE)
			return result;
		count = json_object_array_length(page);
		for (size_t i = 0; i < count; i++) {
			json_object *user = json_object_array_get_idx(page, i);
			int r = each(userdata, user);

			if (r < 0)
				return command_fail("%s", strerror(-r));
			snprintf(after, sizeof(after), "%s", answer_text(user, "name"));
		}
	} while (count == PAGE);
	return COMMAND_DONE;
}
