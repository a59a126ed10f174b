/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order in which a host is looked at and judged. I/O. */
#include "gateway/doctor_exam.h"

#include "base/cleanup.h"
#include "gateway/configuration_pools.h"
#include "gateway/setup.h"

#include <errno.h>
#include <string.h>

/* No saregate.conf is one with the defaults. */
static int look_at_configuration(struct doctor_exam *exam)
{
	int r;

	configuration_default(&exam->configuration);
	if (access(SETUP_CONFIGURATION_PATH, F_OK) < 0 && errno == ENOENT)
		return 0;
	r = configuration_load(SETUP_CONFIGURATION_PATH, &exam->configuration,
			       exam->configuration_error);
	return r == -EINVAL ? 0 : r;
}

int doctor_exam_new(struct doctor_exam **ret_exam)
{
	_cleanup_(doctor_exam_freep) struct doctor_exam *exam = calloc(1, sizeof(*exam));
	int r;

	if (!exam)
		return -ENOMEM;
	r = look_at_configuration(exam);
	if (r < 0)
		return r;
	exam->kernel.data_path = exam->configuration.data_path;
	doctor_kernel_look(&exam->kernel, exam->release, sizeof(exam->release));
	doctor_ipsec_look(&exam->ipsec);
	doctor_connections_read(exam->ipsec.connection_file.text, &exam->connections);
	exam->ipsec.connections = &exam->connections;
	doctor_key_look(&exam->key);
	doctor_network_look(&exam->network);
	exam->network.configuration = &exam->configuration;
	exam->network.connections = &exam->connections;
	exam->firewall.configuration = exam->configuration_error[0] ? NULL : &exam->configuration;
	doctor_firewall_look(&exam->firewall);
	doctor_ppp_look(&exam->ppp);
	exam->services.l2tp_port = exam->configuration.port;
	exam->services.wants_ra = configuration_has_ipv6(&exam->configuration);
	doctor_services_look(&exam->services);
	exam->storage.database = exam->configuration.database;
	doctor_storage_look(&exam->storage, exam->services.status);
	doctor_versions_look(&exam->versions);
	*ret_exam = TAKE_PTR(exam);
	return 0;
}

void doctor_exam_free(struct doctor_exam *exam)
{
	if (!exam)
		return;
	doctor_ipsec_facts_done(&exam->ipsec);
	doctor_key_facts_done(&exam->key);
	doctor_network_facts_done(&exam->network);
	doctor_firewall_facts_done(&exam->firewall);
	doctor_ppp_facts_done(&exam->ppp);
	doctor_services_facts_done(&exam->services);
	doctor_versions_facts_done(&exam->versions);
	free(exam);
}

void doctor_exam_freep(struct doctor_exam **exam)
{
	doctor_exam_free(*exam);
}

static void check_configuration(const struct doctor_exam *exam, struct doctor_findings *findings)
{
	if (!exam->configuration_error[0]) {
		doctor_add(findings, DOCTOR_GOOD, "configuration", "%s can be read",
			   SETUP_CONFIGURATION_PATH);
		return;
	}
	doctor_add(findings, DOCTOR_ERROR, "configuration", "%s", exam->configuration_error);
	doctor_advise(findings, "correct that line, then: saregate config check");
}

void doctor_exam_check(const struct doctor_exam *exam, struct doctor_findings *findings)
{
	doctor_kernel_check(&exam->kernel, findings);
	check_configuration(exam, findings);
	doctor_network_check(&exam->network, findings);
	doctor_firewall_check(&exam->firewall, findings);
	doctor_ipsec_check(&exam->ipsec, findings);
	doctor_key_check(&exam->key, findings);
	doctor_ppp_check(&exam->ppp, findings);
	doctor_services_check(&exam->services, findings);
	doctor_storage_check(&exam->storage, findings);
	doctor_versions_check(&exam->versions, findings);
}
