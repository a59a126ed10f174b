/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look through the metadata, on json-c, whose parser bounds the depth. Pure. */
#include "gateway/cloud_address.h"

#include "base/cleanup.h"
#include "gateway/pool_choice.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

static void json_putp(json_object **object)
{
	json_object_put(*object);
}

static bool is_known(const char *key)
{
	static const char *const keys[] = { "public-ipv4", "public_ipv4", "publicIpAddress",
					    "externalIp" };

	for (size_t i = 0; i < ELEMENTS(keys); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

static bool read_address(json_object *value, struct inet_address *ret_address)
{
	struct inet_address address;
	uint32_t ipv4;

	if (!json_object_is_type(value, json_type_string) ||
	    inet_address_parse(json_object_get_string(value), &address) < 0)
		return false;
	ipv4 = inet_address_to_ipv4(&address);
	if (ipv4 >> 24 == 0 || ipv4 >> 24 == 127 || ipv4 >> 24 >= 224 || pool_is_private(ipv4) ||
	    ipv4 >> 16 == (169 << 8 | 254))
		return false;
	*ret_address = address;
	return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): json-c's parser stops at 32 levels. */
static bool find(json_object *value, struct inet_address *ret_address)
{
	if (json_object_is_type(value, json_type_array))
		for (size_t i = 0; i < json_object_array_length(value); i++)
			if (find(json_object_array_get_idx(value, i), ret_address))
				return true;
	if (!json_object_is_type(value, json_type_object))
		return false;
	json_object_object_foreach(
		value, key, member) if ((is_known(key) && read_address(member, ret_address)) ||
					find(member, ret_address)) return true;
	return false;
}

int cloud_address_find(const char *text, struct inet_address *ret_address)
{
	_cleanup_(json_putp) json_object *root = json_tokener_parse(text);

	if (!root)
		return -EINVAL;
	return find(root, ret_address) ? 0 : -ENOENT;
}
