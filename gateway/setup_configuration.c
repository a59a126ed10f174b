/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options in saregate.conf, and what was there before. */
#include "gateway/setup_configuration.h"

#include "base/cleanup.h"
#include "gateway/configuration_edit.h"
#include "gateway/setup_file.h"

#include <errno.h>
#include <string.h>

/* Applies one option to the text of saregate.conf; consumes and replaces *@text. */
static int edit(char **text, const char *section, const char *key, const char *value)
{
	_cleanup_(freep) char *before = TAKE_PTR(*text);

	if (value)
		return configuration_edit(before, section, key, value, text);
	*text = TAKE_PTR(before);
	return 0;
}

/* "A,B" as the configuration wants it: "A B". */
static int edit_list(char **text, const char *section, const char *key, const char *values)
{
	_cleanup_(freep) char *list = NULL;

	if (!values)
		return 0;
	list = strdup(strcmp(values, SETUP_NONE) == 0 ? "" : values);
	if (!list)
		return -ENOMEM;
	for (char *c = list; *c; c++)
		if (*c == ',')
			*c = ' ';
	return edit(text, section, key, list);
}

static int edit_configuration(const struct setup_options *options, char **text)
{
	int r;

	r = edit_list(text, "listen", "address", options->listen_address);
	if (r == 0)
		r = edit(text, "ppp", "pool", options->pool);
	if (r == 0)
		r = edit_list(text, "ppp", "ipv6-pool", options->ipv6_pool);
	if (r == 0)
		r = edit(text, "ppp", "local-address", options->local_address);
	if (r == 0)
		r = edit(text, "ppp", "mtu", options->mtu);
	if (r == 0)
		r = edit_list(text, "ppp", "dns", options->dns);
	return r;
}

static bool is_equal(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static int replace_text(char **text, const char *by)
{
	char *copy = by ? strdup(by) : NULL;

	if (by && !copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

/*
 * Remembers saregate.conf as it was before setup, unless that is known already, and
 * what it will be; a text that setup wrote is not what was before.
 */
static int remember_configuration(struct setup_state *state, const char *now, const char *wanted)
{
	bool is_ours = is_equal(state->configuration_after, now) ||
		       is_equal(state->configuration_next, now);
	bool stays = is_equal(now ? now : "", wanted);
	int r = 0;

	if (is_ours) {
		r = replace_text(&state->configuration_after, now);
	} else if (!stays) {
		r = replace_text(&state->configuration_before, now ? now : "");
		if (r == 0)
			r = replace_text(&state->configuration_after, NULL);
	}
	return r < 0 ? r : replace_text(&state->configuration_next, stays ? NULL : wanted);
}

int setup_configuration_plan(const struct setup_options *options, struct setup_plan *plan,
			     struct setup_error *ret_error)
{
	_cleanup_(freep) char *before = NULL;
	_cleanup_(freep) char *after = NULL;
	char reason[CONFIGURATION_ERROR_MAX];
	int r;

	r = setup_file_load(SETUP_CONFIGURATION_PATH, &before, ret_error);
	if (r < 0)
		return r;
	if (options->configuration)
		after = strdup(options->configuration);
	else
		after = strdup(before ? before : "");
	if (!after)
		return -ENOMEM;
	r = edit_configuration(options, &after);
	if (r < 0)
		return r;
	r = configuration_parse(SETUP_CONFIGURATION_PATH, after, &plan->configuration, reason);
	if (r == -EINVAL)
		return setup_fail(ret_error, "with these options, %s", reason);
	if (r == 0)
		r = remember_configuration(&plan->state, before, after);
	if (r == 0 && plan->state.configuration_next)
		plan->configuration_text = TAKE_PTR(after);
	return r;
}
