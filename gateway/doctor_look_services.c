/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at units, at saregated and at the UDP ports of IKE and L2TP. I/O. */
#include "base/cleanup.h"
#include "gateway/doctor_look.h"
#include "gateway/doctor_services.h"
#include "gateway/setup_services.h"

#include <string.h>

static void look_at_daemon(struct doctor_services_facts *facts)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

	if (control_request_init(&request, "GetStatus", facts->status_error) < 0 ||
	    control_request_send(&request, &reply, facts->status_error) < 0)
		return;
	if (control_reply_read_json(reply, &facts->status) < 0)
		snprintf(facts->status_error, sizeof(facts->status_error),
			 "its answer cannot be read");
	facts->status_error[strcspn(facts->status_error, "\n")] = '\0';
}

static void look_at_sockets(struct doctor_services_facts *facts)
{
	const uint16_t ports[] = { 500, 4500, facts->l2tp_port };

	facts->sockets_error = udp_sockets_find(ports, ELEMENTS(ports), &facts->sockets);
}

void doctor_services_look(struct doctor_services_facts *facts)
{
	const char *const units[] = { "systemctl",
				      "show",
				      "--property=Id,LoadState,ActiveState,UnitFileState",
				      "saregate-guard.service",
				      "saregate-launcher.socket",
				      "saregated.service",
				      "ipsec.service",
				      facts->wants_ra ? "saregate-ra.service" : NULL,
				      NULL };
	static const char *const dnsmasq[] = { "dnsmasq", "--version", NULL };
	_cleanup_(doctor_text_done) struct doctor_text version = { 0 };

	facts->has_systemd = setup_services_have_systemd();
	if (facts->has_systemd)
		doctor_look_program(units, &facts->units);
	if (facts->wants_ra) {
		doctor_look_program(dnsmasq, &version);
		facts->dnsmasq_error = version.error;
	}
	look_at_daemon(facts);
	look_at_sockets(facts);
}

void doctor_services_facts_done(struct doctor_services_facts *facts)
{
	doctor_text_done(&facts->units);
	json_object_put(facts->status);
	facts->status = NULL;
}
