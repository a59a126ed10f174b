/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate user: import, export. The file is read here, passwords become hashes
 * here, and saregated adds all of them in one change of its database, or none.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/answer.h"
#include "gateway/attribute_answer.h"
#include "gateway/secret_output.h"
#include "gateway/text_file.h"
#include "gateway/user_attributes.h"
#include "gateway/user_import.h"
#include "gateway/user_request.h"

#include <errno.h>
#include <string.h>

/* Refused users that are told one by one. */
#define TOLD_MAX 1000

static void wipe_text(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
}

/* ---- import --------------------------------------------------------------------------- */

static int append_entry(sd_bus_message *message, const struct user_import_entry *entry)
{
	int r;

	if ((r = sd_bus_message_open_container(message, 'r', "saya{ss}")) < 0 ||
	    (r = sd_bus_message_append(message, "s", entry->name)) < 0 ||
	    (r = sd_bus_message_append_array(message, 'y', entry->nt_hash,
					     sizeof(entry->nt_hash))) < 0 ||
	    (r = sd_bus_message_open_container(message, 'a', "{ss}")) < 0)
		return r;
	for (size_t i = 0; r >= 0 && user_attribute_table[i].name; i++)
		if (entry->values[i])
			r = sd_bus_message_append(message, "{ss}", user_attribute_table[i].name,
						  entry->values[i]);
	if (r < 0 || (r = sd_bus_message_close_container(message)) < 0)
		return r;
	return sd_bus_message_close_container(message);
}

static int append_all(sd_bus_message *message, const struct user_import *import, const char *mode)
{
	int r = sd_bus_message_open_container(message, 'a', "(saya{ss})");

	for (size_t i = 0; r >= 0 && i < import->count; i++)
		r = append_entry(message, &import->entries[i]);
	if (r >= 0)
		r = sd_bus_message_close_container(message);
	if (r >= 0)
		r = sd_bus_message_append(message, "s", mode);
	return r < 0 ? r : sd_bus_message_sensitive(message);
}

/* What saregated refused is put to what was refused here. */
static int take_refusals(sd_bus_message *reply, struct user_import *import, uint32_t *ret_added)
{
	const char *reason;
	uint32_t index;
	int r = sd_bus_message_enter_container(reply, 'a', "(us)");

	while (r >= 0 && (r = sd_bus_message_read(reply, "(us)", &index, &reason)) > 0) {
		if (index >= import->count)
			return -EBADMSG;
		r = user_import_refuse(import, import->entries[index].line, "%s: %s",
				       import->entries[index].name, reason);
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(reply);
	return r < 0 ? r : sd_bus_message_read(reply, "u", ret_added);
}

static enum command_result send_users(struct user_import *import, const char *mode,
				      uint32_t *ret_added)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char error[CONTROL_ERROR_MAX];

	if (control_request_init(&request, "ImportUsers", error) < 0)
		return command_fail("%s", error);
	if (append_all(request.message, import, mode) < 0)
		return command_fail("the users are too many for one message: import them in parts");
	if (control_request_send(&request, &reply, error) < 0)
		return command_fail("%s", error);
	if (take_refusals(reply, import, ret_added) < 0)
		return command_fail("the answer of saregated is not understood");
	return COMMAND_DONE;
}

static int compare_lines(const void *a, const void *b)
{
	const struct user_import_refusal *one = a, *other = b;

	return (one->line > other->line) - (one->line < other->line);
}

static void tell_refusals(const char *path, struct user_import *import)
{
	size_t told = import->refusal_count < TOLD_MAX ? import->refusal_count : TOLD_MAX;

	if (import->refusal_count == 0)
		return;
	qsort(import->refusals, import->refusal_count, sizeof(*import->refusals), compare_lines);
	for (size_t i = 0; i < told; i++)
		fprintf(stderr, "%s:%u: %s\n", path, import->refusals[i].line,
			import->refusals[i].reason);
	if (told < import->refusal_count)
		fprintf(stderr, "and %zu more\n", import->refusal_count - told);
}

static enum command_result print_import(uint32_t added, size_t refused, bool json)
{
	_cleanup_(json_putp) json_object *object = NULL;

	if (!json) {
		printf("added %u users\n", added);
		return COMMAND_DONE;
	}
	object = json_object_new_object();
	if (!object)
		return command_fail("%s", strerror(ENOMEM));
	json_object_object_add(object, "added", json_object_new_int64(added));
	json_object_object_add(object, "refused", json_object_new_int64((int64_t)refused));
	answer_print_json(object);
	return COMMAND_DONE;
}

static enum command_result import_users(const char *path, struct user_import *import, bool partial,
					bool json)
{
	/* All reasons are told, also where those found here are enough to refuse. */
	const char *mode = partial ? "partial" : import->refusal_count ? "check" : "all";
	enum command_result result;
	uint32_t added = 0;

	result = send_users(import, mode, &added);
	if (result != COMMAND_DONE)
		return result;
	tell_refusals(path, import);
	if (import->refusal_count && !partial)
		return command_fail("%s: %zu users refused, none added: mend them, or add the "
				    "others with --partial",
				    path, import->refusal_count);
	return print_import(added, import->refusal_count, json);
}

static enum command_result run_import(const struct command *command, int argc, char **argv)
{
	_cleanup_(user_import_done) struct user_import import = { 0 };
	_cleanup_(wipe_text) char *text = NULL;
	int format = USER_IMPORT_AUTO;
	const char *format_name = NULL;
	bool partial = false;
	const struct command_option options[] = {
		{ "format", .value = &format_name },
		{ "partial", .flag = &partial },
		{ 0 },
	};
	char error[TEXT_FILE_ERROR_MAX], reason[256] = "";
	struct command_arguments arguments;
	enum command_result result;
	const char *path;
	int r;

	result = command_parse(command, argc, argv, options, 1, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (format_name)
		format = user_import_format_parse(format_name);
	if (format < 0)
		return command_usage(command, "--format is one of chap-secrets, csv, json");
	path = arguments.operands[0];
	r = text_file_read(path, USER_IMPORT_SIZE_MAX, true, &text, error);
	if (r < 0)
		return command_fail("%s", r == -ENOMEM ? strerror(ENOMEM) : error);
	r = user_import_parse(text, (enum user_import_format)format, &import, reason);
	if (r < 0)
		return command_fail("%s: %s", path, r == -ENOMEM ? strerror(ENOMEM) : reason);
	return import_users(path, &import, partial, arguments.json);
}

/* ---- export ----------------------------------------------------------------------------- */

/* The hash comes as an array of numbers, and goes as digits. */
static int make_digits(json_object *user)
{
	char digits[2 * MSCHAPV2_NT_HASH_SIZE + 1];
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE];
	json_object *bytes;
	int r;

	if (!json_object_object_get_ex(user, "nt_hash", &bytes) ||
	    !json_object_is_type(bytes, json_type_array) ||
	    json_object_array_length(bytes) != sizeof(hash))
		return -EBADMSG;
	for (size_t i = 0; i < sizeof(hash); i++)
		hash[i] = (uint8_t)json_object_get_int(json_object_array_get_idx(bytes, i));
	r = json_object_object_add(user, "nt_hash",
				   json_object_new_string(text_hex(hash, sizeof(hash), digits)));
	explicit_bzero(hash, sizeof(hash));
	explicit_bzero(digits, sizeof(digits));
	return r < 0 ? -ENOMEM : 0;
}

static int export_user(void *userdata, json_object *user)
{
	int r = make_digits(user);

	json_object_object_del(user, "sessions");
	if (r == 0)
		r = attribute_answer_complete(user_attribute_table, user);
	if (r == 0 && json_object_array_add(userdata, json_object_get(user)) < 0)
		r = -ENOMEM;
	return r;
}

static enum command_result run_export(const struct command *command, int argc, char **argv)
{
	_cleanup_(json_putp) json_object *root = json_object_new_object();
	json_object *users = json_object_new_array();
	bool force = false;
	const struct command_option options[] = { { "force", .flag = &force }, { 0 } };
	char error[SECRET_OUTPUT_ERROR_MAX];
	struct command_arguments arguments;
	enum command_result result;
	const char *path, *text;

	if (!root || !users || json_object_object_add(root, "users", users) < 0)
		return command_fail("%s", strerror(ENOMEM));
	json_object_object_add(root, "version", json_object_new_int(1));
	result = command_parse(command, argc, argv, options, 1, &arguments);
	if (result != COMMAND_DONE)
		return result;
	path = arguments.operands[0];
	if (secret_output_check(path, force, error) < 0)
		return command_fail("%s", error);
	result = user_request_walk("ExportUsers", "", export_user, users);
	if (result != COMMAND_DONE)
		return result;
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_NOSLASHESCAPE);
	if (secret_output_write(path, force, text, strlen(text), error) < 0)
		return command_fail("%s", error);
	if (!arguments.json) {
		printf("wrote %zu users to %s: whoever reads it can log in as them\n",
		       json_object_array_length(users), path);
		return COMMAND_DONE;
	}
	printf("{ \"users\": %zu }\n", json_object_array_length(users));
	return COMMAND_DONE;
}

const struct command command_user_import = {
	.words = "user import",
	.arguments = "FILE [--format FORMAT] [--partial] [--json]",
	.summary = "add the users of a file",
	.help = "  --format FORMAT  chap-secrets of pppd; csv, whose first line has the titles "
		"name,\n"
		"                   password or nt_hash, and attributes of `user set`; json, as\n"
		"                   `user export` writes it. Without it, what the file looks "
		"like.\n"
		"  --partial        add those that are right; without it all are added, or none\n"
		"  --json           added, refused\n"
		"                   Each user that is refused is told with its line and the "
		"reason.\n"
		"                   Only its owner may be allowed to read FILE.\n"
		"\n"
		"example: saregate user import /etc/ppp/chap-secrets",
	.run = run_import,
};

const struct command command_user_export = {
	.words = "user export",
	.arguments = "FILE [--force] [--json]",
	.summary = "write all users with their hashes to a file, for another gateway",
	.help = "  --force  replace FILE if it is there\n"
		"  --json   users: how many\n"
		"           FILE gets mode 0600: an NT hash is as good as its password. Needs "
		"root.\n"
		"\n"
		"example: saregate user export /root/users.json",
	.run = run_export,
};
