/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may stand in a profile, and who writes it. Pure. */
#include "gateway/profile.h"

#include "base/address.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/profile_apple.h"
#include "gateway/profile_chromeos.h"
#include "gateway/profile_networkmanager.h"
#include "gateway/profile_windows.h"

#include <errno.h>
#include <string.h>

static const struct profile_client *const clients[] = {
	&profile_apple,
	&profile_chromeos,
	&profile_networkmanager,
	&profile_windows,
};

const struct profile_client *profile_client_find(const char *name)
{
	for (size_t i = 0; i < ELEMENTS(clients); i++)
		if (strcmp(clients[i]->name, name) == 0)
			return clients[i];
	return NULL;
}

int profile_make(const struct profile_client *client, const struct profile *profile,
		 struct profile_text *ret_text)
{
	_cleanup_(profile_text_done) struct profile_text text = { 0 };

	client->write(profile, &text);
	if (text.failed)
		return -ENOMEM;
	*ret_text = text;
	text = (struct profile_text){ 0 };
	return 0;
}

/* ---- text ------------------------------------------------------------------- */

const char *profile_secret_check(const char *secret)
{
	if (*secret && text_is_plain(secret))
		return NULL;
	return "it must be UTF-8 text without control characters to be put into a profile";
}

const char *profile_name_check(const char *name)
{
	size_t size = strlen(name);

	if (size == 0 || size > PROFILE_NAME_MAX || name[0] == ' ' || name[size - 1] == ' ' ||
	    name[0] == '.' || strpbrk(name, "\\/:*?\"<>|") || !text_is_plain(name))
		return "a name has 1 to 64 bytes of UTF-8, without control characters and "
		       "\\ / : * ? \" < > |, and neither begins nor ends with a space nor begins "
		       "with a dot";
	return NULL;
}

char *profile_name_default(const char *server, char name[PROFILE_NAME_MAX + 1])
{
	snprintf(name, PROFILE_NAME_MAX + 1, "VPN %s", server);
	for (char *c = name; *c; c++)
		if (*c == ':')
			*c = '-';
	return name;
}

/* ---- server and routes --------------------------------------------------------- */

/* Letters, digits and inner hyphens, 1 to 63 of them (RFC 1123, section 2.1). */
static bool is_label(const char *label, size_t size)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-";

	return size >= 1 && size <= 63 && strspn(label, allowed) >= size && label[0] != '-' &&
	       label[size - 1] != '-';
}

/* A DNS name whose last label is no number, so that it is no mistyped address. */
static bool is_host_name(const char *name)
{
	const char *label = name;
	size_t size;

	if (strlen(name) > PROFILE_SERVER_MAX)
		return false;
	for (;; label += size + 1) {
		size = strcspn(label, ".");
		if (!is_label(label, size))
			return false;
		if (!label[size])
			return strspn(label, "0123456789") != size;
	}
}

const char *profile_server_check(const char *server)
{
	struct inet_address address;

	if (inet_address_parse(server, &address) == 0) {
		if (!inet_address_is_any(&address))
			return NULL;
	} else if (is_host_name(server)) {
		return NULL;
	}
	return "wants an IPv4 or IPv6 address or a DNS name";
}

/* @text: one "NET/LEN", changed on the way. */
static int parse_route(char *text, struct profile_route *ret_route)
{
	char *slash = strchr(text, '/');
	struct inet_address address;
	uint32_t length, network;

	if (!slash)
		return -EINVAL;
	*slash = '\0';
	if (inet_address_parse(text, &address) < 0 || address.family != AF_INET ||
	    text_parse_u32(slash + 1, 1, 32, &length) < 0)
		return -EINVAL;
	network = inet_address_to_ipv4(&address);
	if (length < 32 && (network & (UINT32_MAX >> length)))
		return -EINVAL;
	*ret_route = (struct profile_route){ .network = network, .length = (uint8_t)length };
	return 0;
}

const char *profile_routes_parse(const char *text, struct profile *profile)
{
	struct profile_route routes[PROFILE_ROUTES_MAX] = { 0 };
	size_t count = 0;
	size_t size;

	for (;; text += size + 1) {
		char one[sizeof("255.255.255.255/32")];

		size = strcspn(text, ",");
		if (count == PROFILE_ROUTES_MAX)
			return "takes at most 32 networks";
		if (size >= sizeof(one))
			break;
		memcpy(one, text, size);
		one[size] = '\0';
		if (parse_route(one, &routes[count]) < 0)
			break;
		count++;
		if (text[size])
			continue;
		memcpy(profile->routes, routes, sizeof(routes));
		profile->route_count = count;
		return NULL;
	}
	return "wants IPv4 networks as 192.0.2.0/24[,...], the bits of hosts zero, /1 to /32; "
	       "without it all traffic goes through the tunnel";
}

void profile_route_add(struct profile_text *text, const struct profile_route *route)
{
	struct inet_address address = inet_address_from_ipv4(route->network);
	char network[INET6_ADDRSTRLEN];

	profile_text_format(text, "%s/%u", inet_address_format(&address, network), route->length);
}
