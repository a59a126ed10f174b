/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data path that carries nothing gives no descriptor and counts nothing. */
#include "l2tp/data_path.h"
#include "tests/unit.h"

static void it_is_always_usable(void **state)
{
	const char *remedy = NULL;

	assert_int_equal(l2tp_null_data_path.probe(&remedy), 0);
	assert_null(remedy);
	assert_string_equal(l2tp_null_data_path.name, "null");
}

static void a_session_wants_no_pppd_and_counts_nothing(void **state)
{
	const struct l2tp_data_path *path = &l2tp_null_data_path;
	struct l2tp_data_path_tunnel_ids tunnel_ids = { .local_tunnel_id = 1,
							.udp_descriptor = -1 };
	struct l2tp_data_path_session_ids session_ids = { .local_session_id = 1 };
	struct l2tp_data_path_counters counters = { 1, 2, 3, 4 };
	struct l2tp_data_path_tunnel *tunnel = NULL;
	struct l2tp_data_path_session *session = NULL;

	assert_int_equal(path->tunnel_open(&tunnel_ids, &tunnel), 0);
	assert_non_null(tunnel);
	assert_int_equal(path->session_open(tunnel, &session_ids, &session), 0);
	assert_non_null(session);
	assert_int_equal(path->session_descriptor(session), -1);
	assert_int_equal(path->session_counters(session, &counters), 0);
	assert_true(counters.received_packets == 0 && counters.received_bytes == 0);
	assert_true(counters.sent_packets == 0 && counters.sent_bytes == 0);
	path->session_free(session);
	path->tunnel_free(tunnel);
}

static void freeing_nothing_is_allowed(void **state)
{
	l2tp_null_data_path.session_free(NULL);
	l2tp_null_data_path.tunnel_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(it_is_always_usable),
		SENTENCE(a_session_wants_no_pppd_and_counts_nothing),
		SENTENCE(freeing_nothing_is_allowed),
	};

	return cmocka_run_group_tests_name("null_data_path", tests, NULL, NULL);
}
