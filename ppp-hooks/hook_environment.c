/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables from a checked message. Their room is that of the longest values. Pure. */
#include "ppp-hooks/hook_environment.h"

#include "base/address.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add(struct hook_environment *environment, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct hook_environment *environment, const char *format, ...)
{
	char *text = environment->text + environment->text_used;
	size_t room = sizeof(environment->text) - environment->text_used;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, room, format, arguments);
	va_end(arguments);
	assert(length >= 0 && (size_t)length < room);
	assert(environment->count < HOOK_ENVIRONMENT_MAX);
	environment->envp[environment->count++] = text;
	environment->text_used += (size_t)length + 1;
}

const char *hook_event_name(enum launcher_hook_event event)
{
	switch (event) {
	case LAUNCHER_HOOK_UP:
		return "up";
	case LAUNCHER_HOOK_DOWN:
		return "down";
	case LAUNCHER_HOOK_COUNT_:
		break;
	}
	return "?";
}

static void add_network(uint64_t network, struct hook_environment *environment)
{
	struct inet_address first = inet_address_from_ipv6(network, 0);
	char text[INET6_ADDRSTRLEN];

	if (network)
		add(environment, "SAREGATE_INNER_IPV6=%s/64", inet_address_format(&first, text));
	else
		add(environment, "SAREGATE_INNER_IPV6=");
}

static void add_addresses(const struct launcher_hook *hook, struct hook_environment *environment)
{
	struct inet_address inner = inet_address_from_ipv4(hook->inner_ipv4);
	struct inet_address outer = { .family = hook->outer_is_ipv6 ? AF_INET6 : AF_INET };
	char text[INET6_ADDRSTRLEN];

	memcpy(outer.bytes, hook->outer_address, sizeof(outer.bytes));
	add(environment, "SAREGATE_INNER_ADDRESS=%s", inet_address_format(&inner, text));
	add_network(hook->inner_network, environment);
	add(environment, "SAREGATE_OUTER_ADDRESS=%s", inet_address_format(&outer, text));
	add(environment, "SAREGATE_OUTER_PORT=%" PRIu32, hook->outer_port);
}

static void add_end(const struct launcher_hook *hook, struct hook_environment *environment)
{
	add(environment, "SAREGATE_DURATION=%" PRIu64, hook->duration_seconds);
	add(environment, "SAREGATE_BYTES_IN=%" PRIu64, hook->bytes_in);
	add(environment, "SAREGATE_BYTES_OUT=%" PRIu64, hook->bytes_out);
	add(environment, "SAREGATE_CAUSE=%s", hook->cause);
}

void hook_environment_build(const struct launcher_hook *hook,
			    struct hook_environment *ret_environment)
{
	struct hook_environment *environment = ret_environment;

	memset(environment, 0, sizeof(*environment));
	add(environment, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
	add(environment, "HOME=/nonexistent");
	add(environment, "SAREGATE_EVENT=%s",
	    hook_event_name((enum launcher_hook_event)hook->event));
	add(environment, "SAREGATE_SESSION=%" PRIu32, hook->session);
	add(environment, "SAREGATE_INTERFACE=sg%" PRIu32, hook->session);
	add(environment, "SAREGATE_USER=%s", hook->user);
	add(environment, "SAREGATE_GROUP=%s", hook->group);
	add_addresses(hook, environment);
	add(environment, "SAREGATE_IKE_IDENTITY=%s", hook->ike_identity);
	add(environment, "SAREGATE_DATA_PATH=%s", hook->data_path);
	if (hook->event == LAUNCHER_HOOK_DOWN)
		add_end(hook, environment);
}
