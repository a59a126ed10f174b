/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket on which root's programs speak to saregated: updown tells whose SAs
 * came or went, and pluto's start asks whether the old pluto's tunnels are gone.
 * A sender that the kernel does not say is root is not heard. I/O, on sd-event.
 */
#pragma once

#include "ipsec-glue/updown_message.h"

#include <systemd/sd-event.h>

struct updown_socket;

struct updown_socket_ops {
	void (*told)(void *userdata, const struct updown_message *message);
	/* SETTLE_REQUEST (ipsec-glue/settle_message.h); answered when this returns. */
	void (*settle)(void *userdata);
	void (*refused)(void *userdata);
};

/**
 * updown_socket_open() - the socket that updown sends to
 * @path: /run/saregate/updown.socket; replaced if it is a socket already
 *
 * Call while still root, so that nobody else can replace the path.
 *
 * Return: a descriptor that the caller owns; negative errno.
 */
int updown_socket_open(const char *path);

/**
 * updown_socket_adopt() - the same socket, made by the service manager
 * @descriptor: that it handed over; stays the caller's
 *
 * What came while nobody read it waits in it. The senders' credentials are asked
 * for in any case.
 *
 * Return: 0; -EPROTOTYPE if it is not a datagram socket at @path; negative errno.
 */
int updown_socket_adopt(int descriptor, const char *path);

/**
 * updown_socket_new() - read it from the event loop
 * @descriptor: taken over in any case
 *
 * Return: 0 or negative errno.
 */
int updown_socket_new(sd_event *event, int descriptor, const struct updown_socket_ops *ops,
		      void *userdata, struct updown_socket **ret_socket);
void updown_socket_free(struct updown_socket *updown);
void updown_socket_freep(struct updown_socket **updown);
