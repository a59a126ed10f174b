/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at the network, with ip(8) and netlink. I/O. */
#include "gateway/doctor_look.h"
#include "gateway/doctor_network.h"
#include "gateway/setup.h"
#include "gateway/setup_ipv6.h"
#include "gateway/setup_network.h"

#include "base/cleanup.h"

#include <string.h>

/* Adds those whose accept_ra setup writes into its file. */
static void add_remembered(const char *text, char names[SETUP_INTERFACES_SIZE])
{
	char name[IFNAMSIZ];

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (sscanf(text, "-net/ipv6/conf/%15[^/\n]/accept_ra", name) == 1)
			setup_ipv6_add_name(names, name);
}

static void look_at_ipv6(struct doctor_network_facts *facts)
{
	_cleanup_(doctor_text_done) struct doctor_text file = { 0 };
	char names[SETUP_INTERFACES_SIZE] = "";

	facts->is_forwarding_ipv6 = setup_ipv6_is_forwarding();
	doctor_look_file(SETUP_SYSCTL_PATH, &file);
	if (file.text) {
		facts->is_forwarding_ipv6_kept =
			strstr(file.text, "\nnet.ipv6.conf.all.forwarding = 1\n");
		add_remembered(file.text, names);
	}
	setup_ipv6_find_routers(names);
	setup_ipv6_keep_deaf(names, facts->ignores_ra);
}

void doctor_network_look(struct doctor_network_facts *ret_facts)
{
	static const char *const addresses[] = { "ip", "-j", "address", NULL };
	static const char *const rules[] = { "ip", "-j", "rule", NULL };

	ret_facts->is_forwarding = setup_network_is_forwarding();
	ret_facts->is_forwarding_kept = access(SETUP_SYSCTL_PATH, F_OK) == 0;
	look_at_ipv6(ret_facts);
	doctor_look_program(addresses, &ret_facts->addresses);
	doctor_look_program(rules, &ret_facts->rules);
	ret_facts->networks_error = host_networks_read(&ret_facts->networks);
}

void doctor_network_facts_done(struct doctor_network_facts *facts)
{
	doctor_text_done(&facts->addresses);
	doctor_text_done(&facts->rules);
	host_networks_done(&facts->networks);
}
