/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands ask saregated of a user and the hash of a password. I/O. */
#pragma once

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
