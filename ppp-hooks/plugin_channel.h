/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin's end of the socket to saregated: telling, asking, and noticing
 * that nobody is there any more. Knows nothing of pppd. I/O.
 */
#pragma once

#include "ppp-hooks/plugin_message.h"

#include <stdbool.h>
#include <stdint.h>

/* How long saregated may take for a verdict. */
#define PLUGIN_CHANNEL_VERDICT_MSEC 10000

/**
 * plugin_channel_open() - take over an inherited descriptor
 *
 * From here on this process gets SIGTERM as soon as the other end is closed,
 * or sends what nobody asked for. pppd's own loop is thus left alone, and an
 * idle link wakes nothing up.
 *
 * Return: 0; -EPROTOTYPE if it is no AF_UNIX SEQPACKET socket; -EPIPE if the
 *         other end is closed already; other negative errno.
 */
int plugin_channel_open(int descriptor);

/**
 * plugin_channel_tell() - send a message, never wait
 * @message: valid, of the plugin's direction
 *
 * Return: 0; -EAGAIN if saregated does not read (the message is lost);
 *         other negative errno.
 */
int plugin_channel_tell(int descriptor, const union plugin_message *message);

/**
 * plugin_channel_ask() - send a question and wait for the verdict
 * @interrupted: whether a signal that came meanwhile is a reason to give up
 *
 * Return: 0 and *@ret_verdict, which is valid; -ETIMEDOUT, -EPIPE, -EINTR;
 *         -EBADMSG if the answer is no verdict; other negative errno.
 */
int plugin_channel_ask(int descriptor, const struct plugin_authenticate *question,
		       uint32_t limit_msec, bool (*interrupted)(void),
		       struct plugin_verdict *ret_verdict);
