/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session's group in the firewall: where it may go, and who reaches it. I/O (nft sets). */
#include "gateway/session.h"

#include "gateway/log.h"

#include <errno.h>
#include <string.h>

void session_group_leave(struct session *session)
{
	struct group_firewall *groups = session->sessions->resources.groups;
	int error;

	if (!session->group_id)
		return;
	error = group_firewall_leave(groups, session->description.interface, session->group_id);
	if (error)
		log_error("session %u: its interface stays in the sets of its group: %s",
			  session->id, strerror(-error));
	session->group_id = 0;
}

int session_group_apply(struct session *session, const struct session_limits *limits)
{
	struct group_firewall *groups = session->sessions->resources.groups;
	int error;

	if (!groups)
		return 0;
	if (!limits->group_id) {
		session_group_leave(session);
		return 0;
	}
	error = group_firewall_set_networks(groups, limits->group_id, &limits->networks);
	if (!error)
		error = group_firewall_join(groups, session->description.interface,
					    session->group_id, limits->group_id,
					    limits->client_to_client);
	if (!error)
		session->group_id = limits->group_id;
	else
		log_error("session %u: group \"%s\" cannot be put into the firewall: %s%s",
			  session->id, session->group, strerror(-error),
			  error == -ENOENT ? ": run `saregate setup`" : "");
	return error;
}
