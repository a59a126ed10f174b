/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/bench_hosts.h"

#include "l2tp/udp_socket.h"
#include "tests/lab/checks/hosts.h"

#define FIRST_PORT 10000 /* of the clients */
#define REQID      0x4001
#define SPI_IN     0x10000
#define SPI_OUT    0x20000

const struct bench_host bench_tracks = { "gateway", GATEWAY_IPV4, CLIENT_IPV4, true };
const struct bench_host bench_plain = { "plain", "198.51.100.1", "198.51.100.2", false };

void bench_hosts_make(void)
{
	make_hosts(NULL);
	(void)try_command("ip netns del plain");
	command("ip netns add plain");
	command("ip -n plain link add eth0 type veth peer name eth1 netns client");
	command("ip -n plain addr add 198.51.100.1/24 dev eth0");
	command("ip -n client addr add 198.51.100.2/24 dev eth1");
	command("ip -n plain link set lo up && ip -n plain link set eth0 up");
	command("ip -n client link set eth1 up");
}

static unsigned int sa_of(const struct bench_host *host, unsigned int client)
{
	return host->tracks ? client : 0;
}

static void put_sa(FILE *batch, const char *from, const char *to, unsigned int spi,
		   unsigned int reqid)
{
	/* ESP without a cipher: beside an emulated one everything would look cheap. */
	fprintf(batch,
		"xfrm state add src %s dst %s proto esp spi %u reqid %u mode transport "
		"enc ecb(cipher_null) \"\" auth digest_null \"\"\n",
		from, to, spi, reqid);
}

/* Policies of the host, as libreswan has them, beside those of sockets. */
static void put_policies(const struct bench_host *host)
{
	command("ip -n %s xfrm policy add dir out proto udp sport %u tmpl proto esp reqid %u "
		"mode transport",
		host->name, BENCH_PORT, REQID);
	command("ip -n %s xfrm policy add dir in proto udp dport %u tmpl proto esp reqid %u "
		"mode transport",
		host->name, BENCH_PORT, REQID);
}

void bench_protect(const struct bench_host *host, unsigned int clients)
{
	char path[] = "/tmp/bench-sas-XXXXXX";
	int descriptor = mkstemp(path);
	FILE *batch = descriptor < 0 ? NULL : fdopen(descriptor, "w");

	assert_non_null(batch);
	for (unsigned int i = 0; i <= sa_of(host, clients - 1); i++) {
		put_sa(batch, host->client_address, host->address, SPI_IN + i, REQID + i);
		put_sa(batch, host->address, host->client_address, SPI_OUT + i, REQID + i);
	}
	assert_int_equal(fclose(batch), 0);
	command("ip -n client -batch %s", path);
	command("ip -n %s -batch %s", host->name, path);
	unlink(path);
	put_policies(host);
}

int bench_client_socket(const struct bench_host *host, unsigned int client)
{
	struct inet_endpoint local = { .port = (uint16_t)(FIRST_PORT + client) };
	struct inet_endpoint peer = { .port = BENCH_PORT };
	const struct l2tp_udp_protection protection = {
		.ipsec = true,
		.reqid = REQID + sa_of(host, client),
		.spi = SPI_IN + sa_of(host, client),
	};
	int descriptor;

	assert_int_equal(inet_address_parse(host->client_address, &local.address), 0);
	assert_int_equal(inet_address_parse(host->address, &peer.address), 0);
	be_on("client");
	descriptor = l2tp_udp_tunnel_open(&local, &peer, &protection);
	be_on(host->name);
	assert_true(descriptor >= 0);
	return descriptor;
}
