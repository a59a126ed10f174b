/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup's memory as JSON, on json-c. Pure. */
#include "gateway/setup_state.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#define VERSION 1

static void json_putp(json_object **object)
{
	json_object_put(*object);
}

void setup_state_done(struct setup_state *state)
{
	free(state->configuration_before);
	free(state->configuration_after);
	*state = (struct setup_state){ 0 };
}

/* A string of bounded length. */
static int read_text(json_object *object, const char *key, char *text, size_t size)
{
	json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return -EINVAL;
	return text_copy(text, size, json_object_get_string(value)) < 0 ? -EINVAL : 0;
}

static int read_flag(json_object *object, const char *key, bool *ret_flag)
{
	json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_boolean))
		return -EINVAL;
	*ret_flag = json_object_get_boolean(value);
	return 0;
}

/* A text that may be missing. */
static int read_copy(json_object *object, const char *key, char **ret_copy)
{
	json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return 0;
	*ret_copy = strdup(json_object_get_string(value));
	return *ret_copy ? 0 : -ENOMEM;
}

int setup_state_parse(const char *text, struct setup_state *ret_state)
{
	_cleanup_(json_putp) json_object *object = json_tokener_parse(text);
	_cleanup_(setup_state_done) struct setup_state state = { 0 };
	json_object *version;
	int r;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, "version", &version) ||
	    json_object_get_int(version) != VERSION)
		return -EINVAL;
	r = read_text(object, "connection", state.connections, sizeof(state.connections));
	if (r == 0)
		r = read_text(object, "public_address", state.public_address,
			      sizeof(state.public_address));
	if (r == 0)
		r = read_flag(object, "forwarding_was_on", &state.forwarding_was_on);
	if (r == 0)
		r = read_flag(object, "ipsec_was_enabled", &state.ipsec_was_enabled);
	if (r == 0)
		r = read_copy(object, "configuration_before", &state.configuration_before);
	if (r == 0)
		r = read_copy(object, "configuration_after", &state.configuration_after);
	if (r < 0)
		return r;
	*ret_state = state;
	state = (struct setup_state){ 0 };
	return 0;
}

/* Takes @value. */
static int add(json_object *object, const char *key, json_object *value)
{
	if (value && json_object_object_add(object, key, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

int setup_state_format(const struct setup_state *state, char **ret_text)
{
	_cleanup_(json_putp) json_object *object = json_object_new_object();
	const char *text;
	int r;

	if (!object)
		return -ENOMEM;
	r = add(object, "version", json_object_new_int(VERSION));
	if (r == 0)
		r = add(object, "connection", json_object_new_string(state->connections));
	if (r == 0)
		r = add(object, "public_address", json_object_new_string(state->public_address));
	if (r == 0)
		r = add(object, "forwarding_was_on",
			json_object_new_boolean(state->forwarding_was_on));
	if (r == 0)
		r = add(object, "ipsec_was_enabled",
			json_object_new_boolean(state->ipsec_was_enabled));
	if (r == 0 && state->configuration_before)
		r = add(object, "configuration_before",
			json_object_new_string(state->configuration_before));
	if (r == 0 && state->configuration_after)
		r = add(object, "configuration_after",
			json_object_new_string(state->configuration_after));
	if (r < 0)
		return r;
	text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY);
	if (!text || !(*ret_text = strdup(text)))
		return -ENOMEM;
	return 0;
}
