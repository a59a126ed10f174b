/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which network of IPv6 a session gets, and that nobody gets a foreign one. */
#include "tests/gateway/sessions_stage.h"

#include <errno.h>
#include <string.h>

#define NETWORK UINT64_C(0x20010db800000400)

static int set_up_ipv6(void **state)
{
	int error = set_up(state);

	configuration.pool_ipv6 = (struct address_ipv6_prefix){ NETWORK, 54 };
	return error;
}

/* Gives the user an address of his own: that number of a network. */
static size_t own(uint64_t network, uint64_t identifier)
{
	struct user_attributes attributes = fake.stored.attributes;

	attributes.ipv6 =
		network ? inet_address_from_ipv6(network, identifier) : (struct inet_address){ 0 };
	return change_user(&attributes);
}

static void ipv6_comes_up(void)
{
	union plugin_message message = { .header.type = PLUGIN_MESSAGE_IPV6_UP };

	snprintf(message.ipv6_up.interface, sizeof(message.ipv6_up.interface), "sg%u",
		 fake.start.unit);
	fake.plugin_ops->message(fake.plugin_userdata, &message);
}

/* A call that has logged in. */
static void call_and_log_in(void)
{
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 1);
}

static void assert_no_network(void)
{
	assert_int_equal(fake.verdict.accepted, 1);
	assert_int_equal(fake.verdict.network, 0);
	assert_int_equal(fake.verdict.identifier, 0);
}

static void assert_no_networks_are_left(void)
{
	assert_nothing_is_left();
	assert_int_equal(fake.inner6_elements, 0);
	assert_int_equal(fake.open_networks, 0);
}

static void without_a_prefix_nothing_is_different(void **state)
{
	configuration.pool_ipv6.length = 0;
	start_call();
	assert_int_equal(fake.start.ipv6, 0);
	come_up();
	assert_no_network();
	assert_int_equal(fake.inner6_elements, 0);
	hang_up();
	own(NETWORK + 7, 7);
	call_and_log_in();
	assert_no_network();
	hang_up();
	assert_no_networks_are_left();
}

static void network_goes_with_the_address_and_back_with_it(void **state)
{
	start_call();
	assert_int_equal(fake.start.ipv6, 1);
	come_up();
	assert_int_equal(fake.verdict.network, NETWORK);
	assert_int_equal(fake.verdict.identifier, 0);
	assert_int_equal(fake.inner6_elements, 1);
	assert_int_equal(fake.open_networks, 0);
	ipv6_comes_up();
	assert_int_equal(fake.open_network, NETWORK);
	assert_int_equal(fake.hook.inner_network, NETWORK);
	call_and_log_in();
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST + 1);
	assert_int_equal(fake.verdict.network, NETWORK + 1);
	sessions_kill_all(fake.sessions, "");
	pppd_exits(5);
	fake.start.call_id--;
	pppd_exits(5);
	assert_no_networks_are_left();
}

static void ipv6_may_be_up_before_ipv4(void **state)
{
	call_and_log_in();
	ipv6_comes_up();
	assert_int_equal(sessions_up_count(fake.sessions), 0);
	assert_int_equal(fake.open_networks, 1);
	hang_up();
	assert_no_networks_are_left();
}

static void ipv6_that_was_not_given_ends_the_session(void **state)
{
	sessions_set_refuse_ipv6(fake.sessions, true);
	start_call();
	come_up();
	assert_no_network();
	ipv6_comes_up();
	pppd_exits(5);
	assert_string_equal(fake.down_cause, "pppd used what it was not given");
	assert_no_networks_are_left();
}

static void network_of_the_users_own_comes_with_its_identifier(void **state)
{
	own(UINT64_C(0x20010db8ffff0000), 0x1234);
	call_and_log_in();
	assert_int_equal(fake.verdict.network, UINT64_C(0x20010db8ffff0000));
	assert_int_equal(fake.verdict.identifier, 0x1234);
	hang_up();
	/* The router's own is not proposed. */
	own(UINT64_C(0x20010db8ffff0000), 1);
	call_and_log_in();
	assert_int_equal(fake.verdict.network, UINT64_C(0x20010db8ffff0000));
	assert_int_equal(fake.verdict.identifier, 0);
	hang_up();
	assert_no_networks_are_left();
}

static void address_that_goes_with_an_own_network_is_kept_out_of_the_pool(void **state)
{
	own(NETWORK, 5);
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
	change_pools();
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
	call_and_log_in();
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST + 1);
	assert_int_equal(fake.verdict.network, NETWORK);
	hang_up();
	own(NETWORK + 1, 5);
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
	call_and_log_in();
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST);
	hang_up();
	own(0, 0);
	assert_no_networks_are_left();
}

static void address_stays_out_while_it_or_its_network_is_somebodys_own(void **state)
{
	struct user_attributes attributes = fake.stored.attributes;

	attributes.ipv4 = inet_address_from_ipv4(POOL_FIRST);
	attributes.ipv6 = inet_address_from_ipv6(NETWORK, 5);
	change_user(&attributes);
	attributes.ipv4 = (struct inet_address){ 0 };
	change_user(&attributes);
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
	attributes.ipv4 = inet_address_from_ipv4(POOL_FIRST);
	change_user(&attributes);
	attributes.ipv6 = (struct inet_address){ 0 };
	change_user(&attributes);
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
	attributes.ipv4 = (struct inet_address){ 0 };
	change_user(&attributes);
	assert_no_networks_are_left();
}

static void own_network_that_changes_ends_the_session_that_has_it(void **state)
{
	start_call();
	come_up();
	assert_int_equal(own(NETWORK, 5), 0);
	assert_int_equal(own(NETWORK + 9, 5), 1);
	pppd_exits(5);
	assert_string_equal(fake.down_cause, "the user's IPv6 network has changed");
	start_call();
	come_up();
	assert_int_equal(own(0, 0), 1);
	pppd_exits(5);
	assert_no_networks_are_left();
}

static void session_of_another_ends_when_its_network_becomes_a_users_own(void **state)
{
	struct user other = { .name = "Usher", .attributes.enabled = true };

	start_call();
	come_up();
	other.attributes.ipv6 = inet_address_from_ipv6(NETWORK, 5);
	sessions_apply_user(fake.sessions, NULL, &other);
	pppd_exits(5);
	assert_string_equal(fake.down_cause, "the address is another user's own now");
	call_and_log_in();
	assert_int_equal(fake.verdict.network, NETWORK + 1);
	hang_up();
}

static void network_of_anothers_own_does_not_come_with_an_own_address(void **state)
{
	struct user other = { .name = "Usher", .attributes.enabled = true };
	struct user_attributes attributes = fake.stored.attributes;

	other.attributes.ipv6 = inet_address_from_ipv6(NETWORK, 5);
	sessions_apply_user(fake.sessions, NULL, &other);
	attributes.ipv4 = inet_address_from_ipv4(POOL_FIRST);
	change_user(&attributes);
	call_and_log_in();
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST);
	assert_no_network();
	hang_up();
}

static void second_session_with_an_own_network_has_ipv4_alone(void **state)
{
	change_pool(POOL_FIRST, POOL_FIRST + 2);
	own(NETWORK + 9, 5);
	start_call();
	come_up();
	assert_int_equal(fake.verdict.network, NETWORK + 9);
	call_and_log_in();
	assert_no_network();
	assert_int_equal(fake.inner6_elements, 1);
	fake.start.call_id--;
	sessions_kill(fake.sessions, fake.start.call_id, "");
	/* On its way out. */
	call_and_log_in();
	assert_int_equal(fake.verdict.network, NETWORK + 9);
	assert_int_equal(fake.inner6_elements, 1);
}

static void network_of_a_living_session_is_not_given_again_after_a_reload(void **state)
{
	start_call();
	come_up();
	assert_int_equal(fake.verdict.network, NETWORK);
	/* The same network goes with another address now. */
	change_pool(POOL_FIRST + 1, POOL_FIRST + 1);
	call_and_log_in();
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST + 1);
	assert_no_network();
}

static void what_the_host_has_and_what_the_firewall_lacks_is_given_to_nobody(void **state)
{
	fake.host_network = NETWORK;
	call_and_log_in();
	assert_no_network();
	hang_up();
	fake.host_network = 0;
	fake.network_error = -ENOENT;
	call_and_log_in();
	assert_no_network();
	assert_int_equal(fake.inner_elements, 1);
	hang_up();
	fake.network_error = 0;
	sessions_set_refuse_ipv6(fake.sessions, true);
	call_and_log_in();
	assert_no_network();
	hang_up();
	sessions_set_refuse_ipv6(fake.sessions, false);
	call_and_log_in();
	assert_int_equal(fake.verdict.network, NETWORK);
	hang_up();
	assert_no_networks_are_left();
}

/* What its networks are is said in IPv4. */
static void member_of_a_restricted_group_has_ipv4_alone(void **state)
{
	strcpy(fake.group.name, "visitors");
	fake.group.id = 3;
	fake.group.attributes.networks.is_limited = true;
	strcpy(fake.stored.attributes.group, "visitors");
	call_and_log_in();
	assert_no_network();
	hang_up();
	fake.group.attributes.networks.is_limited = false;
	call_and_log_in();
	assert_int_equal(fake.verdict.network, NETWORK);
	hang_up();
	assert_no_networks_are_left();
}

static void networks_are_let_through_again_when_the_set_was_emptied(void **state)
{
	start_call();
	come_up();
	fake.inner_elements = 0;
	fake.inner6_elements = 0;
	sessions_readmit(fake.sessions);
	assert_int_equal(fake.inner6_elements, 1);
	hang_up();
	sessions_readmit(fake.sessions);
	assert_no_networks_are_left();
}

#define NETWORKS(name) cmocka_unit_test_setup_teardown(name, set_up_ipv6, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		NETWORKS(without_a_prefix_nothing_is_different),
		NETWORKS(network_goes_with_the_address_and_back_with_it),
		NETWORKS(ipv6_may_be_up_before_ipv4),
		NETWORKS(ipv6_that_was_not_given_ends_the_session),
		NETWORKS(network_of_the_users_own_comes_with_its_identifier),
		NETWORKS(address_that_goes_with_an_own_network_is_kept_out_of_the_pool),
		NETWORKS(address_stays_out_while_it_or_its_network_is_somebodys_own),
		NETWORKS(own_network_that_changes_ends_the_session_that_has_it),
		NETWORKS(session_of_another_ends_when_its_network_becomes_a_users_own),
		NETWORKS(network_of_anothers_own_does_not_come_with_an_own_address),
		NETWORKS(second_session_with_an_own_network_has_ipv4_alone),
		NETWORKS(network_of_a_living_session_is_not_given_again_after_a_reload),
		NETWORKS(what_the_host_has_and_what_the_firewall_lacks_is_given_to_nobody),
		NETWORKS(member_of_a_restricted_group_has_ipv4_alone),
		NETWORKS(networks_are_let_through_again_when_the_set_was_emptied),
	};

	return cmocka_run_group_tests_name("session_networks", tests, NULL, NULL);
}
