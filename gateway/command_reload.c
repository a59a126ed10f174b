/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate reload: saregated reads its configuration again, and pluto, which only
 * root may tell, its secrets. I/O.
 */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/child.h"
#include "gateway/setup_ipsec.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* For people: what the gateway calls the moment of a change. */
static const char *effect_text(const char *effect)
{
	static const struct {
		const char *effect;
		const char *text;
	} texts[] = {
		{ "now", "at once" },
		{ "new-tunnels", "for new tunnels" },
		{ "new-sessions", "for new sessions" },
		{ "restart", "after systemctl restart saregated" },
	};

	for (size_t i = 0; i < ELEMENTS(texts); i++)
		if (strcmp(texts[i].effect, effect) == 0)
			return texts[i].text;
	return effect;
}

static int add_change(struct table *table, json_object *change)
{
	int r = answer_add_text(table, change, "key");

	if (r == 0)
		r = answer_add_text(table, change, "before");
	if (r == 0)
		r = answer_add_text(table, change, "after");
	if (r == 0)
		r = table_add(table, effect_text(answer_text(change, "effect")));
	return r;
}

static enum command_result print_changes(json_object *changes)
{
	static const char *const titles[] = { "KEY", "BEFORE", "AFTER", "IN FORCE", NULL };
	size_t count = json_object_array_length(changes);
	_cleanup_(table_freep) struct table *table = NULL;
	int r = 0;

	if (count == 0) {
		puts("saregate.conf has not changed");
		return COMMAND_DONE;
	}
	r = table_new(titles, &table);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_change(table, json_object_array_get_idx(changes, i));
	if (r < 0)
		return command_fail("%s", strerror(-r));
	table_print(table, stdout);
	return COMMAND_DONE;
}

static enum command_result print_report(json_object *report, bool secrets_read)
{
	enum command_result result = COMMAND_FAILED;
	json_object *list;

	if (json_object_object_get_ex(report, "changes", &list) &&
	    json_object_is_type(list, json_type_array))
		result = print_changes(list);
	if (secrets_read)
		puts("pluto has read the pre-shared key");
	if (json_object_object_get_ex(report, "notes", &list) &&
	    json_object_is_type(list, json_type_array))
		for (size_t i = 0; i < json_object_array_length(list); i++)
			puts(json_object_get_string(json_object_array_get_idx(list, i)));
	return result;
}

/* A pluto that does not run will read them when it starts. */
static enum command_result read_secrets(bool *ret_read)
{
	static const char *const command[] = { "ipsec", "whack", "--rereadsecrets", NULL };
	char output[1024];
	int r;

	*ret_read = false;
	if (geteuid() != 0)
		return COMMAND_DONE;
	command_make_environment_plain();
	if (!setup_ipsec_is_running())
		return COMMAND_DONE;
	r = child_run(command, output, sizeof(output));
	if (r != 0)
		return command_fail("pluto did not read the pre-shared key: %s",
				    r < 0 ? strerror(-r) : child_first_line(output));
	*ret_read = true;
	return COMMAND_DONE;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	_cleanup_(json_putp) json_object *report = NULL;
	struct command_arguments arguments;
	enum command_result result, secrets;
	bool secrets_read;

	result = command_parse(command, argc, argv, NULL, 0, &arguments);
	if (result == COMMAND_DONE)
		result = answer_get("Reload", &report);
	if (result != COMMAND_DONE)
		return result;
	secrets = read_secrets(&secrets_read);
	if (arguments.json) {
		json_object_object_add(report, "secrets_read",
				       json_object_new_boolean(secrets_read));
		answer_print_json(report);
	} else {
		result = print_report(report, secrets_read);
	}
	return result == COMMAND_DONE ? secrets : result;
}

const struct command command_reload = {
	.words = "reload",
	.arguments = "[--json]",
	.summary = "read saregate.conf again",
	.help = "Shows each key that has another value, and for whom it is in force. No session\n"
		"ends: what needs a restart of saregated stays as it was, and is said. A file "
		"that\n"
		"is wrong changes nothing. Run by root, it has pluto read the pre-shared key "
		"again,\n"
		"too.\n"
		"\n"
		"  --json  object with all of it\n"
		"\n"
		"Example: saregate reload",
	.run = run,
};
