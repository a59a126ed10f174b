/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The administrator's hooks, as far as saregated knows of them: the launcher is told
 * of each session that is up, and that it is down. I/O.
 */
#include "gateway/session.h"

#include "base/text.h"

#include <string.h>

/* What is too long, or nothing for a terminal, is left out. */
static void say(char *target, size_t size, const char *text)
{
	if (text_is_plain(text))
		(void)text_copy(target, size, text);
}

static void say_outer(struct launcher_hook *hook, const struct session_description *description)
{
	hook->outer_is_ipv6 = description->outer_address.family == AF_INET6;
	memcpy(hook->outer_address, description->outer_address.bytes, sizeof(hook->outer_address));
	hook->outer_port = description->outer_port;
}

static void say_end(struct launcher_hook *hook, const struct session_description *description,
		    const char *cause)
{
	hook->duration_seconds = description->duration_seconds;
	hook->bytes_in = description->counters.received_bytes;
	hook->bytes_out = description->counters.sent_bytes;
	say(hook->cause, sizeof(hook->cause), cause);
}

void session_run_hook(struct session *session, enum launcher_hook_event event, const char *cause)
{
	struct sessions *sessions = session->sessions;
	const struct session_description *description = session_describe(session);
	struct launcher_hook hook = {
		.session = description->id,
		.event = event,
		.inner_ipv4 = description->inner_ipv4,
		.inner_network = description->inner_network,
	};

	/* Without PPP there is nothing that a hook could be about. */
	if (!description->user[0])
		return;
	say_outer(&hook, description);
	say(hook.user, sizeof(hook.user), description->user);
	say(hook.group, sizeof(hook.group), description->group);
	say(hook.data_path, sizeof(hook.data_path), description->data_path);
	say(hook.ike_identity, sizeof(hook.ike_identity), description->ike_identity);
	if (event == LAUNCHER_HOOK_DOWN)
		say_end(&hook, description, cause);
	if (launcher_client_hook(sessions->launcher, &hook) < 0)
		sessions->counters.hooks_lost++;
}
