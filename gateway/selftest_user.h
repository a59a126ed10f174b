/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user that selftest logs in as: made for one run, known again by what only it is. I/O. */
#pragma once

#include "gateway/control_client.h"
#include "gateway/secret.h"
#include "gateway/selftest_text.h"

/* Nobody can log in as a user that a killed selftest has left for longer than this. */
#define SELFTEST_USER_LIFE_SEC 600

/**
 * struct selftest_user - zero-initialised; wiped by selftest_user_done()
 * @is_added: saregated has it, and selftest_user_delete() is due
 */
struct selftest_user {
	char name[SELFTEST_NAME_SIZE];
	char password[SECRET_SIZE(SECRET_PASSWORD_GROUPS)];
	bool is_added;
};

/* Makes name and password, both random, and has saregated add them. Return: 0; negative
 * errno with *@ret_error. */
int selftest_user_add(struct selftest_user *user, char ret_error[CONTROL_ERROR_MAX]);

/* Deletes this very user, if it was added. Return: as above. */
int selftest_user_delete(struct selftest_user *user, char ret_error[CONTROL_ERROR_MAX]);
void selftest_user_done(struct selftest_user *user);

/* Deletes what runs that were killed have left. Return: as above. */
int selftest_user_sweep(char ret_error[CONTROL_ERROR_MAX]);

/* Whether a session of the user is on. Return: 1, 0, negative errno with *@ret_error. */
int selftest_user_is_on(const struct selftest_user *user, char ret_error[CONTROL_ERROR_MAX]);
