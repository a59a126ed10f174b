/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gateway's side: what has to be there, and what it holds of the client. I/O. */
#include "gateway/selftest.h"

#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/child.h"
#include "gateway/profile_source.h"
#include "gateway/setup_file.h"
#include "gateway/setup_ipsec.h"
#include "gateway/setup_network.h"
#include "ipsec-glue/updown_message.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/file.h>

/* Of `ipsec whack --showstates`, and of ip(8): a busy gateway has thousands. */
#define STATES_SIZE ((size_t)4 * 1024 * 1024)

/* ---- what has to be there ------------------------------------------------------------- */

/* The directory of saregated's sockets is there on every gateway, and no file need be made. */
static int lock(struct selftest *test)
{
	int directory = open(UPDOWN_SOCKET_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0)
		return selftest_cause_set(&test->cause, "saregate setup",
					  "this host is no gateway yet: no " UPDOWN_SOCKET_DIRECTORY
					  " (%s)",
					  strerror(errno));
	test->lock = directory;
	if (flock(directory, LOCK_EX | LOCK_NB) < 0)
		return selftest_cause_set(&test->cause, "wait for its end",
					  "another selftest runs");
	return 0;
}

/* The one that was asked for, else the first of IPv4. */
static int choose(struct selftest *test, const struct doctor_connections *connections)
{
	struct inet_address wanted = { 0 };

	if (test->options.address)
		inet_address_parse(test->options.address, &wanted);
	for (size_t i = 0; i < connections->count; i++) {
		const struct doctor_connection *found = &connections->entries[i];

		if (test->options.address ? !inet_address_equal(&found->left, &wanted)
					  : found->left.family != AF_INET)
			continue;
		test->connection = *found;
		return 0;
	}
	if (connections->count == 0)
		return selftest_cause_set(
			&test->cause, "saregate setup",
			"this host is no gateway yet: no connection in " SETUP_CONNECTION_PATH);
	if (test->options.address)
		return selftest_cause_set(
			&test->cause, "saregate setup --listen-address",
			"clients do not arrive at %s: it is not in " SETUP_CONNECTION_PATH,
			test->options.address);
	return selftest_cause_set(&test->cause, "connect from a device with IPv6",
				  "the gateway has IPv6 addresses only, and this client IPv4");
}

static int find_connection(struct selftest *test)
{
	_cleanup_(setup_text_freep) char *text = NULL;
	struct doctor_connections connections;
	struct setup_error reason;
	char address[INET6_ADDRSTRLEN];
	int r;

	r = setup_file_load(SETUP_CONNECTION_PATH, &text, &reason);
	if (r < 0)
		return selftest_cause_set(&test->cause, "saregate setup", "%s", reason.text);
	doctor_connections_read(text, &connections);
	r = choose(test, &connections);
	if (r < 0)
		return r;
	if (setup_network_has_address(&test->connection.left) != 0)
		return 0;
	return selftest_cause_set(&test->cause,
				  "give it back to the host, or: saregate setup --listen-address",
				  "this host has not the address %s, at which clients arrive",
				  inet_address_format(&test->connection.left, address));
}

/* The remedy is the doctor's: it knows how services are started here. */
static int ask_daemon(struct selftest *test, char version[64])
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(json_putp) json_object *status = NULL;
	char error[CONTROL_ERROR_MAX];

	if (control_request_init(&request, "GetStatus", error) < 0 ||
	    control_request_send(&request, &reply, error) < 0)
		return selftest_cause_set(&test->cause, "", "%s", error);
	if (control_reply_read_json(reply, &status) < 0)
		return selftest_cause_set(&test->cause, "systemctl restart saregated",
					  "the answer of saregated is not understood");
	snprintf(version, 64, "%s", answer_text(status, "version"));
	if (answer_number(status, "pool_free") == 0)
		return selftest_cause_set(
			&test->cause,
			"saregate session kill, or a larger one: saregate setup --pool FIRST-LAST",
			"each address of the pool %s is in use: nobody else comes in",
			answer_text(status, "pool"));
	return 0;
}

static int check_key(struct selftest *test)
{
	char psk[LIBRESWAN_PSK_MAX + 1];
	struct setup_error reason = { "out of memory" };
	int r = profile_source_psk(psk, &reason);

	explicit_bzero(psk, sizeof(psk));
	return r < 0 ? selftest_cause_set(&test->cause, "saregate setup", "%s", reason.text) : 0;
}

static int check_parts(struct selftest *test)
{
	struct setup_error reason;

	if (access(SAREGATE_PLUGIN, R_OK) < 0)
		return selftest_cause_set(
			&test->cause, "install saregate again, in the package for this ppp",
			"pppd's plugin is not there, so nobody can log in: " SAREGATE_PLUGIN ": %s",
			strerror(errno));
	if (!setup_ipsec_is_running())
		return selftest_cause_set(&test->cause, "", "pluto does not run");
	if (profile_source_mtu(&test->mtu, &reason) < 0)
		return selftest_cause_set(&test->cause, "saregate config check", "%s", reason.text);
	return 0;
}

static void look_around(struct selftest *test)
{
	if (setup_network_is_forwarding() == 0)
		selftest_warn(test, "sysctl -w net.ipv4.ip_forward=1",
			      "net.ipv4.ip_forward is 0: clients reach this host and nothing "
			      "behind it");
}

/* Of runs that were killed; those that live are kept away by the lock. */
static int sweep(struct selftest *test)
{
	char error[CONTROL_ERROR_MAX];

	if (selftest_user_sweep(error) < 0)
		return selftest_cause_set(&test->cause, "saregate user list",
					  "what an earlier selftest left is not deleted: %s",
					  error);
	if (selftest_has_sa())
		selftest_forget_states();
	selftest_remove_cable();
	return 0;
}

int selftest_gateway(struct selftest *test, char ret_detail[160])
{
	char version[64] = "", address[INET6_ADDRSTRLEN];
	int r;

	r = lock(test);
	if (r == 0)
		r = find_connection(test);
	if (r == 0)
		r = ask_daemon(test, version);
	if (r == 0)
		r = check_parts(test);
	if (r == 0)
		r = check_key(test);
	if (r == 0)
		r = sweep(test);
	if (r < 0)
		return r;
	look_around(test);
	snprintf(ret_detail, 160, "saregated %s and pluto run; clients arrive at %s", version,
		 inet_address_format(&test->connection.left, address));
	return 0;
}

/* ---- what it holds ------------------------------------------------------------------------ */

static bool says_anything(const char *const arguments[])
{
	char output[256];

	return child_run(arguments, output, sizeof(output)) == 0 &&
	       strstr(output, SELFTEST_CLIENT_ADDRESS);
}

bool selftest_has_sa(void)
{
	static const char *const from[] = { "ip",   "xfrm", "state",
					    "list", "src",  SELFTEST_CLIENT_ADDRESS,
					    NULL };
	static const char *const to[] = { "ip",   "xfrm", "state",
					  "list", "dst",  SELFTEST_CLIENT_ADDRESS,
					  NULL };

	return says_anything(from) || says_anything(to);
}

void selftest_forget_states(void)
{
	static const char *const show[] = { "ipsec", "whack", "--showstates", NULL };
	_cleanup_(freep) char *states = malloc(STATES_SIZE);
	char number[16], output[1024];
	const char *const forget[] = { "ipsec", "whack", "--deletestate", number, NULL };
	const char *position = states;
	uint32_t found;

	if (!states || child_run(show, states, STATES_SIZE) != 0)
		return;
	while ((found = selftest_text_find_state(&position)) != 0) {
		snprintf(number, sizeof(number), "%u", found);
		child_run(forget, output, sizeof(output));
	}
}

void selftest_remove_cable(void)
{
	static const char *const remove[] = { "ip", "link", "delete", SELFTEST_INTERFACE, NULL };
	char output[256];

	if (if_nametoindex(SELFTEST_INTERFACE) != 0)
		child_run(remove, output, sizeof(output));
}
