/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate user: add, set, passwd, enable, disable, del. The password never
 * leaves this process: its NT hash does, which is all that MS-CHAPv2 needs.
 */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/prompt.h"
#include "gateway/setup_user.h"
#include "gateway/user_attributes.h"
#include "gateway/user_database.h"
#include "gateway/user_request.h"

#include <errno.h>
#include <string.h>

/* Where a password comes from. */
struct password_source {
	bool from_stdin;
	bool generate;
};

/* ---- the password ------------------------------------------------------------------- */

static int check_password(const char *answer, void *userdata, struct setup_error *ret_error)
{
	const char *wrong = setup_user_check_password(answer);

	(void)userdata;
	return wrong ? setup_fail(ret_error, "%s", wrong) : 0;
}

static enum command_result ask_password(struct setup_user *user)
{
	char answer[PROMPT_ANSWER_SIZE], question[256];
	int r;

	snprintf(question, sizeof(question), "password for %.128s, not shown", user->name);
	r = prompt_secret(question, check_password, NULL, answer);
	if (r == 0)
		strcpy(user->password, answer);
	explicit_bzero(answer, sizeof(answer));
	return r < 0 ? command_fail("nothing is changed") : COMMAND_DONE;
}

static enum command_result get_password(const struct password_source *source,
					struct setup_user *user)
{
	if (source->generate)
		return setup_user_generate(user);
	return source->from_stdin ? setup_user_read(user) : ask_password(user);
}

/* Reads it and makes the hash; the caller wipes both. */
static enum command_result get_hash(const struct password_source *source, struct setup_user *user,
				    uint8_t ret_hash[MSCHAPV2_NT_HASH_SIZE])
{
	enum command_result result = get_password(source, user);

	if (result == COMMAND_DONE && mschapv2_nt_hash(user->password, ret_hash) < 0)
		result = command_fail("the password is not UTF-8");
	return result;
}

static enum command_result print_done(const char *what, const struct setup_user *user, bool json)
{
	const char *password = user->is_generated ? user->password : NULL;
	_cleanup_(json_putp) json_object *object = NULL;

	if (!json) {
		printf("%s %s\n", what, user->name);
		if (password)
			printf("password: %s\n", password);
		return COMMAND_DONE;
	}
	object = json_object_new_object();
	if (!object)
		return command_fail("%s", strerror(ENOMEM));
	json_object_object_add(object, "name", json_object_new_string(user->name));
	if (password)
		json_object_object_add(object, "password", json_object_new_string(password));
	answer_print_json(object);
	return COMMAND_DONE;
}

/* One operand, a user's name, and one source of a password at most. */
static enum command_result check_operands(const struct command *command,
					  const struct command_arguments *arguments,
					  const struct password_source *source)
{
	const char *wrong = user_name_check(arguments->operands[0]);

	if (wrong)
		return command_usage(command, "%s", wrong);
	if (source->from_stdin && source->generate)
		return command_usage(command, "wants one of --password-stdin and --generate");
	if (!source->from_stdin && !source->generate && !prompt_is_possible())
		return command_usage(command, "wants one of --password-stdin and --generate, "
					      "or a terminal to ask at");
	return COMMAND_DONE;
}

/* ---- add, passwd ------------------------------------------------------------------------ */

#define PASSWORD_OPTIONS(source)                            \
	{ "password-stdin", .flag = &(source).from_stdin }, \
	{                                                   \
		"generate", .flag = &(source).generate      \
	}

static enum command_result run_add(const struct command *command, int argc, char **argv)
{
	struct attribute_options attributes = { 0 };
	struct password_source source = { 0 };
	struct command_option options[2 + ATTRIBUTE_OPTIONS_MAX + 1] = { PASSWORD_OPTIONS(source) };
	_cleanup_(setup_user_done) struct setup_user user = { 0 };
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE] = { 0 };
	struct command_arguments arguments;
	enum command_result result;

	attribute_options_add(&attributes, user_attribute_table, options, 2);
	result = command_parse(command, argc, argv, options, 1, &arguments);
	if (result == COMMAND_DONE)
		result = check_operands(command, &arguments, &source);
	if (result == COMMAND_DONE)
		result = attribute_options_check(&attributes, command);
	if (result != COMMAND_DONE)
		return result;
	user.name = arguments.operands[0];
	result = get_hash(&source, &user, hash);
	if (result == COMMAND_DONE)
		result = user_request_add(user.name, hash, &attributes);
	explicit_bzero(hash, sizeof(hash));
	return result == COMMAND_DONE ? print_done("added user", &user, arguments.json) : result;
}

static enum command_result run_passwd(const struct command *command, int argc, char **argv)
{
	struct password_source source = { 0 };
	const struct command_option options[] = { PASSWORD_OPTIONS(source), { 0 } };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(setup_user_done) struct setup_user user = { 0 };
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE] = { 0 };
	struct command_arguments arguments;
	enum command_result result;

	result = command_parse(command, argc, argv, options, 1, &arguments);
	if (result == COMMAND_DONE)
		result = check_operands(command, &arguments, &source);
	if (result != COMMAND_DONE)
		return result;
	user.name = arguments.operands[0];
	result = get_hash(&source, &user, hash);
	if (result == COMMAND_DONE)
		result = user_request_send("SetPassword", user.name, hash, &reply);
	explicit_bzero(hash, sizeof(hash));
	return result == COMMAND_DONE ? print_done("new password for user", &user, arguments.json)
				      : result;
}

/* ---- set, enable, disable, del ------------------------------------------------------------ */

static enum command_result print_ended(const char *what, const char *name, uint32_t sessions,
				       bool json)
{
	_cleanup_(json_putp) json_object *object = NULL;

	if (!json) {
		printf("%s %s; sessions ended: %u\n", what, name, sessions);
		return COMMAND_DONE;
	}
	object = json_object_new_object();
	if (!object)
		return command_fail("%s", strerror(ENOMEM));
	json_object_object_add(object, "name", json_object_new_string(name));
	json_object_object_add(object, "sessions_ended", json_object_new_int64(sessions));
	answer_print_json(object);
	return COMMAND_DONE;
}

static enum command_result check_name(const struct command *command, const char *name)
{
	const char *wrong = user_name_check(name);

	return wrong ? command_usage(command, "%s", wrong) : COMMAND_DONE;
}

static enum command_result run_set(const struct command *command, int argc, char **argv)
{
	struct command_option options[ATTRIBUTE_OPTIONS_MAX + 1] = { { 0 } };
	struct attribute_options attributes = { 0 };
	struct command_arguments arguments;
	enum command_result result;
	uint32_t ended = 0;

	attribute_options_add(&attributes, user_attribute_table, options, 0);
	result = command_parse(command, argc, argv, options, 1, &arguments);
	if (result == COMMAND_DONE)
		result = check_name(command, arguments.operands[0]);
	if (result == COMMAND_DONE)
		result = attribute_options_check(&attributes, command);
	if (result == COMMAND_DONE && !attribute_options_given(&attributes))
		result = command_usage(command, "wants at least one attribute");
	if (result == COMMAND_DONE)
		result = user_request_set(arguments.operands[0], &attributes, &ended);
	return result == COMMAND_DONE
		       ? print_ended("changed user", arguments.operands[0], ended, arguments.json)
		       : result;
}

/* enable and disable: one attribute that is known. */
static enum command_result run_switch(const struct command *command, int argc, char **argv)
{
	const bool enable = strcmp(command->words, command_user_enable.words) == 0;
	/* the first row of the table, see user_attributes.c */
	struct attribute_options attributes = { .table = user_attribute_table,
						.values = { enable ? "yes" : "no" } };
	struct command_arguments arguments;
	enum command_result result;
	uint32_t ended = 0;

	result = command_parse(command, argc, argv, NULL, 1, &arguments);
	if (result == COMMAND_DONE)
		result = check_name(command, arguments.operands[0]);
	if (result == COMMAND_DONE)
		result = user_request_set(arguments.operands[0], &attributes, &ended);
	return result == COMMAND_DONE ? print_ended(enable ? "enabled user" : "disabled user",
						    arguments.operands[0], ended, arguments.json)
				      : result;
}

static enum command_result run_del(const struct command *command, int argc, char **argv)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct command_arguments arguments;
	char error[CONTROL_ERROR_MAX];
	enum command_result result;
	uint32_t ended = 0;
	const char *name;

	result = command_parse(command, argc, argv, NULL, 1, &arguments);
	if (result == COMMAND_DONE)
		result = check_name(command, arguments.operands[0]);
	if (result != COMMAND_DONE)
		return result;
	name = arguments.operands[0];
	if (control_request_init(&request, "DeleteUser", error) < 0)
		return command_fail("%s", error);
	if (sd_bus_message_append(request.message, "s", name) < 0)
		return command_fail("user %s: not sent", name);
	if (control_request_send(&request, &reply, error) < 0)
		return command_fail("user %s: %s", name, error);
	if (sd_bus_message_read(reply, "u", &ended) < 0)
		return command_fail("the answer of saregated is not understood");
	return print_ended("deleted user", name, ended, arguments.json);
}

#define ATTRIBUTES_HELP                                                                         \
	"  --enabled yes|no        whether the user may come in\n"                              \
	"  --expires DATE          YYYY-MM-DD (the end of that day), \"YYYY-MM-DD HH:MM\",\n"   \
	"                          seconds since 1970, or never\n"                              \
	"  --group NAME            what the group says holds where the user says nothing\n"     \
	"  --ipv4 ADDRESS          inner address of this user's own; one session at a time\n"   \
	"  --ipv6 ADDRESS          whose network of 64 bits is always this user's\n"            \
	"  --pool NAME             pool for the inner address: [pool NAME] of saregate.conf,\n" \
	"                          default; empty: the group's, else default\n"                 \
	"  --dns ADDRESS[,ADDRESS] DNS servers that this user is told of\n"                     \
	"  --sessions-maximum N    sessions at once; beyond it [users] sessions-exceeded\n"     \
	"                          of saregate.conf says which one ends\n"                      \
	"  --idle-timeout TIME     ends a session without traffic; seconds, or 15m, 8h, 2d\n"   \
	"  --session-timeout TIME  ends a session after this time\n"                            \
	"  --comment TEXT          for the administrator\n"                                     \
	"                          An empty value, or 0, takes an attribute away.\n"

#define PASSWORD_HELP                                                                    \
	"  --password-stdin        read the password from standard input: one line of\n" \
	"                          UTF-8, 1 to 256 bytes\n"                              \
	"  --generate              make a password and print it, once\n"                 \
	"                          Without both it is asked for at the terminal.\n"

const struct command command_user_add = {
	.words = "user add",
	.arguments = "NAME [--password-stdin|--generate] [ATTRIBUTE...] [--json]",
	.summary = "add a user",
	.help = PASSWORD_HELP ATTRIBUTES_HELP
	"  --json                  name, and password if generated\n"
	"\n"
	"example: saregate user add alice --generate --group staff --expires 2027-01-31",
	.run = run_add,
};

const struct command command_user_set = {
	.words = "user set",
	.arguments = "NAME ATTRIBUTE... [--json]",
	.summary = "change a user, and the sessions of that user at once",
	.help = ATTRIBUTES_HELP
	"  --json                  name, sessions_ended\n"
	"\n"
	"example: saregate user set alice --ipv4 10.89.0.20 --idle-timeout 30m",
	.run = run_set,
};

const struct command command_user_passwd = {
	.words = "user passwd",
	.arguments = "NAME [--password-stdin|--generate] [--json]",
	.summary = "give a user another password; sessions go on",
	.help = PASSWORD_HELP "  --json                  name, and password if generated\n"
			      "\n"
			      "example: saregate user passwd alice --generate",
	.run = run_passwd,
};

const struct command command_user_enable = {
	.words = "user enable",
	.arguments = "NAME [--json]",
	.summary = "let a user in again",
	.help = "  --json  name, sessions_ended\n"
		"\n"
		"example: saregate user enable alice",
	.run = run_switch,
};

const struct command command_user_disable = {
	.words = "user disable",
	.arguments = "NAME [--json]",
	.summary = "keep a user out and end the sessions of that user",
	.help = "  --json  name, sessions_ended\n"
		"\n"
		"example: saregate user disable alice",
	.run = run_switch,
};

const struct command command_user_del = {
	.words = "user del",
	.arguments = "NAME [--json]",
	.summary = "delete a user and end the sessions of that user",
	.help = "  --json  name, sessions_ended\n"
		"\n"
		"example: saregate user del alice",
	.run = run_del,
};
