/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate session history: asks saregated for one page after the other, and
 * prints each before it asks for the next, so that a million rows need no more
 * memory than five hundred. Only a table waits for all of them: its columns are
 * as wide as what is in them.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/answer.h"
#include "gateway/csv.h"
#include "gateway/time_expression.h"
#include "gateway/user_database.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* Rows of a table unless more are asked for: a screen is for reading. */
#define TABLE_ROWS 1000

struct request {
	const char *user;
	char address[INET6_ADDRSTRLEN]; /* "": any */
	uint64_t since, until;
	uint64_t limit; /* UINT64_MAX: none */
};

enum format {
	FORMAT_TABLE,
	FORMAT_JSON,
	FORMAT_CSV
};

/* ---- pages ------------------------------------------------------------------------- */

static int append_number(sd_bus_message *message, const char *key, uint64_t value)
{
	return value ? sd_bus_message_append(message, "{sv}", key, "t", value) : 0;
}

/* @last: the last row of the page before; NULL: the first page. */
static int append_filter(sd_bus_message *message, const struct request *request, json_object *last)
{
	int r;

	if ((r = sd_bus_message_open_container(message, 'a', "{sv}")) < 0 ||
	    (r = answer_append_text(message, "user", request->user)) < 0 ||
	    (r = answer_append_text(message, "address",
				    request->address[0] ? request->address : NULL)) < 0 ||
	    (r = append_number(message, "since", request->since)) < 0 ||
	    (r = append_number(message, "until", request->until)) < 0)
		return r;
	if (last &&
	    ((r = append_number(message, "before-started", answer_number(last, "started"))) < 0 ||
	     (r = append_number(message, "before-row", answer_number(last, "row"))) < 0))
		return r;
	return sd_bus_message_close_container(message);
}

static enum command_result get_page(const struct request *request, json_object *last,
				    json_object **ret_rows, bool *ret_more)
{
	_cleanup_(control_request_done) struct control_request call = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(json_putp) json_object *rows = NULL;
	char error[CONTROL_ERROR_MAX];
	int more = 0, r;

	if (control_request_init(&call, "ListHistory", error) < 0)
		return command_fail("%s", error);
	r = append_filter(call.message, request, last);
	if (r < 0)
		return command_fail("%s", strerror(-r));
	if (control_request_send(&call, &reply, error) < 0)
		return command_fail("%s", error);
	r = control_reply_read_json(reply, &rows);
	if (r < 0 || (r = sd_bus_message_read(reply, "b", &more)) < 0)
		return command_fail("the answer of saregated: %s", strerror(-r));
	*ret_rows = TAKE_PTR(rows);
	*ret_more = more;
	return COMMAND_DONE;
}

/* ---- rows -------------------------------------------------------------------------- */

static const char *const csv_keys[] = {
	"started",    "ended",         "duration",     "id",         "user",     "outer_address",
	"outer_port", "inner_address", "ike_identity", "data_path",  "bytes_in", "bytes_out",
	"packets_in", "packets_out",   "cause",        "inner_ipv6",
};

static void print_csv_title(void)
{
	for (size_t i = 0; i < ELEMENTS(csv_keys); i++)
		printf("%s%s", i ? "," : "", csv_keys[i]);
	fputs("\r\n", stdout);
}

/* Longer than any value: identities have 255 bytes, and D-Bus makes none longer. */
static void print_csv_value(json_object *row, const char *key)
{
	const char *value = answer_text(row, key);
	char field[CSV_FIELD_MAX(1024)], time[TIME_TEXT_MAX];

	if (strcmp(key, "started") == 0 || strcmp(key, "ended") == 0)
		value = time_format_utc(answer_number(row, key), time);
	if (strlen(value) <= 1024)
		fputs(csv_field(value, field), stdout);
}

static void print_csv(json_object *row)
{
	for (size_t i = 0; i < ELEMENTS(csv_keys); i++) {
		if (i)
			putchar(',');
		print_csv_value(row, csv_keys[i]);
	}
	fputs("\r\n", stdout);
}

/* One array, an object a line. */
static void print_json(json_object *row, uint64_t number)
{
	printf("%s\n  %s", number ? "," : "[",
	       json_object_to_json_string_ext(row, JSON_C_TO_STRING_SPACED |
							   JSON_C_TO_STRING_NOSLASHESCAPE));
}

static int add_time(struct table *table, json_object *row, const char *key)
{
	char text[TIME_TEXT_MAX];

	return table_add(table, time_format_local(answer_number(row, key), text));
}

static int add_row(struct table *table, json_object *row)
{
	int r;

	if ((r = add_time(table, row, "started")) < 0 ||
	    (r = answer_add_duration(table, row, "duration")) < 0 ||
	    (r = answer_add_text(table, row, "user")) < 0 ||
	    (r = answer_add_endpoint(table, row, "outer_address", "outer_port")) < 0 ||
	    (r = answer_add_text(table, row, "inner_address")) < 0 ||
	    (r = answer_add_text(table, row, "data_path")) < 0 ||
	    (r = answer_add_size(table, row, "bytes_in")) < 0 ||
	    (r = answer_add_size(table, row, "bytes_out")) < 0)
		return r;
	return table_add(table,
			 answer_number(row, "ended") ? answer_text(row, "cause") : "(lasts)");
}

/* ---- all of it --------------------------------------------------------------------- */

struct output {
	enum format format;
	struct table *table; /* of FORMAT_TABLE */
	uint64_t count;
};

static int print_row(struct output *output, json_object *row)
{
	switch (output->format) {
	case FORMAT_TABLE:
		return add_row(output->table, row);
	case FORMAT_JSON:
		print_json(row, output->count);
		return 0;
	case FORMAT_CSV:
		print_csv(row);
		return 0;
	}
	return 0;
}

/* Prints up to the limit. *@ret_more: there are others. */
static enum command_result print_pages(const struct request *request, struct output *output,
				       bool *ret_more)
{
	_cleanup_(json_putp) json_object *last = NULL;
	bool more = true;

	while (more && output->count < request->limit) {
		_cleanup_(json_putp) json_object *rows = NULL;
		enum command_result result = get_page(request, last, &rows, &more);
		size_t count;

		if (result != COMMAND_DONE)
			return result;
		count = json_object_array_length(rows);
		for (size_t i = 0; i < count; i++, output->count++) {
			if (output->count == request->limit) {
				more = true;
				break;
			}
			if (print_row(output, json_object_array_get_idx(rows, i)) < 0)
				return command_fail("no memory");
		}
		json_object_put(last);
		last = count ? json_object_get(json_object_array_get_idx(rows, count - 1)) : NULL;
		more = more && count > 0;
	}
	*ret_more = more;
	return COMMAND_DONE;
}

static enum command_result print_history(const struct request *request, enum format format)
{
	static const char *const titles[] = { "STARTED",   "DURATION",   "USER",
					      "OUTER",     "INNER",      "DATA PATH",
					      ">BYTES IN", ">BYTES OUT", "CAUSE OF THE END",
					      NULL };
	_cleanup_(table_freep) struct table *table = NULL;
	struct output output = { .format = format };
	enum command_result result;
	bool more = false;

	if (table_new(titles, &table) < 0)
		return command_fail("no memory");
	output.table = table;
	if (format == FORMAT_CSV)
		print_csv_title();
	result = print_pages(request, &output, &more);
	if (format == FORMAT_JSON && (output.count || result == COMMAND_DONE))
		puts(output.count ? "\n]" : "[]");
	if (result != COMMAND_DONE || format != FORMAT_TABLE)
		return result;
	table_print(table, stdout);
	if (more)
		fprintf(stderr,
			"the newest %" PRIu64 " are shown: say --limit, --since, or --csv\n",
			output.count);
	return COMMAND_DONE;
}

/* ---- the command ------------------------------------------------------------------- */

struct given {
	const char *user, *since, *until, *address, *limit;
	bool csv;
};

static enum command_result take_moment(const struct command *command, const char *option,
				       const char *text, uint64_t *ret_seconds)
{
	if (text && time_expression_parse(text, time(NULL), ret_seconds) < 0)
		return command_usage(command, "%s is " TIME_EXPRESSION_ALLOWED, option);
	return COMMAND_DONE;
}

static enum command_result take_request(const struct command *command, const struct given *given,
					bool is_table, struct request *request)
{
	enum command_result result;
	uint32_t limit;

	if (given->user && user_name_check(given->user))
		return command_usage(command, "--user: %s", user_name_check(given->user));
	if (given->address && answer_address(given->address, request->address) < 0)
		return command_usage(command, "--address is like 192.0.2.1 or 2001:db8::1");
	if (given->limit && text_parse_u32(given->limit, 1, UINT32_MAX, &limit) < 0)
		return command_usage(command, "--limit is a number from 1");
	request->user = given->user;
	request->limit = given->limit ? limit : is_table ? TABLE_ROWS : UINT64_MAX;
	result = take_moment(command, "--since", given->since, &request->since);
	if (result == COMMAND_DONE)
		result = take_moment(command, "--until", given->until, &request->until);
	if (result == COMMAND_DONE && given->since && given->until &&
	    request->until <= request->since)
		return command_usage(command, "--until is not after --since");
	return result;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	struct given given = { 0 };
	const struct command_option options[] = {
		{ "user", .value = &given.user },
		{ "since", .value = &given.since },
		{ "until", .value = &given.until },
		{ "address", .value = &given.address },
		{ "limit", .value = &given.limit },
		{ "csv", .flag = &given.csv },
		{ 0 },
	};
	struct command_arguments arguments;
	enum command_result result;
	struct request request = { 0 };

	result = command_parse(command, argc, argv, options, 0, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (given.csv && arguments.json)
		return command_usage(command, "--csv or --json, not both");
	result = take_request(command, &given, !given.csv && !arguments.json, &request);
	if (result != COMMAND_DONE)
		return result;
	return print_history(&request, given.csv        ? FORMAT_CSV
				       : arguments.json ? FORMAT_JSON
							: FORMAT_TABLE);
}

const struct command command_session_history = {
	.words = "session history",
	.arguments = "[--user NAME] [--since TIME] [--until TIME] [--address ADDRESS]\n"
		     "                                [--limit NUMBER] [--json|--csv]",
	.summary = "who was connected, when, how much, why it ended",
	.help = "Newest first; sessions that lasted at any moment between --since and --until.\n"
		"\n"
		"  --user NAME        of this user\n"
		"  --since TIME       2026-11-30, '2026-11-30 17:05', 17:05, 2h (that long ago; "
		"also\n"
		"                     s, m, d, w), now, today, yesterday, @SECONDS since 1970\n"
		"  --until TIME       the same; a day stands for its first moment\n"
		"  --address ADDRESS  from this outer, or with this inner address\n"
		"  --limit NUMBER     not more than that many (a table: 1000)\n"
		"  --csv              comma-separated values, times in UTC\n"
		"  --json             array of sessions; times in seconds since 1970\n"
		"\n"
		"Example: who had 10.89.0.17 yesterday at five in the afternoon?\n"
		"  saregate session history --address 10.89.0.17 --since '2026-11-29 17:00' \\\n"
		"           --until '2026-11-29 17:01'",
	.run = run,
};
