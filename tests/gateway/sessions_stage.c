/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fakes beside which sessions live in their tests. */
#include "tests/gateway/sessions_stage.h"

#include "gateway/log.h"

#include <errno.h>
#include <string.h>

/* RFC 2759, section 9.2: user "User", password "clientPass". */
const uint8_t rfc_challenge[16] = { 0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f, 0x2f, 0x3e,
				    0x3c, 0x2c, 0x60, 0x21, 0x32, 0x26, 0x26, 0x28 };
const uint8_t rfc_peer_challenge[16] = { 0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a,
					 0x28, 0x29, 0x5f, 0x2b, 0x3a, 0x33, 0x7c, 0x7e };
const uint8_t rfc_nt_response[24] = { 0x82, 0x30, 0x9e, 0xcd, 0x8d, 0x70, 0x8b, 0x5e,
				      0xa0, 0x8f, 0xaa, 0x39, 0x81, 0xcd, 0x83, 0x54,
				      0x42, 0x33, 0x11, 0x4a, 0x3d, 0x85, 0xd6, 0xdf };

/* ---- the fakes: what the sessions ask of the rest ---------------------------- */

struct sessions_fake fake;

struct l2tp_path fake_path = { .peer = { .address = { AF_INET, { 203, 0, 113, 11 } },
					 .port = 1701 } };

void l2tp_service_close_call(struct l2tp_service *service, struct l2tp_call *call,
			     enum l2tp_cdn_result result, const char *message)
{
	void *user = *(void **)call;

	assert_non_null(user);
	fake.closed_calls++;
	fake.closed_result = result;
	strcpy(fake.closed_message, message);
	*(void **)call = NULL;
	sessions_l2tp_ops.call_closed(fake.sessions, user, L2TP_END_LOCAL);
}

const char *l2tp_service_end_text(enum l2tp_end_cause cause)
{
	return cause == L2TP_END_PEER ? "closed by the client" : "closed by the gateway";
}

const struct sa_table *sa_tracking_table(const struct sa_tracking *tracking)
{
	return NULL;
}

uint32_t sa_tracking_newest_outbound(struct sa_tracking *tracking, uint64_t reference)
{
	return 0;
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

int launcher_client_new(sd_event *loop, const char *path, const struct launcher_client_ops *ops,
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

int launcher_client_hook(struct launcher_client *client, const struct launcher_hook *hook)
{
	fake.hooks++;
	fake.hook = *hook;
	return fake.hook_error;
}

int launcher_client_stop(struct launcher_client *client, uint32_t call_id)
{
	fake.stops++;
	return fake.stop_error;
}

int plugin_channel_new(sd_event *loop, const struct plugin_channel_ops *ops, void *userdata,
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
	if (inner == FAKE_DNS) {
		fake.dns_elements++;
		fake.dns_ipv4 = ipv4;
	} else {
		fake.inner_elements++;
	}
	return 0;
}

int inner_addresses_remove(struct inner_addresses *inner, const char *interface, uint32_t ipv4)
{
	if (inner == FAKE_DNS)
		fake.dns_elements--;
	else
		fake.inner_elements--;
	return 0;
}

int inner_addresses_add_network(struct inner_addresses *inner, const char *interface,
				uint64_t network)
{
	if (fake.network_error)
		return fake.network_error;
	fake.inner6_elements++;
	return 0;
}

int inner_addresses_remove_network(struct inner_addresses *inner, const char *interface,
				   uint64_t network)
{
	fake.inner6_elements--;
	return 0;
}

int interface_networks_check(struct interface_networks *networks, uint64_t network)
{
	return network == fake.host_network ? -EADDRINUSE : 0;
}

int interface_networks_add(struct interface_networks *networks, const char *interface,
			   uint64_t network)
{
	fake.open_networks++;
	fake.open_network = network;
	return 0;
}

int interface_networks_remove(struct interface_networks *networks, const char *interface,
			      uint64_t network)
{
	fake.open_networks--;
	return 0;
}

int group_firewall_set_networks(struct group_firewall *groups, uint32_t group_id,
				const struct address_networks *networks)
{
	fake.group_networks = *networks;
	return fake.group_error;
}

int group_firewall_join(struct group_firewall *groups, const char *interface, uint32_t former_id,
			uint32_t group_id, bool reachable)
{
	assert_int_equal(former_id, fake.group_joined);
	fake.group_joined = group_id;
	fake.group_reachable = reachable;
	return fake.group_error;
}

int group_firewall_leave(struct group_firewall *groups, const char *interface, uint32_t group_id)
{
	assert_int_equal(group_id, fake.group_joined);
	fake.group_joined = 0;
	return 0;
}

void group_firewall_forget(struct group_firewall *groups)
{
	fake.group_networks = (struct address_networks){ 0 };
	fake.group_joined = 0;
}

int user_database_look_up(struct user_database *database, const uint8_t *name, size_t name_size,
			  struct user *ret_user, uint8_t ret_hash[MSCHAPV2_NT_HASH_SIZE])
{
	if (name_size != 4 || memcmp(name, "User", 4) != 0)
		return -ENOENT;
	*ret_user = fake.stored;
	return mschapv2_nt_hash("clientPass", ret_hash);
}

int user_database_get(struct user_database *database, const char *name, struct user *ret_user)
{
	*ret_user = fake.stored;
	return 0;
}

int user_database_get_group(struct user_database *database, const char *name,
			    struct user_group *ret_group)
{
	*ret_group = fake.group;
	return strcmp(name, fake.group.name) == 0 ? 0 : -ENOENT;
}

int user_database_walk_fixed(struct user_database *database, user_fn each, void *userdata)
{
	bool is_fixed = fake.stored.attributes.ipv4.family || fake.stored.attributes.ipv6.family;

	return is_fixed ? each(userdata, &fake.stored, NULL) : 0;
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

const struct l2tp_service_path fake_path_of_call = {
	.path = &fake_data_path,
	.session = FAKE_SESSION,
	.why = "a fake reason",
};

const struct l2tp_data_path fake_terminal = {
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
struct configuration configuration;
sd_event *event;
struct login_backoff *backoff;

int set_up(void **state)
{
	struct sessions_resources resources = {
		.configuration = &configuration,
		.inner = (struct inner_addresses *)&fake,
		.inner6 = (struct inner_addresses *)&fake,
		.dns = FAKE_DNS,
		.networks = (struct interface_networks *)&fake,
		.groups = (struct group_firewall *)&fake,
	};

	memset(&fake, 0, sizeof(fake));
	fake.stored = (struct user){ .name = "User", .attributes.enabled = true };
	configuration.sessions_maximum = 0;
	configuration.sessions_replace = true;
	log_open(LOG_EMERG);
	configuration.pool_first_ipv4 = POOL_FIRST;
	configuration.pool_last_ipv4 = POOL_FIRST + POOL_SIZE - 1;
	configuration.pools[0] = (struct configuration_pool){ .name = "guests",
							      .first_ipv4 = GUESTS,
							      .last_ipv4 = GUESTS };
	configuration.pool_count = 1;
	configuration.pool_ipv6 = (struct address_ipv6_prefix){ 0 };
	configuration.local_ipv4 = POOL_FIRST - 1;
	configuration.mtu = 1280;
	configuration.login_backoff = (struct login_backoff_settings){
		.failures_per_client = 2,
		.failures_per_user = 100,
		.failures_per_address = 100,
		.delay_maximum_seconds = 300,
		.forgive_after_seconds = 600,
	};
	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(login_backoff_new(1, &backoff), 0);
	resources.event = event;
	resources.backoff = backoff;
	assert_int_equal(sessions_new(&resources, &fake.sessions), 0);
	assert_int_equal(sessions_add_listener(fake.sessions, &listener, NULL), 0);
	return 0;
}

int tear_down(void **state)
{
	sessions_free(fake.sessions);
	login_backoff_free(backoff);
	event = sd_event_unref(event);
	return 0;
}

void prepare_call(void)
{
	fake.calls++;
	assert_int_equal(sessions_l2tp_ops.call_prepare(fake.sessions, FAKE_CALL,
							&fake_path_of_call, &fake.user),
			 0);
	fake.users[fake.calls % ELEMENTS(fake.users)] = fake.user;
}

void start_call(void)
{
	prepare_call();
	assert_int_equal(sessions_l2tp_ops.call_established(fake.sessions, fake.user), 0);
	fake.launcher_ops->started(fake.launcher_userdata, fake.start.call_id, 4711);
}

void log_in(const char *user)
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

void come_up(void)
{
	union plugin_message message = { .header.type = PLUGIN_MESSAGE_UP };

	log_in("User");
	assert_int_equal(fake.verdict.accepted, 1);
	snprintf(message.up.interface, sizeof(message.up.interface), "sg%u", fake.start.unit);
	message.up.peer_ipv4 = fake.verdict.peer_ipv4;
	fake.plugin_ops->message(fake.plugin_userdata, &message);
	assert_int_equal(sessions_up_count(fake.sessions), 1);
}

void pppd_exits(uint32_t code)
{
	const struct launcher_exited exited = { .call_id = fake.start.call_id, .exit_code = code };

	fake.launcher_ops->exited(fake.launcher_userdata, &exited);
}

void assert_nothing_is_left(void)
{
	assert_int_equal(sessions_count(fake.sessions), 0);
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE);
	assert_int_equal(fake.inner_elements, 0);
	assert_int_equal(fake.dns_elements, 0);
	assert_int_equal(fake.channels, 0);
}

void change_pool(uint32_t first, uint32_t last)
{
	configuration.pool_first_ipv4 = first;
	configuration.pool_last_ipv4 = last;
	change_pools();
}

void change_pools(void)
{
	struct address_pools *pools = NULL;

	assert_int_equal(sessions_prepare_pools(fake.sessions, &configuration, &pools), 0);
	sessions_take_pools(fake.sessions, pools);
}

void hang_up(void)
{
	sessions_kill(fake.sessions, fake.start.call_id, "");
	pppd_exits(5);
	assert_int_equal(sessions_count(fake.sessions), 0);
}

size_t change_user(const struct user_attributes *attributes)
{
	const struct user before = fake.stored;

	fake.stored.attributes = *attributes;
	return sessions_apply_user(fake.sessions, &before, &fake.stored);
}

uint32_t call_again(void)
{
	uint32_t first = fake.start.call_id;

	start_call();
	log_in("User");
	return first;
}

void pppd_of_exits(uint32_t call_id)
{
	const struct launcher_exited exited = { .call_id = call_id, .exit_code = 5 };

	fake.launcher_ops->exited(fake.launcher_userdata, &exited);
}
