/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2tp-load: many L2TP clients at once, each a tunnel with one call, against one
 * server. Says how many came up, how fast, and how long each took; can lose and
 * repeat packets and fall silent on request. With --hold it keeps the tunnels, and
 * answers for them, until its standard input ends. One thread, one event loop.
 */
#include "base/cleanup.h"
#include "tests/bench/load_client.h"
#include "tests/bench/load_network.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SECOND_USEC   UINT64_C(1000000)
#define TUNNELS_MAX   65535
#define DESCRIPTORS   64 /* that are no client's */
#define WAIT_MAX_MSEC 100

#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

struct options {
	struct load_network_settings network;
	uint32_t tunnels;
	uint32_t in_flight;
	uint32_t silent_permille;
	uint32_t timeout_seconds;
	bool hold;
};

struct load;

/* What a client's transport needs to send. */
struct member {
	struct load_client client;
	struct load *load;
};

struct load {
	struct options options;
	struct load_network *network;
	struct l2tp_deadline_heap deadlines;
	struct member *members;
	size_t started;
	size_t connecting;
	uint64_t begun_usec;
	uint64_t ended_usec; /* when the last one came up, or gave up */
	uint64_t retransmissions;
};

static uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_USEC + (uint64_t)now.tv_nsec / 1000;
}

static void on_send(void *userdata, const uint8_t *packet, size_t size)
{
	struct member *member = userdata;

	load_network_send(member->load->network, (size_t)(member - member->load->members), packet,
			  size);
}

/* After anything that may have changed a client. */
static void settle(struct load *load, struct member *member, bool was_connecting, uint64_t now)
{
	l2tp_deadline_set(&load->deadlines, &member->client.deadline,
			  load_client_next_deadline(&member->client));
	if (was_connecting && !load_client_is_connecting(&member->client)) {
		load->connecting--;
		load->ended_usec = now;
	}
}

static void on_receive(void *userdata, size_t index, const uint8_t *packet, size_t size)
{
	struct load *load = userdata;
	struct member *member = &load->members[index];
	bool was_connecting = load_client_is_connecting(&member->client);
	uint64_t now = now_usec();

	load_client_receive(&member->client, now, packet, size);
	settle(load, member, was_connecting, now);
}

static void handle_deadlines(struct load *load)
{
	uint64_t now = now_usec();
	struct l2tp_deadline *first;

	while ((first = l2tp_deadline_heap_first(&load->deadlines)) && first->at_usec <= now) {
		struct load_client *client = CONTAINER_OF(first, struct load_client, deadline);
		struct member *member = CONTAINER_OF(client, struct member, client);
		bool was_connecting = load_client_is_connecting(client);

		load_client_handle_deadline(client, now);
		settle(load, member, was_connecting, now);
	}
}

/* Every so many clients one falls silent: half of them half open, half without a call. */
static enum load_state silent_in(const struct options *options, size_t index)
{
	if (index * options->silent_permille / 1000 ==
	    (index + 1) * options->silent_permille / 1000)
		return LOAD_STATE_COUNT_;
	return index % 2 == 0 ? LOAD_STATE_WAIT_ICRP : LOAD_STATE_WAIT_ACKNOWLEDGED;
}

static int start_some(struct load *load)
{
	while (load->started < load->options.tunnels &&
	       load->connecting < load->options.in_flight) {
		struct member *member = &load->members[load->started];
		int r = load_network_open(load->network, load->started);

		if (r < 0)
			return r;
		member->load = load;
		load->started++;
		load->connecting++;
		load_client_start(&member->client, (uint16_t)load->started,
				  silent_in(&load->options, load->started - 1), now_usec(), on_send,
				  member);
		l2tp_deadline_set(&load->deadlines, &member->client.deadline,
				  load_client_next_deadline(&member->client));
	}
	return 0;
}

/* One turn: what has come, and what is due. */
static int turn(struct load *load)
{
	const struct l2tp_deadline *first = l2tp_deadline_heap_first(&load->deadlines);
	uint64_t now = now_usec();
	uint64_t wait_usec = first ? (first->at_usec > now ? first->at_usec - now : 0) : UINT64_MAX;
	int wait_msec = wait_usec > WAIT_MAX_MSEC * UINT64_C(1000)
				? WAIT_MAX_MSEC
				: (int)((wait_usec + 999) / 1000);
	int r = load_network_wait(load->network, wait_msec);

	handle_deadlines(load);
	return r;
}

static int connect_all(struct load *load)
{
	uint64_t limit_usec;
	int r = 0;

	load->begun_usec = load->ended_usec = now_usec();
	limit_usec = load->begun_usec + load->options.timeout_seconds * SECOND_USEC;
	while (r == 0 && (load->started < load->options.tunnels || load->connecting > 0) &&
	       now_usec() < limit_usec) {
		r = start_some(load);
		if (r == 0)
			r = turn(load);
	}
	return r;
}

static bool input_has_ended(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char byte;

	return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) <= 0;
}

/* ---- figures ------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static double percentile_msec(const uint64_t *sorted_usec, size_t count, unsigned int percent)
{
	size_t place = count == 0 ? 0 : (count - 1) * percent / 100;

	return count == 0 ? 0 : (double)sorted_usec[place] / 1000;
}

static int print_figures(struct load *load)
{
	_cleanup_(freep) uint64_t *took_usec = calloc(load->options.tunnels, sizeof(*took_usec));
	size_t states[LOAD_STATE_COUNT_] = { 0 };
	double seconds = (double)(load->ended_usec - load->begun_usec) / SECOND_USEC;
	size_t up = 0;

	if (!took_usec)
		return -ENOMEM;
	for (size_t i = 0; i < load->options.tunnels; i++) {
		const struct load_client *client = &load->members[i].client;

		states[client->state]++;
		load->retransmissions += client->transport.retransmissions;
		if (client->up_usec != 0)
			took_usec[up++] = client->up_usec - client->started_usec;
	}
	qsort(took_usec, up, sizeof(*took_usec), compare);
	printf("{\"tunnels\": %u, \"up\": %zu, \"still-up\": %zu, \"silent\": %zu, \"failed\": "
	       "%zu, "
	       "\"seconds\": %.3f, \"rate\": %.1f, \"p50-msec\": %.2f, \"p99-msec\": %.2f, "
	       "\"retransmissions\": %llu}\n",
	       load->options.tunnels, up, states[LOAD_STATE_UP], states[LOAD_STATE_SILENT],
	       load->options.tunnels - states[LOAD_STATE_UP] - states[LOAD_STATE_SILENT], seconds,
	       seconds > 0 ? (double)up / seconds : 0, percentile_msec(took_usec, up, 50),
	       percentile_msec(took_usec, up, 99), (unsigned long long)load->retransmissions);
	fflush(stdout);
	return 0;
}

/* ---- options ------------------------------------------------------------------ */

static void print_help(FILE *stream)
{
	fputs("usage: l2tp-load [OPTION...] ADDRESS PORT\n"
	      "\n"
	      "Connects many L2TP clients (RFC 2661), a tunnel with one call each, to the server\n"
	      "at ADDRESS (IPv4) and prints one line of JSON: how many came up, how many of\n"
	      "those in a second, and how long one took, from its first SCCRQ to the\n"
	      "acknowledgement of its ICCN. No PPP is spoken.\n"
	      "\n"
	      "  --tunnels N           clients, 1 to 65535 (default: 100)\n"
	      "  --in-flight N         that connect at the same time (default: 32)\n"
	      "  --from ADDRESS        address of the first 1000; the next 1000 have the next\n"
	      "                        one, and so on (default: 127.1.0.1)\n"
	      "  --loss PERMILLE       of the packets, either way, that get lost\n"
	      "  --duplicate PERMILLE  of the packets, either way, that come twice\n"
	      "  --silent PERMILLE     of the clients that stop half-way and say no more\n"
	      "  --seed N              which packets that are (default: 1)\n"
	      "  --timeout SECONDS     for all to connect (default: 60)\n"
	      "  --hold                keep what is up until standard input ends\n",
	      stream);
}

/* A number of decimal digits within bounds. */
static bool read_number(const char *text, uint32_t minimum, uint32_t maximum, uint32_t *ret_number)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || *text == '-' || number < minimum ||
	    number > maximum)
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

static bool read_ipv4(const char *text, struct inet_address *ret_address)
{
	struct inet_address address;

	if (inet_address_parse(text, &address) < 0 || address.family != AF_INET)
		return false;
	*ret_address = address;
	return true;
}

enum option_code {
	OPTION_TUNNELS = 256,
	OPTION_IN_FLIGHT,
	OPTION_FROM,
	OPTION_LOSS,
	OPTION_DUPLICATE,
	OPTION_SILENT,
	OPTION_SEED,
	OPTION_TIMEOUT,
	OPTION_HOLD,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{ "tunnels", required_argument, NULL, OPTION_TUNNELS },
	{ "in-flight", required_argument, NULL, OPTION_IN_FLIGHT },
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "loss", required_argument, NULL, OPTION_LOSS },
	{ "duplicate", required_argument, NULL, OPTION_DUPLICATE },
	{ "silent", required_argument, NULL, OPTION_SILENT },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "hold", no_argument, NULL, OPTION_HOLD },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

static bool take_option(int option, struct options *options)
{
	uint32_t seed;

	switch (option) {
	case OPTION_TUNNELS:
		return read_number(optarg, 1, TUNNELS_MAX, &options->tunnels);
	case OPTION_IN_FLIGHT:
		return read_number(optarg, 1, TUNNELS_MAX, &options->in_flight);
	case OPTION_FROM:
		return read_ipv4(optarg, &options->network.first_client);
	case OPTION_LOSS:
		return read_number(optarg, 0, 900, &options->network.loss_permille);
	case OPTION_DUPLICATE:
		return read_number(optarg, 0, 1000, &options->network.duplicate_permille);
	case OPTION_SILENT:
		return read_number(optarg, 0, 1000, &options->silent_permille);
	case OPTION_SEED:
		if (!read_number(optarg, 0, UINT32_MAX, &seed))
			return false;
		options->network.seed = seed;
		return true;
	case OPTION_TIMEOUT:
		return read_number(optarg, 1, 86400, &options->timeout_seconds);
	case OPTION_HOLD:
		options->hold = true;
		return true;
	case OPTION_HELP:
		print_help(stdout);
		exit(0);
	default:
		return false;
	}
}

static bool take_arguments(int argc, char **argv, struct options *options)
{
	uint32_t port;
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!take_option(option, options))
			return false;
	if (argc - optind != 2 || !read_ipv4(argv[optind], &options->network.server.address) ||
	    !read_number(argv[optind + 1], 1, 65535, &port))
		return false;
	options->network.server.port = (uint16_t)port;
	return true;
}

/* A socket for each client. */
static int raise_descriptors(uint32_t tunnels)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	if (limit.rlim_cur >= tunnels + DESCRIPTORS)
		return 0;
	limit.rlim_cur = tunnels + DESCRIPTORS;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}

/* ---- main ---------------------------------------------------------------------- */

static int run(struct load *load)
{
	uint32_t tunnels = load->options.tunnels;
	int r = raise_descriptors(tunnels);

	load->members = calloc(tunnels, sizeof(*load->members));
	if (!load->members)
		return -ENOMEM;
	if (r == 0)
		r = l2tp_deadline_heap_reserve(&load->deadlines, tunnels);
	if (r == 0)
		r = load_network_new(&load->options.network, tunnels, on_receive, load,
				     &load->network);
	if (r == 0)
		r = connect_all(load);
	if (r == 0)
		r = print_figures(load);
	while (r == 0 && load->options.hold && !input_has_ended())
		r = turn(load);
	return r;
}

static void done(struct load *load)
{
	for (size_t i = 0; i < load->started; i++)
		load_client_hang_up(&load->members[i].client, now_usec());
	load_network_free(load->network);
	l2tp_deadline_heap_done(&load->deadlines);
	free(load->members);
}

int main(int argc, char **argv)
{
	struct load load = {
		.options = {
			.tunnels = 100,
			.in_flight = 32,
			.timeout_seconds = 60,
			.network.seed = 1,
		},
	};
	int r;

	inet_address_parse("127.1.0.1", &load.options.network.first_client);
	if (!take_arguments(argc, argv, &load.options)) {
		print_help(stderr);
		return 2;
	}
	r = run(&load);
	if (r < 0)
		fprintf(stderr, "l2tp-load: %s\n", strerror(-r));
	done(&load);
	return r < 0;
}
