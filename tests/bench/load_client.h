/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One client of a load: a tunnel with one call, from SCCRQ to the acknowledged
 * ICCN (RFC 2661, sections 5.1 and 5.2), then whatever the server asks. It
 * retransmits and acknowledges as it should, and falls silent where it is told to.
 * Pure.
 */
#pragma once

#include "l2tp/deadline_heap.h"
#include "l2tp/transport.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum load_state {
	LOAD_STATE_IDLE,
	LOAD_STATE_WAIT_SCCRP,
	LOAD_STATE_WAIT_ICRP,
	LOAD_STATE_WAIT_ACKNOWLEDGED, /* ICCN is under way */
	LOAD_STATE_UP,
	LOAD_STATE_SILENT, /* as told: neither hears nor says anything more */
	LOAD_STATE_FAILED, /* refused, ended by the server, or unanswered */
	LOAD_STATE_COUNT_,
};

/**
 * struct load_client - initialised by load_client_start()
 * @deadline:    for the owner, who keeps it in a heap
 * @silent_in:   where it falls silent; LOAD_STATE_COUNT_: nowhere
 * @own_id:      its tunnel id and session id
 * @result:      Result Code of the StopCCN or CDN that ended it, 0 if none did
 * @started_usec, @up_usec: first SCCRQ, and when ICCN was acknowledged
 */
struct load_client {
	struct l2tp_deadline deadline;
	struct l2tp_transport transport;
	enum load_state state;
	enum load_state silent_in;
	uint16_t own_id;
	uint16_t tunnel_id;
	uint16_t session_id;
	uint16_t result;
	uint64_t started_usec;
	uint64_t up_usec;
};

extern const struct l2tp_transport_settings load_client_transport_settings;

/* Whether it is under way: neither idle, nor up, nor given up. */
bool load_client_is_connecting(const struct load_client *client);

/**
 * load_client_start() - say SCCRQ
 * @own_id: never 0
 * @send:   gets each packet with @userdata
 */
void load_client_start(struct load_client *client, uint16_t own_id, enum load_state silent_in,
		       uint64_t now_usec, l2tp_transport_send_fn send, void *userdata);
void load_client_done(struct load_client *client);

/* A datagram from the server. */
void load_client_receive(struct load_client *client, uint64_t now_usec, const uint8_t *packet,
			 size_t size);

/* When load_client_handle_deadline() has something to do; UINT64_MAX: never. */
uint64_t load_client_next_deadline(const struct load_client *client);
void load_client_handle_deadline(struct load_client *client, uint64_t now_usec);

/* Say StopCCN, once, and forget the tunnel. */
void load_client_hang_up(struct load_client *client, uint64_t now_usec);
