/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What setup will do: decided and checked, nothing changed. I/O. */
#include "base/cleanup.h"
#include "gateway/configuration_edit.h"
#include "gateway/firewall_text.h"
#include "gateway/secret.h"
#include "gateway/setup.h"
#include "gateway/setup_file.h"
#include "gateway/setup_ipsec.h"
#include "gateway/setup_network.h"

#include <errno.h>
#include <string.h>

void setup_plan_done(struct setup_plan *plan)
{
	setup_state_done(&plan->state);
	free(plan->configuration_text);
	free(plan->connection_text);
	setup_text_free(plan->secrets_text);
	free(plan->firewall_text);
	free(plan->previous_connections);
	*plan = (struct setup_plan){ 0 };
}

const char *setup_sysctl_text(void)
{
	return LIBRESWAN_TEXT_MARK "\n"
				   "# Clients reach the network through this host.\n"
				   "net.ipv4.ip_forward = 1\n";
}

/* Reads one of our files; a missing one is NULL. */
static int read_file(const char *path, char **ret_text, struct setup_error *ret_error)
{
	int r = setup_file_read(path, ret_text);

	if (r == -ENOENT) {
		*ret_text = NULL;
		return 0;
	}
	if (r == -EPERM)
		return setup_fail(ret_error, "%s: must be a file, not a link, that root owns",
				  path);
	if (r < 0)
		return setup_fail(ret_error, "%s: %s", path, strerror(-r));
	return 0;
}

int setup_state_load(struct setup_state *ret_state, struct setup_error *ret_error)
{
	_cleanup_(freep) char *text = NULL;
	int r;

	r = read_file(SETUP_STATE_PATH, &text, ret_error);
	if (r < 0)
		return r;
	if (!text)
		return -ENOENT;
	r = setup_state_parse(text, ret_state);
	if (r == -EINVAL)
		return setup_fail(ret_error, "%s: not written by this version of setup",
				  SETUP_STATE_PATH);
	return r;
}

int setup_check_ownership(const char *path, struct setup_error *ret_error)
{
	_cleanup_(setup_text_freep) char *text = NULL;
	int r;

	r = read_file(path, &text, ret_error);
	if (r < 0 || !text)
		return r;
	if (strncmp(text, LIBRESWAN_TEXT_MARK, strlen(LIBRESWAN_TEXT_MARK)) == 0)
		return 0;
	return setup_fail(ret_error, "%s is there and setup did not write it: move it away", path);
}

static int check_ownerships(struct setup_error *ret_error)
{
	static const char *const paths[] = { SETUP_CONNECTION_PATH, SETUP_SECRETS_PATH,
					     SETUP_SYSCTL_PATH, SETUP_FIREWALL_PATH };
	int r;

	for (size_t i = 0; i < ELEMENTS(paths); i++) {
		r = setup_check_ownership(paths[i], ret_error);
		if (r < 0)
			return r;
	}
	return 0;
}

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
	list = strdup(values);
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
		r = edit(text, "ppp", "local-address", options->local_address);
	if (r == 0)
		r = edit(text, "ppp", "mtu", options->mtu);
	if (r == 0)
		r = edit_list(text, "ppp", "dns", options->dns);
	return r;
}

/* Remembers saregate.conf as it was before setup, unless that is known already. */
static int remember_configuration(struct setup_state *state, const char *before, const char *after)
{
	bool is_ours = state->configuration_after && before &&
		       strcmp(state->configuration_after, before) == 0;

	if (!is_ours) {
		free(state->configuration_before);
		state->configuration_before = strdup(before ? before : "");
	}
	free(state->configuration_after);
	state->configuration_after = strdup(after);
	return state->configuration_before && state->configuration_after ? 0 : -ENOMEM;
}

static int plan_configuration(const struct setup_options *options, struct setup_plan *plan,
			      struct setup_error *ret_error)
{
	_cleanup_(freep) char *before = NULL;
	_cleanup_(freep) char *after = NULL;
	char reason[CONFIGURATION_ERROR_MAX];
	int r;

	r = read_file(SETUP_CONFIGURATION_PATH, &before, ret_error);
	if (r < 0)
		return r;
	after = strdup(before ? before : "");
	if (!after)
		return -ENOMEM;
	r = edit_configuration(options, &after);
	if (r < 0)
		return r;
	r = configuration_parse(SETUP_CONFIGURATION_PATH, after, &plan->configuration, reason);
	if (r == -EINVAL)
		return setup_fail(ret_error, "with these options, %s", reason);
	if (r < 0 || strcmp(after, before ? before : "") == 0)
		return r;
	r = remember_configuration(&plan->state, before, after);
	plan->configuration_text = TAKE_PTR(after);
	return r;
}

/* An IPv4 address given as an option. */
static int parse_address(const char *option, const char *text, struct inet_address *ret_address,
			 struct setup_error *ret_error)
{
	struct inet_address address;

	if (inet_address_parse(text, &address) < 0 || address.family != AF_INET ||
	    inet_address_to_ipv4(&address) == 0)
		return setup_fail(ret_error, "%s: wants an IPv4 address", option);
	*ret_address = address;
	return 0;
}

/* One address of saregate.conf; 0.0.0.0 and :: mean that of the default route. */
static int plan_listen_address(const struct inet_address *configured,
			       struct inet_address *ret_listen, struct setup_error *ret_error)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_address_is_any(configured))
		return setup_network_find_default(configured->family, ret_listen, ret_error);
	*ret_listen = *configured;
	if (setup_network_has_address(configured) == 0)
		return setup_fail(ret_error, "no interface of this host has the address %s",
				  inet_address_format(configured, text));
	return 0;
}

/* Given now, else in saregate.conf, else found. */
static int plan_listen_addresses(const struct setup_options *options, struct setup_plan *plan,
				 struct setup_error *ret_error)
{
	struct libreswan_parameters *libreswan = &plan->libreswan;
	int r = 0;

	if (options->interface) {
		libreswan->listen_count = 1;
		return setup_network_find_on(options->interface, &libreswan->listen[0], ret_error);
	}
	libreswan->listen_count = plan->configuration.listen_count;
	for (size_t i = 0; r == 0 && i < libreswan->listen_count; i++)
		r = plan_listen_address(&plan->configuration.listen[i], &libreswan->listen[i],
					ret_error);
	return r;
}

static int plan_public_address(const struct setup_options *options, struct setup_plan *plan,
			       struct setup_error *ret_error)
{
	const char *text = options->public_address;
	int r;

	if (!text && plan->state.public_address[0])
		text = plan->state.public_address;
	if (!text)
		return 0;
	r = parse_address("--public-address", text, &plan->libreswan.public, ret_error);
	if (r == 0)
		inet_address_format(&plan->libreswan.public, plan->state.public_address);
	return r;
}

/* The key that is there stays: clients know it. */
static int plan_secrets(struct setup_plan *plan, struct setup_error *ret_error)
{
	_cleanup_(setup_text_freep) char *before = NULL;
	char psk[LIBRESWAN_PSK_MAX + 1];
	int r;

	r = read_file(SETUP_SECRETS_PATH, &before, ret_error);
	if (r < 0)
		return r;
	r = before ? libreswan_text_read_psk(before, psk) : -ENOENT;
	if (r == -ENAMETOOLONG)
		return setup_fail(ret_error, "%s: the key is longer than %d characters",
				  SETUP_SECRETS_PATH, LIBRESWAN_PSK_MAX);
	if (r == -ENOENT)
		r = secret_generate(SECRET_PSK_GROUPS, psk);
	if (r == 0)
		r = libreswan_text_secrets(&plan->libreswan, psk, &plan->secrets_text);
	explicit_bzero(psk, sizeof(psk));
	return r;
}

static int plan_connections(struct setup_plan *plan)
{
	char *names = plan->state.connections;
	char name[LIBRESWAN_NAME_MAX];

	plan->libreswan.updown = SETUP_UPDOWN_PATH;
	plan->previous_connections = strdup(names);
	if (!plan->previous_connections)
		return -ENOMEM;
	names[0] = '\0';
	for (size_t i = 0; i < plan->libreswan.listen_count; i++) {
		libreswan_connection_name(&plan->libreswan.listen[i], name);
		strcat(strcat(names, i > 0 ? " " : ""), name);
	}
	return libreswan_text_connections(&plan->libreswan, &plan->connection_text);
}

static int plan_texts(const struct setup_options *options, struct setup_plan *plan,
		      struct setup_error *ret_error)
{
	int r;

	r = plan_configuration(options, plan, ret_error);
	if (r == 0)
		r = plan_listen_addresses(options, plan, ret_error);
	if (r == 0)
		r = plan_public_address(options, plan, ret_error);
	if (r == 0)
		r = plan_connections(plan);
	if (r == 0)
		r = plan_secrets(plan, ret_error);
	if (r == 0)
		r = firewall_text(&plan->configuration, &plan->firewall_text);
	return r;
}

/* The host before any change: what is wrong now is not ours to break further. */
static int check_host(const struct setup_plan *plan, struct setup_error *ret_error)
{
	int r;

	r = check_ownerships(ret_error);
	if (r == 0)
		r = setup_ipsec_check_offers(ret_error);
	if (r == 0)
		r = setup_ipsec_check_files(ret_error);
	if (r == 0)
		r = setup_network_check_firewall(plan->firewall_text, ret_error);
	return r;
}

int setup_plan_make(const struct setup_options *options, struct setup_plan *ret_plan,
		    struct setup_error *ret_error)
{
	_cleanup_(setup_plan_done) struct setup_plan plan = { 0 };
	int r;

	r = setup_state_load(&plan.state, ret_error);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == -ENOENT) {
		plan.first = true;
		plan.state.forwarding_was_on = setup_network_is_forwarding() == 1;
	}
	r = plan_texts(options, &plan, ret_error);
	if (r == 0)
		r = check_host(&plan, ret_error);
	if (r < 0)
		return r;
	*ret_plan = plan;
	plan = (struct setup_plan){ 0 };
	return 0;
}
