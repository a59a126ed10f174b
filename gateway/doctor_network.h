/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forwarding, addresses, routes, marks and MTU against what we are set up for. Pure. */
#pragma once

#include "gateway/configuration.h"
#include "gateway/doctor.h"
#include "gateway/doctor_connections.h"
#include "gateway/host_networks.h"
#include "gateway/setup_state.h"

/**
 * struct doctor_network_facts
 * @is_forwarding: 1, 0, negative errno
 * @is_forwarding_kept: whether the file is there that turns it on at boot
 * @is_forwarding_ipv6: 1, 0, -ENOENT without IPv6, other negative errno
 * @is_forwarding_ipv6_kept: whether that file turns it on, too
 * @ignores_ra: interfaces, separated by spaces, that have routes by router advertisements,
 *              or had them at setup, and take no more of them if the host forwards
 * @addresses: `ip -j address`
 * @rules:     `ip -j rule`
 * @networks:  among which setup finds a free pool; @networks_error: why they are not known
 * @connections: where clients arrive
 */
struct doctor_network_facts {
	int is_forwarding;
	bool is_forwarding_kept;
	int is_forwarding_ipv6;
	bool is_forwarding_ipv6_kept;
	char ignores_ra[SETUP_INTERFACES_SIZE];
	struct doctor_text addresses;
	struct doctor_text rules;
	struct host_networks networks;
	int networks_error;
	const struct configuration *configuration;
	const struct doctor_connections *connections;
};

void doctor_network_check(const struct doctor_network_facts *facts,
			  struct doctor_findings *findings);

/**
 * doctor_network_outer_size() - the largest packet that one of @inner_mtu becomes
 * @family: of the packets outside
 *
 * L2TP (RFC 2661) in ESP (RFC 4303) in UDP (RFC 3948), with the longest IV, padding
 * and ICV of those that we accept.
 */
uint32_t doctor_network_outer_size(uint32_t inner_mtu, uint16_t family);

/* From the host, but for the last two. I/O (doctor_look_network.c). */
void doctor_network_look(struct doctor_network_facts *ret_facts);
void doctor_network_facts_done(struct doctor_network_facts *facts);
