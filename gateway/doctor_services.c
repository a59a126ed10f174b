/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services. Pure. */
#include "gateway/doctor_services.h"

#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/port_holder.h"

#include <errno.h>
#include <string.h>

#define AREA "services"

#define PORT_IKE      500
#define PORT_IKE_NATT 4500

/* ---- units ----------------------------------------------------------------------- */

/* One unit out of what systemctl shows: a paragraph each. */
struct unit {
	char id[64];
	char load[32];
	char active[32];
	char file[32];
};

static void take_property(struct unit *unit, const char *line, size_t size)
{
	const struct {
		const char *name;
		char *value;
		size_t room;
	} properties[] = {
		{ "Id=", unit->id, sizeof(unit->id) },
		{ "LoadState=", unit->load, sizeof(unit->load) },
		{ "ActiveState=", unit->active, sizeof(unit->active) },
		{ "UnitFileState=", unit->file, sizeof(unit->file) },
	};

	for (size_t i = 0; i < ELEMENTS(properties); i++) {
		size_t length = strlen(properties[i].name);

		if (size >= length && strncmp(line, properties[i].name, length) == 0)
			snprintf(properties[i].value, properties[i].room, "%.*s",
				 (int)(size - length), line + length);
	}
}

static void check_unit(const struct unit *unit, struct doctor_findings *findings)
{
	bool is_enabled = strncmp(unit->file, "enabled", strlen("enabled")) == 0 ||
			  strcmp(unit->file, "static") == 0 || strcmp(unit->file, "alias") == 0 ||
			  strcmp(unit->file, "generated") == 0;
	bool is_active = strcmp(unit->active, "active") == 0 ||
			 strcmp(unit->active, "activating") == 0 ||
			 strcmp(unit->active, "reloading") == 0;
	/* Without advertisements clients come in, with IPv4. */
	enum doctor_severity severity =
		strcmp(unit->id, "saregate-ra.service") == 0 ? DOCTOR_WARNING : DOCTOR_ERROR;
	char unmask[sizeof("unmask ") + sizeof(unit->id)];

	snprintf(unmask, sizeof(unmask), "unmask %s", unit->id);
	if (strcmp(unit->load, "loaded") != 0) {
		doctor_add(findings, severity, AREA, "unit %s is %s", unit->id, unit->load);
		doctor_run(findings, "systemctl %s && systemctl enable --now %s",
			   strcmp(unit->load, "masked") == 0 ? unmask : "daemon-reload", unit->id);
	} else if (!is_active) {
		doctor_add(findings, severity, AREA, "unit %s is %s", unit->id, unit->active);
		doctor_run(findings, "systemctl reset-failed %s; systemctl enable --now %s",
			   unit->id, unit->id);
	} else if (!is_enabled) {
		doctor_add(findings, DOCTOR_WARNING, AREA, "unit %s does not start at boot",
			   unit->id);
		doctor_run(findings, "systemctl enable %s", unit->id);
	} else {
		doctor_add(findings, DOCTOR_GOOD, AREA, "unit %s is enabled and active", unit->id);
	}
}

static void check_units(const struct doctor_services_facts *facts, struct doctor_findings *findings)
{
	struct unit unit = { 0 };
	const char *line = facts->units.text;
	size_t size;

	if (!facts->has_systemd) {
		doctor_add(findings, DOCTOR_NOTE, AREA,
			   "systemd does not run here: nothing starts the gateway at boot but what "
			   "you have made for it");
		return;
	}
	if (!line) {
		doctor_unseen(findings, AREA, "units", facts->units.error);
		return;
	}
	for (; *line || unit.id[0]; line += size, line += *line == '\n') {
		size = strcspn(line, "\n");
		if (size > 0) {
			take_property(&unit, line, size);
		} else if (unit.id[0]) {
			check_unit(&unit, findings);
			unit = (struct unit){ 0 };
		}
	}
}

static void check_dnsmasq(const struct doctor_services_facts *facts,
			  struct doctor_findings *findings)
{
	if (!facts->wants_ra)
		return;
	if (facts->dnsmasq_error == -ENOENT) {
		doctor_add(findings, DOCTOR_WARNING, AREA,
			   "there is no dnsmasq, which tells clients their IPv6 prefix: they have "
			   "IPv4 only");
		doctor_run(findings,
			   "apt install dnsmasq-base && saregate setup --non-interactive");
	} else if (facts->dnsmasq_error < 0) {
		doctor_unseen(findings, AREA, "dnsmasq", facts->dnsmasq_error);
	} else {
		doctor_add(findings, DOCTOR_GOOD, AREA, "dnsmasq is there");
	}
}

/* ---- saregated itself ------------------------------------------------------------ */

static void check_problems(json_object *status, struct doctor_findings *findings)
{
	json_object *problems;

	if (!json_object_object_get_ex(status, "problems", &problems) ||
	    !json_object_is_type(problems, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(problems); i++)
		doctor_add(findings, DOCTOR_WARNING, AREA, "saregated: %s",
			   json_object_get_string(json_object_array_get_idx(problems, i)));
}

static void check_daemon(const struct doctor_services_facts *facts,
			 struct doctor_findings *findings)
{
	if (!facts->status) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "saregated does not answer: %s",
			   facts->status_error);
		if (facts->has_systemd)
			doctor_run(findings, "systemctl restart saregated.service");
		else
			doctor_advise(findings, "start saregate-launcher, then saregated");
		return;
	}
	if (strcmp(answer_text(facts->status, "state"), "running") == 0)
		doctor_add(findings, DOCTOR_GOOD, AREA, "saregated runs");
	check_problems(facts->status, findings);
}

/* ---- ports ----------------------------------------------------------------------- */

/* Who is to be there. */
static const char *owner_of(const struct doctor_services_facts *facts, uint16_t port)
{
	if (port == PORT_IKE || port == PORT_IKE_NATT)
		return "pluto";
	return port == facts->l2tp_port ? "saregated" : NULL;
}

static void report_intruder(const struct doctor_services_facts *facts,
			    const struct udp_socket *found, struct doctor_findings *findings)
{
	const char *remedy = port_holder_remedy(found->program);

	doctor_add(findings, DOCTOR_ERROR, AREA, "%s (process %d) is on UDP port %u, which is %s's",
		   found->program, (int)found->pid, found->port, owner_of(facts, found->port));
	if (facts->has_systemd && strncmp(remedy, "systemctl ", strlen("systemctl ")) == 0)
		doctor_run(findings, "%s", remedy);
	else
		doctor_run(findings, "kill %d", (int)found->pid);
}

static void check_ports(const struct doctor_services_facts *facts, struct doctor_findings *findings)
{
	size_t before = findings->count;
	bool unknown = false;

	if (facts->sockets_error < 0) {
		doctor_unseen(findings, AREA, "UDP ports", facts->sockets_error);
		return;
	}
	for (size_t i = 0; i < facts->sockets.count; i++) {
		const struct udp_socket *found = &facts->sockets.entries[i];
		const char *owner = owner_of(facts, found->port);

		if (!owner || strcmp(found->program, owner) == 0)
			continue;
		if (found->pid > 0)
			report_intruder(facts, found, findings);
		else
			unknown = true;
	}
	if (unknown)
		doctor_unseen(findings, AREA, "who is on UDP 500, 4500 and 1701", -EACCES);
	else if (findings->count == before)
		doctor_add(findings, DOCTOR_GOOD, AREA, "nobody else is on UDP 500, 4500 and %u",
			   facts->l2tp_port);
}

void doctor_services_check(const struct doctor_services_facts *facts,
			   struct doctor_findings *findings)
{
	check_dnsmasq(facts, findings);
	check_units(facts, findings);
	check_daemon(facts, findings);
	check_ports(facts, findings);
}
