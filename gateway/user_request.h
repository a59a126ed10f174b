/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands ask saregated of a user and the hash of a password. I/O. */
#pragma once

#include "gateway/attribute_options.h"
#include "gateway/command.h"
#include "gateway/control_client.h"
#include "ppp-hooks/mschapv2.h"

/**
 * user_request_send() - call a method that takes a user's name and an NT hash
 * @hash:      borrowed; the message that carries it is marked as sensitive
 * @ret_reply: the answer, which the caller unrefs
 *
 * Return: COMMAND_DONE; COMMAND_FAILED after saying why, *@ret_reply unchanged.
 */
enum command_result user_request_send(const char *method, const char *name,
				      const uint8_t hash[MSCHAPV2_NT_HASH_SIZE],
				      sd_bus_message **ret_reply);

/* AddUser; @attributes NULL: none. Return: as above. */
enum command_result user_request_add(const char *name, const uint8_t hash[MSCHAPV2_NT_HASH_SIZE],
				     const struct attribute_options *attributes);

/**
 * user_request_set() - SetUser
 * @ret_ended: how many sessions ended by it
 */
enum command_result user_request_set(const char *name, const struct attribute_options *attributes,
				     uint32_t *ret_ended);

/**
 * user_request_get() - GetUser
 *
 * Return: 0 and *@ret_user, which the caller puts; -ENOENT; other negative errno.
 *         On error @ret_error has one line.
 */
int user_request_get(const char *name, json_object **ret_user, char ret_error[CONTROL_ERROR_MAX]);

/* What user_request_walk() does with each. Non-zero ends the walk. */
typedef int (*user_request_fn)(void *userdata, json_object *user);

/**
 * user_request_walk() - all users in the order of names, or all of a group, page by page
 * @method: "ListUsers", "ExportUsers"
 * @group:  "" for all users
 *
 * Return: COMMAND_DONE; COMMAND_FAILED after saying why.
 */
enum command_result user_request_walk(const char *method, const char *group, user_request_fn each,
				      void *userdata);
