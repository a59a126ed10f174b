/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The smallest client that brings a tunnel and its call up with a service in the
 * same process. It never answers what the service says later. I/O.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * struct l2tp_client - one tunnel with one call
 * @socket:        connected to the service, non-blocking; borrowed
 * @own_tunnel_id: what the service is to call it
 * @tunnel_id:     the service's, set by l2tp_client_connect()
 * @session_id:    the service's, set by l2tp_client_connect()
 * @run_service:   one turn of the service's loop
 */
struct l2tp_client {
	int socket;
	uint16_t own_tunnel_id;
	uint16_t tunnel_id;
	uint16_t session_id;
	void (*run_service)(void *userdata);
	void *userdata;
};

/**
 * l2tp_client_connect() - SCCRQ to ICCN (RFC 2661, sections 5.1 and 5.2)
 *
 * Return: whether the service answered all of it.
 */
bool l2tp_client_connect(struct l2tp_client *client);
