/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first user: named and given a password before anything changes, added last. I/O. */
#pragma once

#include "gateway/command.h"
#include "gateway/password.h"

#include <stdbool.h>

/**
 * struct setup_user - who is to be added
 * @name:     NULL: nobody; borrowed
 * @password: wiped by setup_user_done()
 * @is_generated: it is shown, once
 */
struct setup_user {
	const char *name;
	bool is_generated;
	char password[PASSWORD_SIZE];
};

/* Whether a password may be used. Return: NULL, or what is allowed (static). */
const char *setup_user_check_password(const char *password);

/* Makes a password. Return: COMMAND_DONE; COMMAND_FAILED after saying why. */
enum command_result setup_user_generate(struct setup_user *user);

/* Reads it from standard input. Return: COMMAND_DONE; COMMAND_FAILED after saying why. */
enum command_result setup_user_read(struct setup_user *user);

/**
 * setup_user_add() - have saregated add the user
 *
 * One of that name that is there stays as it is, and @ret_is_added is false.
 *
 * Return: COMMAND_DONE; COMMAND_FAILED after saying why and what to do.
 */
enum command_result setup_user_add(const struct setup_user *user, bool *ret_is_added);

void setup_user_done(struct setup_user *user);
