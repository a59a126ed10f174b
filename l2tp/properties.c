/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the shell may ask about a tunnel or a call at any time, callbacks included. Pure. */
#include "l2tp/lns.h"
#include "l2tp/tunnel.h"

uint16_t l2tp_tunnel_local_id(const struct l2tp_tunnel *tunnel)
{
	return tunnel->local_id;
}

uint16_t l2tp_tunnel_peer_id(const struct l2tp_tunnel *tunnel)
{
	return tunnel->peer_id;
}

const struct l2tp_path *l2tp_tunnel_path(const struct l2tp_tunnel *tunnel)
{
	return &tunnel->path;
}

const uint8_t *l2tp_tunnel_peer_host_name(const struct l2tp_tunnel *tunnel, size_t *ret_size)
{
	*ret_size = tunnel->peer_host_name_size;
	return tunnel->peer_host_name;
}

const struct l2tp_control_message *l2tp_tunnel_message(const struct l2tp_tunnel *tunnel)
{
	return tunnel->message;
}

uint16_t l2tp_tunnel_peer_result(const struct l2tp_tunnel *tunnel)
{
	return tunnel->peer_result;
}

void l2tp_tunnel_set_userdata(struct l2tp_tunnel *tunnel, void *userdata)
{
	tunnel->userdata = userdata;
}

void *l2tp_tunnel_userdata(const struct l2tp_tunnel *tunnel)
{
	return tunnel->userdata;
}

uint16_t l2tp_call_local_id(const struct l2tp_call *call)
{
	return call->local_id;
}

uint16_t l2tp_call_peer_id(const struct l2tp_call *call)
{
	return call->peer_id;
}

struct l2tp_tunnel *l2tp_call_tunnel(const struct l2tp_call *call)
{
	return call->tunnel;
}

uint32_t l2tp_call_serial_number(const struct l2tp_call *call)
{
	return call->serial_number;
}

uint16_t l2tp_call_peer_result(const struct l2tp_call *call)
{
	return call->peer_result;
}

bool l2tp_call_sequencing_required(const struct l2tp_call *call)
{
	return call->sequencing_required;
}

void l2tp_call_set_userdata(struct l2tp_call *call, void *userdata)
{
	call->userdata = userdata;
}

void *l2tp_call_userdata(const struct l2tp_call *call)
{
	return call->userdata;
}
