/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units, the daemon's own word, and who else wants our ports. Pure. */
#pragma once

#include "gateway/doctor.h"
#include "gateway/udp_sockets.h"

/**
 * struct doctor_services_facts
 * @has_systemd: whether systemd runs this host
 * @wants_ra: clients are to have IPv6, which saregate-ra.service tells them
 * @dnsmasq_error: of dnsmasq, which does it: 0: it is there; -ENOENT; other negative errno
 * @units:  `systemctl show --property=Id,LoadState,ActiveState,UnitFileState UNIT...`
 * @status: GetStatus of saregated; NULL: it does not answer
 * @status_error: then what there is to say, one line
 * @sockets: on the ports of IKE and L2TP; @sockets_error: of looking at them
 * @l2tp_port: on which saregated listens
 */
struct doctor_services_facts {
	bool has_systemd;
	bool wants_ra;
	int dnsmasq_error;
	struct doctor_text units;
	json_object *status;
	char status_error[CONTROL_ERROR_MAX];
	struct udp_sockets sockets;
	int sockets_error;
	uint16_t l2tp_port;
};

void doctor_services_check(const struct doctor_services_facts *facts,
			   struct doctor_findings *findings);

/* From the host, @l2tp_port and @wants_ra being known. I/O (doctor_look_services.c). */
void doctor_services_look(struct doctor_services_facts *facts);
void doctor_services_facts_done(struct doctor_services_facts *facts);
