/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the updown program makes of pluto's environment, five strings one behind
 * the other here, and what saregated makes of a datagram: the first is always
 * fit to be the second.
 */
#include "tests/fuzz/fuzz.h"

#include "ipsec-glue/updown_message.h"

static const char *const names[] = { "PLUTO_VERB", "PLUTO_CONNECTION", "PLUTO_PEER_ID", "SPI_IN",
				     "SPI_OUT" };
static const char *values[ELEMENTS(names)];

static const char *get(const char *name)
{
	for (size_t i = 0; i < ELEMENTS(names); i++)
		if (strcmp(names[i], name) == 0)
			return values[i];
	return NULL;
}

static void split(const char *text, const char *end)
{
	for (size_t i = 0; i < ELEMENTS(values); i++) {
		values[i] = text < end ? text : NULL;
		if (values[i])
			text += strlen(text) + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	_cleanup_(freep) char *text = fuzz_string(bytes, size);
	struct updown_message message, checked;

	if (updown_message_check(bytes, size, &message))
		assert(strlen(message.identity) < sizeof(message.identity) &&
		       strlen(message.connection) < sizeof(message.connection));
	split(text, text + size);
	if (updown_message_from_environment(get, &message) == 1)
		assert(updown_message_check(&message, sizeof(message), &checked));
	return 0;
}
