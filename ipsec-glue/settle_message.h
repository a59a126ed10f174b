/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How pluto's start waits for saregated. Before pluto starts, root sends
 * SETTLE_REQUEST to the socket that updown sends to, from a socket with a name
 * of its own (an autobind address will do). saregated ends all that it built on
 * the SAs of the pluto before, and answers with SETTLE_ANSWER; from then on a
 * reqid that the new pluto gives out again meets no tunnel of the old one's.
 * Whoever asks must not wait for long: when saregated is away there is nothing
 * to wait for, and the answer may be lost like any datagram.
 */
#pragma once

/* Without the terminator; told apart from other datagrams by size and content. */
#define SETTLE_REQUEST "saregate: settle?"
#define SETTLE_ANSWER  "saregate: settled"
