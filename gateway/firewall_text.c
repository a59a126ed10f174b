/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nftables file from the configuration. Pure. */
#include "gateway/firewall_text.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdio.h>

/* IPv4 and TCP headers without options: what the MTU leaves for a segment. */
#define TCP_OVERHEAD 40

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
	"		iifname \"sg*\" meta nfproto ipv6 counter drop\n"
	"		iifname \"sg*\" iifname . ip saddr != @inner counter drop\n"
	"		# One link's own addresses: a cloud gives this host its credentials "
	"there.\n"
	"		iifname \"sg*\" ip daddr 169.254.0.0/16 counter drop\n"
	"	}\n"
	"\n";

static const char input_format[] =
	"	chain input {\n"
	"		type filter hook input priority filter; policy accept;\n"
	"		iifname \"sg*\" ct state established,related accept\n"
	"		iifname \"sg*\" icmp type echo-request accept\n"
	"		iifname \"sg*\" iifname . ip daddr @dns meta l4proto { tcp, udp } th "
	"dport 53 accept\n"
	"%s"
	"		iifname \"sg*\" counter drop\n"
	"	}\n"
	"\n";

/* Nothing here names the pool: a session may be older than it. */
static const char tail_format[] =
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
	"		iifname \"sg*\" meta mark set 0\n"
	"		iifname \"sg*\" tcp flags & (syn | rst) == syn tcp option maxseg size set "
	"%1$u\n"
	"		oifname \"sg*\" tcp flags & (syn | rst) == syn tcp option maxseg size set "
	"%1$u\n"
	"	}\n"
	"\n"
	"	chain postrouting {\n"
	"		type nat hook postrouting priority srcnat; policy accept;\n"
	"		iifname \"sg*\" oifname != \"sg*\" counter masquerade\n"
	"	}\n"
	"}\n";

static const char dns_format[] =
	"\t\tiifname \"sg*\" ip daddr { %s } meta l4proto { tcp, udp } th dport 53 accept\n";

#define DNS_RULE_MAX (sizeof(dns_format) + CONFIGURATION_DNS_MAX * (INET6_ADDRSTRLEN + 2))

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

/* printf()'s positions say which value goes where in a text with one value twice. */
int firewall_text(const struct configuration *configuration, char **ret_text)
{
	_cleanup_(freep) char *start = NULL;
	_cleanup_(freep) char *input = NULL;
	_cleanup_(freep) char *end = NULL;
	char dns_rule[DNS_RULE_MAX];
	char *text;

	format_dns_rule(configuration, dns_rule);
	if (asprintf(&start, head, (unsigned int)configuration->port) < 0)
		start = NULL;
	if (asprintf(&input, input_format, dns_rule) < 0)
		input = NULL;
	if (asprintf(&end, tail_format, configuration->mtu - TCP_OVERHEAD) < 0)
		end = NULL;
	if (!start || !input || !end || asprintf(&text, "%s%s%s", start, input, end) < 0)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}
