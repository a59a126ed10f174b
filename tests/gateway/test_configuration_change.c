/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between two configurations, and what of it needs no restart: every key. */
#include "gateway/configuration_change.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

/* A value of each key that is not its default, as the file has it. */
static const struct {
	const char *section;
	const char *name;
	const char *value;
} others[] = {
	{ "listen", "address", "192.0.2.1 2001:db8::1" },
	{ "listen", "port", "1702" },
	{ "ipsec", "protection", "off" },
	{ "ipsec", "sa-tracking", "mark" },
	{ "l2tp", "host-name", "vpn.example.org" },
	{ "l2tp", "hello-interval", "61" },
	{ "l2tp", "tunnels-maximum", "9" },
	{ "l2tp", "half-open-maximum", "8" },
	{ "l2tp", "half-open-per-client", "7" },
	{ "l2tp", "half-open-per-address", "6" },
	{ "l2tp", "tunnels-per-client", "4" },
	{ "l2tp", "tunnels-per-address", "5" },
	{ "l2tp", "sccrq-rate-per-client", "5" },
	{ "l2tp", "sccrq-rate-per-address", "6" },
	{ "l2tp", "calls-per-tunnel", "6" },
	{ "l2tp", "receive-window", "4" },
	{ "l2tp", "retransmissions", "3" },
	{ "l2tp", "data-sequencing", "yes" },
	{ "l2tp", "hide-avps", "yes" },
	{ "l2tp", "tunnel-secrets", "/secrets" },
	{ "data-path", "kind", "userspace" },
	{ "ppp", "pool", "10.0.0.2-10.0.0.9" },
	{ "ppp", "ipv6-pool", "2001:db8:0:400::/54" },
	{ "ppp", "local-address", "10.0.0.1" },
	{ "ppp", "dns", "192.0.2.53 192.0.2.54" },
	{ "ppp", "mtu", "1400" },
	{ "ppp", "lcp-echo-interval", "0" },
	{ "ppp", "lcp-echo-failures", "5" },
	{ "ppp", "debug", "yes" },
	{ "pool NAME", "range", "10.0.0.2-10.0.0.9" },
	{ "pool NAME", "ipv6-pool", "fd00::/61" },
	{ "login", "failures-per-client", "4" },
	{ "login", "failures-per-user", "19" },
	{ "login", "failures-per-address", "99" },
	{ "login", "delay-maximum", "0" },
	{ "login", "forgive-after", "60" },
	{ "users", "database", "/users" },
	{ "users", "domain", "keep" },
	{ "users", "realm", "strip" },
	{ "users", "sessions-maximum", "1" },
	{ "users", "sessions-exceeded", "refuse" },
	{ "history", "database", "/tmp/history" },
	{ "history", "interval", "5" },
	{ "history", "days", "0" },
	{ "history", "rows", "0" },
	{ "control", "bus", "none" },
	{ "control", "launcher", "/launcher" },
	{ "log", "level", "debug" },
};

/* What is of a pool is told with the name of its pool. */
static const char *told(size_t other)
{
	static char text[256];
	bool is_of_pool = strncmp(others[other].section, "pool ", 5) == 0;

	snprintf(text, sizeof(text), "%s%s", is_of_pool ? "NAME " : "", others[other].value);
	return text;
}

static struct configuration parse(const char *text)
{
	struct configuration configuration;
	char error[CONFIGURATION_ERROR_MAX] = "";

	if (configuration_parse("test.conf", text, &configuration, error) != 0)
		fail_msg("%s", error);
	return configuration;
}

/* No pool is without a range. */
static const char *text_before(size_t other)
{
	bool is_of_pool = strncmp(others[other].section, "pool ", 5) == 0;

	return is_of_pool && strcmp(others[other].name, "range") != 0
		       ? "[pool NAME]\nrange = 10.0.0.2-10.0.0.9\n"
		       : "";
}

/* The default, with what the key needs. */
static struct configuration configuration_without(size_t other)
{
	return parse(text_before(other));
}

/* The same, but for one key. */
static struct configuration configuration_with(size_t other)
{
	const char *before = text_before(other);
	char text[256], section[64];

	snprintf(section, sizeof(section), "[%s]\n", others[other].section);
	snprintf(text, sizeof(text), "%s%s = %s\n", *before ? before : section, others[other].name,
		 others[other].value);
	return parse(text);
}

static void every_key_says_when_a_change_takes_effect(void **state)
{
	for (const struct configuration_key *key = configuration_keys; key->name; key++)
		if (key->effect < CONFIGURATION_EFFECT_NOW ||
		    key->effect > CONFIGURATION_EFFECT_RESTART)
			fail_msg("%s.%s does not", key->section, key->name);
}

static void every_key_is_tried_here(void **state)
{
	size_t count = 0;

	for (const struct configuration_key *key = configuration_keys; key->name; key++, count++)
		if (count >= ELEMENTS(others) || strcmp(others[count].name, key->name) != 0)
			fail_msg("%s.%s is not", key->section, key->name);
	assert_int_equal(count, ELEMENTS(others));
}

static void every_value_is_written_as_it_is_read(void **state)
{
	char text[CONFIGURATION_VALUE_MAX];

	for (size_t i = 0; i < ELEMENTS(others); i++) {
		struct configuration configuration = configuration_with(i);
		const struct configuration_key *key =
			configuration_key_find(others[i].section, others[i].name);

		key->format(key, &configuration, text);
		assert_string_equal(text, told(i));
	}
}

static void equal_configurations_differ_in_nothing(void **state)
{
	struct configuration_changes changes;
	struct configuration running = parse(""), file = parse("[ppp]\nmtu = 1280\n");

	configuration_compare(&running, &file, &changes);
	assert_int_equal(changes.count, 0);
	assert_memory_equal(&changes.after, &running, sizeof(running));
}

static void a_change_of_any_key_is_found_and_no_other(void **state)
{
	struct configuration_changes changes;

	for (size_t i = 0; i < ELEMENTS(others); i++) {
		struct configuration running = configuration_without(i);
		struct configuration file = configuration_with(i);

		configuration_compare(&running, &file, &changes);
		assert_int_equal(changes.count, 1);
		assert_string_equal(changes.keys[0]->name, others[i].name);
		assert_memory_equal(&changes.before, &running, sizeof(running));
		assert_memory_equal(&changes.file, &file, sizeof(file));
	}
}

static void what_needs_a_restart_keeps_its_value_and_all_else_is_taken(void **state)
{
	struct configuration_changes changes;

	for (size_t i = 0; i < ELEMENTS(others); i++) {
		struct configuration running = configuration_without(i);
		struct configuration file = configuration_with(i);
		char before[CONFIGURATION_VALUE_MAX], after[CONFIGURATION_VALUE_MAX];
		const struct configuration_key *key =
			configuration_key_find(others[i].section, others[i].name);

		configuration_compare(&running, &file, &changes);
		key->format(key, &running, before);
		key->format(key, &changes.after, after);
		if (key->effect == CONFIGURATION_EFFECT_RESTART)
			assert_string_equal(after, before);
		else
			assert_string_equal(after, told(i));
	}
}

static void several_changes_come_in_the_order_of_the_table(void **state)
{
	struct configuration_changes changes;
	struct configuration running = parse("[l2tp]\nhost-name = a\n");
	struct configuration file = parse("[log]\nlevel = error\n[listen]\nport = 1\n"
					  "[ppp]\ndns = 192.0.2.1\n");

	configuration_compare(&running, &file, &changes);
	assert_int_equal(changes.count, 4);
	assert_string_equal(changes.keys[0]->name, "port");
	assert_string_equal(changes.keys[1]->name, "host-name");
	assert_string_equal(changes.keys[2]->name, "dns");
	assert_string_equal(changes.keys[3]->name, "level");
	assert_int_equal(changes.after.port, 1701);
	assert_int_equal(changes.after.dns_ipv4[0], 0xc0000201);
}

static void pools_are_told_all_at_once(void **state)
{
	struct configuration_changes changes;
	struct configuration running = parse("[pool a]\nrange = 10.0.0.2-10.0.0.9\n");
	struct configuration file = parse("[pool b]\nrange = 10.1.0.2-10.1.0.2\n"
					  "[pool a]\nrange = 10.0.0.2-10.0.0.9\n");
	char text[CONFIGURATION_VALUE_MAX], name[CONFIGURATION_NAME_MAX];

	configuration_compare(&running, &file, &changes);
	assert_int_equal(changes.count, 1);
	assert_string_equal(configuration_key_full_name(changes.keys[0], name), "pool.range");
	changes.keys[0]->format(changes.keys[0], &changes.after, text);
	assert_string_equal(text, "b 10.1.0.2-10.1.0.2, a 10.0.0.2-10.0.0.9");
	changes.keys[0]->format(changes.keys[0], &changes.before, text);
	assert_string_equal(text, "a 10.0.0.2-10.0.0.9");
}

/* saregate.conf(5) explains a key from ".It Ic KEY" in its section to the next one. */
static const char *explanation(const char *page, const struct configuration_key *key)
{
	char section[64], item[64];
	const char *found;

	snprintf(section, sizeof(section), "\n.Ss Section %s\n", key->section);
	snprintf(item, sizeof(item), "\n.It Ic %s\n", key->name);
	found = strstr(page, section);
	found = found ? strstr(found, item) : NULL;
	if (!found)
		fail_msg("the page does not explain %s.%s", key->section, key->name);
	return found + 1;
}

static void the_manual_says_of_every_key_when_a_change_is_in_force(void **state)
{
	static const char *const sentences[] = {
		[CONFIGURATION_EFFECT_NOW] = "A change is in force at once.\n",
		[CONFIGURATION_EFFECT_NEW_TUNNELS] = "A change is in force for new tunnels.\n",
		[CONFIGURATION_EFFECT_NEW_SESSIONS] = "A change is in force for new sessions.\n",
		[CONFIGURATION_EFFECT_RESTART] = "A change is in force after a restart.\n",
	};
	char path[PATH_MAX], page[65536] = "";
	_cleanup_(fclosep) FILE *file = NULL;

	snprintf(path, sizeof(path), "%s/docs/saregate.conf.5", getenv("top_srcdir"));
	file = fopen(path, "re");
	assert_non_null(file);
	assert_in_range(fread(page, 1, sizeof(page) - 1, file), 1, sizeof(page) - 2);
	for (const struct configuration_key *key = configuration_keys; key->name; key++) {
		const char *text = explanation(page, key);
		const char *sentence = strstr(text, "A change is in force ");
		const char *next = strstr(text, "\n.It Ic ");

		if (!sentence || (next && next < sentence))
			fail_msg("the page does not say it of %s.%s", key->section, key->name);
		else if (strncmp(sentence, sentences[key->effect],
				 strlen(sentences[key->effect])) != 0)
			fail_msg("the page is wrong about %s.%s", key->section, key->name);
	}
}

static void effects_have_names(void **state)
{
	assert_string_equal(configuration_effect_name(CONFIGURATION_EFFECT_NOW), "now");
	assert_string_equal(configuration_effect_name(CONFIGURATION_EFFECT_NEW_TUNNELS),
			    "new-tunnels");
	assert_string_equal(configuration_effect_name(CONFIGURATION_EFFECT_NEW_SESSIONS),
			    "new-sessions");
	assert_string_equal(configuration_effect_name(CONFIGURATION_EFFECT_RESTART), "restart");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(every_key_says_when_a_change_takes_effect),
		SENTENCE(every_key_is_tried_here),
		SENTENCE(every_value_is_written_as_it_is_read),
		SENTENCE(equal_configurations_differ_in_nothing),
		SENTENCE(a_change_of_any_key_is_found_and_no_other),
		SENTENCE(what_needs_a_restart_keeps_its_value_and_all_else_is_taken),
		SENTENCE(several_changes_come_in_the_order_of_the_table),
		SENTENCE(pools_are_told_all_at_once),
		SENTENCE(the_manual_says_of_every_key_when_a_change_is_in_force),
		SENTENCE(effects_have_names),
	};

	return cmocka_run_group_tests_name("configuration_change", tests, NULL, NULL);
}
