/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two configurations compared key by key, as the texts that the file would have
 * for them: so no key can be forgotten here. Pure.
 */
#include "gateway/configuration_change.h"

#include "base/cleanup.h"

#include <string.h>

static bool differs(const struct configuration_key *key, const struct configuration *a,
		    const struct configuration *b)
{
	char texts[2][CONFIGURATION_VALUE_MAX];

	key->format(key, a, texts[0]);
	key->format(key, b, texts[1]);
	return strcmp(texts[0], texts[1]) != 0;
}

static void keep(const struct configuration_key *key, const struct configuration *from,
		 struct configuration *to)
{
	memcpy((char *)to + key->offset, (const char *)from + key->offset, key->size);
}

void configuration_compare(const struct configuration *running, const struct configuration *file,
			   struct configuration_changes *ret_changes)
{
	ret_changes->count = 0;
	ret_changes->before = *running;
	ret_changes->file = *file;
	ret_changes->after = *file;
	for (const struct configuration_key *key = configuration_keys; key->name; key++) {
		if (!differs(key, running, file))
			continue;
		ret_changes->keys[ret_changes->count++] = key;
		if (key->effect == CONFIGURATION_EFFECT_RESTART)
			keep(key, running, &ret_changes->after);
	}
}

const char *configuration_effect_name(enum configuration_effect effect)
{
	static const char *const names[] = {
		[CONFIGURATION_EFFECT_NOW] = "now",
		[CONFIGURATION_EFFECT_NEW_TUNNELS] = "new-tunnels",
		[CONFIGURATION_EFFECT_NEW_SESSIONS] = "new-sessions",
		[CONFIGURATION_EFFECT_RESTART] = "restart",
	};

	return effect > 0 && effect < ELEMENTS(names) ? names[effect] : "?";
}
