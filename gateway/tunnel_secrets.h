/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The secrets that are shared with L2TP peers, for tunnel authentication and hidden
 * AVPs (RFC 2661, 5.1.1 and 4.3): a file of lines "PEER SECRET", where PEER is an
 * address, the Host Name that a peer gives itself, or * for everybody. Reading the
 * file is I/O, understanding it is pure.
 */
#pragma once

#include "base/address.h"

#include <stddef.h>
#include <stdint.h>

#define TUNNEL_SECRETS_MAX       1024  /* lines that name a peer */
#define TUNNEL_SECRETS_SIZE_MAX  65536 /* bytes of the file */
#define TUNNEL_SECRETS_ERROR_MAX 512

struct tunnel_secrets;

/**
 * tunnel_secrets_parse() - understand the text of a secrets file
 * @name: of the file, for messages
 * @text: NUL-terminated; taken apart in place, and to be wiped by the caller
 * @ret_error: on -EINVAL one line with file and line, which never holds a secret
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int tunnel_secrets_parse(const char *name, char *text, struct tunnel_secrets **ret_secrets,
			 char ret_error[TUNNEL_SECRETS_ERROR_MAX]);

/**
 * tunnel_secrets_load() - read and parse a file that nobody else may read
 *
 * Return: as tunnel_secrets_parse(), or -EINVAL with a line that says why the file
 *         could not be read, or who else could.
 */
int tunnel_secrets_load(const char *path, struct tunnel_secrets **ret_secrets,
			char ret_error[TUNNEL_SECRETS_ERROR_MAX]);

/* Wipes all of it. */
void tunnel_secrets_free(struct tunnel_secrets *secrets);
void tunnel_secrets_freep(struct tunnel_secrets **secrets);

/**
 * tunnel_secrets_find() - the secret that is shared with a peer
 * @secrets:   may be NULL: nobody shares one
 * @host_name: hostile bytes, compared as they are
 *
 * An address comes before a name, and both before *.
 *
 * Return: its bytes, borrowed, with the size in *@ret_size; NULL if there is none.
 */
const uint8_t *tunnel_secrets_find(const struct tunnel_secrets *secrets,
				   const struct inet_address *peer, const uint8_t *host_name,
				   size_t host_name_size, size_t *ret_size);
