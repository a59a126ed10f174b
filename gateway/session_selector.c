/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sessions are meant. Pure. */
#include "gateway/session_selector.h"

#include <string.h>

static bool has_address(const struct session_description *session,
			const struct inet_address *address)
{
	struct inet_address inner = inet_address_from_ipv4(session->inner_ipv4);

	if (inet_address_equal(&session->outer_address, address))
		return true;
	return session->inner_ipv4 && inet_address_equal(&inner, address);
}

bool session_selector_matches(const struct session_selector *selector,
			      const struct session_description *session)
{
	if (selector->user[0] && strcmp(selector->user, session->user) != 0)
		return false;
	if (selector->group[0] && strcmp(selector->group, session->group) != 0)
		return false;
	if (selector->data_path[0] && strcmp(selector->data_path, session->data_path) != 0)
		return false;
	return !selector->address.family || has_address(session, &selector->address);
}
