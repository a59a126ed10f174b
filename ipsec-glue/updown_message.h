/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The datagram by which the updown program tells saregated whose SAs came or
 * went. It informs only: the truth about SAs is the XFRM monitor. The receiver
 * checks that the sender is root, and still trusts no field. Pure.
 */
#pragma once

#include "ipsec-glue/sa_reference.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UPDOWN_MESSAGE_VERSION 1

/* Where it is sent to: one path, in a folder in which only root makes entries. */
#define UPDOWN_SOCKET_DIRECTORY "/run/saregate"
#define UPDOWN_SOCKET_NAME      "updown.socket"
#define UPDOWN_SOCKET_PATH      UPDOWN_SOCKET_DIRECTORY "/" UPDOWN_SOCKET_NAME

struct updown_message {
	uint32_t version;
	uint32_t up;    /* 1: up-host or up-client, 0: down-host or down-client */
	uint32_t spi_a; /* both SPIs, host byte order; 4.10 and 5.2 swap them; 0: not given */
	uint32_t spi_b;
	char identity[SA_IDENTITY_MAX];          /* NUL-terminated */
	char connection[SA_CONNECTION_NAME_MAX]; /* NUL-terminated */
};

/**
 * updown_message_from_environment() - what pluto tells its updown program
 * @get: getenv(), or a fake
 *
 * Return: 1 if this verb is of interest and *@ret_message is filled; 0 if not;
 *         -EINVAL if a variable is missing or malformed.
 */
int updown_message_from_environment(const char *(*get)(const char *name),
				    struct updown_message *ret_message);

/**
 * updown_message_check() - validate a received datagram
 *
 * Identity and connection must be NUL-terminated printable ASCII.
 *
 * Return: true and *@ret_message, or false with it untouched.
 */
bool updown_message_check(const void *bytes, size_t size, struct updown_message *ret_message);
