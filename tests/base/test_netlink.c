/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to rtnetlink, which answers anybody. */
#include "base/netlink.h"
#include "tests/unit.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

static int set_up(void **state)
{
	struct netlink_socket *netlink = NULL;

	assert_int_equal(netlink_socket_new(NETLINK_ROUTE, &netlink), 0);
	*state = netlink;
	return 0;
}

static int tear_down(void **state)
{
	netlink_socket_free(*state);
	return 0;
}

/* Counts messages; gives up at the one that *@userdata names. */
struct listener {
	unsigned int heard;
	unsigned int give_up_at;
};

static int hear(const struct nlmsghdr *message, void *userdata)
{
	struct listener *listener = userdata;

	if (++listener->heard != listener->give_up_at)
		return MNL_CB_OK;
	errno = EINTR;
	return MNL_CB_ERROR;
}

static int dump_links(struct netlink_socket *netlink, struct listener *listener)
{
	_Alignas(struct nlmsghdr) uint8_t buffer[64];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtgenmsg *generic;

	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	generic = mnl_nlmsg_put_extra_header(request, sizeof(*generic));
	generic->rtgen_family = AF_UNSPEC;
	return netlink_socket_request(netlink, request, hear, listener);
}

static void an_error_of_the_kernel_comes_back(void **state)
{
	_Alignas(struct nlmsghdr) uint8_t buffer[64];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *address;

	request->nlmsg_type = RTM_DELADDR;
	request->nlmsg_flags = NLM_F_REQUEST;
	address = mnl_nlmsg_put_extra_header(request, sizeof(*address));
	address->ifa_family = AF_INET;
	address->ifa_index = 0x7fffffff;
	assert_true(netlink_socket_request(*state, request, NULL, NULL) < 0);
}

/* The rest of its answer must not be taken for that of the next request. */
static void a_dump_that_broke_off_leaves_the_socket_usable(void **state)
{
	struct listener whole = { 0 }, broken = { .give_up_at = 1 }, again = { 0 };

	assert_int_equal(dump_links(*state, &whole), 0);
	assert_true(whole.heard > 0); /* there is always lo */
	assert_int_equal(dump_links(*state, &broken), -EINTR);
	assert_int_equal(broken.heard, 1);
	assert_int_equal(dump_links(*state, &again), 0);
	assert_int_equal(again.heard, whole.heard);
}

static void sequence_numbers_are_given_out_once(void **state)
{
	uint32_t first = netlink_socket_next_sequence(*state, 3);

	assert_int_equal(netlink_socket_next_sequence(*state, 1), first + 3);
}

#define WITH_SOCKET(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_SOCKET(an_error_of_the_kernel_comes_back),
		WITH_SOCKET(a_dump_that_broke_off_leaves_the_socket_usable),
		WITH_SOCKET(sequence_numbers_are_given_out_once),
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
