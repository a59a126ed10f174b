/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate restore: this host serves the clients of another. Everything is read and
 * checked, and the plan made, before anything changes; then it is setup, with the
 * key, the configuration and the users of the backup.
 */
#include "base/cleanup.h"
#include "gateway/backup_archive.h"
#include "gateway/backup_cipher.h"
#include "gateway/command.h"
#include "gateway/setup_arguments.h"
#include "gateway/setup_choice.h"
#include "gateway/setup_file.h"
#include "gateway/setup_ipsec.h"
#include "gateway/setup_network.h"
#include "gateway/setup_report.h"
#include "gateway/setup_services.h"
#include "gateway/user_database_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* What the command line says. */
struct request {
	struct setup_options options;
	const char *path;
	const char *way;
	bool force;
};

/* ---- reading ------------------------------------------------------------------------- */

/* All of a file as a text. Return: 0; -ECANCELED; -ENOMEM. */
static int read_text(int file, const char *path, char **ret_text, struct setup_error *ret_error)
{
	_cleanup_(setup_text_freep) char *text = NULL;
	struct stat status;

	if (fstat(file, &status) < 0)
		return setup_fail(ret_error, "%s: %m", path);
	if (!S_ISREG(status.st_mode) || status.st_size > BACKUP_SIZE_MAX)
		return setup_fail(ret_error, "%s: no file, or too large to be a backup", path);
	text = calloc(1, (size_t)status.st_size + 1);
	if (!text)
		return -ENOMEM;
	if (pread(file, text, (size_t)status.st_size, 0) != status.st_size)
		return setup_fail(ret_error, "%s: cannot be read", path);
	if (strlen(text) != (size_t)status.st_size)
		return setup_fail(ret_error, "%s: damaged, or no backup of saregate", path);
	*ret_text = TAKE_PTR(text);
	return 0;
}

/* The file, or what it is when decrypted. Return: a descriptor; -ECANCELED. */
static int open_plain(const struct request *request, struct setup_error *ret_error)
{
	_cleanup_(closep) int file = open(request->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_(closep) int plain = -1;
	const char *program;
	char start[64];
	ssize_t size;
	int r;

	size = file < 0 ? -1 : pread(file, start, sizeof(start), 0);
	if (size < 0)
		return setup_fail(ret_error, "%s: %m", request->path);
	program = backup_cipher_recognize(start, (size_t)size);
	if (!program && request->way)
		return setup_fail(ret_error, "%s: is not encrypted: without --decrypt",
				  request->path);
	if (!program)
		return TAKE_FD(file);
	if (!request->way)
		return setup_fail(ret_error, "%s: is encrypted by %s: say --decrypt %s",
				  request->path, program,
				  strcmp(program, "age") == 0 ? "age:IDENTITY-FILE" : "gpg");
	plain = memfd_create("backup", MFD_CLOEXEC);
	if (plain < 0)
		return setup_fail(ret_error, "memory: %m");
	r = backup_cipher_decrypt(request->way, file, plain, ret_error);
	return r < 0 ? r : TAKE_FD(plain);
}

static int load(const struct request *request, struct backup *ret_backup,
		struct setup_error *ret_error)
{
	_cleanup_(setup_text_freep) char *text = NULL;
	_cleanup_(closep) int file = -1;
	char reason[BACKUP_ERROR_MAX];
	int r;

	if (request->way) {
		r = backup_cipher_check_decrypt(request->way, ret_error);
		if (r < 0)
			return r;
	}
	file = open_plain(request, ret_error);
	if (file < 0)
		return file;
	r = read_text(file, request->path, &text, ret_error);
	if (r == 0)
		r = backup_parse(text, ret_backup, reason);
	return r == -EINVAL ? setup_fail(ret_error, "%s: %s", request->path, reason) : r;
}

/* ---- deciding ------------------------------------------------------------------------ */

/* This host as if it had the configuration of the backup, and no setup yet. */
static int take_configuration(const struct request *request, const struct backup *backup,
			      struct setup_host *host, struct setup_error *ret_error)
{
	char reason[CONFIGURATION_ERROR_MAX];
	int r;

	r = configuration_parse("saregate.conf of the backup", backup->configuration,
				&host->configuration, reason);
	if (r == -EINVAL)
		return setup_fail(ret_error, "%s: %s", request->path, reason);
	if (r == 0 && host->configuration.tunnel_secrets[0] &&
	    access(host->configuration.tunnel_secrets, F_OK) < 0)
		return setup_fail(ret_error,
				  "%s, which saregate.conf of the backup names, is not on this "
				  "host: put it there first",
				  host->configuration.tunnel_secrets);
	host->is_first = true;
	host->public_address[0] = '\0';
	return r;
}

/* Addresses of the other host are not those of this one. */
static void complete_listen(const struct setup_host *host, struct setup_options *options)
{
	const struct configuration *configuration = &host->configuration;
	char text[INET6_ADDRSTRLEN];

	if (options->listen_address || options->interface)
		return;
	for (size_t i = 0; i < configuration->listen_count; i++) {
		const struct inet_address *address = &configuration->listen[i];

		if (inet_address_is_any(address) || setup_network_has_address(address) != 0)
			continue;
		options->listen_address = "0.0.0.0";
		printf("assumed: clients arrive at the address of the default route, for %s of the "
		       "backup is not on this host\n",
		       inet_address_format(address, text));
		return;
	}
}

/* The public address leads to the host whose address it was given for. */
static void complete_public(const struct setup_host *host, const struct backup *backup,
			    struct setup_options *options)
{
	struct inet_address listen = setup_choice_listen(host, options);
	char name[LIBRESWAN_NAME_MAX];

	if (options->public_address || !backup->public_address[0])
		return;
	libreswan_connection_name(&listen, name);
	if (setup_ipsec_has_name(backup->connections, name))
		options->public_address = backup->public_address;
	else
		printf("not taken over: the public address %s of the backup; if it leads to this "
		       "host, say so with --public-address\n",
		       backup->public_address);
}

/* Nobody's gateway and nobody's users are replaced without being asked. */
static int check_host(const struct request *request, const struct setup_host *before,
		      const char *database, struct setup_error *ret_error)
{
	int r;

	if (request->force)
		return 0;
	if (!before->is_first)
		return setup_fail(ret_error, "this host is a gateway already: --force replaces its "
					     "key, its configuration and its users");
	r = user_database_has_users(database, ret_error);
	if (r > 0)
		return setup_fail(ret_error, "this host has users: --force replaces them");
	return r;
}

static int plan(struct request *request, const struct backup *backup, struct setup_choice *choice,
		struct setup_plan *ret_plan, struct setup_error *ret_error)
{
	_cleanup_(setup_host_done) struct setup_host host = { 0 };
	struct setup_options *options = &request->options;
	int r;

	r = setup_host_load(&host, ret_error);
	if (r == 0)
		r = check_host(request, &host, host.configuration.database, ret_error);
	if (r == 0)
		r = take_configuration(request, backup, &host, ret_error);
	if (r < 0)
		return r;
	complete_listen(&host, options);
	complete_public(&host, backup, options);
	options->configuration = backup->configuration;
	options->psk = backup->pre_shared_key;
	r = setup_choice_complete(&host, options, choice, stdout, ret_error);
	return r < 0 ? r : setup_plan_make(options, ret_plan, ret_error);
}

/* ---- doing --------------------------------------------------------------------------- */

static int apply(const struct backup *backup, struct setup_plan *plan,
		 struct setup_error *ret_error)
{
	const char *database = plan->configuration.database;
	int r;

	if (!backup->users)
		return setup_apply(plan, stdout, ret_error);
	if (!setup_services_have_systemd() && setup_services_daemon_answers())
		return setup_fail(ret_error, "saregated runs: stop it first");
	r = setup_services_make_user(ret_error);
	if (r == 0)
		r = user_database_stage(database, backup->users, backup->users_size, ret_error);
	if (r < 0)
		return r;
	plan->takes_users = true;
	r = setup_apply(plan, stdout, ret_error);
	if (r < 0)
		user_database_drop_staged(database);
	return r;
}

static enum command_result restore(struct request *request)
{
	_cleanup_(backup_done) struct backup backup = { 0 };
	_cleanup_(setup_plan_done) struct setup_plan made = { 0 };
	struct setup_choice choice;
	struct setup_error reason;
	int r;

	r = load(request, &backup, &reason);
	if (r == 0)
		r = plan(request, &backup, &choice, &made, &reason);
	if (r == 0)
		r = apply(&backup, &made, &reason);
	if (r < 0)
		return command_fail("restore: %s", r == -ECANCELED ? reason.text : strerror(-r));
	setup_report_connection(&made, false);
	puts("a device that was told another address needs this one, and nothing else");
	return COMMAND_DONE;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	struct request request = { 0 };
	struct setup_options *setup = &request.options;
	struct command_arguments arguments;
	const struct command_option options[] = {
		{ "decrypt", .value = &request.way },
		{ "force", .flag = &request.force },
		SETUP_ARGUMENTS(setup),
		{ 0 },
	};
	enum command_result result;

	result = command_parse(command, argc, argv, options, 1, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (setup_arguments_check(command, setup) != COMMAND_DONE)
		return COMMAND_USAGE;
	if (!command_is_allowed(command))
		return COMMAND_FAILED;
	command_make_environment_plain();
	setvbuf(stdout, NULL, _IOLBF, 0);
	request.path = arguments.operands[0];
	return restore(&request);
}

const struct command command_restore = {
	.words = "restore",
	.arguments = "FILE [--decrypt age:IDENTITY-FILE|gpg] [--force] [OPTION...]",
	.summary = "make this host the gateway of a backup",
	.help = "Sets this host up with the configuration, the key and the users of a backup.\n"
		"All is checked before anything is changed. Interrupted, it is finished by\n"
		"running it again with --force; setup --undo takes it back, but for the users.\n"
		"\n"
		"  --decrypt WAY         age:IDENTITY-FILE or gpg, for a backup that was "
		"encrypted\n"
		"  --force               replace the key, configuration and users of this host\n"
		"  --listen-address, --interface, --public-address, --pool, --local-address, "
		"--dns,\n"
		"  --allow-in-firewalls, --ipsec-drop-in\n"
		"                        as for setup, where this host is not like the other\n"
		"\n"
		"Example: saregate restore /root/gateway.json",
	.no_json = "",
	.root_does = "changes files of this host",
	.run = run,
};
