/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between the configuration that saregated runs with and the file as
 * it is now, and what of it can be taken over without a restart: the table of keys
 * says for each. Pure.
 */
#pragma once

#include "gateway/configuration_keys.h"

/**
 * struct configuration_changes - from one configuration to another
 * @keys: those with another value, in the order of the table
 * @before: what was in force
 * @file: what is asked for
 * @after: what can be in force: @file, but keys that need a restart have the
 *         value of @before
 */
struct configuration_changes {
	const struct configuration_key *keys[CONFIGURATION_KEYS_MAX];
	size_t count;
	struct configuration before;
	struct configuration file;
	struct configuration after;
};

/* Both are copied. */
void configuration_compare(const struct configuration *running, const struct configuration *file,
			   struct configuration_changes *ret_changes);

/* "now", "new-tunnels", "new-sessions", "restart". Static. */
const char *configuration_effect_name(enum configuration_effect effect);
