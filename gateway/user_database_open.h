/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of the users: created, opened, checked and brought to the schema of
 * today, or refused with a remedy. For user_database.c alone. I/O.
 */
#pragma once

#include <sqlite3.h>

/**
 * user_database_connect() - open, create or migrate
 * @ret_connection: the caller closes it
 * @ret_error:      on failure one line: path, cause, remedy; at least 512 bytes
 *
 * Return: 0; negative errno.
 */
int user_database_connect(const char *path, sqlite3 **ret_connection, char ret_error[512]);
