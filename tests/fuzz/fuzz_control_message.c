/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole control packet, read with a secret and without: what the message borrows
 * lies within it, or within what was unhidden.
 */
#include "tests/fuzz/fuzz.h"

#include "l2tp/control_message.h"
#include "l2tp/header.h"

static const uint8_t secret[] = "secret";

static bool lies_within(const struct l2tp_octets *octets, const uint8_t *bytes, size_t size)
{
	return octets->bytes >= bytes && octets->bytes <= bytes + size &&
	       octets->size <= (size_t)(bytes + size - octets->bytes);
}

static void check(const struct l2tp_control_message *message, const uint8_t *bytes, size_t size,
		  const struct l2tp_unhiding *unhiding)
{
	const struct l2tp_octets *const all[] = {
		&message->error_message,
		&message->host_name,
		&message->vendor_name,
		&message->challenge,
		&message->challenge_response,
		&message->cause_advisory,
		&message->called_number,
		&message->calling_number,
		&message->sub_address,
		&message->private_group_id,
		&message->initial_lcp_confreq,
		&message->last_sent_lcp_confreq,
		&message->last_received_lcp_confreq,
		&message->proxy_authen_name,
		&message->proxy_authen_challenge,
		&message->proxy_authen_response,
	};

	for (size_t i = 0; i < ELEMENTS(all); i++)
		assert(all[i]->size == 0 || lies_within(all[i], bytes, size) ||
		       lies_within(all[i], unhiding->bytes, unhiding->used));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct l2tp_unhiding unhiding = { .secret = { secret, sizeof(secret) } }, none = { 0 };
	struct l2tp_control_message message = { 0 }, unhidden = { 0 };
	struct l2tp_header header = { 0 };

	if (l2tp_header_read(bytes, size, &header) != 0 || header.payload.remaining == 0 ||
	    l2tp_control_message_read(&header.payload, NULL, &message) != 0)
		return 0;
	check(&message, bytes, size, &none);
	/* As well-formed with its values as without: lns.c counts on it. */
	assert(l2tp_control_message_read(&header.payload, &unhiding, &unhidden) == 0);
	assert(unhidden.type == message.type && unhidden.hidden == message.hidden);
	check(&unhidden, bytes, size, &unhiding);
	l2tp_unhiding_done(&unhiding);
	return 0;
}
