/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate psk: show, rotate. Of several keys for clients of any address libreswan
 * (4.10, 5.2) tries that of the first line only: IKEv1 needs it before it knows who the
 * client is. So an old key and a new one cannot both be good for a while: what rotate
 * says. I/O.
 */
#include "base/cleanup.h"
#include "gateway/child.h"
#include "gateway/command.h"
#include "gateway/profile_source.h"
#include "gateway/secret.h"
#include "gateway/secret_output.h"
#include "gateway/setup_file.h"
#include "gateway/setup_ipsec.h"

#include <errno.h>
#include <string.h>

_Static_assert(SECRET_SIZE(SECRET_PSK_GROUPS) <= LIBRESWAN_PSK_MAX, "generated keys fit");

static enum command_result report(int error, const struct setup_error *reason)
{
	return command_fail("%s", error == -ECANCELED ? reason->text : strerror(-error));
}

/* ---- show ------------------------------------------------------------------------ */

static enum command_result show(const char *path, bool force)
{
	char line[LIBRESWAN_PSK_MAX + 2] = "";
	char error[SECRET_OUTPUT_ERROR_MAX];
	struct setup_error reason;
	enum command_result result = COMMAND_DONE;
	int r;

	if (secret_output_check(path, force, error) < 0)
		return command_fail("%s", error);
	r = profile_source_psk(line, &reason);
	if (r < 0)
		return report(r, &reason);
	line[strlen(line)] = '\n';
	if (secret_output_write(path, force, line, strnlen(line, sizeof(line)), error) < 0)
		result = command_fail("%s", error);
	explicit_bzero(line, sizeof(line));
	return result;
}

static enum command_result run_show(const struct command *command, int argc, char **argv)
{
	const char *output = NULL;
	bool force = false;
	const struct command_option options[] = {
		{ "output", .value = &output },
		{ "force", .flag = &force },
		{ 0 },
	};
	struct command_arguments arguments;
	enum command_result result;

	result = command_parse(command, argc, argv, options, 0, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (force && !output)
		return command_usage(command, "--force is for --output");
	if (!command_is_allowed(command))
		return COMMAND_FAILED;
	return show(output, force);
}

/* ---- rotate ------------------------------------------------------------------------ */

/* The secrets file with another key in the place of the one that is read from it. */
static int renew(const char *before, char **ret_after)
{
	char old_key[LIBRESWAN_PSK_MAX + 1];
	char new_key[SECRET_SIZE(SECRET_PSK_GROUPS)];
	int r;

	r = libreswan_text_read_psk(before, old_key);
	if (r < 0)
		return r;
	r = secret_generate(SECRET_PSK_GROUPS, new_key);
	if (r == 0)
		r = libreswan_text_replace_psk(before, old_key, new_key, ret_after);
	explicit_bzero(old_key, sizeof(old_key));
	explicit_bzero(new_key, sizeof(new_key));
	return r;
}

/* Whether a pluto that runs has read the file; one that does not will. */
static int tell_pluto(struct setup_error *ret_error)
{
	static const char *const read_secrets[] = { "ipsec", "whack", "--rereadsecrets", NULL };
	char output[1024];
	int r;

	if (!setup_ipsec_is_running())
		return 0;
	r = child_run(read_secrets, output, sizeof(output));
	if (r == 0)
		return 0;
	return setup_fail(ret_error, "pluto did not take the new key, so the old one stays: %s",
			  r < 0 ? strerror(-r) : child_first_line(output));
}

static int rotate(struct setup_error *ret_error)
{
	_cleanup_(setup_files_freep) struct setup_files *files = NULL;
	_cleanup_(setup_text_freep) char *before = NULL;
	_cleanup_(setup_text_freep) char *after = NULL;
	int r;

	r = setup_file_read(SETUP_SECRETS_PATH, &before);
	if (r == 0)
		r = renew(before, &after);
	if (r == -ENOENT)
		return setup_fail(ret_error, "there is no pre-shared key in %s: saregate setup",
				  SETUP_SECRETS_PATH);
	if (r == 0)
		r = setup_files_new(&files);
	if (r == 0)
		r = setup_files_write(files, SETUP_SECRETS_PATH, after, 0600);
	if (r < 0)
		return setup_fail(ret_error, "%s: %s", SETUP_SECRETS_PATH, strerror(-r));
	r = tell_pluto(ret_error);
	if (r < 0)
		setup_files_roll_back(files);
	return r;
}

static enum command_result run_rotate(const struct command *command, int argc, char **argv)
{
	struct command_arguments arguments;
	struct setup_error reason;
	enum command_result result;
	int r;

	result = command_parse(command, argc, argv, NULL, 0, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (!command_is_allowed(command))
		return COMMAND_FAILED;
	command_make_environment_plain();
	r = rotate(&reason);
	if (r < 0)
		return report(r, &reason);
	puts("the pre-shared key is another one: saregate psk show\n"
	     "the old one is refused from now on (libreswan accepts one at a time): every device\n"
	     "needs the new one, see saregate profile; who is connected stays until IKE is "
	     "renewed");
	return COMMAND_DONE;
}

const struct command command_psk_show = {
	.words = "psk show",
	.arguments = "[--output FILE [--force]]",
	.summary = "show the pre-shared key",
	.help = "To a terminal, or to a file that only root reads; not into a pipe.\n"
		"\n"
		"  --output FILE  write it there, mode 0600; FILE must not be there\n"
		"  --force        replace FILE\n"
		"\n"
		"Example: saregate psk show",
	.no_json = "",
	.root_does = "reads the pre-shared key",
	.run = run_show,
};

const struct command command_psk_rotate = {
	.words = "psk rotate",
	.arguments = "",
	.summary = "make another pre-shared key",
	.help = "Makes a key of 138 random bits and has libreswan read it. The old key is refused\n"
		"from then on: libreswan accepts one at a time. Who is connected stays until IKE\n"
		"is renewed; every device needs the new key.\n"
		"\n"
		"Example: saregate psk rotate",
	.no_json = "",
	.root_does = "changes files of this host",
	.run = run_rotate,
};
