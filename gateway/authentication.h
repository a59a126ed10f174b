/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may come in: a response of MS-CHAPv2 against the user database. An
 * unknown user takes the same path with a hash that nobody knows, so that
 * neither the answer nor its work tells which names exist. I/O (database, clock).
 */
#pragma once

#include "gateway/configuration.h"
#include "gateway/login_refusal.h"
#include "gateway/user_database.h"
#include "ppp-hooks/plugin_message.h"

enum authentication_result {
	AUTHENTICATION_ACCEPTED,
	AUTHENTICATION_WRONG_PASSWORD,
	AUTHENTICATION_UNKNOWN_USER,
	AUTHENTICATION_DISABLED, /* with the right password, as the next */
	AUTHENTICATION_EXPIRED,
	AUTHENTICATION_DATABASE_FAILED,
};

/**
 * authentication_check() - decide about one response
 * @configuration: what becomes of a domain and a realm before the name is looked for
 * @request:       checked by plugin_message_check()
 * @ret_user:      the user if accepted; else at least the name that was looked for,
 *                 "" if no user could have it
 * @ret_authenticator: "S=" value for the peer, of use only if accepted
 */
enum authentication_result
authentication_check(struct user_database *database, const struct configuration *configuration,
		     const struct plugin_authenticate *request, struct user *ret_user,
		     char ret_authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1]);

/* As what it is counted; not for who is accepted. */
enum login_refusal authentication_refusal(enum authentication_result result);

/* Words for the audit line: "wrong password". Static. */
const char *authentication_result_text(enum authentication_result result);
