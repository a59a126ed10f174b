/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From pluto's environment to a datagram, and from a datagram back to fields
 * that can be relied on. The variables are those of libreswan 4.10 and 5.2
 * (programs/pluto, fmt_common_shell_out()); tests/ipsec-glue has them as they
 * came. PLUTO_SA_REQID is left alone: 4.10 tells the kernel's reqid less one,
 * 5.2 the reqid itself. The SPIs say without doubt whose SA it is. Pure.
 */
#include "ipsec-glue/updown_message.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

/* The verbs that report an SA's coming and going; routes are another matter. */
static const struct {
	const char *name;
	uint32_t up;
} verbs[] = {
	{ "up-host", 1 },    { "up-client", 1 },    { "down-host", 0 },    { "down-client", 0 },
	{ "up-host-v6", 1 }, { "up-client-v6", 1 }, { "down-host-v6", 0 }, { "down-client-v6", 0 },
};

/* Return: whether the verb is one of ours. */
static bool parse_verb(const char *verb, uint32_t *ret_up)
{
	for (size_t i = 0; i < ELEMENTS(verbs); i++)
		if (strcmp(verb, verbs[i].name) == 0) {
			*ret_up = verbs[i].up;
			return true;
		}
	return false;
}

static int hex_digit(char character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	if (character >= 'A' && character <= 'F')
		return character - 'A' + 10;
	return -1;
}

/*
 * pluto writes "0x%x" of the SPI in host byte order, "0x0" without a state.
 * None at all is as good: the SPIs help to find the reference, no more.
 */
static int parse_spi(const char *text, uint32_t *ret_spi)
{
	uint32_t spi = 0;
	size_t digits;

	if (!text) {
		*ret_spi = 0;
		return 0;
	}
	if (strncmp(text, "0x", 2) != 0)
		return -EINVAL;
	text += 2;
	for (digits = 0; text[digits]; digits++) {
		int digit = hex_digit(text[digits]);

		if (digit < 0 || digits == 8)
			return -EINVAL;
		spi = spi << 4 | (uint32_t)digit;
	}
	if (digits == 0)
		return -EINVAL;
	*ret_spi = spi;
	return 0;
}

static bool is_printable(char character)
{
	return character >= 0x20 && character < 0x7f;
}

/* A peer chooses its IKE identity: what is not printable ASCII becomes '?'. */
static void copy_sanitised(const char *source, char *target, size_t target_size)
{
	size_t i;

	for (i = 0; i + 1 < target_size && source[i]; i++) {
		target[i] = '?';
		if (is_printable(source[i]))
			target[i] = source[i];
	}
	target[i] = '\0';
}

int updown_message_from_environment(const char *(*get)(const char *name),
				    struct updown_message *ret_message)
{
	struct updown_message message = { .version = UPDOWN_MESSAGE_VERSION };
	const char *verb = get("PLUTO_VERB");
	const char *connection = get("PLUTO_CONNECTION");
	const char *identity = get("PLUTO_PEER_ID");

	if (!verb)
		return -EINVAL;
	if (!parse_verb(verb, &message.up))
		return 0;
	if (!connection || !identity)
		return -EINVAL;
	if (parse_spi(get("SPI_IN"), &message.spi_a) < 0 ||
	    parse_spi(get("SPI_OUT"), &message.spi_b) < 0)
		return -EINVAL;
	copy_sanitised(identity, message.identity, sizeof(message.identity));
	copy_sanitised(connection, message.connection, sizeof(message.connection));
	*ret_message = message;
	return 1;
}

/* Whether a field holds a string, and nothing but printable characters in it. */
static bool is_printable_string(const char *field, size_t field_size)
{
	for (size_t i = 0; i < field_size; i++) {
		if (field[i] == '\0')
			return true;
		if (!is_printable(field[i]))
			return false;
	}
	return false;
}

bool updown_message_check(const void *bytes, size_t size, struct updown_message *ret_message)
{
	struct updown_message message;

	if (size != sizeof(message))
		return false;
	memcpy(&message, bytes, sizeof(message));
	if (message.version != UPDOWN_MESSAGE_VERSION || message.up > 1)
		return false;
	if (!is_printable_string(message.identity, sizeof(message.identity)) ||
	    !is_printable_string(message.connection, sizeof(message.connection)))
		return false;
	*ret_message = message;
	return true;
}
