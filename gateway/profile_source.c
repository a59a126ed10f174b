/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From setup's files to a profile. I/O. */
#include "gateway/profile_source.h"

#include "base/cleanup.h"
#include "gateway/profile.h"
#include "gateway/setup_file.h"

#include <errno.h>
#include <string.h>

/* A network by its first address and the length of its prefix. */
struct network {
	const char *first;
	unsigned int length;
};

static bool is_inside(const struct inet_address *address, const struct network *network)
{
	struct inet_address first;
	unsigned int left = network->length % 8;
	size_t whole = network->length / 8;

	inet_address_parse(network->first, &first);
	if (first.family != address->family || memcmp(first.bytes, address->bytes, whole) != 0)
		return false;
	return left == 0 || (first.bytes[whole] ^ address->bytes[whole]) >> (8 - left) == 0;
}

bool profile_source_is_private(const struct inet_address *address)
{
	static const struct network networks[] = {
		{ "10.0.0.0", 8 },     { "100.64.0.0", 10 }, { "127.0.0.0", 8 },
		{ "169.254.0.0", 16 }, { "172.16.0.0", 12 }, { "192.168.0.0", 16 },
		{ "::1", 128 },        { "fc00::", 7 },      { "fe80::", 10 },
	};

	for (size_t i = 0; i < ELEMENTS(networks); i++)
		if (is_inside(address, &networks[i]))
			return true;
	return false;
}

/* The address in the name of a connection, see libreswan_connection_name(). */
static int read_connection(const char *name, size_t size, struct inet_address *ret_address)
{
	static const char before[] = "saregate-";
	char text[INET6_ADDRSTRLEN];

	if (size <= strlen(before) || strncmp(name, before, strlen(before)) != 0)
		return -EINVAL;
	size -= strlen(before);
	if (size >= sizeof(text))
		return -EINVAL;
	memcpy(text, name + strlen(before), size);
	text[size] = '\0';
	for (char *c = text; *c; c++)
		if (*c == '_')
			*c = ':';
	return inet_address_parse(text, ret_address);
}

static int find_listen_address(const char *connections, struct inet_address *ret_address)
{
	struct inet_address found = { 0 };
	struct inet_address address;
	size_t size;

	for (; *connections; connections += size + (connections[size] == ' ')) {
		size = strcspn(connections, " ");
		if (read_connection(connections, size, &address) < 0)
			continue;
		if (found.family == AF_UNSPEC ||
		    (found.family == AF_INET6 && address.family == AF_INET))
			found = address;
	}
	if (found.family == AF_UNSPEC)
		return -ENOENT;
	*ret_address = found;
	return 0;
}

int profile_source_server(struct inet_address *ret_server, struct setup_error *ret_error)
{
	_cleanup_(setup_state_done) struct setup_state state = { 0 };
	int r;

	r = setup_state_require(&state, ret_error);
	if (r < 0)
		return r;
	if (inet_address_parse(state.public_address, ret_server) == 0 ||
	    find_listen_address(state.connections, ret_server) == 0)
		return 0;
	return setup_fail(ret_error,
			  "%s does not say where clients connect to: say it with --server",
			  SETUP_STATE_PATH);
}

int profile_source_psk(char ret_psk[LIBRESWAN_PSK_MAX + 1], struct setup_error *ret_error)
{
	_cleanup_(setup_text_freep) char *text = NULL;
	const char *wrong;
	int r;

	r = setup_file_read(SETUP_SECRETS_PATH, &text);
	if (r == 0)
		r = libreswan_text_read_psk(text, ret_psk);
	if (r == -ENOENT)
		return setup_fail(ret_error, "there is no pre-shared key in %s: saregate setup",
				  SETUP_SECRETS_PATH);
	if (r < 0)
		return setup_fail(ret_error, "%s: %s", SETUP_SECRETS_PATH, strerror(-r));
	wrong = profile_secret_check(ret_psk);
	if (!wrong)
		return 0;
	explicit_bzero(ret_psk, LIBRESWAN_PSK_MAX + 1);
	return setup_fail(ret_error, "%s: the key: %s", SETUP_SECRETS_PATH, wrong);
}

int profile_source_mtu(uint32_t *ret_mtu, struct setup_error *ret_error)
{
	_cleanup_(freep) char *text = NULL;
	struct configuration configuration;
	char reason[CONFIGURATION_ERROR_MAX];
	int r;

	r = setup_file_read(SETUP_CONFIGURATION_PATH, &text);
	if (r < 0 && r != -ENOENT)
		return setup_fail(ret_error, "%s: %s", SETUP_CONFIGURATION_PATH, strerror(-r));
	r = configuration_parse(SETUP_CONFIGURATION_PATH, text ? text : "", &configuration, reason);
	if (r == -EINVAL)
		return setup_fail(ret_error, "%s", reason);
	if (r == 0)
		*ret_mtu = configuration.mtu;
	return r;
}
