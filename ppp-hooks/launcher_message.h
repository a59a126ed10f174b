/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages between saregated and saregate-launcher over a SEQPACKET socket:
 * one struct a message, host byte order, exact size. A request carries numbers
 * only, never a path or an option of pppd's; what is said of a session to the
 * administrator's hooks has text, too, one line each, that is passed on as the values of
 * variables and as nothing else. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAUNCHER_MESSAGE_VERSION 4
/* Caps on what saregated may ask for. */
#define LAUNCHER_CALLS_MAXIMUM 20000
#define LAUNCHER_UNIT_MAXIMUM  99999999 /* "sg" and 8 digits fit in IFNAMSIZ */

enum launcher_message_type {
	/* saregated to launcher */
	LAUNCHER_MESSAGE_START = 1, /* with two descriptors: the session, plugin's socket */
	LAUNCHER_MESSAGE_STOP = 2,
	LAUNCHER_MESSAGE_HOOK = 3, /* a session is up, or was; not answered */
	/* launcher to saregated */
	LAUNCHER_MESSAGE_STARTED = 64,
	LAUNCHER_MESSAGE_REFUSED = 65,
	LAUNCHER_MESSAGE_EXITED = 66,
};

struct launcher_message_header {
	uint32_t version;
	uint32_t type; /* enum launcher_message_type */
};

/* Descriptors of LAUNCHER_MESSAGE_START, in this order (SCM_RIGHTS). */
enum launcher_descriptor {
	LAUNCHER_DESCRIPTOR_SESSION,
	LAUNCHER_DESCRIPTOR_PLUGIN,
	LAUNCHER_DESCRIPTOR_COUNT_,
};

/* What the session's descriptor is, and how pppd speaks to it. */
enum launcher_channel {
	LAUNCHER_CHANNEL_PPPOL2TP, /* a PPPoL2TP socket: the kernel carries the frames */
	LAUNCHER_CHANNEL_TTY,      /* the slave of a pty, which pppd takes for a serial line */
	LAUNCHER_CHANNEL_COUNT_,
};

struct launcher_start {
	struct launcher_message_header header;
	uint32_t call_id;                   /* saregated's own number, unique among living calls */
	uint32_t unit;                      /* the interface is called "sg<unit>" */
	uint32_t mtu;                       /* 576 to 1500 */
	uint32_t mru;                       /* 576 to 1500 */
	uint32_t lcp_echo_interval_seconds; /* 0 to 3600; 0: none */
	uint32_t lcp_echo_failures;         /* 1 to 100 */
	uint32_t debug;                     /* 0 or 1: pppd's debug log */
	uint32_t channel;                   /* enum launcher_channel */
	uint32_t ipv6;                      /* 0 or 1: whether there may be IPv6CP */
};

struct launcher_stop {
	struct launcher_message_header header;
	uint32_t call_id;
};

enum launcher_hook_event {
	LAUNCHER_HOOK_UP,
	LAUNCHER_HOOK_DOWN,
	LAUNCHER_HOOK_COUNT_,
};

/* Sizes of its texts: UTF-8 without control characters, NUL, zeros to the end. */
#define LAUNCHER_HOOK_USER_SIZE      136
#define LAUNCHER_HOOK_GROUP_SIZE     40
#define LAUNCHER_HOOK_DATA_PATH_SIZE 16
#define LAUNCHER_HOOK_IDENTITY_SIZE  256
#define LAUNCHER_HOOK_CAUSE_SIZE     256

struct launcher_hook {
	struct launcher_message_header header;
	uint32_t session;          /* number of the session and of its interface, "sg<session>" */
	uint32_t event;            /* enum launcher_hook_event */
	uint32_t inner_ipv4;       /* host byte order, not 0 */
	uint32_t outer_is_ipv6;    /* 0 or 1 */
	uint8_t outer_address[16]; /* network byte order; of IPv4 the first four, then zeros */
	uint32_t outer_port;       /* 0 to 65535 */
	uint32_t padding;          /* 0 */
	uint64_t inner_network;    /* upper half of its IPv6 addresses, host byte order; 0: none */
	uint64_t duration_seconds; /* of LAUNCHER_HOOK_DOWN; else 0, as the next two */
	uint64_t bytes_in;
	uint64_t bytes_out;
	char user[LAUNCHER_HOOK_USER_SIZE];   /* not empty */
	char group[LAUNCHER_HOOK_GROUP_SIZE]; /* may be empty, as the rest */
	char data_path[LAUNCHER_HOOK_DATA_PATH_SIZE];
	char ike_identity[LAUNCHER_HOOK_IDENTITY_SIZE];
	char cause[LAUNCHER_HOOK_CAUSE_SIZE]; /* of LAUNCHER_HOOK_DOWN; else empty */
};

struct launcher_started {
	struct launcher_message_header header;
	uint32_t call_id;
	uint32_t pid;
};

struct launcher_refused {
	struct launcher_message_header header;
	uint32_t call_id;
	uint32_t error; /* errno, positive */
};

struct launcher_exited {
	struct launcher_message_header header;
	uint32_t call_id;
	uint32_t pid;
	uint32_t exit_code; /* pppd's, if it exited */
	uint32_t signal;    /* else the signal that ended it; 0 if it exited */
};

union launcher_message {
	struct launcher_message_header header;
	struct launcher_start start;
	struct launcher_stop stop;
	struct launcher_hook hook;
	struct launcher_started started;
	struct launcher_refused refused;
	struct launcher_exited exited;
};

size_t launcher_message_size(uint32_t type);

/**
 * launcher_message_check() - validate what was received
 * @from_saregated: which direction is being read; the other's types are refused
 *
 * Checks version, type, exact size and the bounds named above.
 *
 * Return: true and *@ret_message, or false with it untouched.
 */
bool launcher_message_check(const void *bytes, size_t size, bool from_saregated,
			    union launcher_message *ret_message);
