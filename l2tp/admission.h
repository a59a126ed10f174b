/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may open a tunnel: an SCCRQ (RFC 2661, 6.1) is one that was seen before, the
 * sign of a peer that restarted, or a new tunnel's, within the limits. Pure.
 */
#pragma once

#include "l2tp/tunnel.h"

/* @packet: an SCCRQ to tunnel 0, read as @sccrq without a secret. */
enum l2tp_verdict l2tp_admission_receive(struct l2tp_lns *lns, uint64_t now_usec,
					 const struct l2tp_received *packet,
					 struct l2tp_control_message *sccrq);
