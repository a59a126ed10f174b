/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metrics from a status. Each family is a row of a table; a counter that no row knows
 * gets a family of its own, so that none is lost.
 */
#include "gateway/metrics_text.h"

#include "base/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "saregate_"
/* Members of a family. */
#define MEMBERS_MAX 8

/* One key of an object, and what its label says. */
struct member {
	const char *key;
	const char *value; /* NULL: the family has no label */
};

/* One metric of some members of one object. */
struct family {
	const char *name;
	const char *help;
	const char *label;
	struct member members[MEMBERS_MAX];
};

static const struct family gauges[] = {
	{ "uptime_seconds", "Time since saregated started.", NULL, { { "uptime", NULL } } },
	{ "sessions", "Sessions that are up.", NULL, { { "sessions", NULL } } },
	{ "tunnels", "L2TP tunnels.", NULL, { { "tunnels", NULL } } },
	{ "users", "Users in the database.", NULL, { { "users", NULL } } },
	{ "held_back",
	  "Parties that have to wait after failed log-ins.",
	  NULL,
	  { { "held_back_count", NULL } } },
};

static const struct family traffic[] = {
	{ "traffic_bytes_total",
	  "Bytes that sessions carried, in from clients and out to them.",
	  "direction",
	  { { "bytes_in", "in" }, { "bytes_out", "out" } } },
	{ "traffic_packets_total",
	  "Packets that sessions carried, in from clients and out to them.",
	  "direction",
	  { { "packets_in", "in" }, { "packets_out", "out" } } },
};

/* Of the object "counters". */
static const struct family counters[] = {
	{ "logins_total", "Log-ins whose session came up.", NULL, { { "logins", NULL } } },
	{ "reference_drops_total",
	  "Packets dropped for the SA that they came through, or for none.",
	  "reason",
	  { { "dropped_unmarked", "unmarked" },
	    { "dropped_unknown_sa", "unknown_sa" },
	    { "l2tp_foreign", "foreign" },
	    { "kernel_dropped_unmarked", "kernel_unmarked" },
	    { "kernel_dropped_foreign", "kernel_foreign" } } },
	{ "cleartext_drops_total",
	  "L2TP packets outside of IPsec that the guard dropped.",
	  "direction",
	  { { "cleartext_dropped_in", "in" }, { "cleartext_dropped_out", "out" } } },
	{ "datagrams_total", "Datagrams received.", NULL, { { "datagrams", NULL } } },
	{ "l2tp_messages_total",
	  "L2TP messages received, by what became of them.",
	  "verdict",
	  { { "l2tp_accepted", "accepted" },
	    { "l2tp_duplicate", "duplicate" },
	    { "l2tp_malformed", "malformed" },
	    { "l2tp_unknown", "unknown" },
	    { "l2tp_refused", "refused" },
	    { "l2tp_data", "data" } } },
	{ "tunnels_opened_total", "L2TP tunnels opened.", NULL, { { "tunnels_opened", NULL } } },
	{ "calls_opened_total", "L2TP calls opened.", NULL, { { "calls_opened", NULL } } },
	{ "retransmissions_total",
	  "L2TP control messages sent again.",
	  NULL,
	  { { "retransmissions", NULL } } },
	{ "tunnel_ids_taken_total",
	  "Tunnel ids that another program of the host had.",
	  NULL,
	  { { "tunnel_ids_taken", NULL } } },
	{ "data_without_call_total",
	  "Data messages of no session that there is.",
	  NULL,
	  { { "data_without_call", NULL } } },
	{ "sccrqs_too_many_total",
	  "Requests for a tunnel beyond a rate.",
	  NULL,
	  { { "sccrqs_too_many", NULL } } },
	{ "refusals_sent_total",
	  "Peers told that there are too many tunnels.",
	  NULL,
	  { { "refusals_sent", NULL } } },
	{ "kernel_path_missed_total",
	  "Tunnels on the userspace data path because the kernel's did not serve them.",
	  "reason",
	  { { "kernel_path_unfit", "unfit" }, { "kernel_path_failed", "failed" } } },
	{ "frames_dropped_total",
	  "PPP frames of the userspace data path dropped.",
	  "reason",
	  { { "frames_dropped_full", "full" },
	    { "frames_dropped_early", "early" },
	    { "frames_dropped_late", "late" },
	    { "frames_malformed", "malformed" } } },
	{ "launcher_refused_total",
	  "Calls for which pppd could not be started.",
	  NULL,
	  { { "launcher_refused", NULL } } },
	{ "hooks_lost_total",
	  "Hooks that the launcher could not be told of.",
	  NULL,
	  { { "hooks_lost", NULL } } },
	{ "updown_messages_total",
	  "Messages of the updown program.",
	  NULL,
	  { { "updown_messages", NULL } } },
	{ "updown_refused_total",
	  "Messages of the updown program that were not root's, or broken.",
	  NULL,
	  { { "updown_refused", NULL } } },
	{ "sa_references_ended_total",
	  "Clients whose last SA has gone.",
	  NULL,
	  { { "sa_references_ended", NULL } } },
	{ "pluto_exits_total", "Ends of pluto.", NULL, { { "pluto_exits", NULL } } },
	{ "sa_outbound_changes_total",
	  "SAs to clients that were replaced.",
	  NULL,
	  { { "sa_outbound_changes", NULL } } },
	{ "sa_twins_total",
	  "Reqids that turned out to be of several clients.",
	  NULL,
	  { { "sa_twins", NULL } } },
	{ "sa_nat_rebindings_total",
	  "Clients whose NAT gave them another port.",
	  NULL,
	  { { "sa_nat_rebindings", NULL } } },
	{ "sa_nat_rebindings_failed_total",
	  "Clients whose SAs could not follow their NAT.",
	  NULL,
	  { { "sa_nat_rebindings_failed", NULL } } },
	{ "sa_dumps_failed_total",
	  "Times at which the kernel's SAs could not be listed.",
	  NULL,
	  { { "sa_dumps_failed", NULL } } },
};

/* Counters that "refusals" tells in more detail. */
static const char *const told_elsewhere[] = { "logins_refused", "logins_held_back" };

/* ---- one line ------------------------------------------------------------------------ */

static void print_header(FILE *stream, const char *name, const char *type, const char *help)
{
	fprintf(stream, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

/* The value of a label, in quotes. */
static void print_quoted(FILE *stream, const char *text)
{
	putc('"', stream);
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", stream);
		else if (*text == '"' || *text == '\\')
			fprintf(stream, "\\%c", *text);
		else
			putc(*text, stream);
	}
	putc('"', stream);
}

static void print_sample(FILE *stream, const char *name, const char *label, const char *value,
			 uint64_t number)
{
	fprintf(stream, PREFIX "%s", name);
	if (label && value) {
		fprintf(stream, "{%s=", label);
		print_quoted(stream, value);
		putc('}', stream);
	}
	fprintf(stream, " %" PRIu64 "\n", number);
}

/* 2500 thousandths are "2.5". */
static void format_thousandths(uint64_t thousandths, char *text, size_t size)
{
	int length = snprintf(text, size, "%" PRIu64 ".%03" PRIu64, thousandths / 1000,
			      thousandths % 1000);

	while (text[length - 1] == '0')
		text[--length] = '\0';
	if (text[length - 1] == '.')
		text[length - 1] = '\0';
}

/* ---- families of a table ---------------------------------------------------------------- */

static bool get_number(json_object *object, const char *key, uint64_t *ret_number)
{
	json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	*ret_number = json_object_get_uint64(value);
	return true;
}

static void print_family(FILE *stream, const struct family *family, const char *type,
			 json_object *object)
{
	bool has_header = false;
	uint64_t number;

	for (size_t i = 0; i < MEMBERS_MAX && family->members[i].key; i++) {
		if (!get_number(object, family->members[i].key, &number))
			continue;
		if (!has_header)
			print_header(stream, family->name, type, family->help);
		has_header = true;
		print_sample(stream, family->name, family->label, family->members[i].value, number);
	}
}

static void print_families(FILE *stream, const struct family *families, size_t count,
			   const char *type, json_object *object)
{
	for (size_t i = 0; object && i < count; i++)
		print_family(stream, &families[i], type, object);
}

static json_object *get_object(json_object *status, const char *key)
{
	json_object *object;

	if (!json_object_object_get_ex(status, key, &object) ||
	    !json_object_is_type(object, json_type_object))
		return NULL;
	return object;
}

/* ---- what is no row of a table -------------------------------------------------------- */

static bool is_known(const char *key)
{
	for (size_t i = 0; i < ELEMENTS(told_elsewhere); i++)
		if (strcmp(told_elsewhere[i], key) == 0)
			return true;
	for (size_t i = 0; i < ELEMENTS(counters); i++)
		for (size_t j = 0; j < MEMBERS_MAX && counters[i].members[j].key; j++)
			if (strcmp(counters[i].members[j].key, key) == 0)
				return true;
	return false;
}

static bool can_be_name(const char *key)
{
	return *key && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(key);
}

static void print_other_counters(FILE *stream, json_object *object)
{
	char name[64], help[128];

	if (!object)
		return;
	json_object_object_foreach(object, key, value)
	{
		if (is_known(key) || !can_be_name(key) ||
		    !json_object_is_type(value, json_type_int) ||
		    snprintf(name, sizeof(name), "%s_total", key) >= (int)sizeof(name))
			continue;
		snprintf(help, sizeof(help), "Counter %s of saregate status.", key);
		print_header(stream, name, "counter", help);
		print_sample(stream, name, NULL, NULL, json_object_get_uint64(value));
	}
}

static void print_state(FILE *stream, json_object *status)
{
	json_object *state, *version;

	if (json_object_object_get_ex(status, "version", &version)) {
		print_header(stream, "build_info", "gauge", "1; which version runs.");
		print_sample(stream, "build_info", "version", json_object_get_string(version), 1);
	}
	if (!json_object_object_get_ex(status, "state", &state))
		return;
	print_header(stream, "degraded", "gauge", "1 if something is wrong: see saregate status.");
	print_sample(stream, "degraded", NULL, NULL,
		     strcmp(json_object_get_string(state), "running") != 0);
}

/* Their names are the configuration's, whose number is bounded. */
static void print_pools(FILE *stream, json_object *pools, const char *name, const char *help,
			bool is_use)
{
	uint64_t size, available;
	json_object *pool;

	print_header(stream, name, "gauge", help);
	for (size_t i = 0; i < json_object_array_length(pools); i++) {
		pool = json_object_array_get_idx(pools, i);
		if (get_number(pool, "size", &size) && get_number(pool, "free", &available) &&
		    available <= size)
			print_sample(stream, name, "pool",
				     json_object_get_string(json_object_object_get(pool, "name")),
				     is_use ? size - available : size);
	}
}

static void print_all_pools(FILE *stream, json_object *status)
{
	json_object *pools;

	if (!json_object_object_get_ex(status, "pools", &pools) ||
	    !json_object_is_type(pools, json_type_array) || json_object_array_length(pools) == 0)
		return;
	print_pools(stream, pools, "pool_addresses", "Inner addresses of a pool.", false);
	print_pools(stream, pools, "pool_addresses_used",
		    "Inner addresses of a pool that are leased, or a user's own.", true);
}

/* Their causes are the gateway's: a fixed set. */
static void print_refusals(FILE *stream, json_object *object)
{
	if (!object)
		return;
	print_header(stream, "logins_refused_total", "counter", "Log-ins refused, by cause.");
	json_object_object_foreach(object, key, value)
	{
		print_sample(stream, "logins_refused_total", "cause", key,
			     json_object_get_uint64(value));
	}
}

/* The classes of the status are apart, those of Prometheus hold all smaller ones. */
static void print_setup_times(FILE *stream, json_object *object)
{
	static const char *const name = "session_setup_seconds";
	json_object *bounds, *counts;
	uint64_t total = 0, sum_usec;
	char text[32];

	if (!object || !json_object_object_get_ex(object, "bounds_msec", &bounds) ||
	    !json_object_object_get_ex(object, "counts", &counts) ||
	    !get_number(object, "sum_usec", &sum_usec) ||
	    !json_object_is_type(bounds, json_type_array) ||
	    !json_object_is_type(counts, json_type_array) ||
	    json_object_array_length(counts) != json_object_array_length(bounds) + 1)
		return;
	print_header(stream, name, "histogram",
		     "From a client's call (ICRQ) until its session was up.");
	for (size_t i = 0; i < json_object_array_length(counts); i++) {
		total += json_object_get_uint64(json_object_array_get_idx(counts, i));
		strcpy(text, "+Inf");
		if (i < json_object_array_length(bounds))
			format_thousandths(
				json_object_get_uint64(json_object_array_get_idx(bounds, i)), text,
				sizeof(text));
		fprintf(stream, PREFIX "%s_bucket{le=\"%s\"} %" PRIu64 "\n", name, text, total);
	}
	fprintf(stream, PREFIX "%s_sum %" PRIu64 ".%06" PRIu64 "\n" PREFIX "%s_count %" PRIu64 "\n",
		name, sum_usec / 1000000, sum_usec % 1000000, name, total);
}

int metrics_text(json_object *status, char **ret_text)
{
	json_object *numbers = get_object(status, "counters");
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return -ENOMEM;
	print_state(stream, status);
	print_families(stream, gauges, ELEMENTS(gauges), "gauge", status);
	print_all_pools(stream, status);
	print_families(stream, traffic, ELEMENTS(traffic), "counter",
		       get_object(status, "traffic"));
	print_refusals(stream, get_object(status, "refusals"));
	print_setup_times(stream, get_object(status, "setup_times"));
	print_families(stream, counters, ELEMENTS(counters), "counter", numbers);
	print_other_counters(stream, numbers);
	if (fclose(stream) != 0) {
		free(text);
		return -ENOMEM;
	}
	*ret_text = text;
	return 0;
}
