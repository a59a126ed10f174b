/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header in front of every L2TP packet (RFC 2661, section 3.1): flags,
 * Length, the two ids, Ns and Nr, Offset Size. Pure.
 */
#pragma once

#include "l2tp/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A control packet's header has all optional fields but the offset. */
#define L2TP_CONTROL_HEADER_SIZE 12
/* What we send before a frame: flags and the two ids; and with Ns and Nr. */
#define L2TP_DATA_HEADER_SIZE           6
#define L2TP_DATA_HEADER_SEQUENCED_SIZE 10

/**
 * struct l2tp_header - all in host byte order
 * @control:    T bit: a control message, else data
 * @sequenced:  S bit: @ns and @nr were there
 * @ns, @nr:    0 where a data message has none
 * @payload:    what follows the header, bounded by Length; borrows the packet
 */
struct l2tp_header {
	bool control;
	bool sequenced;
	uint16_t tunnel_id;
	uint16_t session_id;
	uint16_t ns;
	uint16_t nr;
	struct l2tp_reader payload;
};

/**
 * l2tp_header_read() - read the header of one datagram
 * @ret_header: untouched on failure
 *
 * Bytes of the datagram beyond Length are ignored. Reserved bits are ignored.
 *
 * Return: 0; L2TP_E_MALFORMED if the header is cut, if Length is shorter than
 *         the header or longer than the datagram, if the version is not 2
 *         (L2F is 1, L2TPv3 is 3), or for a control message without Length or
 *         Ns and Nr, or with an offset.
 */
int l2tp_header_read(const uint8_t *packet, size_t size, struct l2tp_header *ret_header);

/* l2tp_header_write() - begin a control packet; Length is set by l2tp_header_finish(). */
void l2tp_header_write(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id);

/* l2tp_header_finish() - all AVPs are written: set Length. */
void l2tp_header_finish(struct l2tp_writer *writer);

/**
 * l2tp_header_set_sequence() - set Ns and Nr of a control packet before it is sent
 * @packet: at least L2TP_CONTROL_HEADER_SIZE bytes
 */
void l2tp_header_set_sequence(uint8_t *packet, size_t size, uint16_t ns, uint16_t nr);

/* l2tp_header_write_data() - the header of a data packet, without optional fields */
void l2tp_header_write_data(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id);

/* The same with Ns; Nr of a data packet means nothing and is 0 (RFC 2661, 5.4). */
void l2tp_header_write_data_sequenced(struct l2tp_writer *writer, uint16_t tunnel_id,
				      uint16_t session_id, uint16_t ns);
