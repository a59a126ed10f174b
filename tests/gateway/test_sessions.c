/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a session between a fake L2TP service, a fake launcher and a fake
 * plugin: every end leaves nothing behind, and its first cause is the one told.
 */
#include "gateway/launcher_client.h"
#include "gateway/log.h"
#include "gateway/plugin_channel.h"
#include "gateway/sessions.h"
#include "tests/unit.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-event.h>

/* RFC 2759, section 9.2: user "User", password "clientPass". */
static const uint8_t rfc_challenge[16] = { 0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f, 0x2f, 0x3e,
					   0x3c, 0x2c, 0x60, 0x21, 0x32, 0x26, 0x26, 0x28 };
static const uint8_t rfc_peer_challenge[16] = { 0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a,
						0x28, 0x29, 0x5f, 0x2b, 0x3a, 0x33, 0x7c, 0x7e };
static const uint8_t rfc_nt_response[24] = { 0x82, 0x30, 0x9e, 0xcd, 0x8d, 0x70, 0x8b, 0x5e,
					     0xa0, 0x8f, 0xaa, 0x39, 0x81, 0xcd, 0x83, 0x54,
					     0x42, 0x33, 0x11, 0x4a, 0x3d, 0x85, 0xd6, 0xdf };

#define POOL_FIRST 0x0a59000au
#define POOL_SIZE  2u

/* ---- the fakes: what the sessions ask of the rest ---------------------------- */

static struct {
	struct sessions *sessions;
	void *user; /* of the one call */
	unsigned int closed_calls;
	enum l2tp_cdn_result closed_result;
	char closed_message[200];
	unsigned int starts, stops;
	int start_error, stop_error;
	struct launcher_start start;
	const struct launcher_client_ops *launcher_ops;
	void *launcher_userdata;
	const struct plugin_channel_ops *plugin_ops;
	void *plugin_userdata;
	unsigned int channels;
	struct plugin_verdict verdict;
	int inner_elements;
	unsigned int downs;
	char down_cause[200];
	uint64_t data_bytes;
} fake;

static struct l2tp_path fake_path = { .peer = { .address = { AF_INET, { 203, 0, 113, 11 } },
						.port = 1701 } };

/* Pointers that only the fakes give a meaning. */
#define FAKE_CALL    ((struct l2tp_call *)&fake.starts)
#define FAKE_SESSION ((struct l2tp_data_path_session *)&fake.stops)
#define FAKE_CHANNEL ((struct plugin_channel *)&fake.channels)

void l2tp_service_close_call(struct l2tp_service *service, struct l2tp_call *call,
			     enum l2tp_cdn_result result, const char *message)
{
	assert_ptr_equal(call, FAKE_CALL);
	fake.closed_calls++;
	fake.closed_result = result;
	strcpy(fake.closed_message, message);
	sessions_l2tp_ops.call_closed(fake.sessions, fake.user, L2TP_END_LOCAL);
}

const char *l2tp_service_end_text(enum l2tp_end_cause cause)
{
	return cause == L2TP_END_PEER ? "closed by the client" : "closed by the gateway";
}

const struct sa_table *sa_tracking_table(const struct sa_tracking *tracking)
{
	return NULL;
}

struct l2tp_tunnel *l2tp_call_tunnel(const struct l2tp_call *call)
{
	return NULL;
}

const struct l2tp_path *l2tp_tunnel_path(const struct l2tp_tunnel *tunnel)
{
	return &fake_path;
}

uint16_t l2tp_tunnel_local_id(const struct l2tp_tunnel *tunnel)
{
	return 77;
}

uint16_t l2tp_call_local_id(const struct l2tp_call *call)
{
	return 88;
}

const uint8_t *l2tp_tunnel_peer_host_name(const struct l2tp_tunnel *tunnel, size_t *ret_size)
{
	*ret_size = 6;
	return (const uint8_t *)"phone\n";
}

int launcher_client_new(sd_event *event, const char *path, const struct launcher_client_ops *ops,
			void *userdata, struct launcher_client **ret_client)
{
	fake.launcher_ops = ops;
	fake.launcher_userdata = userdata;
	*ret_client = NULL;
	return 0;
}

void launcher_client_free(struct launcher_client *client)
{
}

int launcher_client_connect(struct launcher_client *client)
{
	return 0;
}

int launcher_client_start(struct launcher_client *client, const struct launcher_start *start,
			  const int descriptors[LAUNCHER_DESCRIPTOR_COUNT_])
{
	fake.starts++;
	fake.start = *start;
	return fake.start_error;
}

int launcher_client_stop(struct launcher_client *client, uint32_t call_id)
{
	fake.stops++;
	return fake.stop_error;
}

int plugin_channel_new(sd_event *event, const struct plugin_channel_ops *ops, void *userdata,
		       struct plugin_channel **ret_channel, int *ret_plugin_descriptor)
{
	fake.channels++;
	fake.plugin_ops = ops;
	fake.plugin_userdata = userdata;
	*ret_channel = FAKE_CHANNEL;
	*ret_plugin_descriptor = -1;
	return 0;
}

void plugin_channel_free(struct plugin_channel *channel)
{
	if (channel)
		fake.channels--;
}

int plugin_channel_send_verdict(struct plugin_channel *channel,
				const struct plugin_verdict *verdict)
{
	fake.verdict = *verdict;
	return 0;
}

int inner_addresses_add(struct inner_addresses *inner, const char *interface, uint32_t ipv4)
{
	fake.inner_elements++;
	return 0;
}

int inner_addresses_remove(struct inner_addresses *inner, const char *interface, uint32_t ipv4)
{
	fake.inner_elements--;
	return 0;
}

int user_database_nt_hash(struct user_database *database, const uint8_t *name, size_t name_size,
			  uint8_t ret_hash[MSCHAPV2_NT_HASH_SIZE])
{
	if (name_size != 4 || memcmp(name, "User", 4) != 0)
		return -ENOENT;
	return mschapv2_nt_hash("clientPass", ret_hash);
}

static int fake_descriptor(const struct l2tp_data_path_session *session)
{
	return 0;
}

static int fake_counters(const struct l2tp_data_path_session *session,
			 struct l2tp_data_path_counters *ret_counters)
{
	*ret_counters = (struct l2tp_data_path_counters){ .received_bytes = fake.data_bytes };
	return 0;
}

static const struct l2tp_data_path fake_data_path = {
	.name = "fake",
	.session_descriptor = fake_descriptor,
	.session_counters = fake_counters,
};

static const struct l2tp_service_path fake_path_of_call = {
	.path = &fake_data_path,
	.session = FAKE_SESSION,
	.why = "a fake reason",
};

static const struct l2tp_data_path fake_terminal = {
	.name = "fake terminal",
	.is_terminal = true,
	.session_descriptor = fake_descriptor,
	.session_counters = fake_counters,
};

static void on_up(void *userdata, const struct session_description *description)
{
}

static void on_down(void *userdata, const struct session_description *description,
		    const char *cause)
{
	fake.downs++;
	strcpy(fake.down_cause, cause);
}

/* ---- the stage ------------------------------------------------------------------ */

static const struct sessions_listener listener = { .up = on_up, .down = on_down };
static struct configuration configuration;
static sd_event *event;

static int set_up(void **state)
{
	struct sessions_resources resources = {
		.configuration = &configuration,
		.inner = (struct inner_addresses *)&fake,
	};

	memset(&fake, 0, sizeof(fake));
	log_open(LOG_EMERG);
	configuration.pool_first_ipv4 = POOL_FIRST;
	configuration.pool_last_ipv4 = POOL_FIRST + POOL_SIZE - 1;
	configuration.local_ipv4 = POOL_FIRST - 1;
	configuration.mtu = 1280;
	assert_true(sd_event_new(&event) >= 0);
	resources.event = event;
	assert_int_equal(sessions_new(&resources, &fake.sessions), 0);
	sessions_set_listener(fake.sessions, &listener, NULL);
	return 0;
}

static int tear_down(void **state)
{
	sessions_free(fake.sessions);
	event = sd_event_unref(event);
	return 0;
}

static void prepare_call(void)
{
	assert_int_equal(sessions_l2tp_ops.call_prepare(fake.sessions, FAKE_CALL,
							&fake_path_of_call, &fake.user),
			 0);
}

static void start_call(void)
{
	prepare_call();
	assert_int_equal(sessions_l2tp_ops.call_established(fake.sessions, fake.user), 0);
	fake.launcher_ops->started(fake.launcher_userdata, fake.start.call_id, 4711);
}

static void log_in(const char *user)
{
	union plugin_message message = { .header.type = PLUGIN_MESSAGE_AUTHENTICATE };
	struct plugin_authenticate *request = &message.authenticate;

	request->user_size = (uint32_t)strlen(user);
	memcpy(request->user, user, strlen(user));
	memcpy(request->challenge, rfc_challenge, sizeof(rfc_challenge));
	memcpy(request->response, rfc_peer_challenge, sizeof(rfc_peer_challenge));
	memcpy(request->response + 24, rfc_nt_response, sizeof(rfc_nt_response));
	fake.plugin_ops->message(fake.plugin_userdata, &message);
}

static void come_up(void)
{
	union plugin_message message = { .header.type = PLUGIN_MESSAGE_UP };

	log_in("User");
	assert_int_equal(fake.verdict.accepted, 1);
	snprintf(message.up.interface, sizeof(message.up.interface), "sg%u", fake.start.unit);
	message.up.peer_ipv4 = fake.verdict.peer_ipv4;
	fake.plugin_ops->message(fake.plugin_userdata, &message);
	assert_int_equal(sessions_up_count(fake.sessions), 1);
}

static void pppd_exits(uint32_t code)
{
	const struct launcher_exited exited = { .call_id = fake.start.call_id, .exit_code = code };

	fake.launcher_ops->exited(fake.launcher_userdata, &exited);
}

static void assert_nothing_is_left(void)
{
	assert_int_equal(sessions_count(fake.sessions), 0);
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE);
	assert_int_equal(fake.inner_elements, 0);
	assert_int_equal(fake.channels, 0);
}

/* ---- the behaviours --------------------------------------------------------------- */

static void wrong_name_is_refused_and_leaves_nothing(void **state)
{
	start_call();
	log_in("Usher");
	assert_int_equal(fake.verdict.accepted, 0);
	assert_int_equal(fake.verdict.peer_ipv4, 0);
	assert_int_equal(fake.inner_elements, 0);
	assert_int_equal(sessions_counters(fake.sessions)->logins_refused, 1);
	pppd_exits(11);
	assert_string_equal(fake.closed_message, "unknown user");
	assert_nothing_is_left();
	assert_int_equal(fake.downs, 0);
}

static void wrong_password_is_refused_and_leaves_nothing(void **state)
{
	union plugin_message message = { .header.type = PLUGIN_MESSAGE_AUTHENTICATE };

	start_call();
	message.authenticate.user_size = 4;
	memcpy(message.authenticate.user, "User", 4);
	fake.plugin_ops->message(fake.plugin_userdata, &message);
	assert_int_equal(fake.verdict.accepted, 0);
	pppd_exits(11);
	assert_string_equal(fake.closed_message, "wrong password");
	assert_nothing_is_left();
}

static void log_in_gives_address_before_ppp_is_up(void **state)
{
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 1);
	assert_string_equal(fake.verdict.authenticator, "407A5589115FD0D6209F510FE9C04566932CDA56");
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST);
	assert_int_equal(fake.verdict.local_ipv4, POOL_FIRST - 1);
	assert_int_equal(fake.inner_elements, 1);
	assert_int_equal(sessions_up_count(fake.sessions), 0);
	come_up();
}

static void logging_in_twice_takes_one_address(void **state)
{
	start_call();
	come_up();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 1);
	assert_int_equal(fake.inner_elements, 1);
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
}

static void exhausted_pool_refuses(void **state)
{
	for (unsigned int i = 0; i < POOL_SIZE; i++) {
		start_call();
		log_in("User");
		assert_int_equal(fake.verdict.accepted, 1);
	}
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 0);
	assert_int_equal(fake.inner_elements, POOL_SIZE);
}

static void client_that_hangs_up_has_its_pppd_ended(void **state)
{
	start_call();
	come_up();
	fake.data_bytes = 1000;
	sessions_l2tp_ops.call_closed(fake.sessions, fake.user, L2TP_END_PEER);
	assert_int_equal(fake.stops, 1);
	assert_int_equal(sessions_count(fake.sessions), 1);
	pppd_exits(5);
	assert_int_equal(fake.closed_calls, 0);
	assert_string_equal(fake.down_cause, "closed by the client");
	assert_nothing_is_left();
}

static void killed_session_tells_the_reason(void **state)
{
	start_call();
	come_up();
	assert_int_equal(sessions_kill(fake.sessions, fake.start.call_id, "lunch"), 0);
	assert_int_equal(fake.stops, 1);
	assert_int_equal(fake.closed_calls, 0);
	pppd_exits(5);
	assert_int_equal(fake.closed_calls, 1);
	assert_int_equal(fake.closed_result, L2TP_CDN_ADMINISTRATIVE);
	assert_string_equal(fake.down_cause, "ended by the administrator: lunch");
	assert_nothing_is_left();
	assert_int_equal(sessions_kill(fake.sessions, fake.start.call_id, ""), -ENOENT);
}

static void pppd_that_dies_closes_the_call(void **state)
{
	const struct launcher_exited exited = { .call_id = 1, .signal = 9 };

	start_call();
	come_up();
	fake.launcher_ops->exited(fake.launcher_userdata, &exited);
	assert_int_equal(fake.closed_calls, 1);
	assert_int_equal(fake.closed_result, L2TP_CDN_LOST_CARRIER);
	assert_string_equal(fake.down_cause, "pppd was killed");
	assert_nothing_is_left();
}

static void refused_start_closes_the_call(void **state)
{
	prepare_call();
	assert_int_equal(sessions_l2tp_ops.call_established(fake.sessions, fake.user), 0);
	fake.launcher_ops->refused(fake.launcher_userdata, fake.start.call_id, ENOENT);
	assert_int_equal(fake.closed_calls, 1);
	assert_nothing_is_left();
}

static void missing_launcher_fails_the_call(void **state)
{
	fake.start_error = -ECONNREFUSED;
	prepare_call();
	assert_int_equal(sessions_l2tp_ops.call_established(fake.sessions, fake.user),
			 -ECONNREFUSED);
	sessions_l2tp_ops.call_closed(fake.sessions, fake.user, L2TP_END_NO_RESOURCES);
	assert_nothing_is_left();
}

static void launcher_that_goes_ends_its_sessions(void **state)
{
	start_call();
	come_up();
	fake.stop_error = -ENOTCONN;
	fake.launcher_ops->disconnected(fake.launcher_userdata);
	assert_int_equal(fake.closed_calls, 1);
	assert_string_equal(fake.down_cause, "saregate-launcher is gone");
	assert_nothing_is_left();
}

static void plugin_that_lies_ends_the_session(void **state)
{
	union plugin_message message = { .header.type = PLUGIN_MESSAGE_UP };

	start_call();
	log_in("User");
	snprintf(message.up.interface, sizeof(message.up.interface), "sg%u", fake.start.unit);
	message.up.peer_ipv4 = fake.verdict.peer_ipv4 + 1;
	fake.plugin_ops->message(fake.plugin_userdata, &message);
	assert_int_equal(sessions_up_count(fake.sessions), 0);
	assert_int_equal(fake.stops, 1);
	pppd_exits(0);
	assert_nothing_is_left();
}

static void up_without_log_in_ends_the_session(void **state)
{
	const union plugin_message message = { .up = { .header.type = PLUGIN_MESSAGE_UP,
						       .interface = "sg1" } };

	start_call();
	fake.plugin_ops->message(fake.plugin_userdata, &message);
	assert_int_equal(sessions_up_count(fake.sessions), 0);
	assert_int_equal(fake.stops, 1);
	pppd_exits(0);
	assert_nothing_is_left();
}

static void broken_channel_ends_the_session(void **state)
{
	start_call();
	come_up();
	fake.plugin_ops->closed(fake.plugin_userdata, -EPROTO);
	assert_int_equal(fake.stops, 1);
	pppd_exits(0);
	assert_nothing_is_left();
}

static void without_isolation_no_call_is_taken(void **state)
{
	sessions_set_refuse_all(fake.sessions, true);
	assert_int_equal(sessions_l2tp_ops.call_prepare(fake.sessions, FAKE_CALL,
							&fake_path_of_call, &fake.user),
			 -EPERM);
	assert_nothing_is_left();
}

static void deleted_user_loses_all_sessions(void **state)
{
	start_call();
	come_up();
	assert_int_equal(sessions_kill_user(fake.sessions, "Usher", ""), 0);
	assert_int_equal(sessions_kill_user(fake.sessions, "User", ""), 1);
	pppd_exits(5);
	assert_nothing_is_left();
}

static int find_name(void *userdata, const struct session_description *description)
{
	assert_string_equal(description->client_name, "\"phone\\x0a\"");
	assert_string_equal(description->data_path, "fake");
	assert_string_equal(description->data_path_why, "a fake reason");
	assert_int_equal(description->outer_port, 1701);
	return 7;
}

static void hostile_host_name_is_shown_quoted(void **state)
{
	start_call();
	assert_int_equal(sessions_walk(fake.sessions, find_name, NULL), 7);
}

static void pppd_is_told_what_its_session_is(void **state)
{
	const struct l2tp_service_path terminal = { .path = &fake_terminal,
						    .session = FAKE_SESSION };

	start_call();
	assert_int_equal(fake.start.channel, LAUNCHER_CHANNEL_PPPOL2TP);
	sessions_l2tp_ops.call_closed(fake.sessions, fake.user, L2TP_END_PEER);
	pppd_exits(5);
	assert_int_equal(
		sessions_l2tp_ops.call_prepare(fake.sessions, FAKE_CALL, &terminal, &fake.user), 0);
	assert_int_equal(sessions_l2tp_ops.call_established(fake.sessions, fake.user), 0);
	assert_int_equal(fake.start.channel, LAUNCHER_CHANNEL_TTY);
}

#define BEHAVIOUR(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BEHAVIOUR(wrong_name_is_refused_and_leaves_nothing),
		BEHAVIOUR(wrong_password_is_refused_and_leaves_nothing),
		BEHAVIOUR(log_in_gives_address_before_ppp_is_up),
		BEHAVIOUR(logging_in_twice_takes_one_address),
		BEHAVIOUR(exhausted_pool_refuses),
		BEHAVIOUR(client_that_hangs_up_has_its_pppd_ended),
		BEHAVIOUR(killed_session_tells_the_reason),
		BEHAVIOUR(pppd_that_dies_closes_the_call),
		BEHAVIOUR(refused_start_closes_the_call),
		BEHAVIOUR(missing_launcher_fails_the_call),
		BEHAVIOUR(launcher_that_goes_ends_its_sessions),
		BEHAVIOUR(plugin_that_lies_ends_the_session),
		BEHAVIOUR(up_without_log_in_ends_the_session),
		BEHAVIOUR(broken_channel_ends_the_session),
		BEHAVIOUR(without_isolation_no_call_is_taken),
		BEHAVIOUR(deleted_user_loses_all_sessions),
		BEHAVIOUR(pppd_is_told_what_its_session_is),
		BEHAVIOUR(hostile_host_name_is_shown_quoted),
	};

	return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}
