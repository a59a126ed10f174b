/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What setup remembers, as it is read back. */
#include "gateway/setup_state.h"
#include "tests/unit.h"

#include <errno.h>
#include <string.h>

#define START "{\"version\": 1, \"connection\": \"saregate-192.0.2.1\", \"public_address\": \"\", "
#define FLAGS "\"forwarding_was_on\": true, \"ipsec_was_enabled\": false"

static void text_that_is_not_whole_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"{\"version\": 2}",
		START "\"forwarding_was_on\": true}",
		START "\"forwarding_was_on\": 1, \"ipsec_was_enabled\": false}",
		"{\"version\": 1, \"public_address\": \"\", " FLAGS "}",
		"{\"version\": 1, \"connection\": 7, \"public_address\": \"\", " FLAGS "}",
		"{\"version\": 1, \"connection\": \"a\", \"public_address\": "
		"\"01234567890123456789012345678901234567890123456789\", " FLAGS "}",
		START FLAGS,
		"{\"version\": 2, \"connection\": \"a\", \"public_address\": \"\", " FLAGS "}",
		START FLAGS ", \"ipv6\": 1}",
		START FLAGS ", \"accept_ra\": \"eth0 ../../eth1\"}",
		START FLAGS ", \"optmem_max_was\": -1}",
		START FLAGS ", \"optmem_max_was\": \"20480\"}",
	};
	struct setup_state read = { .connections = "untouched" };

	for (size_t i = 0; i < ELEMENTS(texts); i++)
		assert_int_equal(setup_state_parse(texts[i], &read), -EINVAL);
	assert_string_equal(read.connections, "untouched");
}

static void a_configuration_that_was_not_changed_is_not_remembered(void **state)
{
	struct setup_state read;

	assert_int_equal(setup_state_parse(START FLAGS "}", &read), 0);
	assert_string_equal(read.connections, "saregate-192.0.2.1");
	assert_true(read.forwarding_was_on);
	assert_false(read.ipsec_was_enabled);
	assert_null(read.configuration_before);
	assert_null(read.configuration_after);
	assert_null(read.configuration_next);
	setup_state_done(&read);
}

static void a_setup_of_before_ipv6_has_none(void **state)
{
	struct setup_state read;

	assert_int_equal(setup_state_parse(START FLAGS "}", &read), 0);
	assert_false(read.has_ipv6);
	assert_false(read.ipv6_forwarding_was_on);
	assert_string_equal(read.accept_ra, "");
	assert_int_equal(read.optmem_max_was, 0);
}

static void a_setup_is_complete_unless_it_says_otherwise(void **state)
{
	struct setup_state read;

	assert_int_equal(setup_state_parse(START FLAGS "}", &read), 0);
	assert_true(read.is_complete);
	assert_int_equal(setup_state_parse(START FLAGS ", \"complete\": false}", &read), 0);
	assert_false(read.is_complete);
	assert_int_equal(setup_state_parse(START FLAGS ", \"complete\": 1}", &read), -EINVAL);
}

static void what_is_written_is_read_back(void **state)
{
	struct setup_state written = {
		.connections = "saregate-192.0.2.1",
		.public_address = "198.51.100.7",
		.ipsec_was_enabled = true,
		.has_ipv6 = true,
		.ipv6_forwarding_was_on = true,
		.accept_ra = "eth0 eth1.7",
		.optmem_max_was = 20480,
		.configuration_before = strdup("# \"quoted\"\n\t\xc3\xa4/\n"),
		.configuration_after = strdup(""),
		.configuration_next = strdup("[ppp]\n"),
	};
	_cleanup_(freep) char *text = NULL;
	_cleanup_(freep) char *again = NULL;
	struct setup_state read;

	assert_int_equal(setup_state_format(&written, &text), 0);
	assert_int_equal(setup_state_parse(text, &read), 0);
	assert_string_equal(read.public_address, "198.51.100.7");
	assert_string_equal(read.configuration_before, written.configuration_before);
	assert_string_equal(read.configuration_after, "");
	assert_string_equal(read.configuration_next, "[ppp]\n");
	assert_false(read.is_complete);
	assert_true(read.has_ipv6);
	assert_true(read.ipv6_forwarding_was_on);
	assert_string_equal(read.accept_ra, "eth0 eth1.7");
	assert_int_equal(read.optmem_max_was, 20480);
	assert_int_equal(setup_state_format(&read, &again), 0);
	assert_string_equal(again, text);
	setup_state_done(&written);
	setup_state_done(&read);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(text_that_is_not_whole_is_refused),
		SENTENCE(a_configuration_that_was_not_changed_is_not_remembered),
		SENTENCE(a_setup_of_before_ipv6_has_none),
		SENTENCE(a_setup_is_complete_unless_it_says_otherwise),
		SENTENCE(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests_name("setup_state", tests, NULL, NULL);
}
