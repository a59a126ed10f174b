/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Validation of the messages between saregated and saregate-launcher. This is
 * all that root reads of what the daemon on the network says. Pure.
 */
#include "ppp-hooks/launcher_message.h"

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <string.h>

static bool start_is_valid(const struct launcher_start *message)
{
	return message->unit <= LAUNCHER_UNIT_MAXIMUM && message->mtu >= 576 &&
	       message->mtu <= 1500 && message->mru >= 576 && message->mru <= 1500 &&
	       message->lcp_echo_interval_seconds <= 3600 && message->lcp_echo_failures >= 1 &&
	       message->lcp_echo_failures <= 100 && message->debug <= 1 &&
	       message->channel < LAUNCHER_CHANNEL_COUNT_ && message->ipv6 <= 1;
}

/* One line for people, then NUL to the end. */
static bool text_is_valid(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	return length < size && bytes_are_zero(text + length, size - length) && text_is_plain(text);
}

static bool hook_texts_are_valid(const struct launcher_hook *message)
{
	return text_is_valid(message->user, sizeof(message->user)) && message->user[0] &&
	       text_is_valid(message->group, sizeof(message->group)) &&
	       text_is_valid(message->data_path, sizeof(message->data_path)) &&
	       text_is_valid(message->ike_identity, sizeof(message->ike_identity)) &&
	       text_is_valid(message->cause, sizeof(message->cause));
}

static bool hook_is_valid(const struct launcher_hook *message)
{
	if (message->session < 1 || message->session > LAUNCHER_UNIT_MAXIMUM ||
	    message->event >= LAUNCHER_HOOK_COUNT_ || message->inner_ipv4 == 0 ||
	    message->outer_is_ipv6 > 1 || message->outer_port > UINT16_MAX || message->padding)
		return false;
	if (!message->outer_is_ipv6 && !bytes_are_zero(message->outer_address + 4, 12))
		return false;
	if (message->event == LAUNCHER_HOOK_UP && (message->duration_seconds || message->bytes_in ||
						   message->bytes_out || message->cause[0]))
		return false;
	return hook_texts_are_valid(message);
}

/* A process number; 22 bits is the kernel's PID_MAX_LIMIT. */
static bool pid_is_valid(uint32_t pid)
{
	return pid >= 1 && pid <= 1U << 22;
}

static bool exited_is_valid(const struct launcher_exited *message)
{
	return pid_is_valid(message->pid) && message->exit_code <= UINT8_MAX &&
	       message->signal <= 64 && (message->signal == 0 || message->exit_code == 0);
}

size_t launcher_message_size(uint32_t type)
{
	static const struct {
		uint32_t type;
		size_t size;
	} sizes[] = {
		{ LAUNCHER_MESSAGE_START, sizeof(struct launcher_start) },
		{ LAUNCHER_MESSAGE_STOP, sizeof(struct launcher_stop) },
		{ LAUNCHER_MESSAGE_HOOK, sizeof(struct launcher_hook) },
		{ LAUNCHER_MESSAGE_STARTED, sizeof(struct launcher_started) },
		{ LAUNCHER_MESSAGE_REFUSED, sizeof(struct launcher_refused) },
		{ LAUNCHER_MESSAGE_EXITED, sizeof(struct launcher_exited) },
	};

	for (size_t i = 0; i < ELEMENTS(sizes); i++)
		if (sizes[i].type == type)
			return sizes[i].size;
	return 0;
}

static bool body_is_valid(const union launcher_message *message)
{
	switch ((enum launcher_message_type)message->header.type) {
	case LAUNCHER_MESSAGE_START:
		return start_is_valid(&message->start);
	case LAUNCHER_MESSAGE_STOP:
		return true;
	case LAUNCHER_MESSAGE_HOOK:
		return hook_is_valid(&message->hook);
	case LAUNCHER_MESSAGE_STARTED:
		return pid_is_valid(message->started.pid);
	case LAUNCHER_MESSAGE_REFUSED:
		return message->refused.error >= 1 && message->refused.error <= 4095;
	case LAUNCHER_MESSAGE_EXITED:
		return exited_is_valid(&message->exited);
	}
	return false;
}

bool launcher_message_check(const void *bytes, size_t size, bool from_saregated,
			    union launcher_message *ret_message)
{
	union launcher_message message;

	if (size < sizeof(message.header) || size > sizeof(message))
		return false;
	memset(&message, 0, sizeof(message));
	memcpy(&message, bytes, size);
	if (message.header.version != LAUNCHER_MESSAGE_VERSION ||
	    size != launcher_message_size(message.header.type) ||
	    (message.header.type < LAUNCHER_MESSAGE_STARTED) != from_saregated ||
	    !body_is_valid(&message))
		return false;
	*ret_message = message;
	return true;
}
