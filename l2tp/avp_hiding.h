/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hidden attribute values (RFC 2661, section 4.3): MD5 of a shared secret and a
 * random vector, laid over the value. Both ways. MD5 is what the RFC asks for and
 * what all peers speak; it is no protection that IPsec would not give better. Pure.
 */
#pragma once

#include "l2tp/avp.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes of the vector and of the padding that we send: one of MD5's results. */
#define L2TP_HIDING_BLOCK 16
/* Cap: bytes that the hidden values of one message may have when they are unhidden. */
#define L2TP_UNHIDDEN_MAX 2048

/**
 * struct l2tp_hiding - what hides the values of one message that we send
 * @secret:  borrowed; shared with the peer
 * @vector:  random; goes into the message in clear
 * @padding: random; makes the sizes of values unknown
 */
struct l2tp_hiding {
	struct l2tp_octets secret;
	uint8_t vector[L2TP_HIDING_BLOCK];
	uint8_t padding[L2TP_HIDING_BLOCK];
};

/**
 * struct l2tp_unhiding - what reveals the hidden values of one message received
 * @secret: borrowed
 * @used:   of @bytes, which the values are put into
 */
struct l2tp_unhiding {
	struct l2tp_octets secret;
	size_t used;
	uint8_t bytes[L2TP_UNHIDDEN_MAX];
};

/* Without a secret: the caller sets it. */
void l2tp_unhiding_init(struct l2tp_unhiding *unhiding);
/* Wipes the values: some are passwords. */
void l2tp_unhiding_done(struct l2tp_unhiding *unhiding);

/**
 * l2tp_avp_unhide() - the value of a hidden AVP
 * @vector:    of the last Random Vector AVP before it; may be empty, not absent
 * @ret_value: borrows @unhiding; untouched on failure
 *
 * The length inside is what a wrong secret or an attacker makes of it: any number.
 *
 * Return: 0; L2TP_E_MALFORMED if the value cannot hold what it says, or the values
 *         of this message are more than L2TP_UNHIDDEN_MAX.
 */
int l2tp_avp_unhide(struct l2tp_unhiding *unhiding, struct l2tp_octets vector,
		    const struct l2tp_avp *avp, struct l2tp_octets *ret_value);

/* The Random Vector AVP, before the first hidden one. */
void l2tp_avp_write_vector(struct l2tp_writer *writer, const struct l2tp_hiding *hiding);

/*
 * The same as l2tp_avp_write(), hidden: padded to whole blocks, two bytes of length
 * in front. What does not fit is the writer's sticky failure.
 */
void l2tp_avp_write_hidden(struct l2tp_writer *writer, bool mandatory, enum l2tp_avp_type type,
			   const void *value, size_t value_size, const struct l2tp_hiding *hiding);
