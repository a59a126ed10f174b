/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data messages as user space sees them: what is left once header.c has taken
 * the header off, and the sequence numbers of a session (RFC 2661, 5.4). Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far behind the expected one a message may be and still be a late one. */
#define L2TP_DATA_LATE_MAX 1024

/**
 * struct l2tp_data_message - one PPP frame from a peer
 * @frame:     with ff 03 in front or without; borrows the packet
 * @sequenced: @ns was there
 */
struct l2tp_data_message {
	const uint8_t *frame;
	size_t size;
	uint16_t ns;
	bool sequenced;
};

/* Who wants sequence numbers in a session's data messages (RFC 2661, 5.4). */
enum l2tp_data_sequencing {
	L2TP_DATA_SEQUENCING_NONE,     /* we send none; the peer's are heeded if they come */
	L2TP_DATA_SEQUENCING_SENT,     /* we send them, and the peer follows */
	L2TP_DATA_SEQUENCING_REQUIRED, /* the peer asked for them: both sides always do */
};

/* Both directions of one session; zero-initialised. */
struct l2tp_data_sequence {
	uint16_t ns; /* of the next message that we send */
	uint16_t nr; /* expected of the peer */
};

/**
 * l2tp_data_sequence_accept() - may a message with this Ns be delivered?
 *
 * Frames are delivered in order: one that is late, or was seen before, is
 * dropped, since PPP cannot stand reordering; nothing waits for one that is
 * missing. A jump back by more than L2TP_DATA_LATE_MAX is a peer that began
 * anew.
 */
bool l2tp_data_sequence_accept(struct l2tp_data_sequence *sequence, uint16_t ns);
