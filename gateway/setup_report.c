/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines for people. I/O. */
#include "gateway/setup_report.h"

#include "gateway/configuration_pools.h"
#include "gateway/setup_firewalls.h"

#include <stdio.h>
#include <string.h>

static void show_text(const char *path, const char *text)
{
	if (text)
		printf("--- %s\n%s", path, text);
}

void setup_report_files(const struct setup_plan *plan)
{
	show_text(SETUP_CONNECTION_PATH, plan->connection_text);
	show_text(SETUP_SECRETS_PATH, "(the pre-shared key)\n");
	show_text(SETUP_SYSCTL_PATH, plan->sysctl_text);
	show_text(SETUP_FIREWALL_PATH, plan->firewall_text);
	show_text(SETUP_CONFIGURATION_PATH, plan->configuration_text);
	show_text(SETUP_PLUTO_PATH, plan->pluto_text);
	show_text(SETUP_DROP_IN_PATH, plan->drop_in_text);
	if (plan->allow.count > 0)
		puts("--- in other firewalls");
	setup_firewalls_show(&plan->allow, "", stdout);
	setup_firewalls_advise(&plan->advise, stdout);
}

/* Where clients connect to: the public address, and what it does not stand for. */
static void show_addresses(const struct libreswan_parameters *libreswan)
{
	char address[INET6_ADDRSTRLEN];
	const char *separator = "";

	if (libreswan->public.family != AF_UNSPEC) {
		printf("%s", inet_address_format(&libreswan->public, address));
		separator = " or ";
	}
	for (size_t i = 0; i < libreswan->listen_count; i++) {
		if (libreswan->listen[i].family == libreswan->public.family)
			continue;
		printf("%s%s", separator, inet_address_format(&libreswan->listen[i], address));
		separator = " or ";
	}
}

static char *format_ipv4(uint32_t ipv4, char text[INET6_ADDRSTRLEN])
{
	struct inet_address address = inet_address_from_ipv4(ipv4);

	return inet_address_format(&address, text);
}

static void show_prefix(const struct address_ipv6_prefix *prefix)
{
	char text[ADDRESS_TEXT_IPV6_PREFIX_MAX];

	if (prefix->length)
		printf("                      and a /64 each of %s\n",
		       address_text_format_ipv6_prefix(prefix, text));
}

static void show_inner(const struct configuration *configuration)
{
	char first[INET6_ADDRSTRLEN], last[INET6_ADDRSTRLEN], local[INET6_ADDRSTRLEN];
	char range[CONFIGURATION_POOL_RANGE_MAX];
	const uint32_t *dns = configuration->dns_ipv4;

	printf("  clients get         %s-%s; this host is %s to them\n",
	       format_ipv4(configuration->pool_first_ipv4, first),
	       format_ipv4(configuration->pool_last_ipv4, last),
	       format_ipv4(configuration->local_ipv4, local));
	show_prefix(&configuration->pool_ipv6);
	for (size_t i = 0; i < configuration->pool_count; i++) {
		printf("                      %s from the pool %s\n",
		       configuration_pool_range(&configuration->pools[i], range),
		       configuration->pools[i].name);
		show_prefix(&configuration->pools[i].ipv6);
	}
	printf("  their DNS servers   %s%s%s\n", dns[0] ? format_ipv4(dns[0], first) : "none",
	       dns[1] ? ", " : "", dns[1] ? format_ipv4(dns[1], last) : "");
}

static void show_ipv6_sysctls(const struct setup_plan *plan)
{
	if (!plan->has_ipv6)
		return;
	puts("                      net.ipv6.conf.all.forwarding = 1");
	if (plan->state.accept_ra[0])
		printf("                      accept_ra = 2 of %s, which keeps its IPv6 route\n",
		       plan->state.accept_ra);
}

void setup_report_summary(const struct setup_plan *plan, const struct setup_user *user)
{
	printf("\nthis host becomes a gateway:\n  clients connect to  ");
	show_addresses(&plan->libreswan);
	putchar('\n');
	show_inner(&plan->configuration);
	printf("  files of ours       " SETUP_CONNECTION_PATH ", .secrets; " SETUP_SYSCTL_PATH ";\n"
	       "                      " SETUP_FIREWALL_PATH "%s\n",
	       plan->configuration_text ? "; keys in " SETUP_CONFIGURATION_PATH : "");
	if (plan->pluto_text)
		puts("                      " SETUP_PLUTO_PATH "; " SETUP_DROP_IN_PATH);
	puts("  forwarding          net.ipv4.ip_forward = 1");
	show_ipv6_sysctls(plan);
	puts("  firewall            tables saregate and saregate_guard of nft, no other");
	if (plan->allow.count > 0)
		puts("  other firewalls     the commands shown above");
	puts("  services            ipsec, saregate-guard, saregate-launcher, saregated;");
	printf("                      %sfrom now on at boot\n",
	       plan->has_ipv6 ? "saregate-ra; " : "");
	if (user->name)
		printf("  user                %s\n", user->name);
	puts("all of it is taken back by: saregate setup --undo\n");
}

/* The key out of the text that holds it. */
static void show_key_of(const struct setup_plan *plan)
{
	char psk[LIBRESWAN_PSK_MAX + 1];

	if (libreswan_text_read_psk(plan->secrets_text, psk) == 0)
		printf("the pre-shared key is %s\n", psk);
	explicit_bzero(psk, sizeof(psk));
}

void setup_report_connection(const struct setup_plan *plan, bool show_key)
{
	printf("clients connect to ");
	show_addresses(&plan->libreswan);
	puts(" with the pre-shared key in " SETUP_SECRETS_PATH);
	if (show_key)
		show_key_of(plan);
}

void setup_report_user(const struct setup_user *user, bool is_added)
{
	if (!user->name) {
		puts("next: saregate user add NAME --generate");
		return;
	}
	if (!is_added)
		printf("user %s is there already, and stays as it is\n", user->name);
	else if (user->is_generated)
		printf("added user %s, whose password is %s (not shown again)\n", user->name,
		       user->password);
	else
		printf("added user %s\n", user->name);
	printf("next: saregate profile %s --client apple|chromeos|networkmanager|windows "
	       "--output FILE\n",
	       user->name);
}
