/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sessions are meant: by user, address, group, data path. Pure. */
#pragma once

#include "gateway/sessions.h"

#include <stdbool.h>

/* What is said must all be true of a session; "" or family 0 says nothing. */
struct session_selector {
	char user[USER_NAME_MAX + 1];
	char group[ATTRIBUTE_NAME_MAX + 1];
	char data_path[16];
	struct inet_address address; /* outer or inner */
};

bool session_selector_matches(const struct session_selector *selector,
			      const struct session_description *session);
