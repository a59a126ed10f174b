/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The users as bytes: out of a database that may be in use, and into one that is put
 * in place of another. The directory is saregated's: everything is done by a child
 * that has become its user, so that nothing put there can make root do anything. I/O.
 */
#pragma once

#include "gateway/setup_error.h"

#include <stddef.h>
#include <stdint.h>

/**
 * user_database_read() - all of it at one moment, whoever writes to it meanwhile
 * @size_max: larger ones are refused
 *
 * Return: 0 and *@ret_bytes, which the caller wipes and frees; NULL and 0 if there is
 *         no database; -ECANCELED with *@ret_error; -ENOMEM.
 */
int user_database_read(const char *path, size_t size_max, uint8_t **ret_bytes, size_t *ret_size,
		       struct setup_error *ret_error);

/**
 * user_database_stage() - write a database beside the one at @path and look through it
 *
 * It is brought to the schema of today. Return: 0; -ECANCELED with what is wrong with
 * it, and nothing left behind.
 */
int user_database_stage(const char *path, const uint8_t *bytes, size_t size,
			struct setup_error *ret_error);

/* Puts it in the place of the one at @path, which nobody may have open. Return: 0; -ECANCELED. */
int user_database_take_staged(const char *path, struct setup_error *ret_error);

/* Removes what was staged. */
void user_database_drop_staged(const char *path);

/**
 * user_database_has_users() - whether there is anybody to be lost
 *
 * Return: 1, 0, -ECANCELED if the database cannot be read.
 */
int user_database_has_users(const char *path, struct setup_error *ret_error);
