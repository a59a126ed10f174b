/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What setup finds on a host before it decides anything: an earlier setup, the
 * configuration, networks, name servers, and what cloud-init has noted. Nobody is
 * asked over the network. I/O.
 */
#pragma once

#include "gateway/host_networks.h"
#include "gateway/setup.h"

/**
 * struct setup_host - as it is now
 * @is_first:       there was no setup before, or one that was interrupted
 * @public_address: that an earlier setup was given, "" if none was
 * @default_address: IPv4, of the default route; AF_UNSPEC if there is none
 * @resolvers:      IPv4, that clients can use, too
 * @cloud_address:  public IPv4 address of this machine; AF_UNSPEC if none is noted
 * @cloud_source:   the file that says so (static)
 */
struct setup_host {
	bool is_first;
	char public_address[INET6_ADDRSTRLEN];
	struct configuration configuration;
	struct host_networks networks;
	struct inet_address default_address;
	struct inet_address resolvers[CONFIGURATION_DNS_MAX];
	size_t resolver_count;
	struct inet_address cloud_address;
	const char *cloud_source;
};

/**
 * setup_host_load() - look at the host
 *
 * Return: 0 and *@ret_host, which the caller ends with setup_host_done();
 *         -ECANCELED with *@ret_error; -ENOMEM.
 */
int setup_host_load(struct setup_host *ret_host, struct setup_error *ret_error);
void setup_host_done(struct setup_host *host);
