/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate user: add, list, del. The password never leaves this process: its
 * NT hash does, which is all that MS-CHAPv2 needs.
 */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/password.h"
#include "gateway/secret.h"
#include "gateway/user_database.h"
#include "gateway/user_request.h"

#include <errno.h>
#include <string.h>
#include <time.h>

_Static_assert(SECRET_SIZE(SECRET_PASSWORD_GROUPS) <= PASSWORD_SIZE, "generated passwords fit");

static enum command_result get_password(bool generate, char password[PASSWORD_SIZE])
{
	const char *wrong;
	int r;

	if (generate) {
		r = secret_generate(SECRET_PASSWORD_GROUPS, password);
		return r < 0 ? command_fail("no randomness: %s", strerror(-r)) : COMMAND_DONE;
	}
	wrong = password_read(STDIN_FILENO, password);
	return wrong ? command_fail("%s", wrong) : COMMAND_DONE;
}

static enum command_result print_added(const char *name, const char *password, bool json)
{
	_cleanup_(json_putp) json_object *object = NULL;

	if (!json) {
		printf("added user %s\n", name);
		if (password)
			printf("password: %s\n", password);
		return COMMAND_DONE;
	}
	object = json_object_new_object();
	if (!object)
		return command_fail("%s", strerror(ENOMEM));
	json_object_object_add(object, "name", json_object_new_string(name));
	if (password)
		json_object_object_add(object, "password", json_object_new_string(password));
	answer_print_json(object);
	return COMMAND_DONE;
}

static enum command_result add_user(const char *name, bool generate, bool json)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE];
	char password[PASSWORD_SIZE] = "";
	enum command_result result;

	result = get_password(generate, password);
	if (result == COMMAND_DONE && mschapv2_nt_hash(password, hash) < 0)
		result = command_fail("the password is not UTF-8");
	if (result == COMMAND_DONE)
		result = user_request_send("AddUser", name, hash, &reply);
	if (result == COMMAND_DONE)
		result = print_added(name, generate ? password : NULL, json);
	explicit_bzero(password, sizeof(password));
	explicit_bzero(hash, sizeof(hash));
	return result;
}

static enum command_result run_add(const struct command *command, int argc, char **argv)
{
	bool from_stdin = false, generate = false;
	const struct command_option options[] = {
		{ "password-stdin", .flag = &from_stdin },
		{ "generate", .flag = &generate },
		{ 0 },
	};
	struct command_arguments arguments;
	enum command_result result;
	const char *wrong;

	result = command_parse(command, argc, argv, options, 1, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (from_stdin == generate)
		return command_usage(command, "wants one of --password-stdin and --generate");
	wrong = user_name_check(arguments.operands[0]);
	if (wrong)
		return command_usage(command, "%s", wrong);
	return add_user(arguments.operands[0], generate, arguments.json);
}

static int add_row(struct table *table, json_object *user)
{
	time_t created = (time_t)answer_number(user, "created");
	struct tm local;
	char date[32] = "";
	int r;

	if (localtime_r(&created, &local))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &local);
	r = answer_add_text(table, user, "name");
	return r < 0 ? r : table_add(table, date);
}

static enum command_result run_list(const struct command *command, int argc, char **argv)
{
	static const char *const titles[] = { "NAME", "CREATED", NULL };
	_cleanup_(table_freep) struct table *table = NULL;
	_cleanup_(json_putp) json_object *users = NULL;
	struct command_arguments arguments;
	enum command_result result;
	int r;

	result = command_parse(command, argc, argv, NULL, 0, &arguments);
	if (result == COMMAND_DONE)
		result = answer_get("ListUsers", &users);
	if (result != COMMAND_DONE)
		return result;
	if (arguments.json) {
		answer_print_json(users);
		return COMMAND_DONE;
	}
	r = table_new(titles, &table);
	for (size_t i = 0; r == 0 && i < json_object_array_length(users); i++)
		r = add_row(table, json_object_array_get_idx(users, i));
	if (r < 0)
		return command_fail("%s", strerror(-r));
	table_print(table, stdout);
	return COMMAND_DONE;
}

static enum command_result print_deleted(const char *name, sd_bus_message *reply, bool json)
{
	_cleanup_(json_putp) json_object *object = NULL;
	uint32_t sessions;

	if (sd_bus_message_read(reply, "u", &sessions) < 0)
		return command_fail("the answer of saregated is not understood");
	if (!json) {
		printf("deleted user %s; sessions ended: %u\n", name, sessions);
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

static enum command_result run_del(const struct command *command, int argc, char **argv)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct command_arguments arguments;
	char error[CONTROL_ERROR_MAX];
	enum command_result result;
	const char *name;

	result = command_parse(command, argc, argv, NULL, 1, &arguments);
	if (result != COMMAND_DONE)
		return result;
	name = arguments.operands[0];
	if (user_name_check(name))
		return command_usage(command, "%s", user_name_check(name));
	if (control_request_init(&request, "DeleteUser", error) < 0)
		return command_fail("%s", error);
	if (sd_bus_message_append(request.message, "s", name) < 0)
		return command_fail("user %s: not sent", name);
	if (control_request_send(&request, &reply, error) < 0)
		return command_fail("user %s: %s", name, error);
	return print_deleted(name, reply, arguments.json);
}

const struct command command_user_add = {
	.words = "user add",
	.arguments = "NAME --password-stdin|--generate [--json]",
	.summary = "add a user",
	.help = "  --password-stdin  read the password from standard input: one line of UTF-8,\n"
		"                    1 to 256 bytes\n"
		"  --generate        make a password and print it, once\n"
		"  --json            name, and password if generated",
	.run = run_add,
};

const struct command command_user_list = {
	.words = "user list",
	.arguments = "[--json]",
	.summary = "list the users",
	.help = "  --json  array of {name, created (seconds since 1970)}",
	.run = run_list,
};

const struct command command_user_del = {
	.words = "user del",
	.arguments = "NAME [--json]",
	.summary = "delete a user and end the sessions of that user",
	.help = "  --json  name, sessions_ended",
	.run = run_del,
};
