/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate setup: local and root; what it does is in setup.h. At a terminal it asks
 * for what no option says, shows what it will do and asks once more; without one it
 * takes the defaults, and says what it assumed.
 */
#include "base/cleanup.h"
#include "gateway/command.h"
#include "gateway/setup_arguments.h"
#include "gateway/setup_interview.h"
#include "gateway/setup_report.h"
#include "gateway/user_database.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What was asked for on the command line besides the options of setup.h. */
struct request {
	struct setup_options options;
	struct setup_user user;
	bool non_interactive;
	bool dry_run;
	bool undo;
	bool generate;
	bool password_stdin;
};

static enum command_result report_failure(int error, const struct setup_error *reason)
{
	if (error == -ECANCELED)
		return command_fail("setup: %s", reason->text);
	return command_fail("setup: %s", strerror(-error));
}

static enum command_result apply(struct request *request, struct setup_plan *plan)
{
	struct setup_error reason;
	bool is_added = false;
	enum command_result result = COMMAND_DONE;
	int r;

	r = setup_apply(plan, stdout, &reason);
	if (r < 0)
		return report_failure(r, &reason);
	setup_report_connection(plan, !request->non_interactive);
	fflush(stdout);
	if (request->user.name)
		result = setup_user_add(&request->user, &is_added);
	if (result == COMMAND_DONE && (request->user.name || plan->first))
		setup_report_user(&request->user, is_added);
	return result;
}

/* Shows what will be done, and whether it is to be. */
static enum command_result confirm(const struct request *request, const struct setup_plan *plan,
				   bool *ret_yes)
{
	setup_report_summary(plan, &request->user);
	if (prompt_yes("do it", true, ret_yes) < 0)
		*ret_yes = false;
	return *ret_yes ? COMMAND_DONE : command_fail("setup: nothing was changed");
}

static enum command_result plan_and_apply(struct request *request)
{
	_cleanup_(setup_plan_done) struct setup_plan plan = { 0 };
	enum command_result result = COMMAND_DONE;
	struct setup_error reason;
	bool yes = true;
	int r;

	r = setup_plan_make(&request->options, &plan, &reason);
	if (r < 0)
		return report_failure(r, &reason);
	if (request->dry_run) {
		setup_report_files(&plan);
		return COMMAND_DONE;
	}
	if (!request->non_interactive)
		result = confirm(request, &plan, &yes);
	return yes ? apply(request, &plan) : result;
}

static enum command_result decide(struct request *request)
{
	_cleanup_(setup_host_done) struct setup_host host = { 0 };
	struct setup_interview answers;
	struct setup_choice choice;
	struct setup_error reason;
	int r;

	r = setup_host_load(&host, &reason);
	if (r == 0 && !request->non_interactive) {
		r = setup_interview_ask(&host, &request->options, &request->user, &answers);
		if (r < 0)
			return command_fail("setup: asking was ended: nothing was changed");
	}
	if (r == 0)
		r = setup_choice_complete(&host, &request->options, &choice, stdout, &reason);
	return r < 0 ? report_failure(r, &reason) : plan_and_apply(request);
}

/* The password comes before anything is changed. */
static enum command_result get_password(struct request *request)
{
	if (request->generate)
		return setup_user_generate(&request->user);
	if (request->password_stdin)
		return setup_user_read(&request->user);
	return COMMAND_DONE;
}

static enum command_result undo(void)
{
	struct setup_error reason;
	int r = setup_undo(stdout, &reason);

	return r < 0 ? report_failure(r, &reason) : COMMAND_DONE;
}

static enum command_result check_user(const struct command *command, const struct request *request)
{
	bool has_password = request->generate || request->password_stdin;
	const char *wrong;

	if (request->generate && request->password_stdin)
		return command_usage(command, "--generate or --password-stdin, not both");
	if (has_password && !request->user.name)
		return command_usage(command, "--generate and --password-stdin are for --user");
	if (!request->user.name)
		return COMMAND_DONE;
	wrong = user_name_check(request->user.name);
	if (wrong)
		return command_usage(command, "--user: %s", wrong);
	if (request->non_interactive && !has_password)
		return command_usage(command,
				     "--user wants one of --generate and --password-stdin");
	return COMMAND_DONE;
}

static enum command_result check(const struct command *command, const struct request *request,
				 int argc)
{
	if (request->undo && (argc > 3 || (argc == 3 && !request->non_interactive)))
		return command_usage(command, "--undo takes no other option");
	if (setup_arguments_check(command, &request->options) != COMMAND_DONE ||
	    check_user(command, request) != COMMAND_DONE)
		return COMMAND_USAGE;
	if (!request->undo && !request->non_interactive && !prompt_is_possible())
		return command_usage(command, "there is no terminal to ask at: --non-interactive "
					      "takes the defaults");
	return COMMAND_DONE;
}

static enum command_result carry_out(struct request *request)
{
	enum command_result result;

	command_make_environment_plain();
	if (request->undo)
		return undo();
	/* Each step is seen when it is done, also in a pipe. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	result = get_password(request);
	if (result == COMMAND_DONE)
		result = decide(request);
	setup_user_done(&request->user);
	return result;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	struct request request = { 0 };
	struct setup_options *setup = &request.options;
	struct command_arguments arguments;
	const struct command_option options[] = {
		{ "non-interactive", .flag = &request.non_interactive },
		{ "undo", .flag = &request.undo },
		{ "dry-run", .flag = &request.dry_run },
		SETUP_ARGUMENTS(setup),
		{ "ipv6-pool", .value = &setup->ipv6_pool },
		{ "mtu", .value = &setup->mtu },
		{ "user", .value = &request.user.name },
		{ "generate", .flag = &request.generate },
		{ "password-stdin", .flag = &request.password_stdin },
		{ 0 },
	};
	enum command_result result;

	result = command_parse(command, argc, argv, options, 0, &arguments);
	if (result != COMMAND_DONE)
		return result;
	result = check(command, &request, argc);
	if (result != COMMAND_DONE)
		return result;
	if (!command_is_allowed(command))
		return COMMAND_FAILED;
	return carry_out(&request);
}

const struct command command_setup = {
	.words = "setup",
	.arguments = "[--non-interactive] [OPTION...] | --undo",
	.summary = "make this host a gateway, or undo that",
	.help = "Writes libreswan's connection and a pre-shared key, forwarding, the firewall's\n"
		"own tables, and starts the services. At a terminal it asks for what no option\n"
		"says, shows what it will do, and asks once more. Run again, it changes only\n"
		"what differs; the key stays. One that was interrupted is finished by running it\n"
		"again, or taken back by --undo.\n"
		"\n"
		"  --non-interactive     never ask: take the options, and defaults for the rest\n"
		"  --listen-address A[,B...]  local addresses, IPv4 or IPv6, that clients' "
		"packets\n"
		"                        arrive at; 0.0.0.0 and :: are those of the default route\n"
		"                        (default: 0.0.0.0)\n"
		"  --interface IF        take the listen address, IPv4, from this interface\n"
		"  --public-address A    address that clients connect to, if a NAT is in between;\n"
		"                        or none\n"
		"  --pool FIRST-LAST     inner addresses for clients (default: some that meet no\n"
		"                        network of this host)\n"
		"  --ipv6-pool PREFIX    IPv6 prefix out of which each client gets a /64; or none\n"
		"                        (default: none)\n"
		"  --local-address A     the gateway's own inner address\n"
		"  --dns A[,B]           DNS servers that clients are told of, or none (default:\n"
		"                        this host's, else 9.9.9.9 and 149.112.112.112)\n"
		"  --mtu N               inner MTU, 576 to 1500\n"
		"  --user NAME           add this user, unless it is there\n"
		"  --generate            make the user's password and print it, once\n"
		"  --password-stdin      read it from standard input: one line\n"
		"  --allow-in-firewalls  run the commands of ufw, firewalld, Docker, nft, "
		"iptables\n"
		"                        that let clients in\n"
		"  --ipsec-drop-in       run pluto on a main file of our own, where the host's\n"
		"                        `config setup` has keys\n"
		"  --dry-run             show what would be written, change nothing\n"
		"  --undo                remove all that setup made; users and their database "
		"stay\n"
		"\n"
		"Example: saregate setup --user alice --generate",
	.no_json = "",
	.root_does = "changes files of this host",
	.run = run,
};
