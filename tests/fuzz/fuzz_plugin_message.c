/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pppd's plugin asks of saregated, and what it answers; byte 0: which of them. */
#include "tests/fuzz/fuzz.h"

#include "ppp-hooks/plugin_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	union plugin_message message;

	if (size < 1 || !plugin_message_check(bytes + 1, size - 1, bytes[0] & 1, &message))
		return 0;
	assert(plugin_message_size(message.header.type) == size - 1);
	if (message.header.type == PLUGIN_MESSAGE_AUTHENTICATE) {
		const struct plugin_authenticate *authenticate = &message.authenticate;

		assert(authenticate->user_size > 0 && authenticate->user_size <= PLUGIN_USER_MAX);
		assert(!memchr(authenticate->user, '\0', authenticate->user_size));
	}
	if (message.header.type == PLUGIN_MESSAGE_UP)
		assert(strnlen(message.up.interface, PLUGIN_INTERFACE_MAX) < PLUGIN_INTERFACE_MAX);
	return 0;
}
