/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nftables file from the configuration. Pure. */
#include "gateway/firewall_text.h"

#include "base/cleanup.h"
#include "gateway/configuration_pools.h"

#include <errno.h>
#include <stdio.h>

/* IP and TCP headers without options: what the MTU leaves for a segment. */
#define TCP_OVERHEAD      40
#define TCP_OVERHEAD_IPV6 60

/*
 * No rule matches ppp*: the host's own uplink may be one, and a packet that
 * IPsec decapsulated in transport mode keeps its outer interface.
 */
static const char head[] =
	"# Written by `saregate setup`; `saregate setup --undo` removes it.\n"
	"# Changes are lost at the next setup. Loading this file again replaces the rules\n"
	"# of these two tables at once and keeps the elements of the set `inner`.\n"
	"\n"
	"table inet saregate_guard {\n"
	"}\n"
	"table inet saregate {\n"
	"}\n"
	"flush table inet saregate_guard\n"
	"flush table inet saregate\n"
	"\n"
	"# L2TP (RFC 3193) lives inside IPsec only.\n"
	"table inet saregate_guard {\n"
	"	counter cleartext_in {\n"
	"	}\n"
	"\n"
	"	counter cleartext_out {\n"
	"	}\n"
	"\n"
	"	chain input {\n"
	"		type filter hook input priority filter; policy accept;\n"
	"		udp dport %1$u meta ipsec missing counter name cleartext_in drop\n"
	"	}\n"
	"\n"
	"	chain output {\n"
	"		type filter hook output priority 300; policy accept;\n"
	"		udp sport %1$u rt ipsec missing counter name cleartext_out drop\n"
	"	}\n"
	"}\n"
	"\n"
	"table inet saregate {\n"
	"	# Interface and inner address of each session; saregated fills it.\n"
	"	set inner {\n"
	"		type ifname . ipv4_addr\n"
	"	}\n"
	"\n"
	"	# Interface and network of IPv6 of each session; saregated fills it. Empty where "
	"no\n"
	"	# pool has a prefix: a set outlives the rules that ask it.\n"
	"	set inner6 {\n"
	"		type ifname . ipv6_addr\n"
	"	}\n"
	"\n"
	"	# Interface of a session and a DNS server of its user's or group's, which may be\n"
	"	# this host; saregated fills it.\n"
	"	set dns {\n"
	"		type ifname . ipv4_addr\n"
	"	}\n"
	"\n"
	"	# Groups of clients; saregated fills these. A group is a mark of its own, which\n"
	"	# packets have while the chain forward looks at them. Its bytes read the same\n"
	"	# in either order.\n"
	"	map group_of {\n"
	"		type ifname : mark\n"
	"	}\n"
	"\n"
	"	set members {\n"
	"		type ifname . mark\n"
	"	}\n"
	"\n"
	"	set restricted {\n"
	"		type mark\n"
	"	}\n"
	"\n"
	"	set reachable {\n"
	"		type mark . ipv4_addr\n"
	"		flags interval\n"
	"	}\n"
	"\n"
	"	# The mark of the packet that carried it says whose SA it came by: not for "
	"inside.\n"
	"	chain prerouting {\n"
	"		type filter hook prerouting priority raw; policy accept;\n"
	"		iifname \"sg*\" meta mark set 0\n"
	"%2$s"
	"		iifname \"sg*\" iifname . ip saddr != @inner counter drop\n"
	"		# One link's own addresses: a cloud gives this host its credentials "
	"there.\n"
	"		iifname \"sg*\" ip daddr 169.254.0.0/16 counter drop\n"
	"	}\n"
	"\n";

static const char no_ipv6[] = "		iifname \"sg*\" meta nfproto ipv6 counter drop\n";

/*
 * What neighbours say to each other (RFC 4861) never passed a router: its hop limit says so.
 * A router is what this host is, so that neither advertisements nor redirects are among it.
 * The first two addresses of a network are the router's.
 */
#define NEIGHBOURS \
	"icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept\n"

static const char ipv6_from_clients[] =
	"		# Neighbours of the link, which is this host alone.\n"
	"		iifname \"sg*\" ip6 hoplimit 255 ip6 saddr { ::, fe80::/10 } ip6 daddr { "
	"fe80::1, ff02::1, ff02::2, ff02::1:ff00:0/104 } " NEIGHBOURS
	"		iifname \"sg*\" iifname . ip6 saddr & ffff:ffff:ffff:ffff:: != @inner6 "
	"counter drop\n"
	"		iifname \"sg*\" ip6 saddr & ::ffff:ffff:ffff:fffe == :: counter drop\n"
	"		iifname \"sg*\" ip6 daddr fe80::/10 ip6 daddr != fe80::1 counter drop\n"
	"		# What clouds have instead of 169.254.169.254: Amazon, Google, Oracle.\n"
	"		iifname \"sg*\" ip6 daddr { fd00:ec2::254, fd20:ce::254, "
	"fd00:c1::a9fe:a9fe } counter drop\n";

static const char input_format[] =
	"	chain input {\n"
	"		type filter hook input priority filter; policy accept;\n"
	"		iifname \"sg*\" ct state established,related accept\n"
	"		iifname \"sg*\" icmp type echo-request accept\n"
	"%2$s"
	"		iifname \"sg*\" iifname . ip daddr @dns meta l4proto { tcp, udp } th "
	"dport 53 accept\n"
	"%1$s"
	"		iifname \"sg*\" counter drop\n"
	"	}\n"
	"\n";

static const char input_ipv6[] = "		iifname \"sg*\" icmpv6 type echo-request accept\n"
				 "		iifname \"sg*\" ip6 hoplimit 255 " NEIGHBOURS;

/* No rule needs the pool to let a session through: the session may be older than it. */
static const char forward[] =
	"	chain forward {\n"
	"		type filter hook forward priority filter; policy accept;\n"
	"		iifname \"sg*\" meta mark set 0\n"
	"		iifname \"sg*\" meta mark set iifname map @group_of\n"
	"		iifname \"sg*\" oifname \"sg*\" oifname . meta mark != @members counter "
	"drop\n"
	"		iifname \"sg*\" oifname != \"sg*\" meta mark @restricted meta mark . ip "
	"daddr != "
	"@reachable counter drop\n"
	"		iifname \"sg*\" oifname != \"sg*\" meta mark @restricted meta nfproto ipv6 "
	"counter drop\n"
	"		iifname \"sg*\" meta mark set 0\n";

#define SEGMENTS(direction, family, size)                                                        \
	"		" direction "name \"sg*\" " family "tcp flags & (syn | rst) == syn tcp " \
	"option maxseg size set " size "\n"

/* clang-format off */
static const char forward_format[] =
	"%1$s" /* forward */
	SEGMENTS("iif", "", "%2$u")
	SEGMENTS("oif", "", "%2$u")
	"	}\n"
	"\n";

/* Addresses of IPv6 have no NAT before them. What is nobody's does not go back, either. */
static const char forward_ipv6_format[] =
	"%1$s"
	"		iifname != \"sg*\" oifname \"sg*\" meta nfproto ipv6 ct state "
	"invalid,new,untracked counter drop\n"
	"		oifname != \"sg*\" ip6 daddr { %2$s } counter drop\n"
	SEGMENTS("iif", "meta nfproto ipv4 ", "%3$u")
	SEGMENTS("oif", "meta nfproto ipv4 ", "%3$u")
	SEGMENTS("iif", "meta nfproto ipv6 ", "%4$u")
	SEGMENTS("oif", "meta nfproto ipv6 ", "%4$u")
	"	}\n"
	"\n";

#define POSTROUTING              \
	"	chain postrouting {\n" \
	"		type nat hook postrouting priority srcnat; policy accept;\n"

static const char postrouting[] =
	POSTROUTING
	"		iifname \"sg*\" oifname != \"sg*\" counter masquerade\n"
	"	}\n"
	"}\n";

/* Unique local addresses (RFC 4193) are routed nowhere; global ones are. */
static const char postrouting_ipv6[] =
	POSTROUTING
	"		iifname \"sg*\" oifname != \"sg*\" meta nfproto ipv4 counter masquerade\n"
	"		iifname \"sg*\" oifname != \"sg*\" ip6 saddr fc00::/7 counter masquerade\n"
	"	}\n"
	"}\n";
/* clang-format on */

static const char dns_format[] =
	"\t\tiifname \"sg*\" ip daddr { %s } meta l4proto { tcp, udp } th dport 53 accept\n";

#define DNS_RULE_MAX (sizeof(dns_format) + CONFIGURATION_DNS_MAX * (INET6_ADDRSTRLEN + 2))

#define PREFIXES_MAX ((CONFIGURATION_POOLS_MAX + 1) * (ADDRESS_TEXT_IPV6_PREFIX_MAX + sizeof(", ")))

static char *format_ipv4(uint32_t host_order, char text[INET6_ADDRSTRLEN])
{
	struct inet_address address = inet_address_from_ipv4(host_order);

	return inet_address_format(&address, text);
}

/*
 * A rule for the DNS servers that clients are told of, should one be this
 * host: all its other services stay closed to clients.
 */
static void format_dns_rule(const struct configuration *configuration, char rule[DNS_RULE_MAX])
{
	char servers[CONFIGURATION_DNS_MAX * (INET6_ADDRSTRLEN + 2)] = "";
	char address[INET6_ADDRSTRLEN];
	const char *separator = "";
	size_t used = 0;

	for (size_t i = 0; i < CONFIGURATION_DNS_MAX; i++) {
		if (configuration->dns_ipv4[i] == 0)
			continue;
		used += (size_t)snprintf(servers + used, sizeof(servers) - used, "%s%s", separator,
					 format_ipv4(configuration->dns_ipv4[i], address));
		separator = ", ";
	}
	rule[0] = '\0';
	if (used > 0)
		snprintf(rule, DNS_RULE_MAX, dns_format, servers);
}

/* All prefixes, for a set of nft's. */
static char *format_prefixes(const struct configuration *configuration, char text[PREFIXES_MAX])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < configuration_pool_total(configuration); i++) {
		struct configuration_pool pool = configuration_pool_get(configuration, i);
		char prefix[ADDRESS_TEXT_IPV6_PREFIX_MAX];

		if (pool.ipv6.length)
			used += (size_t)snprintf(
				text + used, PREFIXES_MAX - used, "%s%s", used ? ", " : "",
				address_text_format_ipv6_prefix(&pool.ipv6, prefix));
	}
	return text;
}

/* Return: the chain for packets that are not for this host, to be freed; NULL. */
static char *format_forward(const struct configuration *configuration)
{
	char prefixes[PREFIXES_MAX];
	char *text;
	int size;

	if (configuration_has_ipv6(configuration))
		size = asprintf(&text, forward_ipv6_format, forward,
				format_prefixes(configuration, prefixes),
				configuration->mtu - TCP_OVERHEAD,
				configuration->mtu - TCP_OVERHEAD_IPV6);
	else
		size = asprintf(&text, forward_format, forward, configuration->mtu - TCP_OVERHEAD);
	return size < 0 ? NULL : text;
}

/* printf()'s positions say which value goes where. */
int firewall_text(const struct configuration *configuration, char **ret_text)
{
	const bool has_ipv6 = configuration_has_ipv6(configuration);
	_cleanup_(freep) char *start = NULL;
	_cleanup_(freep) char *input = NULL;
	_cleanup_(freep) char *middle = format_forward(configuration);
	char dns_rule[DNS_RULE_MAX];
	char *text;

	format_dns_rule(configuration, dns_rule);
	if (asprintf(&start, head, (unsigned int)configuration->port,
		     has_ipv6 ? ipv6_from_clients : no_ipv6) < 0)
		start = NULL;
	if (asprintf(&input, input_format, dns_rule, has_ipv6 ? input_ipv6 : "") < 0)
		input = NULL;
	if (!start || !input || !middle ||
	    asprintf(&text, "%s%s%s%s", start, input, middle,
		     has_ipv6 ? postrouting_ipv6 : postrouting) < 0)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}
