/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client, up to its IPsec: user, room, cable, pluto, key exchange. I/O. */
#include "gateway/selftest.h"

#include "base/cleanup.h"
#include "gateway/child.h"
#include "gateway/profile_source.h"
#include "gateway/setup_file.h"

#include <errno.h>
#include <string.h>

/*
 * Bounds for a slow host; with those of selftest_call.c they stay below
 * SELFTEST_USER_LIFE_SEC. The client's pluto gives up after 15 s by itself.
 */
#define NSS_SEC   40
#define PLUTO_SEC 60
#define IKE_SEC   60
#define IPSEC_SEC 45

/* ---- client: user, room, cable, pluto ---------------------------------------------------- */

/* Makes the texts, of which two are secret. */
static int make_texts(struct selftest *test, struct selftest_room_files *files)
{
	char psk[LIBRESWAN_PSK_MAX + 1] = "", address[INET6_ADDRSTRLEN];
	struct setup_error reason;
	int r;

	r = profile_source_psk(psk, &reason);
	if (r == -ECANCELED)
		return selftest_cause_set(&test->cause, "saregate setup", "%s", reason.text);
	inet_address_format(&test->connection.left, address);
	if (r == 0)
		r = selftest_text_connection(address, test->connection.left_id, &files->connection);
	if (r == 0)
		r = selftest_text_secrets(test->connection.left_id, psk, &files->secrets);
	if (r == 0)
		r = selftest_text_chap_secrets(test->user.name, test->user.password,
					       &files->chap_secrets);
	explicit_bzero(psk, sizeof(psk));
	return r;
}

static int make_room(struct selftest *test)
{
	struct selftest_room_files files = { NULL, NULL, NULL };
	struct setup_error reason;
	int r;

	r = make_texts(test, &files);
	if (r == 0)
		r = selftest_room_new(&files, &test->room, &reason);
	if (r == -ECANCELED && !test->cause.cause[0])
		selftest_cause_set(&test->cause,
				   "run it on a host, or in a container, that may make namespaces",
				   "%s", reason.text);
	freep(&files.connection);
	setup_text_free(files.secrets);
	setup_text_free(files.chap_secrets);
	return r;
}

/* Runs one of this host's programs. */
static int run_here(struct selftest *test, const char *const arguments[])
{
	char output[1024];
	int r = child_run(arguments, output, sizeof(output));

	if (r < 0)
		return selftest_fail(test, arguments[0], r);
	if (r > 0)
		return selftest_cause_set(&test->cause, "", "%s %s: %s", arguments[0], arguments[1],
					  child_first_line(output));
	return 0;
}

static bool whack_is_over(const struct selftest *test)
{
	return test->whack.is_over;
}

/* Runs a program of the client's to its end. */
static int run_there(struct selftest *test, const char *const arguments[], unsigned int seconds)
{
	int r = selftest_start(test, &test->whack, arguments, -1, false);

	if (r == 0)
		r = selftest_wait(test, seconds, whack_is_over);
	if (r == -EINTR)
		return r;
	if (r < 0)
		return selftest_fail(test, arguments[0], r);
	if (test->whack.status != 0)
		return selftest_cause_set(&test->cause, "", "the client's %s %s: %s", arguments[0],
					  arguments[1], test->ike.last);
	return 0;
}

static int connect_room(struct selftest *test)
{
	char process[16];
	const char *const here[][12] = {
		{ "ip", "link", "add", SELFTEST_INTERFACE, "type", "veth", "peer", "name",
		  "outside", "netns", process, NULL },
		{ "ip", "address", "add", SELFTEST_HOST_ADDRESS SELFTEST_PREFIX, "dev",
		  SELFTEST_INTERFACE, NULL },
		{ "ip", "link", "set", SELFTEST_INTERFACE, "up", NULL },
	};
	static const char *const there[][8] = {
		{ "ip", "address", "add", SELFTEST_CLIENT_ADDRESS SELFTEST_PREFIX, "dev", "outside",
		  NULL },
		{ "ip", "link", "set", "outside", "up", NULL },
		{ "ip", "route", "add", "default", "via", SELFTEST_HOST_ADDRESS, NULL },
	};
	int r = 0;

	snprintf(process, sizeof(process), "%d", (int)selftest_room_process(test->room));
	for (size_t i = 0; r == 0 && i < ELEMENTS(here); i++)
		r = run_here(test, here[i]);
	for (size_t i = 0; r == 0 && i < ELEMENTS(there); i++)
		r = run_there(test, there[i], NSS_SEC);
	return r;
}

/* It opens its sockets once it has the connections. */
static bool pluto_listens(const struct selftest *test)
{
	return test->pluto.is_over || selftest_room_listens(test->room, 4500);
}

static int start_pluto(struct selftest *test)
{
	static const char *const make_nss[] = { "ipsec", "initnss", "--nssdir", SELFTEST_ROOM_NSS,
						NULL };
	static const char *const pluto[] = { "ipsec",
					     "pluto",
					     "--config",
					     SELFTEST_ROOM_CONNECTION,
					     "--secretsfile",
					     SELFTEST_ROOM_SECRETS,
					     "--nssdir",
					     SELFTEST_ROOM_NSS,
					     "--nofork",
					     "--stderrlog",
					     NULL };
	int r;

	r = run_there(test, make_nss, NSS_SEC);
	if (r < 0)
		return r;
	r = selftest_start(test, &test->pluto, pluto, -1, false);
	if (r == 0)
		r = selftest_wait(test, PLUTO_SEC, pluto_listens);
	if (r == -EINTR)
		return r;
	if (r < 0 || test->pluto.is_over)
		return selftest_cause_set(&test->cause, "", "the client's pluto did not start: %s",
					  test->pluto_last);
	return 0;
}

int selftest_client(struct selftest *test, char ret_detail[160])
{
	char error[CONTROL_ERROR_MAX];
	int r;

	if (selftest_user_add(&test->user, error) < 0)
		return selftest_cause_set(&test->cause, "saregate status",
					  "saregated did not take the user %s: %s", test->user.name,
					  error);
	r = make_room(test);
	if (r == 0)
		r = connect_room(test);
	if (r == 0)
		r = start_pluto(test);
	snprintf(ret_detail, 160, SELFTEST_CLIENT_ADDRESS " behind interface " SELFTEST_INTERFACE);
	return r;
}

/* ---- IKE, IPsec ---------------------------------------------------------------------------- */

static bool ike_is_up(const struct selftest *test)
{
	return test->ike.level >= SELFTEST_IKE_UP || test->whack.is_over;
}

static bool ipsec_is_up(const struct selftest *test)
{
	return test->ike.level >= SELFTEST_IKE_IPSEC_UP || test->whack.is_over;
}

int selftest_ike(struct selftest *test, char ret_detail[160])
{
	static const char *const initiate[] = { "ipsec",      "whack",
						"--name",     SELFTEST_CONNECTION,
						"--initiate", NULL };
	int r;

	test->ike = (struct selftest_ike){ 0 };
	r = selftest_start(test, &test->whack, initiate, -1, false);
	if (r < 0)
		return selftest_fail(test, "whack", r);
	r = selftest_wait(test, IKE_SEC, ike_is_up);
	if (r == -EINTR)
		return r;
	if (test->ike.level < SELFTEST_IKE_UP)
		return -ECANCELED;
	snprintf(ret_detail, 160, "the pre-shared key is right");
	return 0;
}

int selftest_ipsec(struct selftest *test, char ret_detail[160])
{
	int r = selftest_wait(test, IPSEC_SEC, ipsec_is_up);

	if (r == -EINTR)
		return r;
	if (test->ike.level < SELFTEST_IKE_IPSEC_UP)
		return -ECANCELED;
	if (!test->ike.in_udp)
		return selftest_cause_set(
			&test->cause, "saregate setup",
			"pluto does not put ESP into UDP, as every client behind a "
			"NAT needs it: %s",
			test->ike.last);
	snprintf(ret_detail, 160, "ESP in UDP 4500");
	return 0;
}
