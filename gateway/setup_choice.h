/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What setup takes where nobody says anything, and what it refuses of what somebody
 * says, given what the host is. The defaults of the prompts are the same. Decides on
 * what setup_host.h found; changes nothing.
 */
#pragma once

#include "gateway/setup_host.h"

/* Named where the host has no name server that clients could use. */
#define SETUP_FALLBACK_DNS      "9.9.9.9,149.112.112.112"
#define SETUP_FALLBACK_DNS_NAME "Quad9"

#define SETUP_CHOICE_MAX (2 * INET6_ADDRSTRLEN + 2)

/* What options may point to; lives as long as they do. */
struct setup_choice {
	char pool[SETUP_CHOICE_MAX];
	char local_address[INET6_ADDRSTRLEN];
	char dns[SETUP_CHOICE_MAX];
	char public_address[INET6_ADDRSTRLEN];
};

/**
 * setup_choice_listen() - the first IPv4 address that clients arrive at
 *
 * Of the options, else of saregate.conf, else of the default route; AF_UNSPEC if there
 * is none.
 */
struct inet_address setup_choice_listen(const struct setup_host *host,
					const struct setup_options *options);

/**
 * setup_choice_pool() - the pool that stands in saregate.conf, or one that meets no network
 * @ret_pool, @ret_local: as options; "" for the one in saregate.conf
 *
 * Return: the network because of which it is another one, or NULL; borrowed.
 */
const struct pool_network *setup_choice_pool(const struct setup_host *host,
					     char ret_pool[SETUP_CHOICE_MAX],
					     char ret_local[INET6_ADDRSTRLEN]);

/* The host's name servers, or SETUP_FALLBACK_DNS. Return: whether they are the host's. */
bool setup_choice_dns(const struct setup_host *host, char ret_dns[SETUP_CHOICE_MAX]);

/**
 * setup_choice_check_pool() - whether a pool can be had here
 * @local: NULL: the one in saregate.conf if it lies beside the pool, else one that does
 * @ret_local: the local address that goes with it
 *
 * Return: 0; -ECANCELED with what is wrong and what is allowed.
 */
int setup_choice_check_pool(const struct setup_host *host, const char *pool, const char *local,
			    char ret_local[INET6_ADDRSTRLEN], struct setup_error *ret_error);

/* Whether a key of saregate.conf may have this value. Return: 0; -ECANCELED. */
int setup_choice_check_key(const char *section, const char *key, const char *value,
			   struct setup_error *ret_error);

/* Whether this is an IPv4 address, or "none". Return: 0; -ECANCELED. */
int setup_choice_check_public(const char *text, struct setup_error *ret_error);

/**
 * setup_choice_complete() - fill in what the options leave open, refuse what cannot be
 * @options: what is filled in points into @storage
 * @report:  gets a line for each thing that is assumed
 *
 * Return: 0; -ECANCELED with *@ret_error.
 */
int setup_choice_complete(const struct setup_host *host, struct setup_options *options,
			  struct setup_choice *storage, FILE *report,
			  struct setup_error *ret_error);
