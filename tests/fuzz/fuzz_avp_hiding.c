/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hidden AVPs: those that come are unhidden, whatever that gives; and what we hide
 * is what comes out again.
 */
#include "tests/fuzz/fuzz.h"

#include "l2tp/avp.h"
#include "l2tp/avp_hiding.h"

static const uint8_t secret[] = "secret";

static void hide_and_unhide(const struct l2tp_avp *avp)
{
	const struct l2tp_hiding hiding = { .secret = { secret, sizeof(secret) },
					    .vector = { 1, 2, 3 } };
	const struct l2tp_octets vector = { hiding.vector, sizeof(hiding.vector) };
	struct l2tp_unhiding unhiding = { .secret = hiding.secret };
	uint8_t bytes[2 * L2TP_AVP_VALUE_MAX];
	struct l2tp_octets value;
	struct l2tp_reader reader;
	struct l2tp_writer writer;
	struct l2tp_avp hidden;

	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_avp_write_hidden(&writer, true, (enum l2tp_avp_type)avp->type, avp->value,
			      avp->value_size, &hiding);
	if (writer.failed) {
		assert(avp->value_size > L2TP_AVP_VALUE_MAX - 2 * L2TP_HIDING_BLOCK);
		return;
	}
	l2tp_reader_init(&reader, bytes, writer.size);
	assert(l2tp_avp_next(&reader, &hidden) == 0 && hidden.hidden);
	assert(l2tp_avp_unhide(&unhiding, vector, &hidden, &value) == 0);
	assert(value.size == avp->value_size && memcmp(value.bytes, avp->value, value.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct l2tp_unhiding unhiding = { .secret = { secret, sizeof(secret) } };
	struct l2tp_octets vector = { bytes, 0 }, value;
	struct l2tp_reader reader;
	struct l2tp_avp avp;

	l2tp_reader_init(&reader, bytes, size);
	while (reader.remaining > 0 && l2tp_avp_next(&reader, &avp) == 0) {
		if (avp.type == L2TP_AVP_RANDOM_VECTOR)
			vector = (struct l2tp_octets){ avp.value, avp.value_size };
		if (l2tp_avp_unhide(&unhiding, vector, &avp, &value) == 0)
			assert(value.bytes >= unhiding.bytes &&
			       value.bytes + value.size <= unhiding.bytes + unhiding.used);
		hide_and_unhide(&avp);
	}
	l2tp_unhiding_done(&unhiding);
	return 0;
}
