/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles: what a device needs to know to connect, in the words of its own
 * system. Everything that goes into one is checked here first, so that no
 * format meets a byte that it cannot carry. Pure.
 */
#pragma once

#include "gateway/profile_text.h"

#include <stdint.h>

#define PROFILE_ROUTES_MAX 32
#define PROFILE_NAME_MAX   64  /* bytes */
#define PROFILE_SERVER_MAX 253 /* of a DNS name */

/* An IPv4 network behind the gateway; host byte order, host bits zero. */
struct profile_route {
	uint32_t network;
	uint8_t length; /* of the prefix, 1 to 32 */
};

/**
 * struct profile - all strings borrowed, and checked by the functions below
 * @server:   address or DNS name that clients connect to
 * @name:     of the connection, as people see it
 * @password: NULL: the device asks
 * @routes:   what goes through the tunnel; none: everything
 * @mtu:      inner
 */
struct profile {
	const char *server;
	const char *name;
	const char *user;
	const char *password;
	const char *psk;
	struct profile_route routes[PROFILE_ROUTES_MAX];
	size_t route_count;
	uint32_t mtu;
};

/**
 * struct profile_client - a system that profiles are made for
 * @name:   of the option's value
 * @write:  appends the profile
 * @refuse: NULL, or what of a profile this system cannot take: one line, or NULL
 */
struct profile_client {
	const char *name;
	void (*write)(const struct profile *profile, struct profile_text *text);
	const char *(*refuse)(const struct profile *profile);
};

/* All names, for messages: "networkmanager, ...". */
#define PROFILE_CLIENT_NAMES "apple, chromeos, networkmanager, windows"

/* Return: the client of that name, NULL if there is none. */
const struct profile_client *profile_client_find(const char *name);

/**
 * profile_make() - the text of a profile
 * @ret_text: ended by the caller with profile_text_done()
 *
 * Return: 0; -ENOMEM.
 */
int profile_make(const struct profile_client *client, const struct profile *profile,
		 struct profile_text *ret_text);

/* The checks return NULL, or one line that says what is allowed (static). */

/* An IPv4 or IPv6 address, or a DNS name. */
const char *profile_server_check(const char *server);

/* UTF-8 that every system takes for the name of a connection, Windows the strictest. */
const char *profile_name_check(const char *name);

/* A key or password as text: UTF-8 without control characters, not empty. */
const char *profile_secret_check(const char *secret);

/**
 * profile_name_default() - "VPN SERVER", cut to fit
 *
 * Return: @name.
 */
char *profile_name_default(const char *server, char name[PROFILE_NAME_MAX + 1]);

/**
 * profile_routes_parse() - "10.0.0.0/8,192.0.2.0/24"
 *
 * Return: NULL and the routes of *@profile; else one line (static).
 */
const char *profile_routes_parse(const char *text, struct profile *profile);

/* "10.0.0.0/8" of one route. */
void profile_route_add(struct profile_text *text, const struct profile_route *route);
