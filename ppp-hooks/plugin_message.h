/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages between pppd's plugin and saregated, over the call's own SEQPACKET
 * socket pair: one struct a message, host byte order, exact size. Each side
 * validates what it gets as hostile. Pure.
 */
#pragma once

#include "base/address.h"
#include "ppp-hooks/mschapv2.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLUGIN_MESSAGE_VERSION 4
#define PLUGIN_USER_MAX        256 /* bytes of a name, without NUL */
#define PLUGIN_INTERFACE_MAX   16
#define PLUGIN_DNS_MAX         2
/* The lower half of our own IPv6 addresses in all sessions. */
#define PLUGIN_IDENTIFIER_LOCAL 1

enum plugin_message_type {
	/* plugin to saregated */
	PLUGIN_MESSAGE_AUTHENTICATE = 1, /* answered by PLUGIN_MESSAGE_VERDICT within 10 s */
	PLUGIN_MESSAGE_UP = 2,           /* IPCP is up */
	PLUGIN_MESSAGE_COUNTERS = 3,     /* every 30 s while up, and before PLUGIN_MESSAGE_DOWN */
	PLUGIN_MESSAGE_DOWN = 4,         /* pppd ends */
	PLUGIN_MESSAGE_IPV6_UP = 5,      /* IPv6CP is up, before PLUGIN_MESSAGE_UP or after it */
	/* saregated to plugin */
	PLUGIN_MESSAGE_VERDICT = 64,
};

struct plugin_message_header {
	uint32_t version;
	uint32_t type; /* enum plugin_message_type */
};

struct plugin_authenticate {
	struct plugin_message_header header;
	uint32_t user_size;            /* 1 to PLUGIN_USER_MAX */
	uint8_t user[PLUGIN_USER_MAX]; /* as the peer sent it: hostile, no NUL */
	uint8_t challenge[MSCHAPV2_CHALLENGE_SIZE];
	uint8_t response[MSCHAPV2_RESPONSE_SIZE];
	uint8_t padding[3]; /* 0 */
};

/* What a client is told that is refused (RFC 2759, section 6). */
enum plugin_failure {
	PLUGIN_FAILURE_NONE = 0,             /* it is accepted */
	PLUGIN_FAILURE_DISABLED = 647,       /* ERROR_ACCT_DISABLED */
	PLUGIN_FAILURE_AUTHENTICATION = 691, /* ERROR_AUTHENTICATION_FAILURE */
};

struct plugin_verdict {
	struct plugin_message_header header;
	uint32_t accepted;                                     /* 0 or 1 */
	uint32_t failure;                                      /* enum plugin_failure */
	char authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 4]; /* NUL-terminated hex if accepted */
	uint32_t local_ipv4; /* inner addresses, host byte order */
	uint32_t peer_ipv4;
	uint32_t dns_ipv4[PLUGIN_DNS_MAX]; /* 0: none */
	uint32_t padding;                  /* 0 */
	uint64_t network;    /* upper half of the peer's IPv6 addresses; 0: it gets no IPv6CP */
	uint64_t identifier; /* that IPv6CP proposes for the lower half; 0: any */
};

struct plugin_up {
	struct plugin_message_header header;
	char interface[PLUGIN_INTERFACE_MAX]; /* NUL-terminated */
	uint32_t local_ipv4;
	uint32_t peer_ipv4;
};

struct plugin_ipv6_up {
	struct plugin_message_header header;
	char interface[PLUGIN_INTERFACE_MAX]; /* NUL-terminated */
};

struct plugin_counters {
	struct plugin_message_header header;
	uint64_t received_bytes; /* from the client */
	uint64_t sent_bytes;
	uint64_t received_packets;
	uint64_t sent_packets;
	uint32_t connected_seconds;
	uint32_t idle_seconds; /* since the last packet in or out; PPP's own do not count */
};

struct plugin_down {
	struct plugin_message_header header;
	uint32_t pppd_code; /* pppd's exit code as far as it is known: EXIT_* of pppd(8) */
	uint32_t padding;   /* 0 */
};

union plugin_message {
	struct plugin_message_header header;
	struct plugin_authenticate authenticate;
	struct plugin_verdict verdict;
	struct plugin_up up;
	struct plugin_counters counters;
	struct plugin_down down;
	struct plugin_ipv6_up ipv6_up;
};

/* plugin_message_size() - exact size of a message of @type, 0 for an unknown one. */
size_t plugin_message_size(uint32_t type);

/**
 * plugin_message_check() - validate what was received
 * @from_plugin: which direction is being read; the other's types are refused
 *
 * Checks version, type, exact size, bounds, NUL termination, zero padding.
 *
 * Return: true and *@ret_message, or false with it untouched.
 */
bool plugin_message_check(const void *bytes, size_t size, bool from_plugin,
			  union plugin_message *ret_message);
