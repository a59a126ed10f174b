/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address, forwarding, nft. I/O. */
#include "gateway/setup_network.h"

#include "base/cleanup.h"
#include "gateway/child.h"
#include "gateway/firewall_text.h"
#include "ipsec-glue/sa_mark_table.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/in6.h>
#include <net/if.h>
#include <string.h>
#include <sys/mman.h>

#define FORWARDING_PATH "/proc/sys/net/ipv4/ip_forward"
/* a.root-servers.net: any address that only the default route leads to. */
#define FAR_AWAY_IPV4 "198.41.0.4"
#define FAR_AWAY_IPV6 "2001:503:ba3e::2:30"

static void freeifaddrsp(struct ifaddrs **list)
{
	if (*list)
		freeifaddrs(*list);
}

/* A socket from which a datagram to the far end of the internet would leave; none does. */
static int open_probe(uint16_t family)
{
	_cleanup_(closep) int probe = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct inet_endpoint far = { .port = 9 };
	const int preferences = IPV6_PREFER_SRC_PUBLIC;
	struct sockaddr_storage sockaddr;
	socklen_t size;

	inet_address_parse(family == AF_INET6 ? FAR_AWAY_IPV6 : FAR_AWAY_IPV4, &far.address);
	size = inet_endpoint_to_sockaddr(&far, &sockaddr);
	if (probe < 0)
		return -errno;
	if (family == AF_INET6 && setsockopt(probe, IPPROTO_IPV6, IPV6_ADDR_PREFERENCES,
					     &preferences, sizeof(preferences)) < 0)
		return -errno;
	if (connect(probe, (const struct sockaddr *)&sockaddr, size) < 0)
		return -errno;
	return TAKE_FD(probe);
}

int setup_network_find_default(uint16_t family, struct inet_address *ret_address,
			       struct setup_error *ret_error)
{
	_cleanup_(closep) int probe = open_probe(family);
	struct sockaddr_storage sockaddr;
	socklen_t size = sizeof(sockaddr);
	struct inet_endpoint near;

	if (probe < 0)
		return setup_fail(ret_error,
				  "this host has no default route of %s: say at which of its "
				  "addresses clients arrive (--listen-address)",
				  family == AF_INET6 ? "IPv6" : "IPv4");
	if (getsockname(probe, (struct sockaddr *)&sockaddr, &size) < 0 ||
	    inet_endpoint_from_sockaddr(&sockaddr, &near) < 0)
		return setup_fail(ret_error, "the address of the default route: %m");
	*ret_address = near.address;
	return 0;
}

/* Addresses of the host, or of one interface, until @match says yes. */
static int walk_addresses(const char *interface,
			  bool (*match)(const struct inet_address *found, void *userdata),
			  void *userdata)
{
	_cleanup_(freeifaddrsp) struct ifaddrs *list = NULL;
	struct sockaddr_storage sockaddr;
	struct inet_endpoint found;

	if (getifaddrs(&list) < 0)
		return -errno;
	for (struct ifaddrs *entry = list; entry; entry = entry->ifa_next) {
		if (!entry->ifa_addr)
			continue;
		if (interface && strcmp(entry->ifa_name, interface) != 0)
			continue;
		if (entry->ifa_addr->sa_family == AF_INET)
			memcpy(&sockaddr, entry->ifa_addr, sizeof(struct sockaddr_in));
		else if (entry->ifa_addr->sa_family == AF_INET6)
			memcpy(&sockaddr, entry->ifa_addr, sizeof(struct sockaddr_in6));
		else
			continue;
		if (inet_endpoint_from_sockaddr(&sockaddr, &found) == 0 &&
		    match(&found.address, userdata))
			return 1;
	}
	return 0;
}

static bool take_first_ipv4(const struct inet_address *found, void *userdata)
{
	if (found->family != AF_INET)
		return false;
	*(struct inet_address *)userdata = *found;
	return true;
}

static bool is_equal(const struct inet_address *found, void *userdata)
{
	return inet_address_equal(found, userdata);
}

int setup_network_find_on(const char *interface, struct inet_address *ret_address,
			  struct setup_error *ret_error)
{
	int r = walk_addresses(interface, take_first_ipv4, ret_address);

	if (r < 0)
		return setup_fail(ret_error, "addresses of this host: %s", strerror(-r));
	if (r == 0)
		return setup_fail(ret_error, "interface %s: not there, or without IPv4 address",
				  interface);
	return 0;
}

int setup_network_has_address(const struct inet_address *address)
{
	struct inet_address wanted = *address;

	return walk_addresses(NULL, is_equal, &wanted);
}

int setup_network_is_forwarding(void)
{
	_cleanup_(closep) int file = open(FORWARDING_PATH, O_RDONLY | O_CLOEXEC);
	char value;

	if (file < 0 || read(file, &value, 1) != 1)
		return -errno;
	return value != '0';
}

int setup_network_set_forwarding(bool on)
{
	_cleanup_(closep) int file = open(FORWARDING_PATH, O_WRONLY | O_CLOEXEC);

	if (file < 0 || write(file, on ? "1" : "0", 1) != 1)
		return -errno;
	return 0;
}

/* Runs nft; without table or not, its words are in @output. */
static int nft(const char *const arguments[], struct setup_error *ret_error)
{
	char output[2048];
	int r = child_run(arguments, output, sizeof(output));

	if (r == -ENOENT)
		return setup_fail(ret_error, "there is no nft: install nftables");
	if (r < 0)
		return setup_fail(ret_error, "nft: %s", strerror(-r));
	if (r > 0)
		return setup_fail(ret_error, "nft: %s", child_first_line(output));
	return 0;
}

static bool table_is_there(const char *table)
{
	const char *const arguments[] = { "nft", "-t", "list", "table", "inet", table, NULL };
	struct setup_error ignored;

	return nft(arguments, &ignored) == 0;
}

bool setup_network_firewall_is_loaded(void)
{
	return table_is_there(FIREWALL_TABLE) && table_is_there(FIREWALL_GUARD_TABLE);
}

int setup_network_load_firewall(const char *path, struct setup_error *ret_error)
{
	const char *const arguments[] = { "nft", "-f", path, NULL };

	return nft(arguments, ret_error);
}

int setup_network_check_firewall(const char *text, struct setup_error *ret_error)
{
	_cleanup_(closep) int memory = memfd_create("firewall", MFD_CLOEXEC);
	char path[64];
	const char *const arguments[] = { "nft", "-c", "-f", path, NULL };

	if (memory < 0 || write(memory, text, strlen(text)) != (ssize_t)strlen(text))
		return setup_fail(ret_error, "memory for the firewall's rules: %m");
	/* The child's own /proc/self/fd does not hold it: it is CLOEXEC. */
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), memory);
	return nft(arguments, ret_error);
}

void setup_network_unload_firewall(void)
{
	static const char *const tables[] = { FIREWALL_TABLE, FIREWALL_GUARD_TABLE, SA_MARK_TABLE };
	struct setup_error ignored;

	for (size_t i = 0; i < ELEMENTS(tables); i++) {
		const char *const arguments[] = {
			"nft", "delete", "table", "inet", tables[i], NULL
		};

		nft(arguments, &ignored);
	}
}
