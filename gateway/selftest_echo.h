/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ping of one size, never in fragments, through the client's interface. I/O. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Of IPv4 and ICMP together. */
#define SELFTEST_ECHO_HEADERS 28
#define SELFTEST_ECHO_SMALL   84
#define SELFTEST_ECHO_MAX     1500

/**
 * struct selftest_echo - zero-initialised but for @socket, -1
 * @size:        of the whole packet
 * @sent_usec:   when the last one left; 0: none did
 * @is_answered: and after how long
 * @error:       of the last sending, 0 or negative errno
 */
struct selftest_echo {
	int socket;
	uint16_t size;
	uint16_t sequence;
	uint64_t sent_usec;
	uint64_t took_usec;
	bool is_answered;
	int error;
};

/**
 * selftest_echo_open() - from one address of the client's to the gateway's
 * @local, @remote: IPv4 as text
 *
 * To be called within the client's network. Return: 0; negative errno.
 */
int selftest_echo_open(struct selftest_echo *echo, const char *local, const char *remote);
void selftest_echo_close(struct selftest_echo *echo);

/* Begins with another size, up to SELFTEST_ECHO_MAX. */
void selftest_echo_begin(struct selftest_echo *echo, uint16_t size);

/* Sends one if it is time: one a second until there is an answer. */
void selftest_echo_send(struct selftest_echo *echo, uint64_t now_usec);

/* Reads what has come. */
void selftest_echo_receive(struct selftest_echo *echo, uint64_t now_usec);
