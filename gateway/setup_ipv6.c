/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sysctls, routes by router advertisement, the host's networks. I/O. */
#include "gateway/setup_ipv6.h"

#include "base/cleanup.h"
#include "base/netlink.h"
#include "gateway/child.h"
#include "gateway/configuration_pools.h"
#include "gateway/host_networks.h"
#include "gateway/pool_choice.h"
#include "gateway/setup_ipsec.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define IPV6_FOLDER     "/proc/sys/net/ipv6/conf"
#define FORWARDING_PATH IPV6_FOLDER "/all/forwarding"
/*
 * Bounds, with some 60 bytes each, on how many interfaces dnsmasq's socket joins a multicast
 * group. With Linux before 6.7 it is 20480, and dnsmasq does not start beside 376 clients.
 */
#define OPTMEM_PATH "/proc/sys/net/core/optmem_max"
#define OPTMEM_MAX  131072u

enum {
	ACCEPT_RA_UNLESS_FORWARDING = 1,
	ACCEPT_RA_ALWAYS = 2,
};

/* ---- sysctls --------------------------------------------------------------------- */

static int read_digit(const char *path)
{
	_cleanup_(closep) int file = open(path, O_RDONLY | O_CLOEXEC);
	char value;

	if (file < 0 || read(file, &value, 1) != 1)
		return -errno;
	return value - '0';
}

static int write_digit(const char *path, int digit)
{
	_cleanup_(closep) int file = open(path, O_WRONLY | O_CLOEXEC);
	char value = (char)('0' + digit);

	return file < 0 || write(file, &value, 1) != 1 ? -errno : 0;
}

/* Return: 0 where it cannot be read, which is so inside a container. */
static uint32_t read_optmem_max(void)
{
	_cleanup_(closep) int file = open(OPTMEM_PATH, O_RDONLY | O_CLOEXEC);
	char text[16] = "";

	if (file < 0 || read(file, text, sizeof(text) - 1) < 0)
		return 0;
	return (uint32_t)strtoul(text, NULL, 10);
}

/* One that cannot be written stays, for few clients are as well without. */
static void change_optmem_max(uint32_t value, FILE *report)
{
	_cleanup_(closep) int file = open(OPTMEM_PATH, O_WRONLY | O_CLOEXEC);

	if (file < 0 || dprintf(file, "%u", value) < 0)
		return;
	fprintf(report, "net.core.optmem_max = %u\n", value);
}

static char *accept_ra_path(const char *interface, char path[128])
{
	snprintf(path, 128, IPV6_FOLDER "/%.15s/accept_ra", interface);
	return path;
}

int setup_ipv6_is_forwarding(void)
{
	return read_digit(FORWARDING_PATH);
}

/* Return: 0, 1, 2; negative errno. */
static int accept_ra(const char *interface)
{
	char path[128];

	return read_digit(accept_ra_path(interface, path));
}

/* The first of @names into @name. Return: the rest; NULL if there was none. */
static const char *take_name(const char *names, char name[IFNAMSIZ])
{
	size_t size;

	names += strspn(names, " ");
	size = strcspn(names, " ");
	if (size == 0 || size >= IFNAMSIZ)
		return NULL;
	memcpy(name, names, size);
	name[size] = '\0';
	return names + size;
}

static int change_accept_ra(const char *names, int from, int to, FILE *report)
{
	char name[IFNAMSIZ], path[128];
	int r = 0;

	while (r == 0 && (names = take_name(names, name))) {
		if (accept_ra(name) != from)
			continue;
		r = write_digit(accept_ra_path(name, path), to);
		if (r == 0)
			fprintf(report, "net.ipv6.conf.%s.accept_ra = %d\n", name, to);
	}
	return r;
}

int setup_ipv6_switch_on(const struct setup_state *state, FILE *report,
			 struct setup_error *ret_error)
{
	int r;

	r = change_accept_ra(state->accept_ra, ACCEPT_RA_UNLESS_FORWARDING, ACCEPT_RA_ALWAYS,
			     report);
	if (r < 0)
		return setup_fail(ret_error, "net.ipv6.conf.*.accept_ra: %s", strerror(-r));
	if (state->optmem_max_was && read_optmem_max() < OPTMEM_MAX)
		change_optmem_max(OPTMEM_MAX, report);
	if (setup_ipv6_is_forwarding() == 1)
		return 0;
	r = write_digit(FORWARDING_PATH, 1);
	if (r < 0) {
		change_accept_ra(state->accept_ra, ACCEPT_RA_ALWAYS, ACCEPT_RA_UNLESS_FORWARDING,
				 report);
		return setup_fail(ret_error, "net.ipv6.conf.all.forwarding: %s", strerror(-r));
	}
	fprintf(report, "net.ipv6.conf.all.forwarding = 1\n");
	return 0;
}

void setup_ipv6_switch_off(const struct setup_state *state, FILE *report)
{
	if (!state->ipv6_forwarding_was_on && setup_ipv6_is_forwarding() == 1 &&
	    write_digit(FORWARDING_PATH, 0) == 0)
		fprintf(report, "net.ipv6.conf.all.forwarding = 0\n");
	change_accept_ra(state->accept_ra, ACCEPT_RA_ALWAYS, ACCEPT_RA_UNLESS_FORWARDING, report);
	if (state->optmem_max_was && read_optmem_max() == OPTMEM_MAX)
		change_optmem_max(state->optmem_max_was, report);
}

/* ---- routes ---------------------------------------------------------------------- */

int setup_ipv6_add_name(char names[SETUP_INTERFACES_SIZE], const char *name)
{
	if (setup_ipsec_has_name(names, name))
		return 0;
	if (strlen(names) + strlen(name) + 2 > SETUP_INTERFACES_SIZE)
		return -E2BIG;
	if (names[0])
		strcat(names, " ");
	strcat(names, name);
	return 0;
}

/* An interface that has gone meanwhile has no name. */
static int add_index(char *names, uint32_t index)
{
	char name[IF_NAMESIZE];

	return if_indextoname(index, name) ? setup_ipv6_add_name(names, name) : 0;
}

static int add_next_hops(char *names, const struct nlattr *attribute)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attribute);
	size_t left = mnl_attr_get_payload_len(attribute);
	int r = 0;

	while (r == 0 && left >= sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) &&
	       (size_t)RTNH_ALIGN(hop->rtnh_len) <= left) {
		r = add_index(names, (uint32_t)hop->rtnh_ifindex);
		left -= (size_t)RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return r;
}

static int take_route(const struct nlmsghdr *message, void *userdata)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	int r = 0;

	if (route->rtm_family != AF_INET6 || route->rtm_protocol != RTPROT_RA)
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, message, sizeof(*route))
	{
		if (r == 0 && mnl_attr_get_type(attribute) == RTA_OIF &&
		    mnl_attr_validate(attribute, MNL_TYPE_U32) == 0)
			r = add_index(userdata, mnl_attr_get_u32(attribute));
		else if (r == 0 && mnl_attr_get_type(attribute) == RTA_MULTIPATH)
			r = add_next_hops(userdata, attribute);
	}
	errno = -r;
	return r == 0 ? MNL_CB_OK : MNL_CB_ERROR;
}

int setup_ipv6_find_routers(char names[SETUP_INTERFACES_SIZE])
{
	_cleanup_(netlink_socket_freep) struct netlink_socket *netlink = NULL;
	char bytes[NETLINK_REQUEST_SIZE];
	int r = netlink_socket_new(NETLINK_ROUTE, &netlink);

	if (r < 0)
		return r;
	/* What changes during a dump is dumped again. */
	r = -EINTR;
	for (int attempt = 0; r == -EINTR && attempt < 5; attempt++) {
		struct nlmsghdr *request = mnl_nlmsg_put_header(bytes);
		struct rtmsg *route;

		request->nlmsg_type = RTM_GETROUTE;
		request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		route = mnl_nlmsg_put_extra_header(request, sizeof(*route));
		route->rtm_family = AF_INET6;
		r = netlink_socket_request(netlink, request, take_route, names);
	}
	return r;
}

int setup_ipv6_keep_deaf(const char *names, char ret_names[SETUP_INTERFACES_SIZE])
{
	char name[IFNAMSIZ];
	int r = 0;

	while (r == 0 && (names = take_name(names, name)))
		if (accept_ra(name) == ACCEPT_RA_UNLESS_FORWARDING)
			r = setup_ipv6_add_name(ret_names, name);
	return r;
}

/* Beside those that are remembered, the ones that would lose their routes. */
static int plan_accept_ra(struct setup_state *state, struct setup_error *ret_error)
{
	char found[SETUP_INTERFACES_SIZE] = "";
	int r = setup_ipv6_find_routers(found);

	if (r == 0)
		r = setup_ipv6_keep_deaf(found, state->accept_ra);
	if (r == -E2BIG)
		return setup_fail(ret_error, "too many interfaces have their routes by router "
					     "advertisement: set accept_ra of theirs to 2");
	return r < 0 ? setup_fail(ret_error, "IPv6 routes: %s", strerror(-r)) : 0;
}

/* ---- what stands in the way ------------------------------------------------------ */

static void freeifaddrsp(struct ifaddrs **list)
{
	if (*list)
		freeifaddrs(*list);
}

static unsigned int length_of(const struct sockaddr *netmask)
{
	struct in6_addr mask = ((const struct sockaddr_in6 *)(const void *)netmask)->sin6_addr;
	unsigned int length = 0;

	for (size_t i = 0; i < sizeof(mask.s6_addr); i++)
		length += (unsigned int)__builtin_popcount(mask.s6_addr[i]);
	return length;
}

static int check_pool(const struct configuration_pool *pool, const struct ifaddrs *list,
		      struct setup_error *ret_error)
{
	char text[INET6_ADDRSTRLEN];

	for (const struct ifaddrs *entry = list; entry; entry = entry->ifa_next) {
		struct inet_endpoint found;
		struct sockaddr_storage sockaddr;
		unsigned int length;

		if (!entry->ifa_addr || !entry->ifa_netmask ||
		    entry->ifa_addr->sa_family != AF_INET6 ||
		    host_networks_is_clients(entry->ifa_name))
			continue;
		memcpy(&sockaddr, entry->ifa_addr, sizeof(struct sockaddr_in6));
		inet_endpoint_from_sockaddr(&sockaddr, &found);
		length = length_of(entry->ifa_netmask);
		if (pool_meets_ipv6(pool, &found.address, length))
			return setup_fail(
				ret_error,
				"ipv6-pool meets %s/%u of interface %s; allowed: a prefix "
				"that is routed to this host, and is no network of its own",
				inet_address_format(&found.address, text), length, entry->ifa_name);
	}
	return 0;
}

static int check_pools(const struct configuration *configuration, struct setup_error *ret_error)
{
	_cleanup_(freeifaddrsp) struct ifaddrs *list = NULL;
	int r = 0;

	if (getifaddrs(&list) < 0)
		return setup_fail(ret_error, "addresses of this host: %m");
	for (size_t i = 0; r == 0 && i < configuration_pool_total(configuration); i++) {
		struct configuration_pool pool = configuration_pool_get(configuration, i);

		r = check_pool(&pool, list, ret_error);
	}
	return r;
}

static int check_host(const struct configuration *configuration, struct setup_error *ret_error)
{
	static const char *const dnsmasq[] = { "dnsmasq", "--version", NULL };
	char ignored[256];

	if (setup_ipv6_is_forwarding() < 0)
		return setup_fail(ret_error, "ipv6-pool: this kernel has no IPv6");
	if (child_run(dnsmasq, ignored, sizeof(ignored)) != 0)
		return setup_fail(ret_error, "ipv6-pool: there is no dnsmasq, which tells clients "
					     "their prefix: apt install dnsmasq-base");
	return check_pools(configuration, ret_error);
}

/* ---- the plan -------------------------------------------------------------------- */

static void put_ipv6(const struct setup_state *state, FILE *stream)
{
	const char *names = state->accept_ra;
	char name[IFNAMSIZ];

	if (*names)
		fputs("# A host that forwards IPv6 takes advertised routes only so: set first.\n",
		      stream);
	/* Slashes, for a name may have dots; and it may not be there yet, or any more. */
	while ((names = take_name(names, name)))
		fprintf(stream, "-net/ipv6/conf/%s/accept_ra = %d\n", name, ACCEPT_RA_ALWAYS);
	fputs("net.ipv6.conf.all.forwarding = 1\n", stream);
	if (state->optmem_max_was)
		fprintf(stream,
			"# What tells clients their prefix has a socket that is in a group for "
			"each.\n"
			"-net.core.optmem_max = %u\n",
			OPTMEM_MAX);
}

static int format_sysctls(const struct setup_plan *plan, char **ret_text)
{
	_cleanup_(freep) char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return -ENOMEM;
	fputs(LIBRESWAN_TEXT_MARK "\n"
				  "# Clients reach the network through this host.\n"
				  "net.ipv4.ip_forward = 1\n",
	      stream);
	if (plan->has_ipv6)
		put_ipv6(&plan->state, stream);
	if (fclose(stream) != 0)
		return -ENOMEM;
	*ret_text = TAKE_PTR(text);
	return 0;
}

static void remember_host(struct setup_state *state)
{
	uint32_t optmem_max = read_optmem_max();

	state->has_ipv6 = true;
	state->ipv6_forwarding_was_on = setup_ipv6_is_forwarding() == 1;
	state->optmem_max_was = optmem_max < OPTMEM_MAX ? optmem_max : 0;
}

int setup_ipv6_plan(struct setup_plan *plan, struct setup_error *ret_error)
{
	struct setup_state *state = &plan->state;
	int r = 0;

	plan->has_ipv6 = configuration_has_ipv6(&plan->configuration);
	if (plan->has_ipv6) {
		r = check_host(&plan->configuration, ret_error);
		if (r == 0 && !state->has_ipv6)
			remember_host(state);
		if (r == 0)
			r = plan_accept_ra(state, ret_error);
	}
	return r < 0 ? r : format_sysctls(plan, &plan->sysctl_text);
}
