/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup's memory as JSON, on json-c. Pure. */
#include "gateway/setup_state.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/json_build.h"

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
	free(state->configuration_next);
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

/* A flag that earlier versions did not write. */
static int read_flag_or(json_object *object, const char *key, bool otherwise, bool *ret_flag)
{
	if (json_object_object_get_ex(object, key, NULL))
		return read_flag(object, key, ret_flag);
	*ret_flag = otherwise;
	return 0;
}

/* A text that earlier versions did not write, and that is no path. */
static int read_names(json_object *object, const char *key, char *text, size_t size)
{
	if (!json_object_object_get_ex(object, key, NULL))
		return 0;
	if (read_text(object, key, text, size) < 0 || strchr(text, '/'))
		return -EINVAL;
	return 0;
}

/* A number that earlier versions did not write. */
static int read_number(json_object *object, const char *key, uint32_t *ret_number)
{
	json_object *value;
	int64_t number;

	if (!json_object_object_get_ex(object, key, &value))
		return 0;
	if (!json_object_is_type(value, json_type_int))
		return -EINVAL;
	number = json_object_get_int64(value);
	if (number < 0 || number > INT32_MAX)
		return -EINVAL;
	*ret_number = (uint32_t)number;
	return 0;
}

/* Texts that may be missing; one that is no rule makes no command. */
static int read_rules(json_object *object, const char *key, struct foreign_rules *ret_rules)
{
	json_object *list;

	if (!json_object_object_get_ex(object, key, &list))
		return 0;
	if (!json_object_is_type(list, json_type_array))
		return -EINVAL;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *rule = json_object_array_get_idx(list, i);

		if (!json_object_is_type(rule, json_type_string))
			return -EINVAL;
		foreign_rules_add(ret_rules, json_object_get_string(rule));
	}
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
	if (r == 0)
		r = read_copy(object, "configuration_next", &state.configuration_next);
	if (r == 0)
		r = read_flag_or(object, "complete", true, &state.is_complete);
	if (r == 0)
		r = read_flag_or(object, "pluto_file", false, &state.has_pluto_file);
	if (r == 0)
		r = read_flag_or(object, "ipv6", false, &state.has_ipv6);
	if (r == 0)
		r = read_flag_or(object, "ipv6_forwarding_was_on", false,
				 &state.ipv6_forwarding_was_on);
	if (r == 0)
		r = read_names(object, "accept_ra", state.accept_ra, sizeof(state.accept_ra));
	if (r == 0)
		r = read_number(object, "optmem_max_was", &state.optmem_max_was);
	if (r == 0)
		r = read_rules(object, "allowed", &state.allowed);
	if (r < 0)
		return r;
	*ret_state = state;
	state = (struct setup_state){ 0 };
	return 0;
}

/* A text that may be missing. */
static int add_copy(json_object *object, const char *key, const char *text)
{
	return text ? json_build_add_text(object, key, text) : 0;
}

static int add_rules(json_object *object, const char *key, const struct foreign_rules *rules)
{
	json_object *list = json_object_new_array();
	int r = json_build_add(object, key, list);

	for (size_t i = 0; r == 0 && i < rules->count; i++)
		r = json_build_append(list, json_object_new_string(rules->rules[i]));
	return r;
}

static int add_ipv6(json_object *object, const struct setup_state *state)
{
	int r = json_build_add(object, "ipv6", json_object_new_boolean(true));

	if (r == 0)
		r = json_build_add(object, "ipv6_forwarding_was_on",
				   json_object_new_boolean(state->ipv6_forwarding_was_on));
	if (r == 0)
		r = json_build_add_text(object, "accept_ra", state->accept_ra);
	if (r == 0)
		r = json_build_add(object, "optmem_max_was",
				   json_object_new_int64(state->optmem_max_was));
	return r;
}

int setup_state_format(const struct setup_state *state, char **ret_text)
{
	_cleanup_(json_putp) json_object *object = json_object_new_object();
	const char *text;
	int r;

	if (!object)
		return -ENOMEM;
	r = json_build_add(object, "version", json_object_new_int(VERSION));
	if (r == 0)
		r = json_build_add(object, "complete", json_object_new_boolean(state->is_complete));
	if (r == 0)
		r = json_build_add_text(object, "connection", state->connections);
	if (r == 0)
		r = json_build_add_text(object, "public_address", state->public_address);
	if (r == 0)
		r = json_build_add(object, "forwarding_was_on",
				   json_object_new_boolean(state->forwarding_was_on));
	if (r == 0)
		r = json_build_add(object, "ipsec_was_enabled",
				   json_object_new_boolean(state->ipsec_was_enabled));
	if (r == 0)
		r = json_build_add(object, "pluto_file",
				   json_object_new_boolean(state->has_pluto_file));
	if (r == 0 && state->has_ipv6)
		r = add_ipv6(object, state);
	if (r == 0)
		r = add_rules(object, "allowed", &state->allowed);
	if (r == 0)
		r = add_copy(object, "configuration_before", state->configuration_before);
	if (r == 0)
		r = add_copy(object, "configuration_after", state->configuration_after);
	if (r == 0)
		r = add_copy(object, "configuration_next", state->configuration_next);
	if (r < 0)
		return r;
	text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY);
	if (!text || !(*ret_text = strdup(text)))
		return -ENOMEM;
	return 0;
}
