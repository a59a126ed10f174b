/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a user and a group may have, and what holds for a login: a user's own
 * value, else the group's, else the configuration's. Pure.
 */
#pragma once

#include "base/address.h"
#include "gateway/address_text.h"
#include "gateway/attribute.h"

/* Numbers of 0, empty texts and families AF_UNSPEC are "not said here". */
struct user_attributes {
	bool enabled;
	uint64_t expires; /* seconds since 1970; 0: never */
	char group[ATTRIBUTE_NAME_MAX + 1];
	struct inet_address ipv4; /* fixed inner addresses */
	struct inet_address ipv6;
	char pool[ATTRIBUTE_NAME_MAX + 1];
	uint32_t dns_ipv4[ADDRESS_TEXT_DNS_MAX];
	uint32_t sessions_maximum;
	uint32_t idle_timeout_seconds;
	uint32_t session_timeout_seconds;
	char comment[ATTRIBUTE_COMMENT_MAX + 1];
};

struct group_attributes {
	char pool[ATTRIBUTE_NAME_MAX + 1];
	uint32_t dns_ipv4[ADDRESS_TEXT_DNS_MAX];
	struct address_networks networks; /* that its members may reach */
	bool client_to_client;            /* among its members */
	uint32_t sessions_maximum;        /* of each member */
	uint32_t idle_timeout_seconds;
	uint32_t session_timeout_seconds;
	char comment[ATTRIBUTE_COMMENT_MAX + 1];
};

extern const struct attribute user_attribute_table[];
extern const struct attribute group_attribute_table[];

/* A new one's: enabled, and nothing else said. */
void user_attributes_default(struct user_attributes *ret_attributes);
