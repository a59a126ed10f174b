/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text that makes libreswan (4.10 and later) serve L2TP clients: the
 * connection, the part of `config setup` that it needs, and the line with the
 * pre-shared key. Text to text, so that tests read what a host will get. Pure.
 */
#pragma once

#include "base/address.h"

#include <stdbool.h>

/* First line of every file that setup writes; files without it are not ours. */
#define LIBRESWAN_TEXT_MARK "# Written by `saregate setup`; `saregate setup --undo` removes it."

/* Local addresses, and so connections. */
#define LIBRESWAN_LISTEN_MAX 16

/* Room for "saregate-" and an address. */
#define LIBRESWAN_NAME_MAX (sizeof("saregate-") + INET6_ADDRSTRLEN)

/* Longest pre-shared key that is read back. */
#define LIBRESWAN_PSK_MAX 256

/* The offers that are accepted, as `ipsec algparse -v1` takes them. */
extern const char libreswan_ike_offers[]; /* "ike=..." */
extern const char libreswan_esp_offers[]; /* "esp=..." */

/**
 * struct libreswan_parameters - what differs from host to host
 * @listen:       addresses of this host that clients' packets arrive at
 * @listen_count: at least 1
 * @public: address that clients connect to: another one behind a NAT, where
 *          it is our IKE identity in place of the listen addresses of its
 *          family; AF_UNSPEC: there is none
 * @updown: absolute path of the updown program; borrowed
 */
struct libreswan_parameters {
	struct inet_address listen[LIBRESWAN_LISTEN_MAX];
	size_t listen_count;
	struct inet_address public;
	const char *updown;
};

/* The name of the connection of one listen address. Return: @name. */
char *libreswan_connection_name(const struct inet_address *listen, char name[LIBRESWAN_NAME_MAX]);

/**
 * libreswan_text_connections() - the file for /etc/ipsec.d/
 *
 * One connection per listen address: pluto takes a client's packets for the
 * address that they arrived at, and answers from it.
 *
 * Return: 0 and *@ret_text, which the caller frees; -ENOMEM.
 */
int libreswan_text_connections(const struct libreswan_parameters *parameters, char **ret_text);

/**
 * libreswan_text_config_setup() - the lines that `config setup` must hold
 *
 * For a host whose own `config setup` has keys: libreswan 4.10 then ignores
 * the one of an included file. Return: static text, lines indented by a tab.
 */
const char *libreswan_text_config_setup(void);

/**
 * libreswan_text_secrets() - the secrets file
 * @psk: no quote, no newline
 *
 * The key is bound to our identities, one line each, so that it serves no other
 * connection of the host. Return: 0 and *@ret_text, which the caller wipes and frees;
 * -ENOMEM.
 */
int libreswan_text_secrets(const struct libreswan_parameters *parameters, const char *psk,
			   char **ret_text);

/**
 * libreswan_text_read_psk() - the key out of text made by
 *                             libreswan_text_secrets(), edited or not
 * @ret_psk: the caller wipes it
 *
 * Return: 0; -ENOENT if there is none; -ENAMETOOLONG.
 */
int libreswan_text_read_psk(const char *text, char ret_psk[LIBRESWAN_PSK_MAX + 1]);

/**
 * libreswan_text_replace_psk() - the same text with another key
 * @old_psk: as libreswan_text_read_psk() found it; replaced in each line of ours
 * @new_psk: no quote, no newline
 *
 * Return: 0 and *@ret_text, which the caller wipes and frees; -ENOMEM.
 */
int libreswan_text_replace_psk(const char *text, const char *old_psk, const char *new_psk,
			       char **ret_text);

/**
 * libreswan_setup_is_accepted() - whether libreswan took our `config setup`
 * @configsetup: what `ipsec addconn --configsetup` printed
 *
 * 4.10 prints ikev1_policy='0' for "accept", later versions may print the
 * word and '-' for '_'.
 */
bool libreswan_setup_is_accepted(const char *configsetup);
