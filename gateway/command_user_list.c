/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate user: list, show. */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/attribute_answer.h"
#include "gateway/group_answer.h"
#include "gateway/user_attributes.h"
#include "gateway/user_database.h"
#include "gateway/user_request.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* ---- list --------------------------------------------------------------------------- */

/* As a table, or as text of JSON: nothing is printed before all is known. */
struct listing {
	struct table *table; /* NULL: JSON */
	FILE *json;
	bool has_users;
};

/* The moment to the minute; "" where there is none. */
static void format_time(json_object *object, const char *key, char text[32])
{
	uint64_t seconds = answer_number(object, key);

	text[0] = '\0';
	if (seconds)
		attribute_expiry_format(seconds, text);
}

static const char *describe_state(json_object *user)
{
	uint64_t expires = answer_number(user, "expires");

	if (!answer_number(user, "enabled"))
		return "disabled";
	if (expires && expires <= (uint64_t)time(NULL))
		return "expired";
	return "enabled";
}

static int add_row(struct table *table, json_object *user)
{
	char created[32], expires[32];
	int r;

	format_time(user, "created", created);
	format_time(user, "expires", expires);
	if ((r = answer_add_text(table, user, "name")) < 0 ||
	    (r = table_add(table, describe_state(user))) < 0 ||
	    (r = answer_add_text(table, user, "group")) < 0 ||
	    (r = answer_add_text(table, user, "ipv4")) < 0 || (r = table_add(table, expires)) < 0 ||
	    (r = answer_add_text(table, user, "sessions")) < 0 ||
	    (r = table_add(table, created)) < 0)
		return r;
	return answer_add_text(table, user, "comment");
}

/* A user as --json shows one: all keys. */
static int complete_user(json_object *user)
{
	if (!json_object_object_get_ex(user, "sessions", NULL) &&
	    json_object_object_add(user, "sessions", json_object_new_int(0)) < 0)
		return -ENOMEM;
	return attribute_answer_complete(user_attribute_table, user);
}

static int take_user(void *userdata, json_object *user)
{
	struct listing *listing = userdata;
	int r;

	if (listing->table)
		return add_row(listing->table, user);
	r = complete_user(user);
	if (r < 0)
		return r;
	answer_write_json_item(listing->json, user, !listing->has_users);
	listing->has_users = true;
	return ferror(listing->json) ? -ENOMEM : 0;
}

static enum command_result list_as_table(const char *group)
{
	static const char *const titles[] = { "NAME",    "STATE",   "GROUP",
					      "ADDRESS", "EXPIRES", ">SESSIONS",
					      "CREATED", "COMMENT", NULL };
	_cleanup_(table_freep) struct table *table = NULL;
	struct listing listing = { 0 };
	enum command_result result;

	if (table_new(titles, &table) < 0)
		return command_fail("%s", strerror(ENOMEM));
	listing.table = table;
	result = user_request_walk("ListUsers", group, take_user, &listing);
	if (result == COMMAND_DONE)
		table_print(table, stdout);
	return result;
}

static enum command_result list_as_json(const char *group)
{
	_cleanup_(freep) char *text = NULL;
	size_t size = 0;
	struct listing listing = { .json = open_memstream(&text, &size) };
	enum command_result result;

	if (!listing.json)
		return command_fail("%s", strerror(errno));
	result = user_request_walk("ListUsers", group, take_user, &listing);
	if (fclose(listing.json) != 0 && result == COMMAND_DONE)
		result = command_fail("%s", strerror(errno));
	if (result == COMMAND_DONE)
		printf("[%s\n]\n", text);
	return result;
}

static enum command_result run_list(const struct command *command, int argc, char **argv)
{
	const char *group = "";
	const struct command_option options[] = { { "group", .value = &group }, { 0 } };
	struct command_arguments arguments;
	enum command_result result;

	result = command_parse(command, argc, argv, options, 0, &arguments);
	if (result == COMMAND_DONE && *group && attribute_name_check(group))
		result = command_usage(command, "%s", attribute_name_check(group));
	if (result != COMMAND_DONE)
		return result;
	return arguments.json ? list_as_json(group) : list_as_table(group);
}

/* ---- show ------------------------------------------------------------------------------ */

#define OF_THE_GROUP " (of the group)"

/* Adds to an empty value that of the group, which holds then. */
static void fill_in(const char *name, json_object *group, char text[ATTRIBUTE_TEXT_MAX])
{
	const struct attribute *attribute = attribute_find(group_attribute_table, name);
	char value[ATTRIBUTE_TEXT_MAX];

	if (*text || !attribute || attribute->kind == ATTRIBUTE_KIND_COMMENT ||
	    !*attribute_answer_format(attribute, group, value))
		return;
	snprintf(text, ATTRIBUTE_TEXT_MAX, "%.*s" OF_THE_GROUP,
		 (int)(ATTRIBUTE_TEXT_MAX - sizeof(OF_THE_GROUP)), value);
}

/* What only a group can say. */
static void print_of_group(json_object *group)
{
	char text[ATTRIBUTE_TEXT_MAX];

	for (const struct attribute *a = group_attribute_table; a->name; a++) {
		if (attribute_find(user_attribute_table, a->name))
			continue;
		text[0] = '\0';
		fill_in(a->name, group, text);
		answer_print_line(a->name, text);
	}
}

/* @group: NULL: the user is in none. */
static void print_user(json_object *user, json_object *group)
{
	char text[ATTRIBUTE_TEXT_MAX], created[32];

	format_time(user, "created", created);
	answer_print_line("name", answer_text(user, "name"));
	answer_print_line("state", describe_state(user));
	answer_print_line("created", created);
	answer_print_line("sessions", answer_text(user, "sessions"));
	for (const struct attribute *a = user_attribute_table; a->name; a++) {
		if (a->kind == ATTRIBUTE_KIND_FLAG)
			continue;
		attribute_answer_format(a, user, text);
		if (group)
			fill_in(a->name, group, text);
		answer_print_line(a->name, text);
	}
	if (group)
		print_of_group(group);
}

static enum command_result show(json_object *user)
{
	_cleanup_(json_putp) json_object *groups = NULL;
	const char *group = answer_text(user, "group");
	enum command_result result = COMMAND_DONE;

	if (*group)
		result = group_answer_get(&groups);
	if (result == COMMAND_DONE)
		print_user(user, groups ? group_answer_find(groups, group) : NULL);
	return result;
}

static enum command_result run_show(const struct command *command, int argc, char **argv)
{
	_cleanup_(json_putp) json_object *user = NULL;
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
	if (user_request_get(name, &user, error) < 0)
		return command_fail("user %s: %s", name, error);
	if (complete_user(user) < 0)
		return command_fail("%s", strerror(ENOMEM));
	if (!arguments.json)
		return show(user);
	answer_print_json(user);
	return COMMAND_DONE;
}

#define USER_KEYS                                                                            \
	"name, created, enabled, expires (seconds since 1970; 0:\n"                          \
	"                never), group, ipv4, ipv6, pool, dns, sessions_maximum,\n"          \
	"                idle_timeout, session_timeout (seconds), comment, sessions (that\n" \
	"                are on now)"

const struct command command_user_list = {
	.words = "user list",
	.arguments = "[--group NAME] [--json]",
	.summary = "list the users",
	.help = "  --group NAME  only the members of this group\n"
		"  --json        array of users: " USER_KEYS "\n"
		"\n"
		"example: saregate user list --group staff",
	.run = run_list,
};

const struct command command_user_show = {
	.words = "user show",
	.arguments = "NAME [--json]",
	.summary = "show all of one user",
	.help = "What the user does not say is shown as the user's group says it, and marked.\n"
		"\n"
		"  --json        what the user says: " USER_KEYS "\n"
		"\n"
		"example: saregate user show alice",
	.run = run_show,
};
