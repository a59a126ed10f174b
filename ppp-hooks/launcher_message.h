/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages between saregated and saregate-launcher over a SEQPACKET socket:
 * one struct a message, host byte order, exact size. A request carries numbers
 * only, never a path, a string or an option of pppd's. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAUNCHER_MESSAGE_VERSION 2
/* Caps on what saregated may ask for. */
#define LAUNCHER_CALLS_MAXIMUM 20000
#define LAUNCHER_UNIT_MAXIMUM  99999999 /* "sg" and 8 digits fit in IFNAMSIZ */

enum launcher_message_type {
	/* saregated to launcher */
	LAUNCHER_MESSAGE_START = 1, /* with two descriptors: the session, plugin's socket */
	LAUNCHER_MESSAGE_STOP = 2,
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
};

struct launcher_stop {
	struct launcher_message_header header;
	uint32_t call_id;
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
