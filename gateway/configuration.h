/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate.conf: INI text to a checked struct. Every error names file, line,
 * key and what is allowed. Reading the file is I/O, understanding it is pure.
 */
#pragma once

#include "base/address.h"
#include "gateway/address_text.h"
#include "gateway/attribute.h"
#include "gateway/login_backoff.h"
#include "ipsec-glue/sa_method.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIGURATION_LISTEN_MAX 16
#define CONFIGURATION_DNS_MAX    2
/* Beside [ppp] pool. */
#define CONFIGURATION_POOLS_MAX 32
/* What users and groups call [ppp] pool. */
#define CONFIGURATION_POOL_DEFAULT   "default"
#define CONFIGURATION_POOL_RANGE_MAX (2 * INET6_ADDRSTRLEN)
#define CONFIGURATION_SIZE_MAX       65536 /* bytes of the file */
#define CONFIGURATION_ERROR_MAX      512
/* What may stand in front of a line. */
#define CONFIGURATION_BLANKS " \t\r\v\f"
/* What some editors put before UTF-8. */
#define CONFIGURATION_BYTE_ORDER_MARK "\xef\xbb\xbf"

enum configuration_protection {
	CONFIGURATION_PROTECTION_REQUIRED,
	CONFIGURATION_PROTECTION_OFF,
};

enum configuration_data_path {
	CONFIGURATION_DATA_PATH_AUTO, /* the kernel's, and userspace where that cannot serve */
	CONFIGURATION_DATA_PATH_KERNEL,
	CONFIGURATION_DATA_PATH_USERSPACE,
	CONFIGURATION_DATA_PATH_NULL,
};

enum configuration_bus {
	CONFIGURATION_BUS_SYSTEM,
	CONFIGURATION_BUS_NONE,
};

/*
 * Inner addresses, host byte order, inclusive. The n-th network of the prefix goes with the
 * n-th address, so that it has at least as many.
 */
struct configuration_pool {
	char name[ATTRIBUTE_NAME_MAX + 1];
	uint32_t first_ipv4;
	uint32_t last_ipv4;
	struct address_ipv6_prefix ipv6; /* of length 0: no IPv6 */
};

struct configuration {
	struct inet_address listen[CONFIGURATION_LISTEN_MAX];
	size_t listen_count; /* at least 1 */
	uint16_t port;
	enum configuration_protection protection;
	enum sa_tracking_wish sa_tracking;
	char host_name[64];
	uint32_t hello_interval_seconds;
	uint32_t tunnels_maximum;
	uint32_t half_open_maximum;
	uint32_t half_open_per_client;
	uint32_t half_open_per_address;
	uint32_t tunnels_per_client;
	uint32_t tunnels_per_address;
	uint32_t sccrq_rate_per_client; /* a second */
	uint32_t sccrq_rate_per_address;
	uint32_t calls_per_tunnel;
	uint16_t receive_window;
	uint32_t retransmissions;
	bool data_sequencing;
	bool hide_avps;
	char tunnel_secrets[PATH_MAX]; /* a file; empty: none */
	enum configuration_data_path data_path;
	uint32_t pool_first_ipv4; /* host byte order, inclusive */
	uint32_t pool_last_ipv4;
	struct address_ipv6_prefix pool_ipv6; /* of length 0: no IPv6 */
	struct configuration_pool
		pools[CONFIGURATION_POOLS_MAX]; /* [pool NAME]; none meets another */
	size_t pool_count;
	uint32_t local_ipv4;                      /* inside no pool */
	uint32_t dns_ipv4[CONFIGURATION_DNS_MAX]; /* 0: none */
	uint32_t mtu;                             /* at least 1280 with IPv6 */
	uint32_t lcp_echo_interval_seconds;
	uint32_t lcp_echo_failures;
	uint32_t sessions_maximum; /* of a user; 0: no limit */
	bool sessions_replace;     /* beyond it: the oldest ends, else the new one is refused */
	bool strip_domain;         /* of "DOMAIN\user" */
	bool strip_realm;          /* of "user@realm" */
	bool ppp_debug;
	struct login_backoff_settings login_backoff;
	char database[PATH_MAX];
	char history_database[PATH_MAX]; /* a file; empty: no history */
	uint32_t history_interval_seconds;
	uint32_t history_days; /* 0: for ever */
	uint32_t history_rows; /* 0: as many as there are */
	enum configuration_bus bus;
	char launcher[108]; /* fits sockaddr_un */
	int log_level;      /* LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG of syslog.h */
};

/* The defaults, which are those that etc/saregate.conf shows. */
void configuration_default(struct configuration *ret_configuration);

/**
 * configuration_parse() - understand the text of a configuration file
 * @name: of the file, for messages
 * @text: NUL-terminated
 * @ret_error: on -EINVAL one line: FILE:LINE: KEY: what is wrong and what is allowed
 *
 * Unknown sections and keys, keys given twice, values out of bounds and values
 * that contradict each other (local-address inside a pool, pools that overlap, a
 * prefix with fewer networks than its pool has addresses) are errors. Pure.
 *
 * Return: 0; -EINVAL; -ENOMEM. *@ret_configuration is untouched on error.
 */
int configuration_parse(const char *name, const char *text, struct configuration *ret_configuration,
			char ret_error[CONFIGURATION_ERROR_MAX]);

/**
 * configuration_load() - read and parse a file
 *
 * Return: as configuration_parse(), or -EINVAL with a line that says why the
 *         file could not be read.
 */
int configuration_load(const char *path, struct configuration *ret_configuration,
		       char ret_error[CONFIGURATION_ERROR_MAX]);
