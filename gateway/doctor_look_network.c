/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at the network, with ip(8) and netlink. I/O. */
#include "gateway/doctor_look.h"
#include "gateway/doctor_network.h"
#include "gateway/setup.h"
#include "gateway/setup_network.h"

#include "base/cleanup.h"

void doctor_network_look(struct doctor_network_facts *ret_facts)
{
	static const char *const addresses[] = { "ip", "-j", "address", NULL };
	static const char *const rules[] = { "ip", "-j", "rule", NULL };

	ret_facts->is_forwarding = setup_network_is_forwarding();
	ret_facts->is_forwarding_kept = access(SETUP_SYSCTL_PATH, F_OK) == 0;
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
