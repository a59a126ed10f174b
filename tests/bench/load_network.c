/* SPDX-License-Identifier: GPL-2.0-or-later */
/* epoll on connected UDP sockets; chance is a seeded generator. I/O. */
#include "tests/bench/load_network.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CLIENTS_PER_ADDRESS 1000
#define EVENTS_MAX          256
#define PACKET_MAX          2048

struct load_network {
	struct load_network_settings settings;
	load_network_receive_fn receive;
	void *userdata;
	uint64_t random_state;
	int epoll;
	size_t count;
	int sockets[];
};

int load_network_new(const struct load_network_settings *settings, size_t clients,
		     load_network_receive_fn receive, void *userdata,
		     struct load_network **ret_network)
{
	_cleanup_(load_network_freep) struct load_network *network =
		calloc(1, sizeof(*network) + clients * sizeof(int));

	if (!network)
		return -ENOMEM;
	network->settings = *settings;
	network->receive = receive;
	network->userdata = userdata;
	network->random_state = settings->seed;
	network->count = clients;
	for (size_t i = 0; i < clients; i++)
		network->sockets[i] = -1;
	network->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (network->epoll < 0)
		return -errno;
	*ret_network = TAKE_PTR(network);
	return 0;
}

void load_network_free(struct load_network *network)
{
	if (!network)
		return;
	for (size_t i = 0; i < network->count; i++)
		if (network->sockets[i] >= 0)
			close(network->sockets[i]);
	if (network->epoll >= 0)
		close(network->epoll);
	free(network);
}

void load_network_freep(struct load_network **network)
{
	load_network_free(*network);
}

/* splitmix64: the next of a sequence that depends on the seed alone. */
static uint64_t next_random(struct load_network *network)
{
	uint64_t z = network->random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static bool happens(struct load_network *network, uint32_t permille)
{
	return permille > 0 && next_random(network) % 1000 < permille;
}

static struct inet_endpoint client_endpoint(const struct load_network *network, size_t client)
{
	uint32_t first = inet_address_to_ipv4(&network->settings.first_client);

	return (struct inet_endpoint){
		.address = inet_address_from_ipv4(first + (uint32_t)(client / CLIENTS_PER_ADDRESS)),
	};
}

static int connect_endpoints(int descriptor, const struct inet_endpoint *own,
			     const struct inet_endpoint *server)
{
	struct sockaddr_storage address;
	socklen_t size = inet_endpoint_to_sockaddr(own, &address);

	if (bind(descriptor, (const struct sockaddr *)&address, size) < 0)
		return -errno;
	size = inet_endpoint_to_sockaddr(server, &address);
	if (connect(descriptor, (const struct sockaddr *)&address, size) < 0)
		return -errno;
	return 0;
}

int load_network_open(struct load_network *network, size_t client)
{
	const struct inet_endpoint own = client_endpoint(network, client);
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = client };
	_cleanup_(closep) int descriptor =
		socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (descriptor < 0)
		return -errno;
	r = connect_endpoints(descriptor, &own, &network->settings.server);
	if (r < 0)
		return r;
	if (epoll_ctl(network->epoll, EPOLL_CTL_ADD, descriptor, &event) < 0)
		return -errno;
	network->sockets[client] = TAKE_FD(descriptor);
	return 0;
}

/* A packet that the kernel does not take is lost, as in a network. */
static void send_once(struct load_network *network, size_t client, const uint8_t *packet,
		      size_t size)
{
	if (!happens(network, network->settings.loss_permille))
		(void)!send(network->sockets[client], packet, size, MSG_DONTWAIT);
}

void load_network_send(struct load_network *network, size_t client, const uint8_t *packet,
		       size_t size)
{
	send_once(network, client, packet, size);
	if (happens(network, network->settings.duplicate_permille))
		send_once(network, client, packet, size);
}

static void receive_once(struct load_network *network, size_t client, const uint8_t *packet,
			 size_t size)
{
	if (!happens(network, network->settings.loss_permille))
		network->receive(network->userdata, client, packet, size);
}

static void receive_all(struct load_network *network, size_t client)
{
	uint8_t packet[PACKET_MAX];
	ssize_t size;

	while ((size = recv(network->sockets[client], packet, sizeof(packet), 0)) >= 0) {
		receive_once(network, client, packet, (size_t)size);
		if (happens(network, network->settings.duplicate_permille))
			receive_once(network, client, packet, (size_t)size);
	}
}

int load_network_wait(struct load_network *network, int timeout_msec)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(network->epoll, events, EVENTS_MAX, timeout_msec);

	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < count; i++)
		receive_all(network, (size_t)events[i].data.u64);
	return 0;
}
