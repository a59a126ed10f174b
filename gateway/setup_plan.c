/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What setup will do: decided and checked, nothing changed. I/O. */
#include "base/cleanup.h"
#include "gateway/firewall_text.h"
#include "gateway/port_holder.h"
#include "gateway/secret.h"
#include "gateway/setup_configuration.h"
#include "gateway/setup_file.h"
#include "gateway/setup_firewalls.h"
#include "gateway/setup_ipsec.h"
#include "gateway/setup_ipv6.h"
#include "gateway/setup_network.h"
#include "gateway/setup_services.h"
#include "ipsec-glue/pluto_text.h"

#include <errno.h>
#include <string.h>

void setup_plan_done(struct setup_plan *plan)
{
	setup_state_done(&plan->state);
	free(plan->configuration_text);
	free(plan->connection_text);
	setup_text_free(plan->secrets_text);
	free(plan->firewall_text);
	free(plan->sysctl_text);
	free(plan->pluto_text);
	free(plan->drop_in_text);
	*plan = (struct setup_plan){ 0 };
}

int setup_state_load(struct setup_state *ret_state, struct setup_error *ret_error)
{
	_cleanup_(freep) char *text = NULL;
	int r;

	r = setup_file_load(SETUP_STATE_PATH, &text, ret_error);
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

int setup_state_require(struct setup_state *ret_state, struct setup_error *ret_error)
{
	int r = setup_state_load(ret_state, ret_error);

	if (r == -ENOENT)
		return setup_fail(ret_error, "this host is no gateway yet: saregate setup");
	return r;
}

int setup_state_store(struct setup_files *files, const struct setup_state *state,
		      struct setup_error *ret_error)
{
	_cleanup_(freep) char *text = NULL;
	int r;

	r = setup_state_format(state, &text);
	if (r == 0)
		r = setup_files_write(files, SETUP_STATE_PATH, text, 0600);
	if (r < 0)
		return setup_fail(ret_error, "%s: %s", SETUP_STATE_PATH, strerror(-r));
	return 0;
}

int setup_check_ownership(const char *path, struct setup_error *ret_error)
{
	_cleanup_(setup_text_freep) char *text = NULL;
	int r;

	r = setup_file_load(path, &text, ret_error);
	if (r < 0 || !text)
		return r;
	if (strncmp(text, LIBRESWAN_TEXT_MARK, strlen(LIBRESWAN_TEXT_MARK)) == 0)
		return 0;
	return setup_fail(ret_error, "%s is there and setup did not write it: move it away", path);
}

static int check_ownerships(struct setup_error *ret_error)
{
	static const char *const paths[] = { SETUP_CONNECTION_PATH, SETUP_SECRETS_PATH,
					     SETUP_SYSCTL_PATH,     SETUP_FIREWALL_PATH,
					     SETUP_PLUTO_PATH,      SETUP_DROP_IN_PATH };
	int r;

	for (size_t i = 0; i < ELEMENTS(paths); i++) {
		r = setup_check_ownership(paths[i], ret_error);
		if (r < 0)
			return r;
	}
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

	if (!text)
		text = plan->state.public_address;
	if (!*text || strcmp(text, SETUP_NONE) == 0) {
		plan->state.public_address[0] = '\0';
		return 0;
	}
	if (inet_address_parse(text, &plan->libreswan.public) < 0 ||
	    plan->libreswan.public.family != AF_INET)
		return setup_fail(ret_error, "%s: the public address is no IPv4 address",
				  SETUP_STATE_PATH);
	inet_address_format(&plan->libreswan.public, plan->state.public_address);
	return 0;
}

/* The key that is there stays: clients know it. */
static int plan_secrets(const struct setup_options *options, struct setup_plan *plan,
			struct setup_error *ret_error)
{
	_cleanup_(setup_text_freep) char *before = NULL;
	char psk[LIBRESWAN_PSK_MAX + 1];
	int r;

	if (options->psk)
		return libreswan_text_secrets(&plan->libreswan, options->psk, &plan->secrets_text);
	r = setup_file_load(SETUP_SECRETS_PATH, &before, ret_error);
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

/* Adds a name to those of @state, unless it is there; old ones that do not fit are lost. */
static void remember_connection(struct setup_state *state, const char *name)
{
	if (setup_ipsec_has_name(state->connections, name))
		return;
	if (strlen(state->connections) + strlen(name) + 2 > sizeof(state->connections))
		state->connections[0] = '\0';
	if (state->connections[0])
		strcat(state->connections, " ");
	strcat(state->connections, name);
}

static int plan_connections(struct setup_plan *plan)
{
	char name[LIBRESWAN_NAME_MAX];

	plan->libreswan.updown = SETUP_UPDOWN_PATH;
	for (size_t i = 0; i < plan->libreswan.listen_count; i++) {
		libreswan_connection_name(&plan->libreswan.listen[i], name);
		strcat(strcat(plan->connections, i > 0 ? " " : ""), name);
		remember_connection(&plan->state, name);
	}
	return libreswan_text_connections(&plan->libreswan, &plan->connection_text);
}

static int read_unit(char **ret_text, struct setup_error *ret_error)
{
	static const char *const paths[] = { "/etc/systemd/system/ipsec.service",
					     "/usr/lib/systemd/system/ipsec.service",
					     "/lib/systemd/system/ipsec.service" };
	char *text = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && !text && i < ELEMENTS(paths); i++)
		r = setup_file_load(paths[i], &text, ret_error);
	if (r == 0 && !text)
		return setup_fail(ret_error, "there is no ipsec.service to add a drop-in to");
	*ret_text = text;
	return r;
}

/* pluto on a main file of ours: asked for now, or before. */
static int plan_pluto_file(const struct setup_options *options, struct setup_plan *plan,
			   struct setup_error *ret_error)
{
	_cleanup_(freep) char *host = NULL;
	_cleanup_(freep) char *unit = NULL;
	int r;

	plan->restarts_pluto =
		plan->first || (options->ipsec_drop_in && !plan->state.has_pluto_file);
	if (!options->ipsec_drop_in && !plan->state.has_pluto_file)
		return 0;
	plan->state.has_pluto_file = true;
	r = setup_file_load(PLUTO_HOST_PATH, &host, ret_error);
	if (r == 0)
		r = read_unit(&unit, ret_error);
	if (r == 0)
		r = pluto_text_main(host ? host : "", &plan->pluto_text);
	if (r < 0)
		return r;
	r = pluto_text_drop_in(unit, SETUP_PLUTO_PATH, &plan->drop_in_text);
	if (r == -ENOENT)
		return setup_fail(ret_error,
				  "ipsec.service does not start pluto with " PLUTO_HOST_PATH
				  ": without --ipsec-drop-in, add to its `config setup`\n%s",
				  libreswan_text_config_setup());
	return r;
}

/* What other firewalls lack: allowed on request, told otherwise. */
static int plan_firewalls(const struct setup_options *options, struct setup_plan *plan,
			  struct setup_error *ret_error)
{
	struct foreign_rules missing;
	int r;

	r = setup_firewalls_find(plan->has_ipv6, &missing, ret_error);
	if (r < 0)
		return r;
	for (size_t i = 0; i < missing.count; i++) {
		const char *rule = missing.rules[i];

		if (!options->allow_in_firewalls && !foreign_rules_have(&plan->state.allowed, rule))
			foreign_rules_add(&plan->advise, rule);
		else
			foreign_rules_add(&plan->allow, rule);
	}
	for (size_t i = 0; i < plan->allow.count; i++)
		foreign_rules_add(&plan->state.allowed, plan->allow.rules[i]);
	return 0;
}

static int plan_texts(const struct setup_options *options, struct setup_plan *plan,
		      struct setup_error *ret_error)
{
	int r;

	r = setup_configuration_plan(options, plan, ret_error);
	if (r == 0)
		r = plan_listen_addresses(options, plan, ret_error);
	if (r == 0)
		r = plan_public_address(options, plan, ret_error);
	if (r == 0)
		r = plan_connections(plan);
	if (r == 0)
		r = plan_secrets(options, plan, ret_error);
	if (r == 0)
		r = plan_pluto_file(options, plan, ret_error);
	if (r == 0)
		r = setup_ipv6_plan(plan, ret_error);
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
		r = port_holder_check(ret_error);
	if (r == 0)
		r = setup_ipsec_check_offers(ret_error);
	if (r == 0)
		r = setup_ipsec_check_files(ret_error);
	if (r == 0 && !plan->pluto_text)
		r = setup_ipsec_foresee_config_setup(ret_error);
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
	plan.first = !plan.state.is_complete;
	if (r == -ENOENT) {
		plan.state.forwarding_was_on = setup_network_is_forwarding() == 1;
		plan.state.ipsec_was_enabled = setup_services_is_ipsec_enabled();
	}
	plan.state.is_complete = false;
	r = plan_texts(options, &plan, ret_error);
	if (r == 0)
		r = check_host(&plan, ret_error);
	if (r == 0)
		r = plan_firewalls(options, &plan, ret_error);
	if (r < 0)
		return r;
	*ret_plan = plan;
	plan = (struct setup_plan){ 0 };
	return 0;
}
