/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that serve IKE or L2TP, and what to do about each. I/O. */
#include "gateway/port_holder.h"

#include "base/cleanup.h"
#include "gateway/privileges.h"
#include "gateway/udp_sockets.h"

#include <pwd.h>
#include <string.h>

const char *port_holder_remedy(const char *program)
{
	static const struct {
		const char *program;
		const char *remedy;
	} known[] = {
		{ "xl2tpd", "systemctl disable --now xl2tpd" },
		{ "openl2tpd", "systemctl disable --now openl2tpd" },
		{ "charon", "systemctl disable --now strongswan-starter" },
		{ "charon-systemd", "systemctl disable --now strongswan" },
		{ "racoon", "systemctl disable --now racoon" },
		{ "iked", "systemctl disable --now iked" },
		{ "isakmpd", "systemctl disable --now isakmpd" },
		{ "accel-pppd", "remove l2tp from the [modules] of accel-ppp.conf and restart it" },
	};

	for (size_t i = 0; i < ELEMENTS(known); i++)
		if (strcmp(known[i].program, program) == 0)
			return known[i].remedy;
	return "stop it, and keep it from starting at boot";
}

static int refuse(const struct udp_socket *holder, struct setup_error *ret_error)
{
	if (holder->pid == 0)
		return setup_fail(ret_error,
				  "UDP port %u is taken, and not by a process that is seen from "
				  "here (by the kernel, or from within a container): free it and "
				  "run setup again",
				  holder->port);
	return setup_fail(ret_error,
			  "UDP port %u is held by %s (process %d), of which setup stops nothing; "
			  "if it is not needed: %s; then run setup again",
			  holder->port, holder->program[0] ? holder->program : "?",
			  (int)holder->pid, port_holder_remedy(holder->program));
}

int port_holder_check(struct setup_error *ret_error)
{
	static const uint16_t ports[] = { 500, 4500, 1701 };
	const struct passwd *user = getpwnam(PRIVILEGES_USER);
	struct udp_sockets sockets;
	int r;

	r = udp_sockets_find(ports, ELEMENTS(ports), &sockets);
	if (r < 0)
		return setup_fail(ret_error, "UDP sockets of this host: %s", strerror(-r));
	for (size_t i = 0; i < sockets.count; i++) {
		const struct udp_socket *holder = &sockets.entries[i];

		if (!(user && holder->uid == user->pw_uid) && strcmp(holder->program, "pluto") != 0)
			return refuse(holder, ret_error);
	}
	return 0;
}
