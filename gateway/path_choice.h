/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which data path serves a tunnel: what the configuration wishes, what this host
 * can do, and what this client's SA reference allows, in this order. No I/O but
 * that of the paths themselves.
 */
#pragma once

#include "gateway/configuration.h"
#include "l2tp/data_path.h"

/* The paths that there are; tests bring their own. */
struct path_candidates {
	const struct l2tp_data_path *kernel;
	const struct l2tp_data_path *userspace;
	const struct l2tp_data_path *null;
};

extern const struct path_candidates path_candidates;

/**
 * struct path_choice - what the gateway decided at its start
 * @first:     the path of all tunnels but those that it cannot serve
 * @fallback:  the path of those, or NULL: they are refused
 * @is_kernel: @first is the kernel's, which not every reference can use
 * @why:       why @first is not the kernel's although that is preferred; static,
 *             NULL where it is as wished
 * @remedy:    the same as one line with what to do about it; static or NULL
 */
struct path_choice {
	const struct l2tp_data_path *first;
	const struct l2tp_data_path *fallback;
	bool is_kernel;
	const char *why;
	const char *remedy;
};

/**
 * path_choice_make() - probe what the configuration allows
 * @ret_remedy: on failure one line of what is missing, static
 *
 * Return: 0; negative errno if no path can be used.
 */
int path_choice_make(enum configuration_data_path kind, const struct path_candidates *candidates,
		     struct path_choice *ret_choice, const char **ret_remedy);

/**
 * struct path_opened - the path of one tunnel
 * @why:          why not @first; static, NULL if it is, with the reason of the
 *                choice itself in that case
 * @companion:    the same tunnel on @companion_path, without sessions, or NULL
 * @kernel_error: negative errno with which the kernel's path failed before the
 *                fallback served; else 0
 */
struct path_opened {
	const struct l2tp_data_path *path;
	struct l2tp_data_path_tunnel *tunnel;
	const char *why;
	const struct l2tp_data_path *companion_path;
	struct l2tp_data_path_tunnel *companion;
	int kernel_error;
};

/**
 * path_choice_open() - open a tunnel on the path that can serve it
 * @kernel_reason: why the kernel's path cannot serve this tunnel's SA reference
 *                 (static), or NULL
 * @ret_opened:    untouched on error
 *
 * A tunnel that falls back for a @kernel_reason is opened on the kernel's path as
 * well, as a companion: clients of one NAT can share a 4-tuple, the kernel gives
 * a packet to any socket that has it, and those of the neighbours' sessions must
 * find an encapsulation socket there.
 *
 * Return: 0; -EEXIST, -EAGAIN as the path's tunnel_open, with no fallback tried;
 *         -EOPNOTSUPP if there is a @kernel_reason and no fallback; other
 *         negative errno.
 */
int path_choice_open(const struct path_choice *choice, const char *kernel_reason,
		     const struct l2tp_data_path_tunnel_ids *ids, struct path_opened *ret_opened);

/* Closes what path_choice_open() opened. May be repeated; nothing opened is allowed. */
void path_opened_close(struct path_opened *opened);
