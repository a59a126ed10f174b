/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Validation of the messages between pppd's plugin and saregated. A message is
 * copied out first and judged on the copy. Pure.
 */
#include "ppp-hooks/plugin_message.h"

#include "base/bytes.h"
#include "base/cleanup.h"

#include <string.h>

/* Text, then NUL to the end: no byte of a message is left unsaid. */
static bool text_is_padded(const char *text, size_t size, size_t *ret_length)
{
	size_t length = strnlen(text, size);

	if (length == size || !bytes_are_zero(text + length, size - length))
		return false;
	*ret_length = length;
	return true;
}

static bool authenticate_is_valid(const struct plugin_authenticate *message)
{
	if (message->user_size < 1 || message->user_size > PLUGIN_USER_MAX)
		return false;
	if (memchr(message->user, '\0', message->user_size))
		return false;
	return bytes_are_zero(message->user + message->user_size,
			      PLUGIN_USER_MAX - message->user_size) &&
	       bytes_are_zero(message->padding, sizeof(message->padding));
}

static bool authenticator_is_valid(const char *authenticator, size_t size)
{
	size_t length;

	return text_is_padded(authenticator, size, &length) &&
	       length == MSCHAPV2_AUTHENTICATOR_DIGITS &&
	       strspn(authenticator, "0123456789ABCDEF") == length;
}

static bool verdict_is_valid(const struct plugin_verdict *message)
{
	if (message->accepted > 1)
		return false;
	/* Nothing else of a refusal is used. */
	if (message->accepted == 0)
		return message->failure == PLUGIN_FAILURE_DISABLED ||
		       message->failure == PLUGIN_FAILURE_AUTHENTICATION;
	return message->failure == PLUGIN_FAILURE_NONE &&
	       authenticator_is_valid(message->authenticator, sizeof(message->authenticator)) &&
	       message->local_ipv4 != 0 && message->peer_ipv4 != 0 &&
	       message->local_ipv4 != message->peer_ipv4 && message->padding == 0 &&
	       (message->network != 0 || message->identifier == 0) &&
	       message->identifier != PLUGIN_IDENTIFIER_LOCAL;
}

static bool interface_is_valid(const char interface[PLUGIN_INTERFACE_MAX])
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t length;

	return text_is_padded(interface, PLUGIN_INTERFACE_MAX, &length) && length > 0 &&
	       strspn(interface, allowed) == length;
}

static bool up_is_valid(const struct plugin_up *message)
{
	return interface_is_valid(message->interface) && message->local_ipv4 != 0 &&
	       message->peer_ipv4 != 0;
}

size_t plugin_message_size(uint32_t type)
{
	static const struct {
		uint32_t type;
		size_t size;
	} sizes[] = {
		{ PLUGIN_MESSAGE_AUTHENTICATE, sizeof(struct plugin_authenticate) },
		{ PLUGIN_MESSAGE_UP, sizeof(struct plugin_up) },
		{ PLUGIN_MESSAGE_COUNTERS, sizeof(struct plugin_counters) },
		{ PLUGIN_MESSAGE_DOWN, sizeof(struct plugin_down) },
		{ PLUGIN_MESSAGE_IPV6_UP, sizeof(struct plugin_ipv6_up) },
		{ PLUGIN_MESSAGE_VERDICT, sizeof(struct plugin_verdict) },
	};

	for (size_t i = 0; i < ELEMENTS(sizes); i++)
		if (sizes[i].type == type)
			return sizes[i].size;
	return 0;
}

static bool body_is_valid(const union plugin_message *message)
{
	switch ((enum plugin_message_type)message->header.type) {
	case PLUGIN_MESSAGE_AUTHENTICATE:
		return authenticate_is_valid(&message->authenticate);
	case PLUGIN_MESSAGE_UP:
		return up_is_valid(&message->up);
	case PLUGIN_MESSAGE_COUNTERS:
		return true;
	case PLUGIN_MESSAGE_DOWN:
		return message->down.pppd_code <= UINT8_MAX && message->down.padding == 0;
	case PLUGIN_MESSAGE_IPV6_UP:
		return interface_is_valid(message->ipv6_up.interface);
	case PLUGIN_MESSAGE_VERDICT:
		return verdict_is_valid(&message->verdict);
	}
	return false;
}

bool plugin_message_check(const void *bytes, size_t size, bool from_plugin,
			  union plugin_message *ret_message)
{
	union plugin_message message;
	bool valid;

	if (size < sizeof(message.header) || size > sizeof(message))
		return false;
	memset(&message, 0, sizeof(message));
	memcpy(&message, bytes, size);
	valid = message.header.version == PLUGIN_MESSAGE_VERSION &&
		size == plugin_message_size(message.header.type) &&
		(message.header.type < PLUGIN_MESSAGE_VERDICT) == from_plugin &&
		body_is_valid(&message);
	if (valid)
		*ret_message = message;
	/* An authentication is as good as a password hash to who can compute. */
	explicit_bzero(&message, sizeof(message));
	return valid;
}
