/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_udp_echo [CLIENTS]
 * The limit of this machine for l2tp-load: so many clients, each with a socket of its
 * own, have three packets echoed one after the other, as many as a set-up has round
 * trips, by a server that does nothing else. Prints clients per second.
 *
 * Without a number the server has one socket for all. With one it has sockets as the
 * gateway has them: a client's first packet comes to the listener, then it has a
 * connected one of its own, bound to the same address and port, and keeps it. What is
 * slower then is the kernel's.
 */
#include "base/cleanup.h"
#include "tests/bench/load_network.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS     10000
#define CLIENTS_MAX 65535
#define EVENTS_MAX  64
#define IN_FLIGHT   32
#define ROUND_TRIPS 3
#define PACKET_SIZE 100
#define WAIT_MSEC   1000

struct echo {
	struct load_network *network;
	size_t clients;
	size_t started;
	size_t finished;
	int error;
	uint8_t answers[];
};

static const uint8_t packet[PACKET_SIZE];

static void start_one(struct echo *echo)
{
	if (echo->started == echo->clients)
		return;
	echo->error = load_network_open(echo->network, echo->started);
	if (echo->error == 0)
		load_network_send(echo->network, echo->started++, packet, sizeof(packet));
}

static void on_receive(void *userdata, size_t client, const uint8_t *bytes, size_t size)
{
	struct echo *echo = userdata;

	if (++echo->answers[client] < ROUND_TRIPS) {
		load_network_send(echo->network, client, packet, sizeof(packet));
		return;
	}
	echo->finished++;
	start_one(echo);
}

/* The server, with one socket: ends with its parent's signal. */
static void serve(int descriptor)
{
	struct sockaddr_storage peer;
	uint8_t bytes[2048];
	socklen_t size;
	ssize_t length;

	for (;;) {
		size = sizeof(peer);
		length = recvfrom(descriptor, bytes, sizeof(bytes), 0, (struct sockaddr *)&peer,
				  &size);
		if (length >= 0)
			(void)!sendto(descriptor, bytes, (size_t)length, 0,
				      (const struct sockaddr *)&peer, size);
	}
}

static int open_socket(const struct inet_endpoint *local)
{
	_cleanup_(closep) int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage address;
	socklen_t size = inet_endpoint_to_sockaddr(local, &address);
	const int one = 1;

	if (descriptor < 0 ||
	    setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) < 0 ||
	    bind(descriptor, (const struct sockaddr *)&address, size) < 0)
		return -errno;
	return TAKE_FD(descriptor);
}

/* A client's socket, and the answer to its first packet from there. */
static int serve_new(int epoll, const struct inet_endpoint *local,
		     const struct sockaddr_storage *peer, socklen_t peer_size, const uint8_t *bytes,
		     size_t size)
{
	_cleanup_(closep) int descriptor = open_socket(local);
	struct epoll_event event = { .events = EPOLLIN, .data.fd = descriptor };

	if (descriptor < 0)
		return descriptor;
	if (connect(descriptor, (const struct sockaddr *)peer, peer_size) < 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0 ||
	    send(descriptor, bytes, size, 0) < 0)
		return -errno;
	/* Kept until the process ends. */
	(void)TAKE_FD(descriptor);
	return 0;
}

/* What waits in one socket. Return: negative errno if a client cannot be served. */
static int serve_ready(int epoll, const struct inet_endpoint *local, int listener, int descriptor)
{
	struct sockaddr_storage peer;
	socklen_t peer_size = sizeof(peer);
	uint8_t bytes[2048];
	ssize_t size =
		recvfrom(descriptor, bytes, sizeof(bytes), 0, (struct sockaddr *)&peer, &peer_size);

	if (size < 0)
		return 0;
	if (descriptor == listener)
		return serve_new(epoll, local, &peer, peer_size, bytes, (size_t)size);
	return send(descriptor, bytes, (size_t)size, 0) < 0 ? -errno : 0;
}

/* The server, with a socket for each client: ends with its parent's signal, or says why. */
static int serve_with_sockets(int listener, const struct inet_endpoint *local)
{
	_cleanup_(closep) int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event events[EVENTS_MAX];
	struct epoll_event event = { .events = EPOLLIN, .data.fd = listener };
	int count, r = 0;

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) < 0)
		return -errno;
	while (r == 0) {
		count = epoll_wait(epoll, events, EVENTS_MAX, -1);
		for (int i = 0; r == 0 && i < count; i++)
			r = serve_ready(epoll, local, listener, events[i].data.fd);
	}
	return r;
}

static int open_server(struct inet_endpoint *ret_server)
{
	struct inet_endpoint loopback = { inet_address_from_ipv4(INADDR_LOOPBACK), 0 };
	_cleanup_(closep) int descriptor = open_socket(&loopback);
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	if (descriptor < 0)
		return descriptor;
	if (getsockname(descriptor, (struct sockaddr *)&address, &size) < 0)
		return -errno;
	inet_endpoint_from_sockaddr(&address, ret_server);
	return TAKE_FD(descriptor);
}

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int measure(const struct inet_endpoint *server, size_t clients)
{
	const struct load_network_settings settings = {
		.server = *server,
		.first_client = inet_address_from_ipv4(INADDR_LOOPBACK + 0x10000),
	};
	_cleanup_(freep) struct echo *echo = calloc(1, sizeof(*echo) + clients);
	double begun = now_seconds();
	size_t before;
	int r;

	if (!echo)
		return -ENOMEM;
	echo->clients = clients;
	r = load_network_new(&settings, clients, on_receive, echo, &echo->network);
	for (size_t i = 0; r == 0 && echo->error == 0 && i < IN_FLIGHT; i++)
		start_one(echo);
	while (r == 0 && echo->error == 0 && echo->finished < clients) {
		before = echo->finished;
		r = load_network_wait(echo->network, WAIT_MSEC);
		if (r == 0 && before == echo->finished && now_seconds() - begun > 60)
			r = -ETIMEDOUT;
	}
	if (r == 0)
		r = echo->error;
	if (r == 0)
		printf("%.0f\n", (double)clients / (now_seconds() - begun));
	load_network_free(echo->network);
	return r;
}

/* Return: 0 for a text that is no number of clients. */
static size_t read_count(const char *text)
{
	char *end;
	unsigned long count = strtoul(text, &end, 10);

	return *end == '\0' && count <= CLIENTS_MAX ? count : 0;
}

/* In the child. */
static void run_server(int descriptor, const struct inet_endpoint *server, bool one_socket)
{
	int r = 0;

	if (one_socket)
		serve(descriptor);
	else
		r = serve_with_sockets(descriptor, server);
	fprintf(stderr, "bench_udp_echo: the server: %s\n", strerror(-r));
	exit(1);
}

int main(int argc, char **argv)
{
	size_t clients = argc > 1 ? read_count(argv[1]) : CLIENTS;
	struct inet_endpoint server;
	int descriptor, r;
	pid_t child;

	if (clients == 0 || argc > 2) {
		fprintf(stderr, "usage: bench_udp_echo [CLIENTS], 1 to %d\n", CLIENTS_MAX);
		return 2;
	}
	descriptor = open_server(&server);

	if (descriptor < 0) {
		fprintf(stderr, "bench_udp_echo: %s\n", strerror(-descriptor));
		return 1;
	}
	child = fork();
	if (child == 0)
		run_server(descriptor, &server, argc == 1);
	r = measure(&server, clients);
	if (r < 0)
		fprintf(stderr, "bench_udp_echo: %s\n", strerror(-r));
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	return r < 0;
}
