/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a client that rekeys is sent to through its new SA: with a kernel of the test's own. */
#include "gateway/sa_handover.h"
#include "tests/unit.h"

#include <stdlib.h>

#define REQID   0x4001
#define GATEWAY UINT32_C(0xcb007101)
#define CLIENT  UINT32_C(0xcb00710b)

struct fixture {
	sd_event *event;
	struct sa_table *table;
	struct sa_handover *handover;
	uint64_t reference;
	uint32_t used_spi; /* the inbound SA through which packets have come */
	unsigned int asked;
	unsigned int told;
	uint32_t outbound_spi;
};

static void on_outbound(void *userdata, uint64_t reference, uint32_t spi)
{
	((struct fixture *)userdata)->outbound_spi = spi;
}

/* As saregated does, but for the queue. */
static void on_handover(void *userdata, uint64_t reference)
{
	sa_handover_begin(((struct fixture *)userdata)->handover, reference);
}

static const struct sa_table_ops table_ops = {
	.outbound_changed = on_outbound,
	.handover = on_handover,
};

static bool is_used(void *userdata, const struct sa_description *inbound)
{
	struct fixture *fixture = userdata;

	assert_true(inbound->inbound);
	fixture->asked++;
	return inbound->spi == fixture->used_spi;
}

static void on_handed_over(void *userdata)
{
	((struct fixture *)userdata)->told++;
}

static const struct sa_handover_ops handover_ops = {
	.is_used = is_used,
	.handed_over = on_handed_over,
};

static void add(struct fixture *fixture, uint32_t reqid, uint32_t spi, bool inbound)
{
	const struct sa_description description = {
		.spi = spi,
		.reqid = reqid,
		.inbound = inbound,
		.source = inet_address_from_ipv4(inbound ? CLIENT : GATEWAY),
		.destination = inet_address_from_ipv4(inbound ? GATEWAY : CLIENT),
	};

	assert_int_equal(sa_table_add(fixture->table, &description), 0);
}

/* In libreswan's order. */
static void add_pair(struct fixture *fixture, uint32_t reqid, uint32_t spi)
{
	add(fixture, reqid, spi + 0x100, false);
	add(fixture, reqid, spi, true);
}

static int set_up(void **state, struct sa_handover_times times)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture || sd_event_new(&fixture->event) < 0 ||
	    sa_table_new(&table_ops, fixture, &fixture->table) < 0 ||
	    sa_handover_new(fixture->event, fixture->table, times, &handover_ops, fixture,
			    &fixture->handover) < 0)
		return -1;
	add_pair(fixture, REQID, 0x1000);
	fixture->reference = sa_table_resolve(fixture->table, REQID);
	add_pair(fixture, REQID, 0x2000);
	*state = fixture;
	return 0;
}

static int set_up_patient(void **state)
{
	return set_up(state, (struct sa_handover_times){ 1000, 60000000 });
}

static int set_up_slow(void **state)
{
	return set_up(state, (struct sa_handover_times){ 500000, 60000000 });
}

/* The kernel is not asked while the test runs. */
static int set_up_still(void **state)
{
	return set_up(state, (struct sa_handover_times){ 3600000000, 3600000000 });
}

static int set_up_impatient(void **state)
{
	return set_up(state, (struct sa_handover_times){ 1000, 5000 });
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	sa_handover_free(fixture->handover);
	sa_table_free(fixture->table);
	sd_event_unref(fixture->event);
	free(fixture);
	return 0;
}

/* Runs the loop for some of the timer's turns; fails if it does not turn. */
static void turn(struct fixture *fixture, unsigned int times)
{
	for (unsigned int i = 0; i < times; i++)
		assert_true(sd_event_run(fixture->event, 10000000) > 0);
}

static void who_has_not_used_the_new_pair_is_sent_to_through_the_old(void **state)
{
	struct fixture *fixture = *state;

	fixture->used_spi = 0x1000;
	turn(fixture, 5);
	assert_in_range(fixture->asked, 3, 5);
	assert_int_equal(fixture->outbound_spi, 0x1100);
}

static void who_uses_it_is_handed_over_a_look_later(void **state)
{
	struct fixture *fixture = *state;

	fixture->used_spi = 0x2000;
	while (!fixture->asked)
		turn(fixture, 1);
	assert_int_equal(fixture->outbound_spi, 0x1100);
	while (fixture->outbound_spi == 0x1100)
		turn(fixture, 1);
	assert_int_equal(fixture->outbound_spi, 0x2100);
	assert_int_equal(fixture->asked, 1);
	assert_true(fixture->told > 0);
	/* and nobody is waited for any more */
	assert_int_equal(sd_event_run(fixture->event, 20000), 0);
}

/* A new tunnel of somebody else's is no second look. */
static void who_uses_it_is_not_handed_over_before_its_time(void **state)
{
	struct fixture *fixture = *state;

	add_pair(fixture, REQID + 1, 0x5000);
	add_pair(fixture, REQID + 1, 0x6000);
	fixture->outbound_spi = 0;
	fixture->used_spi = 0x2000;
	while (!fixture->asked)
		turn(fixture, 1);
	sa_handover_finish(fixture->handover, sa_table_resolve(fixture->table, REQID + 1));
	assert_int_equal(fixture->outbound_spi, 0x6100);
	turn(fixture, 1);
	assert_int_equal(fixture->outbound_spi, 0x6100);
	while (fixture->outbound_spi == 0x6100)
		turn(fixture, 1);
	assert_int_equal(fixture->outbound_spi, 0x2100);
}

static void a_third_pair_has_to_be_used_itself(void **state)
{
	struct fixture *fixture = *state;

	fixture->used_spi = 0x2000;
	while (!fixture->asked)
		turn(fixture, 1);
	add_pair(fixture, REQID, 0x3000);
	turn(fixture, 5);
	assert_int_equal(fixture->outbound_spi, 0x1100);
	fixture->used_spi = 0x3000;
	while (fixture->outbound_spi == 0x1100)
		turn(fixture, 1);
	assert_int_equal(fixture->outbound_spi, 0x3100);
}

static void a_silent_client_is_not_waited_for_for_ever(void **state)
{
	struct fixture *fixture = *state;

	while (fixture->outbound_spi == 0x1100)
		turn(fixture, 1);
	assert_int_equal(fixture->outbound_spi, 0x2100);
	assert_int_equal(sd_event_run(fixture->event, 20000), 0);
}

static void who_has_gone_is_not_waited_for(void **state)
{
	struct fixture *fixture = *state;

	sa_table_flush(fixture->table);
	turn(fixture, 1);
	assert_int_equal(fixture->asked, 0);
	assert_int_equal(sd_event_run(fixture->event, 20000), 0);
}

static void a_handover_can_be_finished_at_once(void **state)
{
	struct fixture *fixture = *state;

	sa_handover_finish(fixture->handover, fixture->reference);
	assert_int_equal(fixture->outbound_spi, 0x2100);
	assert_int_equal(fixture->told, 0);
	turn(fixture, 1);
	assert_int_equal(fixture->told, 1);
	assert_int_equal(fixture->asked, 0);
	sa_handover_finish(fixture->handover, fixture->reference);
	assert_int_equal(sd_event_run(fixture->event, 20000), 0);
}

static void to_finish_one_asks_for_nobody_else(void **state)
{
	struct fixture *fixture = *state;

	add_pair(fixture, REQID + 1, 0x5000);
	add_pair(fixture, REQID + 1, 0x6000);
	sa_handover_finish(fixture->handover, fixture->reference);
	turn(fixture, 1);
	assert_int_equal(fixture->told, 1);
	assert_int_equal(fixture->asked, 0);
	assert_int_equal(sd_event_run(fixture->event, 20000), 0);
}

/* A rekey is begun by each SA that comes while it is waited for. */
static void thousands_who_rekey_at_once_are_each_asked_for_once_a_look(void **state)
{
	struct fixture *fixture = *state;
	const uint32_t count = 5000;
	unsigned int before;

	for (uint32_t i = 1; i < count; i++) {
		add_pair(fixture, REQID + i, 0x10000 + i);
		add_pair(fixture, REQID + i, 0x20000 + i);
	}
	for (uint32_t i = 0; i < count; i++)
		sa_handover_begin(fixture->handover, sa_table_resolve(fixture->table, REQID + i));
	while (!fixture->asked)
		turn(fixture, 1);
	assert_int_equal(fixture->asked, count);
	/* each is found, wherever it stands */
	for (uint32_t i = 0; i < count; i += 2)
		sa_handover_finish(fixture->handover, sa_table_resolve(fixture->table, REQID + i));
	before = fixture->asked;
	while (fixture->asked == before)
		turn(fixture, 1);
	assert_int_equal(fixture->asked, before + count / 2);
}

#define PATIENT(test)   cmocka_unit_test_setup_teardown(test, set_up_patient, tear_down)
#define SLOW(test)      cmocka_unit_test_setup_teardown(test, set_up_slow, tear_down)
#define STILL(test)     cmocka_unit_test_setup_teardown(test, set_up_still, tear_down)
#define IMPATIENT(test) cmocka_unit_test_setup_teardown(test, set_up_impatient, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PATIENT(who_has_not_used_the_new_pair_is_sent_to_through_the_old),
		PATIENT(who_uses_it_is_handed_over_a_look_later),
		SLOW(who_uses_it_is_not_handed_over_before_its_time),
		PATIENT(a_third_pair_has_to_be_used_itself),
		IMPATIENT(a_silent_client_is_not_waited_for_for_ever),
		PATIENT(who_has_gone_is_not_waited_for),
		PATIENT(a_handover_can_be_finished_at_once),
		STILL(to_finish_one_asks_for_nobody_else),
		PATIENT(thousands_who_rekey_at_once_are_each_asked_for_once_a_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
