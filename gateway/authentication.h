/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may come in: a response of MS-CHAPv2 against the user database. An
 * unknown user takes the same path with a hash that nobody knows, so that
 * neither the answer nor its work tells which names exist. I/O (database).
 */
#pragma once

#include "gateway/user_database.h"
#include "ppp-hooks/plugin_message.h"

enum authentication_result {
	AUTHENTICATION_ACCEPTED,
	AUTHENTICATION_WRONG_PASSWORD,
	AUTHENTICATION_UNKNOWN_USER,
	AUTHENTICATION_DATABASE_FAILED,
};

/**
 * authentication_check() - decide about one response
 * @request:       checked by plugin_message_check()
 * @ret_user:      the user's name, NUL-terminated, if accepted
 * @ret_authenticator: "S=" value for the peer, of use only if accepted
 */
enum authentication_result
authentication_check(struct user_database *database, const struct plugin_authenticate *request,
		     char ret_user[USER_NAME_MAX + 1],
		     char ret_authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1]);

/* Words for the audit line: "wrong password". Static. */
const char *authentication_result_text(enum authentication_result result);
