/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where sessions are tested: a fake L2TP service, a fake launcher, a fake plugin and a
 * database of one user, with what the tests do to them.
 */
#pragma once

#include "gateway/launcher_client.h"
#include "gateway/plugin_channel.h"
#include "gateway/sessions.h"
#include "tests/unit.h"

#include <systemd/sd-event.h>

#define POOL_FIRST 0x0a59000au
#define POOL_SIZE  2u
/* The one address of the pool guests. */
#define GUESTS 0x0a5a000au

/* What the sessions asked of the rest, and what the rest answers. */
struct sessions_fake {
	struct sessions *sessions;
	void *user;     /* of the newest call */
	void *users[4]; /* of each call */
	unsigned int calls;
	unsigned int closed_calls;
	enum l2tp_cdn_result closed_result;
	char closed_message[200];
	unsigned int starts, stops;
	int start_error, stop_error;
	struct launcher_start start;
	unsigned int hooks;
	struct launcher_hook hook; /* the last one */
	int hook_error;
	const struct launcher_client_ops *launcher_ops;
	void *launcher_userdata;
	const struct plugin_channel_ops *plugin_ops;
	void *plugin_userdata;
	unsigned int channels;
	struct plugin_verdict verdict;
	int inner_elements;
	int inner6_elements;
	int network_error;
	int open_networks; /* interfaces with an address */
	uint64_t open_network;
	uint64_t host_network; /* that is on another interface */
	int dns_elements;
	uint32_t dns_ipv4; /* added last */
	unsigned int downs;
	char down_cause[200];
	uint64_t data_bytes;
	struct user stored; /* the one user */
	struct user_group group;
	struct address_networks group_networks; /* in the firewall */
	uint32_t group_joined;
	bool group_reachable;
	int group_error;
};

/* Pointers that only the fakes give a meaning. A call is where its user stands. */
#define FAKE_CALL    ((struct l2tp_call *)&fake.users[fake.calls % ELEMENTS(fake.users)])
#define FAKE_SESSION ((struct l2tp_data_path_session *)&fake.stops)
#define FAKE_DNS     ((struct inner_addresses *)&fake.dns_elements)
#define FAKE_CHANNEL ((struct plugin_channel *)&fake.channels)

extern struct sessions_fake fake;
extern struct configuration configuration;
extern sd_event *event;
extern struct login_backoff *backoff;
extern struct l2tp_path fake_path;
extern const struct l2tp_service_path fake_path_of_call;
extern const struct l2tp_data_path fake_terminal;

int set_up(void **state);
int tear_down(void **state);

/* RFC 2759, section 9.2: user "User", password "clientPass". */
extern const uint8_t rfc_challenge[16];
extern const uint8_t rfc_peer_challenge[16];
extern const uint8_t rfc_nt_response[24];

void prepare_call(void);
/* A call whose pppd runs. */
void start_call(void);
void log_in(const char *user);
/* Logs in as "User" and has IPCP up. */
void come_up(void);
void pppd_exits(uint32_t code);
/* The administrator ends the newest call, and its pppd exits. */
void hang_up(void);
/* The user as saregated has stored it now. Returns how many sessions ended by it. */
size_t change_user(const struct user_attributes *attributes);
/* A second call of the same user beside the first; returns the first's number. */
uint32_t call_again(void);
void pppd_of_exits(uint32_t call_id);
void change_pool(uint32_t first, uint32_t last);
/* The pools that are in the configuration now. */
void change_pools(void);
void assert_nothing_is_left(void);

#define BEHAVIOUR(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
