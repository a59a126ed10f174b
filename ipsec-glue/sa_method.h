/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the clients behind one NAT are kept apart on this kernel. Marks alone do
 * for the userspace data path on every kernel that we serve, and from Linux 6.11
 * on, whose L2TP finds sessions by the ids in the packet, for the kernel's data
 * path too. Before that two tunnels of one 4-tuple are one for the kernel: zones
 * of connection tracking give each client a source port of its own. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum sa_tracking_method {
	SA_TRACKING_METHOD_MARK,
	SA_TRACKING_METHOD_ZONE,
};

/* What the administrator asked for. */
enum sa_tracking_wish {
	SA_TRACKING_WISH_AUTO,
	SA_TRACKING_WISH_MARK,
	SA_TRACKING_WISH_ZONE,
	SA_TRACKING_WISH_OFF,
};

#define SA_METHOD_REASON_MAX 160

struct sa_method {
	enum sa_tracking_method method;
	bool kernel_path; /* whether the kernel's data path can serve with it */
	char reason[SA_METHOD_REASON_MAX];
};

/**
 * sa_method_choose() - by what the kernel is
 * @wish:               not SA_TRACKING_WISH_OFF
 * @release:            of the kernel, as uname() has it: 6.1.0-40-amd64
 * @kernel_path_wanted: whether the kernel's data path is the one to prefer
 *
 * A release that cannot be read counts as an old one.
 */
void sa_method_choose(enum sa_tracking_wish wish, const char *release, bool kernel_path_wanted,
		      struct sa_method *ret_method);

/* "mark" or "zone", static. */
const char *sa_method_name(enum sa_tracking_method method);

/**
 * sa_method_port_reason() - why the kernel's data path cannot serve one client
 * @real_port: from which the client sends; 0: the method translates nothing
 * @seen_port: from which its packets seem to come
 *
 * Return: static words; NULL if it can.
 */
const char *sa_method_port_reason(uint16_t real_port, uint16_t seen_port);
