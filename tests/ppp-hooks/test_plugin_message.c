/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one side of the plugin's socket must refuse of the other. */
#include "ppp-hooks/plugin_message.h"
#include "tests/unit.h"

#include <string.h>

static union plugin_message authenticate(void)
{
	union plugin_message message = { 0 };

	message.authenticate.header = (struct plugin_message_header){ PLUGIN_MESSAGE_VERSION,
								      PLUGIN_MESSAGE_AUTHENTICATE };
	message.authenticate.user_size = 5;
	memcpy(message.authenticate.user, "alice", 5);
	memset(message.authenticate.challenge, 0xcc, sizeof(message.authenticate.challenge));
	memset(message.authenticate.response, 0xee, sizeof(message.authenticate.response));
	return message;
}

static union plugin_message verdict(void)
{
	union plugin_message message = { 0 };

	message.verdict.header =
		(struct plugin_message_header){ PLUGIN_MESSAGE_VERSION, PLUGIN_MESSAGE_VERDICT };
	message.verdict.accepted = 1;
	strcpy(message.verdict.authenticator, "0123456789ABCDEF0123456789ABCDEF01234567");
	message.verdict.local_ipv4 = 0x0a590001;
	message.verdict.peer_ipv4 = 0x0a59000a;
	return message;
}

static union plugin_message up(void)
{
	union plugin_message message = { 0 };

	message.up.header =
		(struct plugin_message_header){ PLUGIN_MESSAGE_VERSION, PLUGIN_MESSAGE_UP };
	strcpy(message.up.interface, "sg7");
	message.up.local_ipv4 = 0x0a590001;
	message.up.peer_ipv4 = 0x0a59000a;
	return message;
}

static union plugin_message ipv6_up(void)
{
	union plugin_message message = { 0 };

	message.ipv6_up.header =
		(struct plugin_message_header){ PLUGIN_MESSAGE_VERSION, PLUGIN_MESSAGE_IPV6_UP };
	strcpy(message.ipv6_up.interface, "sg7");
	return message;
}

static union plugin_message plain(uint32_t type)
{
	union plugin_message message = { 0 };

	message.header = (struct plugin_message_header){ PLUGIN_MESSAGE_VERSION, type };
	return message;
}

/* From the side that sends this type, with its own size. */
static bool passes(const union plugin_message *message)
{
	union plugin_message checked;
	uint32_t type = message->header.type;

	return plugin_message_check(message, plugin_message_size(type),
				    type < PLUGIN_MESSAGE_VERDICT, &checked);
}

static void every_other_size_is_refused(void **state)
{
	union plugin_message messages[] = { authenticate(),
					    verdict(),
					    up(),
					    ipv6_up(),
					    plain(PLUGIN_MESSAGE_COUNTERS),
					    plain(PLUGIN_MESSAGE_DOWN) };
	uint8_t bytes[2 * sizeof(union plugin_message)] = { 0 };
	union plugin_message checked;

	for (size_t i = 0; i < ELEMENTS(messages); i++) {
		uint32_t type = messages[i].header.type;

		memcpy(bytes, &messages[i], sizeof(messages[i]));
		for (size_t size = 0; size <= sizeof(bytes); size++)
			assert_int_equal(plugin_message_check(bytes, size,
							      type < PLUGIN_MESSAGE_VERDICT,
							      &checked),
					 size == plugin_message_size(type));
	}
}

static void messages_of_the_other_direction_are_refused(void **state)
{
	union plugin_message messages[] = { authenticate(),
					    verdict(),
					    up(),
					    ipv6_up(),
					    plain(PLUGIN_MESSAGE_COUNTERS),
					    plain(PLUGIN_MESSAGE_DOWN) };
	union plugin_message checked;

	for (size_t i = 0; i < ELEMENTS(messages); i++) {
		uint32_t type = messages[i].header.type;

		assert_true(passes(&messages[i]));
		assert_false(plugin_message_check(&messages[i], plugin_message_size(type),
						  type >= PLUGIN_MESSAGE_VERDICT, &checked));
	}
}

static void other_versions_and_types_are_refused(void **state)
{
	static const uint32_t types[] = { 0, 6, 63, 65, 0x80000001, UINT32_MAX };
	union plugin_message message = verdict();
	union plugin_message checked;

	message.header.version++;
	assert_false(passes(&message));
	for (size_t i = 0; i < ELEMENTS(types); i++) {
		assert_int_equal(plugin_message_size(types[i]), 0);
		message = plain(types[i]);
		for (size_t size = 0; size <= sizeof(message); size++) {
			assert_false(plugin_message_check(&message, size, true, &checked));
			assert_false(plugin_message_check(&message, size, false, &checked));
		}
	}
}

static void refused_message_leaves_the_result_untouched(void **state)
{
	union plugin_message message = authenticate();
	union plugin_message checked;
	union plugin_message before;

	memset(&checked, 0x55, sizeof(checked));
	before = checked;
	message.authenticate.padding[2] = 1;
	assert_false(plugin_message_check(&message, sizeof(message.authenticate), true, &checked));
	assert_memory_equal(&checked, &before, sizeof(checked));
}

static void user_is_bounded_and_has_no_nul(void **state)
{
	union plugin_message message = authenticate();

	message.authenticate.user_size = 0;
	assert_false(passes(&message));
	message.authenticate.user_size = 4; /* "e" would be left over */
	assert_false(passes(&message));
	message.authenticate.user_size = 6; /* would include a NUL */
	assert_false(passes(&message));
	memset(message.authenticate.user, 'x', PLUGIN_USER_MAX);
	message.authenticate.user_size = PLUGIN_USER_MAX;
	assert_true(passes(&message));
	message.authenticate.user_size = PLUGIN_USER_MAX + 1;
	assert_false(passes(&message));
	message.authenticate.user_size = UINT32_MAX;
	assert_false(passes(&message));
}

static void padding_is_zero(void **state)
{
	union plugin_message message = authenticate();

	message.authenticate.padding[0] = 1;
	assert_false(passes(&message));
	message = plain(PLUGIN_MESSAGE_DOWN);
	message.down.padding = 1;
	assert_false(passes(&message));
}

static void acceptance_carries_forty_upper_case_digits(void **state)
{
	union plugin_message message = verdict();
	char *authenticator = message.verdict.authenticator;

	authenticator[39] = '\0';
	assert_false(passes(&message));
	authenticator[39] = 'f';
	assert_false(passes(&message));
	authenticator[39] = ' ';
	assert_false(passes(&message));
	authenticator[39] = 'F';
	assert_true(passes(&message));
	authenticator[40] = 'F';
	assert_false(passes(&message));
	authenticator[40] = '\0';
	authenticator[43] = 'F';
	assert_false(passes(&message));
	memset(authenticator, 'F', sizeof(message.verdict.authenticator));
	assert_false(passes(&message));
}

static void acceptance_carries_two_different_addresses(void **state)
{
	union plugin_message message = verdict();

	message.verdict.local_ipv4 = 0;
	assert_false(passes(&message));
	message.verdict.local_ipv4 = message.verdict.peer_ipv4;
	assert_false(passes(&message));
	message = verdict();
	message.verdict.peer_ipv4 = 0;
	assert_false(passes(&message));
}

static void acceptance_may_carry_a_network_and_with_it_an_identifier(void **state)
{
	union plugin_message message = verdict();

	message.verdict.network = 0x20010db800000400;
	assert_true(passes(&message));
	message.verdict.identifier = UINT64_MAX;
	assert_true(passes(&message));
	message.verdict.identifier = 1; /* ours */
	assert_false(passes(&message));
	message.verdict.identifier = 2;
	message.verdict.network = 0;
	assert_false(passes(&message));
	message = verdict();
	message.verdict.padding = 1;
	assert_false(passes(&message));
}

static void verdict_is_yes_or_no(void **state)
{
	union plugin_message message = verdict();

	message.verdict.accepted = 2;
	assert_false(passes(&message));
	message.verdict.accepted = UINT32_MAX;
	assert_false(passes(&message));
}

static void refusal_says_one_of_two_reasons_and_acceptance_none(void **state)
{
	union plugin_message message = plain(PLUGIN_MESSAGE_VERDICT);

	assert_false(passes(&message));
	message.verdict.failure = 691;
	assert_true(passes(&message));
	message.verdict.failure = 647;
	assert_true(passes(&message));
	message.verdict.failure = 648;
	assert_false(passes(&message));
	message.verdict.failure = UINT32_MAX;
	assert_false(passes(&message));
	message = verdict();
	message.verdict.failure = 647;
	assert_false(passes(&message));
}

static void interface_is_a_name_that_can_be_printed(void **state)
{
	static const char *const names[] = { "", "sg 7", "sg7\n", "../sg7", "sg7\x1b", "sg\xff" };
	union plugin_message message = up();

	for (size_t i = 0; i < ELEMENTS(names); i++) {
		memset(message.up.interface, 0, sizeof(message.up.interface));
		strcpy(message.up.interface, names[i]);
		assert_false(passes(&message));
	}
	memset(message.up.interface, 'x', sizeof(message.up.interface));
	assert_false(passes(&message));
	message.up.interface[15] = '\0';
	assert_true(passes(&message));
	message.up.interface[3] = '\0';
	assert_false(passes(&message));
	message = ipv6_up();
	strcpy(message.ipv6_up.interface, "sg 7");
	assert_false(passes(&message));
}

static void exit_code_is_one_of_a_process(void **state)
{
	union plugin_message message = plain(PLUGIN_MESSAGE_DOWN);

	message.down.pppd_code = 255;
	assert_true(passes(&message));
	message.down.pppd_code = 256;
	assert_false(passes(&message));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(every_other_size_is_refused),
		SENTENCE(messages_of_the_other_direction_are_refused),
		SENTENCE(other_versions_and_types_are_refused),
		SENTENCE(refused_message_leaves_the_result_untouched),
		SENTENCE(user_is_bounded_and_has_no_nul),
		SENTENCE(padding_is_zero),
		SENTENCE(acceptance_carries_forty_upper_case_digits),
		SENTENCE(acceptance_carries_two_different_addresses),
		SENTENCE(acceptance_may_carry_a_network_and_with_it_an_identifier),
		SENTENCE(verdict_is_yes_or_no),
		SENTENCE(refusal_says_one_of_two_reasons_and_acceptance_none),
		SENTENCE(interface_is_a_name_that_can_be_printed),
		SENTENCE(exit_code_is_one_of_a_process),
	};

	return cmocka_run_group_tests_name("plugin_message", tests, NULL, NULL);
}
