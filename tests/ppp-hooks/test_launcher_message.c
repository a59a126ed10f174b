/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the launcher, as root, must refuse of saregated, and the reverse. */
#include "ppp-hooks/launcher_message.h"
#include "tests/unit.h"

#include <string.h>

static union launcher_message plain(uint32_t type)
{
	union launcher_message message = { 0 };

	message.header = (struct launcher_message_header){ LAUNCHER_MESSAGE_VERSION, type };
	return message;
}

static union launcher_message start(void)
{
	union launcher_message message = plain(LAUNCHER_MESSAGE_START);

	message.start.call_id = 12;
	message.start.unit = 7;
	message.start.mtu = 1280;
	message.start.mru = 1280;
	message.start.lcp_echo_interval_seconds = 30;
	message.start.lcp_echo_failures = 4;
	return message;
}

static union launcher_message hook(void)
{
	union launcher_message message = plain(LAUNCHER_MESSAGE_HOOK);

	message.hook.session = 12;
	message.hook.event = LAUNCHER_HOOK_DOWN;
	message.hook.inner_ipv4 = 0x0a59000a;
	memcpy(message.hook.outer_address, (uint8_t[]){ 203, 0, 113, 11 }, 4);
	message.hook.outer_port = 4500;
	message.hook.duration_seconds = 61;
	strcpy(message.hook.user, "alice");
	strcpy(message.hook.cause, "ended by the administrator: \xc3\xbc");
	return message;
}

static union launcher_message started(void)
{
	union launcher_message message = plain(LAUNCHER_MESSAGE_STARTED);

	message.started.pid = 4711;
	return message;
}

static union launcher_message refused(void)
{
	union launcher_message message = plain(LAUNCHER_MESSAGE_REFUSED);

	message.refused.error = 17;
	return message;
}

static union launcher_message exited(void)
{
	union launcher_message message = plain(LAUNCHER_MESSAGE_EXITED);

	message.exited.pid = 4711;
	return message;
}

static bool passes(const union launcher_message *message)
{
	union launcher_message checked;
	uint32_t type = message->header.type;

	return launcher_message_check(message, launcher_message_size(type),
				      type < LAUNCHER_MESSAGE_STARTED, &checked);
}

static void every_other_size_is_refused(void **state)
{
	union launcher_message messages[] = { start(),   plain(LAUNCHER_MESSAGE_STOP),
					      hook(),    started(),
					      refused(), exited() };
	uint8_t bytes[2 * sizeof(union launcher_message)] = { 0 };
	union launcher_message checked;

	for (size_t i = 0; i < ELEMENTS(messages); i++) {
		uint32_t type = messages[i].header.type;

		memcpy(bytes, &messages[i], sizeof(messages[i]));
		for (size_t size = 0; size <= sizeof(bytes); size++)
			assert_int_equal(launcher_message_check(bytes, size,
								type < LAUNCHER_MESSAGE_STARTED,
								&checked),
					 size == launcher_message_size(type));
	}
}

static void messages_of_the_other_direction_are_refused(void **state)
{
	union launcher_message messages[] = { start(),   plain(LAUNCHER_MESSAGE_STOP),
					      hook(),    started(),
					      refused(), exited() };
	union launcher_message checked;

	for (size_t i = 0; i < ELEMENTS(messages); i++) {
		uint32_t type = messages[i].header.type;

		assert_true(passes(&messages[i]));
		assert_false(launcher_message_check(&messages[i], launcher_message_size(type),
						    type >= LAUNCHER_MESSAGE_STARTED, &checked));
	}
}

static void other_versions_and_types_are_refused(void **state)
{
	static const uint32_t types[] = { 0, 4, 63, 67, 0x80000001, UINT32_MAX };
	union launcher_message message = start();
	union launcher_message checked;

	message.header.version++;
	assert_false(passes(&message));
	for (size_t i = 0; i < ELEMENTS(types); i++) {
		assert_int_equal(launcher_message_size(types[i]), 0);
		message = plain(types[i]);
		for (size_t size = 0; size <= sizeof(message); size++) {
			assert_false(launcher_message_check(&message, size, true, &checked));
			assert_false(launcher_message_check(&message, size, false, &checked));
		}
	}
}

static void refused_message_leaves_the_result_untouched(void **state)
{
	union launcher_message message = start();
	union launcher_message checked;
	union launcher_message before;

	memset(&checked, 0x55, sizeof(checked));
	before = checked;
	message.start.debug = 2;
	assert_false(launcher_message_check(&message, sizeof(message.start), true, &checked));
	assert_memory_equal(&checked, &before, sizeof(checked));
}

static void every_field_of_a_start_has_its_bounds(void **state)
{
	static const struct {
		size_t offset;
		uint32_t minimum;
		uint32_t maximum;
	} fields[] = {
		{ offsetof(struct launcher_start, call_id), 0, UINT32_MAX },
		{ offsetof(struct launcher_start, unit), 0, LAUNCHER_UNIT_MAXIMUM },
		{ offsetof(struct launcher_start, mtu), 576, 1500 },
		{ offsetof(struct launcher_start, mru), 576, 1500 },
		{ offsetof(struct launcher_start, lcp_echo_interval_seconds), 0, 3600 },
		{ offsetof(struct launcher_start, lcp_echo_failures), 1, 100 },
		{ offsetof(struct launcher_start, debug), 0, 1 },
		{ offsetof(struct launcher_start, channel), LAUNCHER_CHANNEL_PPPOL2TP,
		  LAUNCHER_CHANNEL_TTY },
		{ offsetof(struct launcher_start, ipv6), 0, 1 },
	};

	/* A field added to the message must be added here. */
	assert_int_equal(sizeof(struct launcher_start),
			 sizeof(struct launcher_message_header) +
				 ELEMENTS(fields) * sizeof(uint32_t));
	for (size_t i = 0; i < ELEMENTS(fields); i++) {
		const uint32_t values[] = {
			fields[i].minimum,     fields[i].maximum, fields[i].minimum - 1,
			fields[i].maximum + 1, UINT32_MAX,        0x80000000
		};

		for (size_t j = 0; j < ELEMENTS(values); j++) {
			union launcher_message message = start();

			memcpy((uint8_t *)&message + fields[i].offset, &values[j],
			       sizeof(values[j]));
			assert_int_equal(passes(&message), values[j] >= fields[i].minimum &&
								   values[j] <= fields[i].maximum);
		}
	}
}

static void process_numbers_are_possible_ones(void **state)
{
	union launcher_message message = started();

	message.started.pid = 0;
	assert_false(passes(&message));
	message.started.pid = UINT32_MAX;
	assert_false(passes(&message));
	message = exited();
	message.exited.pid = 0;
	assert_false(passes(&message));
}

static void refusal_names_an_error(void **state)
{
	union launcher_message message = refused();

	message.refused.error = 0;
	assert_false(passes(&message));
	message.refused.error = 4096;
	assert_false(passes(&message));
}

static void process_ends_by_code_or_by_signal(void **state)
{
	union launcher_message message = exited();

	message.exited.exit_code = 255;
	assert_true(passes(&message));
	message.exited.exit_code = 256;
	assert_false(passes(&message));
	message.exited.exit_code = 0;
	message.exited.signal = 64;
	assert_true(passes(&message));
	message.exited.signal = 65;
	assert_false(passes(&message));
	message.exited.signal = 9;
	message.exited.exit_code = 1;
	assert_false(passes(&message));
}

static void every_number_of_a_hook_has_its_bounds(void **state)
{
	static const struct {
		size_t offset;
		uint32_t minimum;
		uint32_t maximum;
	} fields[] = {
		{ offsetof(struct launcher_hook, session), 1, LAUNCHER_UNIT_MAXIMUM },
		{ offsetof(struct launcher_hook, event), LAUNCHER_HOOK_DOWN, LAUNCHER_HOOK_DOWN },
		{ offsetof(struct launcher_hook, inner_ipv4), 1, UINT32_MAX },
		{ offsetof(struct launcher_hook, outer_is_ipv6), 0, 1 },
		{ offsetof(struct launcher_hook, outer_port), 0, UINT16_MAX },
		{ offsetof(struct launcher_hook, padding), 0, 0 },
	};

	for (size_t i = 0; i < ELEMENTS(fields); i++) {
		const uint32_t values[] = { fields[i].minimum, fields[i].maximum,
					    fields[i].minimum - 1, fields[i].maximum + 1 };

		for (size_t j = 0; j < ELEMENTS(values); j++) {
			union launcher_message message = hook();

			memcpy((char *)&message + fields[i].offset, &values[j], sizeof(values[j]));
			assert_int_equal(passes(&message), values[j] >= fields[i].minimum &&
								   values[j] <= fields[i].maximum);
		}
	}
}

static void an_ipv4_address_has_nothing_behind_it(void **state)
{
	union launcher_message message = hook();

	message.hook.outer_address[4] = 1;
	assert_false(passes(&message));
	message.hook.outer_is_ipv6 = 1;
	assert_true(passes(&message));
}

/* No variable but those that the launcher names, and no line but one. */
static void texts_of_a_hook_are_one_line_with_zeros_behind(void **state)
{
	static const char *const bad[] = {
		"a\nSAREGATE_USER=root", "a\x1b[2J", "\x7f", "a\tb", "\xff", "\xc3",
		"\xe2\x80\xa8",          "\xc2\x85"
	};
	static const struct {
		size_t offset;
		size_t size;
	} texts[] = {
		{ offsetof(struct launcher_hook, user), LAUNCHER_HOOK_USER_SIZE },
		{ offsetof(struct launcher_hook, group), LAUNCHER_HOOK_GROUP_SIZE },
		{ offsetof(struct launcher_hook, data_path), LAUNCHER_HOOK_DATA_PATH_SIZE },
		{ offsetof(struct launcher_hook, ike_identity), LAUNCHER_HOOK_IDENTITY_SIZE },
		{ offsetof(struct launcher_hook, cause), LAUNCHER_HOOK_CAUSE_SIZE },
	};

	for (size_t i = 0; i < ELEMENTS(texts); i++) {
		union launcher_message message = hook();
		char *text = (char *)&message + texts[i].offset;

		memset(text, 'x', texts[i].size - 1);
		text[texts[i].size - 1] = '\0';
		assert_true(passes(&message));
		text[texts[i].size - 1] = 'x';
		assert_false(passes(&message));
		memset(text, 0, texts[i].size);
		text[0] = 'x';
		text[texts[i].size - 1] = 'x';
		assert_false(passes(&message));
		for (size_t j = 0; j < ELEMENTS(bad) && strlen(bad[j]) < texts[i].size; j++) {
			memset(text, 0, texts[i].size);
			strcpy(text, bad[j]);
			assert_false(passes(&message));
		}
	}
}

static void a_hook_is_about_a_user(void **state)
{
	union launcher_message message = hook();

	memset(message.hook.user, 0, sizeof(message.hook.user));
	assert_false(passes(&message));
}

static void what_is_up_has_no_end(void **state)
{
	union launcher_message message = hook();

	message.hook.event = LAUNCHER_HOOK_UP;
	assert_false(passes(&message));
	memset(message.hook.cause, 0, sizeof(message.hook.cause));
	assert_false(passes(&message));
	message.hook.duration_seconds = 0;
	assert_true(passes(&message));
	message.hook.bytes_in = 1;
	assert_false(passes(&message));
	message.hook.bytes_in = 0;
	message.hook.bytes_out = 1;
	assert_false(passes(&message));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(every_other_size_is_refused),
		SENTENCE(messages_of_the_other_direction_are_refused),
		SENTENCE(other_versions_and_types_are_refused),
		SENTENCE(refused_message_leaves_the_result_untouched),
		SENTENCE(every_field_of_a_start_has_its_bounds),
		SENTENCE(process_numbers_are_possible_ones),
		SENTENCE(refusal_names_an_error),
		SENTENCE(every_number_of_a_hook_has_its_bounds),
		SENTENCE(an_ipv4_address_has_nothing_behind_it),
		SENTENCE(texts_of_a_hook_are_one_line_with_zeros_behind),
		SENTENCE(a_hook_is_about_a_user),
		SENTENCE(what_is_up_has_no_end),
		SENTENCE(process_ends_by_code_or_by_signal),
	};

	return cmocka_run_group_tests_name("launcher_message", tests, NULL, NULL);
}
