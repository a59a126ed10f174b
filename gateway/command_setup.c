/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate setup: local and root; what it does is in setup.h. */
#include "base/cleanup.h"
#include "gateway/command.h"
#include "gateway/setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static enum command_result report_failure(int error, const struct setup_error *reason)
{
	if (error == -ECANCELED)
		return command_fail("setup: %s", reason->text);
	return command_fail("setup: %s", strerror(-error));
}

static void show_text(const char *path, const char *text)
{
	printf("--- %s\n%s", path, text);
}

/* What would be written, but for the key. */
static void show_plan(const struct setup_plan *plan)
{
	show_text(SETUP_CONNECTION_PATH, plan->connection_text);
	show_text(SETUP_SECRETS_PATH, "(the pre-shared key)\n");
	show_text(SETUP_SYSCTL_PATH, setup_sysctl_text());
	show_text(SETUP_FIREWALL_PATH, plan->firewall_text);
	if (plan->configuration_text)
		show_text(SETUP_CONFIGURATION_PATH, plan->configuration_text);
}

/* Where clients connect to: the public address, and what it does not stand for. */
static void show_addresses(const struct libreswan_parameters *libreswan)
{
	char address[INET6_ADDRSTRLEN];
	const char *separator = "";

	printf("clients connect to ");
	if (libreswan->public.family != AF_UNSPEC) {
		printf("%s", inet_address_format(&libreswan->public, address));
		separator = " or ";
	}
	for (size_t i = 0; i < libreswan->listen_count; i++) {
		if (libreswan->listen[i].family == libreswan->public.family)
			continue;
		printf("%s%s", separator, inet_address_format(&libreswan->listen[i], address));
		separator = " or ";
	}
	printf(" with the pre-shared key in %s\n", SETUP_SECRETS_PATH);
}

static enum command_result do_setup(const struct setup_options *options)
{
	_cleanup_(setup_plan_done) struct setup_plan plan = { 0 };
	struct setup_error reason;
	int r;

	r = setup_plan_make(options, &plan, &reason);
	if (r < 0)
		return report_failure(r, &reason);
	if (options->dry_run) {
		show_plan(&plan);
		return COMMAND_DONE;
	}
	r = setup_apply(&plan, stdout, &reason);
	if (r < 0)
		return report_failure(r, &reason);
	show_addresses(&plan.libreswan);
	if (plan.first)
		puts("next: saregate user add NAME --generate");
	return COMMAND_DONE;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	struct setup_options setup = { 0 };
	struct command_arguments arguments;
	struct setup_error reason;
	bool undo = false, non_interactive = false;
	const struct command_option options[] = {
		{ "non-interactive", .flag = &non_interactive },
		{ "undo", .flag = &undo },
		{ "dry-run", .flag = &setup.dry_run },
		{ "listen-address", .value = &setup.listen_address },
		{ "public-address", .value = &setup.public_address },
		{ "interface", .value = &setup.interface },
		{ "pool", .value = &setup.pool },
		{ "local-address", .value = &setup.local_address },
		{ "dns", .value = &setup.dns },
		{ "mtu", .value = &setup.mtu },
		{ 0 },
	};
	enum command_result result;
	int r;

	result = command_parse(command, argc, argv, options, 0, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (arguments.json)
		return command_usage(command, "has no --json");
	if (undo && (argc > 3 || (argc == 3 && !non_interactive)))
		return command_usage(command, "--undo takes no other option");
	if (setup.listen_address && setup.interface)
		return command_usage(command, "--listen-address or --interface, not both");
	if (!command_needs_root(command))
		return COMMAND_FAILED;
	command_make_environment_plain();
	if (!undo)
		return do_setup(&setup);
	r = setup_undo(stdout, &reason);
	return r < 0 ? report_failure(r, &reason) : COMMAND_DONE;
}

const struct command command_setup = {
	.words = "setup",
	.arguments = "[--non-interactive] [OPTION...] | --undo",
	.summary = "make this host a gateway, or undo that",
	.help = "Writes libreswan's connection and a pre-shared key, forwarding, the firewall's\n"
		"own tables, and starts the services. Asks nothing. Run again, it changes only\n"
		"what differs; the key stays.\n"
		"\n"
		"  --non-interactive     never ask, whatever later versions may ask\n"
		"  --listen-address A[,B...]  local addresses, IPv4 or IPv6, that clients' "
		"packets\n"
		"                        arrive at; 0.0.0.0 and :: are those of the default route\n"
		"                        (default: 0.0.0.0)\n"
		"  --interface IF        take the listen address, IPv4, from this interface\n"
		"  --public-address A    address that clients connect to, if a NAT is in between\n"
		"  --pool FIRST-LAST     inner addresses for clients\n"
		"  --local-address A     the gateway's own inner address\n"
		"  --dns A[,B]           DNS servers that clients are told of\n"
		"  --mtu N               inner MTU, 576 to 1500\n"
		"  --dry-run             show what would be written, change nothing\n"
		"  --undo                remove all that setup made; users and their database stay",
	.run = run,
};
