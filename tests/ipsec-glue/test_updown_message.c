/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pluto tells its updown program, and datagrams that nobody should believe. */
#include "ipsec-glue/updown_message.h"
#include "tests/ipsec-glue/pluto_environments.h"
#include "tests/unit.h"

#include <errno.h>
#include <string.h>

/* The environment of the test that runs: name, value, ..., NULL. */
static const char *const *environment;

static const char *fake_get(const char *name)
{
	for (const char *const *entry = environment; *entry; entry += 2)
		if (strcmp(entry[0], name) == 0)
			return entry[1];
	return NULL;
}

/* If not NULL, in place of PLUTO_VERB. */
static const char *other_verb;

static const char *get_with_other_verb(const char *name)
{
	return strcmp(name, "PLUTO_VERB") == 0 && other_verb ? other_verb : fake_get(name);
}

static int parse(const char *const *variables, struct updown_message *ret_message)
{
	environment = variables;
	return updown_message_from_environment(fake_get, ret_message);
}

#define ENVIRONMENT(...) ((const char *const[]){ __VA_ARGS__, NULL, NULL })

static struct updown_message good_message(void)
{
	struct updown_message message = { .version = UPDOWN_MESSAGE_VERSION, .up = 1 };

	strcpy(message.identity, "192.168.1.101");
	strcpy(message.connection, "saregate");
	return message;
}

static void a_datagram_of_another_size_is_refused(void **state)
{
	struct updown_message message = good_message();
	struct updown_message result = { .spi_a = 42 };
	char long_datagram[sizeof(message) + 1] = { 0 };

	memcpy(long_datagram, &message, sizeof(message));
	for (size_t size = 0; size < sizeof(message); size++)
		assert_false(updown_message_check(&message, size, &result));
	assert_false(updown_message_check(long_datagram, sizeof(long_datagram), &result));
	assert_int_equal(result.spi_a, 42);
}

static void a_datagram_of_another_version_is_refused(void **state)
{
	struct updown_message message = good_message();
	struct updown_message result;

	message.version++;
	assert_false(updown_message_check(&message, sizeof(message), &result));
}

static void a_direction_that_is_neither_is_refused(void **state)
{
	struct updown_message message = good_message();
	struct updown_message result;

	message.up = 2;
	assert_false(updown_message_check(&message, sizeof(message), &result));
}

static void an_unterminated_field_is_refused(void **state)
{
	struct updown_message message = good_message();
	struct updown_message result;

	memset(message.identity, 'x', sizeof(message.identity));
	assert_false(updown_message_check(&message, sizeof(message), &result));
	message = good_message();
	memset(message.connection, 'x', sizeof(message.connection));
	assert_false(updown_message_check(&message, sizeof(message), &result));
}

static void an_unprintable_field_is_refused(void **state)
{
	struct updown_message message = good_message();
	struct updown_message result;

	strcpy(message.identity, "a\x1b[2J");
	assert_false(updown_message_check(&message, sizeof(message), &result));
	strcpy(message.identity, "\xc3\xa4");
	assert_false(updown_message_check(&message, sizeof(message), &result));
	message = good_message();
	strcpy(message.connection, "a\nb");
	assert_false(updown_message_check(&message, sizeof(message), &result));
}

static void a_missing_variable_is_an_error(void **state)
{
	struct updown_message message = { .spi_a = 42 };

	assert_int_equal(
		parse(ENVIRONMENT("PLUTO_PEER_ID", "x", "PLUTO_CONNECTION", "y"), &message),
		-EINVAL);
	assert_int_equal(
		parse(ENVIRONMENT("PLUTO_VERB", "up-host", "PLUTO_CONNECTION", "y"), &message),
		-EINVAL);
	assert_int_equal(
		parse(ENVIRONMENT("PLUTO_VERB", "up-host", "PLUTO_PEER_ID", "x"), &message),
		-EINVAL);
	assert_int_equal(message.spi_a, 42);
}

static void a_malformed_spi_is_an_error(void **state)
{
	static const char *const spis[] = {
		"",     "0x",          "12",          "x12",
		"0x-1", "0xg",         "0x123456789", " 0x1",
		"0x1 ", "0x12345678 ", "0X12",        "0x00000000000000001"
	};
	struct updown_message message;

	for (size_t i = 0; i < ELEMENTS(spis); i++) {
		assert_int_equal(parse(ENVIRONMENT("PLUTO_VERB", "up-host", "PLUTO_PEER_ID", "x",
						   "PLUTO_CONNECTION", "y", "SPI_IN", spis[i]),
				       &message),
				 -EINVAL);
		assert_int_equal(parse(ENVIRONMENT("PLUTO_VERB", "up-host", "PLUTO_PEER_ID", "x",
						   "PLUTO_CONNECTION", "y", "SPI_OUT", spis[i]),
				       &message),
				 -EINVAL);
	}
}

static void other_verbs_are_of_no_interest(void **state)
{
	static const char *const verbs[] = { "prepare-host", "route-host",   "unroute-client",
					     "up",           "up-host-v6-x", "",
					     "up-hos",       "disconnectNM" };
	struct updown_message message = { .spi_a = 42 };

	for (size_t i = 0; i < ELEMENTS(verbs); i++)
		assert_int_equal(parse(ENVIRONMENT("PLUTO_VERB", verbs[i]), &message), 0);
	assert_int_equal(message.spi_a, 42);
}

static void a_client_that_comes_is_reported_with_both_spis(void **state)
{
	struct updown_message message;

	assert_int_equal(parse(ENVIRONMENT("PLUTO_VERB", "up-host", "PLUTO_CONNECTION", "saregate",
					   "PLUTO_PEER_ID", "192.168.1.101", "SPI_IN", "0xc0ffee01",
					   "SPI_OUT", "0xabc"),
			       &message),
			 1);
	assert_int_equal(message.version, UPDOWN_MESSAGE_VERSION);
	assert_int_equal(message.up, 1);
	assert_int_equal(message.spi_a, 0xc0ffee01);
	assert_int_equal(message.spi_b, 0xabc);
	assert_string_equal(message.identity, "192.168.1.101");
	assert_string_equal(message.connection, "saregate");
	assert_true(updown_message_check(&message, sizeof(message), &message));
}

static void spis_may_be_absent(void **state)
{
	struct updown_message message;

	assert_int_equal(parse(ENVIRONMENT("PLUTO_VERB", "down-client", "PLUTO_CONNECTION", "c",
					   "PLUTO_PEER_ID", "@x"),
			       &message),
			 1);
	assert_int_equal(message.up, 0);
	assert_int_equal(message.spi_a, 0);
	assert_int_equal(message.spi_b, 0);
}

static void every_verb_of_both_families_has_its_direction(void **state)
{
	static const struct {
		const char *verb;
		uint32_t up;
	} cases[] = { { "up-host", 1 },      { "up-client", 1 },     { "up-host-v6", 1 },
		      { "up-client-v6", 1 }, { "down-host", 0 },     { "down-client", 0 },
		      { "down-host-v6", 0 }, { "down-client-v6", 0 } };
	struct updown_message message;

	for (size_t i = 0; i < ELEMENTS(cases); i++) {
		assert_int_equal(parse(ENVIRONMENT("PLUTO_VERB", cases[i].verb, "PLUTO_CONNECTION",
						   "c", "PLUTO_PEER_ID", "x"),
				       &message),
				 1);
		assert_int_equal(message.up, cases[i].up);
	}
}

static void what_a_peer_calls_itself_is_made_printable(void **state)
{
	struct updown_message message;

	assert_int_equal(parse(ENVIRONMENT("PLUTO_VERB", "up-host", "PLUTO_CONNECTION", "a\tb",
					   "PLUTO_PEER_ID", "@\x1b[2J\xff \x7f\n.'$(x)"),
			       &message),
			 1);
	assert_string_equal(message.identity, "@?[2J? ??.'$(x)");
	assert_string_equal(message.connection, "a?b");
	assert_true(updown_message_check(&message, sizeof(message), &message));
}

static void a_name_that_is_too_long_is_cut(void **state)
{
	struct updown_message message;
	char name[1000];

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(parse(ENVIRONMENT("PLUTO_VERB", "up-host", "PLUTO_CONNECTION", name,
					   "PLUTO_PEER_ID", name),
			       &message),
			 1);
	assert_int_equal(strlen(message.identity), SA_IDENTITY_MAX - 1);
	assert_int_equal(strlen(message.connection), SA_CONNECTION_NAME_MAX - 1);
}

/* One release's environment, told with each of the verbs that a client's life has. */
static void check_release(const char *const *captured, uint32_t spi_in, uint32_t spi_out)
{
	static const struct {
		const char *verb;
		int result;
		uint32_t up;
	} verbs[] = { { "prepare-host", 0, 0 },
		      { "route-host", 0, 0 },
		      { "up-host", 1, 1 },
		      { "down-host", 1, 0 },
		      { "unroute-host", 0, 0 } };
	struct updown_message message = { 0 };

	environment = captured;
	for (size_t i = 0; i < ELEMENTS(verbs); i++) {
		other_verb = verbs[i].verb;
		assert_int_equal(updown_message_from_environment(get_with_other_verb, &message),
				 verbs[i].result);
		if (verbs[i].result == 0)
			continue;
		assert_int_equal(message.up, verbs[i].up);
		assert_string_equal(message.identity, "192.168.1.101");
		assert_string_equal(message.connection, "saregate-203.0.113.1");
		assert_int_equal(message.spi_a, spi_in);
		assert_int_equal(message.spi_b, spi_out);
		assert_true(updown_message_check(&message, sizeof(message), &message));
	}
	other_verb = NULL;
}

static void what_libreswan_4_10_tells_is_understood(void **state)
{
	check_release(libreswan_4_10_up_host, 0x2f72adbd, 0xb7ccdb64);
}

static void what_libreswan_5_2_tells_is_understood(void **state)
{
	check_release(libreswan_5_2_up_host, 0x8059fe84, 0xdab24205);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_datagram_of_another_size_is_refused),
		SENTENCE(a_datagram_of_another_version_is_refused),
		SENTENCE(a_direction_that_is_neither_is_refused),
		SENTENCE(an_unterminated_field_is_refused),
		SENTENCE(an_unprintable_field_is_refused),
		SENTENCE(a_missing_variable_is_an_error),
		SENTENCE(a_malformed_spi_is_an_error),
		SENTENCE(other_verbs_are_of_no_interest),
		SENTENCE(a_client_that_comes_is_reported_with_both_spis),
		SENTENCE(spis_may_be_absent),
		SENTENCE(every_verb_of_both_families_has_its_direction),
		SENTENCE(what_a_peer_calls_itself_is_made_printable),
		SENTENCE(a_name_that_is_too_long_is_cut),
		SENTENCE(what_libreswan_4_10_tells_is_understood),
		SENTENCE(what_libreswan_5_2_tells_is_understood),
	};

	return cmocka_run_group_tests_name("updown_message", tests, NULL, NULL);
}
