/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of the steps. Pure. */
#include "gateway/schema.h"

#include "base/cleanup.h"

const struct schema_step schema_steps[] = {
	{ "users", schema_1_users },
	{ "attributes of users, groups", schema_2_attributes },
};

const int schema_version = ELEMENTS(schema_steps);
