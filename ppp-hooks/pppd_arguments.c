/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pppd's arguments (pppd(8), of 2.4.9 and 2.5). Numbers of the request are the
 * only part that saregated has a say in. Pure.
 */
#include "ppp-hooks/pppd_arguments.h"

#include "base/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * Options of a serial line (lock, crtscts, modem, which Debian's
 * /etc/ppp/options sets) are not among these: pppd knows them no more once
 * pppol2tp has replaced the serial line, and looks at none of them. On a pty
 * see tty_arguments.
 */
static const char *const fixed_arguments[] = {
	/* Our name in the challenge, else it would be the host's. */
	"name",
	"saregate",
	/* MS-CHAPv2 of the peer; we authenticate ourselves to nobody. */
	"auth",
	"require-mschap-v2",
	"refuse-pap",
	"refuse-chap",
	"refuse-mschap",
	"refuse-mschap-v2",
	"refuse-eap",
	/* Once: a second challenge would find no saregated that waits for it. */
	"chap-interval",
	"0",
	"hide-password",
	/* IPsec encrypts, so nothing can be compressed after it or before. */
	"noccp",
	"novj",
	"novjccomp",
	"noaccomp",
	"nopcomp",
	/* Addresses come with the verdict, routes are saregated's. */
	"noipdefault",
	"nodefaultroute",
	"nodefaultroute6",
	"noproxyarp",
	/* Limits are saregated's as well; one call, one pppd. */
	"idle",
	"0",
	"maxconnect",
	"0",
	"maxfail",
	"1",
	"nopersist",
	/* A client that hung up hears no farewell: one, not three with 3 s each. */
	"lcp-max-terminate",
	"1",
	/* Scripts of the host serve its own links: a file that is missing is no error. */
	"ip-up-script",
	"/nonexistent/ip-up",
	"ip-down-script",
	"/nonexistent/ip-down",
};

/*
 * pppd serves the terminal on its standard input, since no device is named. A
 * pty has no carrier and no flow control, and a lock file would outlive it. No
 * control character needs an escape, and one that comes without is taken: what
 * is written to the pty begins before anything is negotiated.
 */
static const char *const tty_arguments[] = {
	"local", "nocrtscts", "nolock", "asyncmap", "0", "receive-all",
};

/* Appends one argument; what does not fit is remembered in *error. */
static void append(struct pppd_arguments *arguments, const char *argument, int *error)
{
	size_t size = strlen(argument) + 1;

	if (size > sizeof(arguments->text) - arguments->text_used ||
	    arguments->count == PPPD_ARGUMENTS_MAX) {
		*error = -ENAMETOOLONG;
		return;
	}
	memcpy(arguments->text + arguments->text_used, argument, size);
	arguments->argv[arguments->count++] = arguments->text + arguments->text_used;
	arguments->argv[arguments->count] = NULL;
	arguments->text_used += size;
}

static void append_number(struct pppd_arguments *arguments, const char *option, uint32_t value,
			  int *error)
{
	char digits[sizeof("4294967295")];

	snprintf(digits, sizeof(digits), "%" PRIu32, value);
	append(arguments, option, error);
	append(arguments, digits, error);
}

static void append_channel(struct pppd_arguments *arguments, enum launcher_channel channel,
			   int *error)
{
	switch (channel) {
	case LAUNCHER_CHANNEL_PPPOL2TP:
		append(arguments, "plugin", error);
		append(arguments, "pppol2tp.so", error);
		append_number(arguments, "pppol2tp", PPPD_SESSION_DESCRIPTOR, error);
		break;
	case LAUNCHER_CHANNEL_TTY:
		for (size_t i = 0; i < ELEMENTS(tty_arguments); i++)
			append(arguments, tty_arguments[i], error);
		break;
	case LAUNCHER_CHANNEL_COUNT_:
		break;
	}
}

/* Plugins first: they define options that follow. */
static void append_plugins(struct pppd_arguments *arguments, const struct launcher_start *start,
			   const char *plugin_path, int *error)
{
	char interface[sizeof("sg4294967295")];

	snprintf(interface, sizeof(interface), "sg%" PRIu32, start->unit);
	append_channel(arguments, (enum launcher_channel)start->channel, error);
	append(arguments, "plugin", error);
	append(arguments, plugin_path, error);
	append_number(arguments, "saregate-descriptor", PPPD_PLUGIN_DESCRIPTOR, error);
	append(arguments, "ifname", error);
	append(arguments, interface, error);
}

static void append_log(struct pppd_arguments *arguments, bool debug, bool to_stderr, int *error)
{
	if (debug)
		append(arguments, "debug", error);
	if (to_stderr)
		append_number(arguments, "logfd", 2, error);
	else
		append(arguments, "nologfd", error);
}

int pppd_arguments_build(const struct launcher_start *start, const char *plugin_path,
			 bool log_to_stderr, struct pppd_arguments *ret_arguments)
{
	int error = 0;

	ret_arguments->count = 0;
	ret_arguments->text_used = 0;
	append(ret_arguments, "pppd", &error);
	append(ret_arguments, "nodetach", &error);
	append_plugins(ret_arguments, start, plugin_path, &error);
	for (size_t i = 0; i < ELEMENTS(fixed_arguments); i++)
		append(ret_arguments, fixed_arguments[i], &error);
	/* Which identifiers, and whether at all, the plugin says at the verdict. */
	append(ret_arguments, start->ipv6 ? "+ipv6" : "noipv6", &error);
	append_number(ret_arguments, "mtu", start->mtu, &error);
	append_number(ret_arguments, "mru", start->mru, &error);
	append_number(ret_arguments, "lcp-echo-interval", start->lcp_echo_interval_seconds, &error);
	append_number(ret_arguments, "lcp-echo-failure", start->lcp_echo_failures, &error);
	append_log(ret_arguments, start->debug, log_to_stderr, &error);
	return error;
}
