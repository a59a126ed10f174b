/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pppd 2.4.9 and 2.5 call differently, for the plugin. Must be the first
 * include: the headers of 2.4.9 define a type called bool, and <stdbool.h> is
 * fine after them only.
 */
#pragma once

/* Many prototypes of pppd's have empty parentheses. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
/* Debian's 2.4.9 is built with it, and says nothing of IPv6CP otherwise. */
#define INET6
#include <pppd/pppd.h>

#include <pppd/eui64.h>
#include <pppd/fsm.h>
#include <pppd/ipcp.h>
#include <pppd/ipv6cp.h>
#include <pppd/lcp.h>
#if __has_include(<pppd/chap.h>)
#include <linux/ppp_defs.h>
#include <pppd/chap.h>
#include <pppd/options.h>
#include <pppd/upap.h>
#define PPPD_COMPAT_2_5
#else
#include <pppd/chap-new.h>
#include <pppd/patchlevel.h>
#endif
#pragma GCC diagnostic pop

#include <signal.h>

#ifdef PPPD_COMPAT_2_5

#define PPPD_COMPAT_VERSION PPPD_VERSION

enum pppd_compat_event {
	PPPD_COMPAT_EXIT = NF_EXIT,
	PPPD_COMPAT_IP_DOWN = NF_IP_DOWN,
	PPPD_COMPAT_IP_UP = NF_IP_UP,
	PPPD_COMPAT_IPV6_UP = NF_IPV6_UP,
	PPPD_COMPAT_PHASE = NF_PHASE_CHANGE,
};

static inline void pppd_compat_notify(enum pppd_compat_event event, void (*function)(void *, int))
{
	ppp_add_notify((ppp_notify_t)event, function, NULL);
}

static inline void pppd_compat_add_options(option_t *options)
{
	ppp_add_options(options);
}

static inline void pppd_compat_interface(char *name, size_t size)
{
	ppp_get_ifname(name, size);
}

/* SIGTERM has come, and pppd's loop has not looked at it yet. */
static inline int pppd_compat_terminated(void)
{
	return ppp_signaled(SIGTERM);
}

#else /* 2.4.9 */

#define PPPD_COMPAT_VERSION VERSION

enum pppd_compat_event {
	PPPD_COMPAT_EXIT,
	PPPD_COMPAT_IP_DOWN,
	PPPD_COMPAT_IP_UP,
	PPPD_COMPAT_IPV6_UP,
	PPPD_COMPAT_PHASE,
};

static inline void pppd_compat_notify(enum pppd_compat_event event, void (*function)(void *, int))
{
	struct notifier **const notifiers[] = {
		[PPPD_COMPAT_EXIT] = &exitnotify,      [PPPD_COMPAT_IP_DOWN] = &ip_down_notifier,
		[PPPD_COMPAT_IP_UP] = &ip_up_notifier, [PPPD_COMPAT_IPV6_UP] = &ipv6_up_notifier,
		[PPPD_COMPAT_PHASE] = &phasechange,
	};

	add_notifier(notifiers[event], function, NULL);
}

static inline void pppd_compat_add_options(option_t *options)
{
	add_options(options);
}

static inline void pppd_compat_interface(char *name, size_t size)
{
	strlcpy(name, ifname, size);
}

/* SIGTERM has come, and pppd's loop has not looked at it yet. */
static inline int pppd_compat_terminated(void)
{
	return got_sigterm;
}

#endif
