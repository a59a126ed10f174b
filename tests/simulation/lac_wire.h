/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of L2TP as the simulated clients write and read them: a second
 * implementation of RFC 2661, sections 3.1 and 4, that shares no line with the
 * engine's and accepts nothing that the RFC does not have.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAC_PACKET_MAX  320
#define LAC_DIGEST_SIZE 16

enum lac_type {
	LAC_ZLB = 0,
	LAC_SCCRQ = 1,
	LAC_SCCRP = 2,
	LAC_SCCCN = 3,
	LAC_STOPCCN = 4,
	LAC_HELLO = 6,
	LAC_OCRQ = 7,
	LAC_ICRQ = 10,
	LAC_ICRP = 11,
	LAC_ICCN = 12,
	LAC_CDN = 14,
	LAC_WEN = 15,
	LAC_SLI = 16,
};

/* A control packet, read; ids 0 and numbers 0 where it says none. */
struct lac_packet {
	enum lac_type type;
	uint16_t tunnel_id;
	uint16_t session_id;
	uint16_t ns;
	uint16_t nr;
	uint16_t assigned_tunnel_id;
	uint16_t assigned_session_id;
	uint16_t window;
	uint16_t result;
	uint32_t serial;
	uint8_t challenge[LAC_DIGEST_SIZE]; /* all of them have this size here */
	uint8_t response[LAC_DIGEST_SIZE];
	bool has_challenge;
	bool has_response;
};

/* A packet being written. */
struct lac_writer {
	uint8_t bytes[LAC_PACKET_MAX];
	size_t size;
};

void lac_begin(struct lac_writer *writer, enum lac_type type, uint16_t tunnel_id,
	       uint16_t session_id);
void lac_avp(struct lac_writer *writer, bool mandatory, uint16_t type, const void *value,
	     size_t size);
void lac_avp_u16(struct lac_writer *writer, uint16_t type, uint16_t value);
void lac_avp_u32(struct lac_writer *writer, uint16_t type, uint32_t value);
/* All is written: the Length. */
void lac_end(struct lac_writer *writer);
void lac_set_sequence(uint8_t *bytes, uint16_t ns, uint16_t nr);

/*
 * @secret: for hidden values; NULL: there are none.
 * Return: whether it is a control packet without a fault, all of it.
 */
bool lac_read(const uint8_t *bytes, size_t size, const char *secret, struct lac_packet *ret_packet);

/* A value hidden under a vector of zeroes, which is written before it (4.3). */
void lac_avp_hidden(struct lac_writer *writer, uint16_t type, const void *value, size_t size,
		    const char *secret);

/* The answer to a challenge in a message of this type (5.1.1). */
void lac_respond(const char *secret, enum lac_type type, const uint8_t *challenge, size_t size,
		 uint8_t ret_response[LAC_DIGEST_SIZE]);

const char *lac_type_name(enum lac_type type);
