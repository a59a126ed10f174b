/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of clients is bounded, and of each the last. Time is the test's own. */
#include "gateway/client_traces.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

#define OFFICE                                          \
	{                                               \
		{ AF_INET, { 203, 0, 113, 11 } }, 40000 \
	}

static const struct client_identity alice = { 1, OFFICE, 0xc7ab577d, "192.168.1.101", "alice" };
static const struct client_identity bob = { 2, OFFICE, 2, "192.168.1.102", "bob" };

static struct client_traces *traces;

static int set_up(void **state)
{
	return client_traces_new(4711, &traces);
}

static int tear_down(void **state)
{
	client_traces_free(traces);
	return 0;
}

/* What a walk found. */
static struct {
	size_t count;
	struct client_trace first, last;
} found;

static int note(void *userdata, const struct client_trace *trace)
{
	if (found.count++ == 0)
		found.first = *trace;
	found.last = *trace;
	return 0;
}

static size_t look(const char *who)
{
	found.count = 0;
	assert_int_equal(client_traces_walk(traces, who, note, NULL), 0);
	return found.count;
}

static void add(const struct client_identity *who, const char *text)
{
	client_traces_add(traces, who, 1, CLIENT_EVENT_TUNNEL, text);
}

static void events_of_one_reference_stand_together_in_their_order(void **state)
{
	add(&alice, "one");
	add(&bob, "other");
	client_traces_add(traces, &alice, 7, CLIENT_EVENT_UP, "two");
	assert_int_equal(look("alice"), 1);
	assert_int_equal(found.first.event_count, 2);
	assert_string_equal(found.first.events[0].text, "one");
	assert_string_equal(found.first.events[1].text, "two");
	assert_int_equal(found.first.events[1].realtime_usec, 7);
	assert_int_equal(found.first.events[1].kind, CLIENT_EVENT_UP);
	assert_int_equal(found.first.spi, 0xc7ab577d);
}

static void a_client_is_found_by_user_identity_and_address(void **state)
{
	add(&alice, "");
	add(&bob, "");
	assert_int_equal(look("alice"), 1);
	assert_int_equal(look("192.168.1.102"), 1);
	assert_string_equal(found.first.user, "bob");
	assert_int_equal(look("203.0.113.11"), 2);
	assert_int_equal(look(""), 2);
	assert_int_equal(look("carol"), 0);
	assert_int_equal(look("203.0.113.12"), 0);
}

static void what_is_not_said_again_is_not_forgotten(void **state)
{
	const struct client_identity later = { 1, OFFICE, 9, "", NULL };

	add(&alice, "");
	add(&later, "");
	assert_int_equal(look("alice"), 1);
	assert_string_equal(found.first.ike_identity, "192.168.1.101");
	assert_int_equal(found.first.spi, 0xc7ab577d);
}

static void a_client_that_a_nat_moves_stays_the_same(void **state)
{
	struct client_identity moved = alice;

	moved.outer.address.bytes[3] = 12;
	moved.outer.port = 5;
	add(&alice, "");
	add(&moved, "");
	assert_int_equal(look(""), 1);
	assert_int_equal(look("203.0.113.12"), 1);
	assert_int_equal(found.first.outer.port, 5);
	assert_int_equal(look("203.0.113.11"), 0);
}

static void without_ipsec_a_client_is_its_address_and_port(void **state)
{
	struct client_identity one = { 0, OFFICE, 0, NULL, "alice" }, other = one;

	other.outer.port++;
	add(&one, "");
	add(&other, "");
	add(&one, "");
	assert_int_equal(look("alice"), 2);
}

static void of_one_client_the_last_events_are_kept(void **state)
{
	char text[16];

	for (int i = 0; i < 3 * CLIENT_EVENTS_MAX; i++) {
		snprintf(text, sizeof(text), "%d", i);
		add(&alice, text);
	}
	look("alice");
	assert_int_equal(found.first.event_count, CLIENT_EVENTS_MAX);
	snprintf(text, sizeof(text), "%d", 2 * CLIENT_EVENTS_MAX);
	assert_string_equal(found.first.events[0].text, text);
}

static void long_text_is_cut(void **state)
{
	char text[2 * CLIENT_EVENT_TEXT_MAX];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	add(&alice, text);
	look("alice");
	assert_int_equal(strlen(found.first.events[0].text), CLIENT_EVENT_TEXT_MAX - 1);
}

static void an_address_pushes_out_its_own_oldest_only(void **state)
{
	struct client_identity other = {
		1000000, { { AF_INET, { 198, 51, 100, 7 } }, 1 }, 0, "", "carol"
	};
	struct client_identity many = bob;

	add(&other, "");
	add(&alice, "");
	for (int i = 0; i < CLIENT_TRACES_PER_ADDRESS_MAX; i++, many.reference++)
		add(&many, "");
	assert_int_equal(look("203.0.113.11"), CLIENT_TRACES_PER_ADDRESS_MAX);
	assert_int_equal(look("alice"), 0);
	assert_int_equal(look("carol"), 1);
}

static void who_is_active_is_not_the_oldest(void **state)
{
	struct client_identity many = bob;

	add(&alice, "");
	for (int i = 0; i < CLIENT_TRACES_PER_ADDRESS_MAX; i++, many.reference++) {
		add(&many, "");
		add(&alice, "");
	}
	assert_int_equal(look("alice"), 1);
}

static void all_together_are_capped(void **state)
{
	struct client_identity many = alice;

	for (unsigned int i = 0; i < CLIENT_TRACES_MAX + 1000; i++, many.reference++) {
		many.outer.address.bytes[1] = (uint8_t)(i >> 8);
		many.outer.address.bytes[2] = (uint8_t)i;
		add(&many, "");
	}
	assert_int_equal(look(""), CLIENT_TRACES_MAX);
	assert_int_equal(found.first.reference, alice.reference + 1000);
}

#define BEHAVIOUR(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(events_of_one_reference_stand_together_in_their_order),
		BEHAVIOUR(a_client_is_found_by_user_identity_and_address),
		BEHAVIOUR(what_is_not_said_again_is_not_forgotten),
		BEHAVIOUR(a_client_that_a_nat_moves_stays_the_same),
		BEHAVIOUR(without_ipsec_a_client_is_its_address_and_port),
		BEHAVIOUR(of_one_client_the_last_events_are_kept),
		BEHAVIOUR(long_text_is_cut),
		BEHAVIOUR(an_address_pushes_out_its_own_oldest_only),
		BEHAVIOUR(who_is_active_is_not_the_oldest),
		BEHAVIOUR(all_together_are_capped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
