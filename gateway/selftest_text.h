/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What selftest's client reads: libreswan's and pppd's files; and its user. Pure. */
#pragma once

#include "gateway/selftest_stage.h"

#include <stdbool.h>

/* libreswan's name of the client's connection. */
#define SELFTEST_CONNECTION "selftest"

/* Of a user that selftest made, beside the shape of its name. */
#define SELFTEST_COMMENT     "made by saregate selftest, which deletes it"
#define SELFTEST_NAME_PREFIX "selftest-"
#define SELFTEST_NAME_GROUPS 3
#define SELFTEST_NAME_SIZE   (sizeof(SELFTEST_NAME_PREFIX) + 3 * 5)

/**
 * selftest_text_connection() - ipsec.conf of the client's pluto
 * @gateway:  address that it calls
 * @identity: of the gateway, as setup wrote it
 *
 * One proposal, which Windows and Apple have as well. ESP is put into UDP even though no NAT
 * stands between: so it is with nearly every client, and UDP 4500 is tested.
 *
 * Return: 0 and *@ret_text, which the caller frees; -ENOMEM.
 */
int selftest_text_connection(const char *gateway, const char *identity, char **ret_text);

/* ipsec.secrets of the same. @ret_text: the caller wipes and frees it. */
int selftest_text_secrets(const char *identity, const char *psk, char **ret_text);

/* pppd's chap-secrets. @ret_text: the caller wipes and frees it. */
int selftest_text_chap_secrets(const char *user, const char *password, char **ret_text);

/* Whether selftest could have made a user of this name, with this comment. */
bool selftest_is_own_user(const char *name, const char *comment);

/**
 * selftest_text_find_state() - a state that the gateway's pluto keeps for our client
 * @position: where to look from in `ipsec whack --showstates`; moved on
 *
 * Return: the number of the next one; 0: there is none.
 */
uint32_t selftest_text_find_state(const char **position);
