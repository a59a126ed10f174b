/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look at the host. I/O. */
#include "gateway/setup_host.h"

#include "base/cleanup.h"
#include "gateway/cloud_address.h"
#include "gateway/resolver_list.h"
#include "gateway/setup_file.h"
#include "gateway/setup_network.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define RESOLVERS_SIZE 8192

void setup_host_done(struct setup_host *host)
{
	host_networks_done(&host->networks);
	*host = (struct setup_host){ 0 };
}

static int load_state(struct setup_host *host, struct setup_error *ret_error)
{
	_cleanup_(setup_state_done) struct setup_state state = { 0 };
	int r;

	r = setup_state_load(&state, ret_error);
	host->is_first = !state.is_complete;
	strcpy(host->public_address, state.public_address);
	return r == -ENOENT ? 0 : r;
}

static int load_configuration(struct setup_host *host, struct setup_error *ret_error)
{
	_cleanup_(freep) char *text = NULL;
	char reason[CONFIGURATION_ERROR_MAX];
	int r;

	r = setup_file_load(SETUP_CONFIGURATION_PATH, &text, ret_error);
	if (r < 0)
		return r;
	r = configuration_parse(SETUP_CONFIGURATION_PATH, text ? text : "", &host->configuration,
				reason);
	return r == -EINVAL ? setup_fail(ret_error, "%s", reason) : r;
}

/* A resolv.conf may be a link, and belong to whoever manages it. */
static size_t read_resolvers(const char *path, struct inet_address *ret_addresses)
{
	_cleanup_(closep) int file = open(path, O_RDONLY | O_CLOEXEC);
	char text[RESOLVERS_SIZE];
	ssize_t size;

	size = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
	if (size < 0)
		return 0;
	text[size] = '\0';
	return resolver_list_read(text, ret_addresses, CONFIGURATION_DNS_MAX);
}

/* Behind a stub on this host stand the files of who runs it. */
static void find_resolvers(struct setup_host *host)
{
	static const char *const paths[] = { "/etc/resolv.conf", "/run/systemd/resolve/resolv.conf",
					     "/run/NetworkManager/no-stub-resolv.conf" };

	for (size_t i = 0; host->resolver_count == 0 && i < ELEMENTS(paths); i++)
		host->resolver_count = read_resolvers(paths[i], host->resolvers);
}

/* The first is for root, and holds what cloud-init keeps out of the second. */
static void find_cloud_address(struct setup_host *host)
{
	static const char *const paths[] = { "/run/cloud-init/instance-data-sensitive.json",
					     "/run/cloud-init/instance-data.json" };

	for (size_t i = 0; i < ELEMENTS(paths) && !host->cloud_source; i++) {
		_cleanup_(setup_text_freep) char *text = NULL;

		if (setup_file_read(paths[i], &text) == 0 &&
		    cloud_address_find(text, &host->cloud_address) == 0)
			host->cloud_source = paths[i];
	}
}

int setup_host_load(struct setup_host *ret_host, struct setup_error *ret_error)
{
	_cleanup_(setup_host_done) struct setup_host host = { 0 };
	struct setup_error ignored;
	int r;

	r = load_state(&host, ret_error);
	if (r == 0)
		r = load_configuration(&host, ret_error);
	if (r < 0)
		return r;
	r = host_networks_read(&host.networks);
	if (r < 0)
		return setup_fail(ret_error, "networks of this host: %s", strerror(-r));
	setup_network_find_default(AF_INET, &host.default_address, &ignored);
	find_resolvers(&host);
	find_cloud_address(&host);
	*ret_host = host;
	host = (struct setup_host){ 0 };
	return 0;
}
