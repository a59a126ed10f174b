/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate backup: all that makes this gateway what it is to its clients, in one file. */
#include "config.h"

#include "base/cleanup.h"
#include "gateway/backup_archive.h"
#include "gateway/backup_cipher.h"
#include "gateway/command.h"
#include "gateway/secret_output.h"
#include "gateway/setup.h"
#include "gateway/setup_file.h"
#include "gateway/user_database_copy.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

static int collect_setup(struct backup *backup, struct setup_error *ret_error)
{
	_cleanup_(setup_state_done) struct setup_state state = { 0 };
	int r;

	r = setup_state_require(&state, ret_error);
	if (r < 0)
		return r;
	if (!state.is_complete || strlen(state.connections) >= sizeof(backup->connections))
		return setup_fail(ret_error,
				  "a setup was interrupted: finish it with saregate setup");
	strcpy(backup->connections, state.connections);
	strcpy(backup->public_address, state.public_address);
	return 0;
}

static int collect_key(struct backup *backup, struct setup_error *ret_error)
{
	_cleanup_(setup_text_freep) char *text = NULL;
	int r;

	r = setup_file_load(SETUP_SECRETS_PATH, &text, ret_error);
	if (r < 0)
		return r;
	r = text ? libreswan_text_read_psk(text, backup->pre_shared_key) : -ENOENT;
	return r < 0 ? setup_fail(ret_error, "there is no pre-shared key in %s", SETUP_SECRETS_PATH)
		     : 0;
}

/* saregate.conf, and the database that it names. */
static int collect_users(struct backup *backup, struct setup_error *ret_error)
{
	struct configuration configuration = { 0 };
	char reason[CONFIGURATION_ERROR_MAX];
	int r;

	r = setup_file_load(SETUP_CONFIGURATION_PATH, &backup->configuration, ret_error);
	if (r == 0 && !backup->configuration && !(backup->configuration = strdup("")))
		return -ENOMEM;
	if (r == 0)
		r = configuration_parse(SETUP_CONFIGURATION_PATH, backup->configuration,
					&configuration, reason);
	if (r == -EINVAL)
		return setup_fail(ret_error, "%s", reason);
	if (r < 0)
		return r;
	if (configuration.tunnel_secrets[0])
		fprintf(stderr, "saregate: %s is not in the backup: copy it yourself\n",
			configuration.tunnel_secrets);
	return user_database_read(configuration.database, BACKUP_USERS_MAX, &backup->users,
				  &backup->users_size, ret_error);
}

static int collect(struct backup *backup, struct setup_error *ret_error)
{
	int r;

	strcpy(backup->program, PACKAGE_VERSION);
	gethostname(backup->host, sizeof(backup->host) - 1);
	backup->created = (uint64_t)time(NULL);
	r = collect_setup(backup, ret_error);
	if (r == 0)
		r = collect_key(backup, ret_error);
	if (r == 0)
		r = collect_users(backup, ret_error);
	return r;
}

/* What was written to a descriptor, as bytes; the caller frees them. */
static int read_back(int file, char **ret_bytes, size_t *ret_size)
{
	struct stat status;
	char *bytes;

	if (fstat(file, &status) < 0)
		return -errno;
	bytes = malloc((size_t)status.st_size + 1);
	if (!bytes)
		return -ENOMEM;
	if (pread(file, bytes, (size_t)status.st_size, 0) != status.st_size) {
		free(bytes);
		return -EIO;
	}
	*ret_bytes = bytes;
	*ret_size = (size_t)status.st_size;
	return 0;
}

/* In the place of @text, by way of memory. */
static int encrypt(const char *way, char **text, size_t *size, struct setup_error *ret_error)
{
	_cleanup_(closep) int plain = memfd_create("backup", MFD_CLOEXEC);
	_cleanup_(closep) int cipher = memfd_create("backup", MFD_CLOEXEC);
	char *encrypted = NULL;
	int r;

	if (plain < 0 || cipher < 0 || write(plain, *text, *size) != (ssize_t)*size ||
	    lseek(plain, 0, SEEK_SET) < 0)
		return setup_fail(ret_error, "memory: %m");
	r = backup_cipher_encrypt(way, plain, cipher, ret_error);
	if (r < 0)
		return r;
	r = read_back(cipher, &encrypted, size);
	if (r < 0)
		return r;
	setup_text_free(*text);
	*text = encrypted;
	return 0;
}

static int make(const char *way, char **ret_bytes, size_t *ret_size, struct setup_error *ret_error)
{
	_cleanup_(backup_done) struct backup backup = { 0 };
	_cleanup_(setup_text_freep) char *text = NULL;
	int r;

	r = collect(&backup, ret_error);
	if (r == 0)
		r = backup_format(&backup, &text);
	if (r < 0 || !text)
		return r;
	*ret_size = strlen(text);
	if (way)
		r = encrypt(way, &text, ret_size, ret_error);
	if (r == 0)
		*ret_bytes = TAKE_PTR(text);
	return r;
}

static enum command_result back_up(const char *path, const char *way, bool force)
{
	_cleanup_(freep) char *bytes = NULL;
	char error[SECRET_OUTPUT_ERROR_MAX];
	struct setup_error reason;
	size_t size = 0;
	int r = 0;

	if (secret_output_check(path, force, error) < 0)
		return command_fail("backup: %s", error);
	if (way)
		r = backup_cipher_check_encrypt(way, &reason);
	if (r == 0)
		r = make(way, &bytes, &size, &reason);
	if (r < 0 || !bytes)
		return command_fail("backup: %s", r == -ECANCELED ? reason.text : strerror(-r));
	r = secret_output_write(path, force, bytes, size, error);
	explicit_bzero(bytes, size);
	if (r < 0)
		return command_fail("backup: %s", error);
	printf("wrote %s: the configuration, the pre-shared key and the users%s\n", path,
	       way ? ", encrypted" : "; whoever reads it can connect as any of them");
	return COMMAND_DONE;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	const char *way = NULL;
	bool force = false;
	const struct command_option options[] = {
		{ "encrypt", .value = &way },
		{ "force", .flag = &force },
		{ 0 },
	};
	struct command_arguments arguments;
	enum command_result result;

	result = command_parse(command, argc, argv, options, 1, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (!command_is_allowed(command))
		return COMMAND_FAILED;
	command_make_environment_plain();
	return back_up(arguments.operands[0], way, force);
}

const struct command command_backup = {
	.words = "backup",
	.arguments = "FILE [--encrypt age:RECIPIENT|gpg:KEY] [--force]",
	.summary = "write configuration, key and users to a file",
	.help = "One file of mode 0600 with all that another host needs to serve the same\n"
		"clients: see restore. saregated may run.\n"
		"\n"
		"  --encrypt WAY  age:RECIPIENT or gpg:KEY, by the program of that name\n"
		"  --force        replace FILE\n"
		"\n"
		"Example: saregate backup /root/gateway.json",
	.no_json = "",
	.root_does = "reads the pre-shared key and the users",
	.run = run,
};
