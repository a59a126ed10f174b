/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at libreswan through its own programs, and at the key. I/O. */
#include "base/cleanup.h"
#include "gateway/doctor_ipsec.h"
#include "gateway/doctor_key.h"
#include "gateway/doctor_look.h"
#include "gateway/setup.h"
#include "gateway/setup_ipsec.h"
#include "gateway/setup_services.h"
#include "ipsec-glue/pluto_text.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Where pluto does not run, there is nobody to ask. */
static void look_at_status(struct doctor_text *ret_status)
{
	static const char *const status[] = { "ipsec", "whack", "--status", NULL };

	if (geteuid() != 0) {
		*ret_status = (struct doctor_text){ .error = -EACCES };
		return;
	}
	if (!setup_ipsec_is_running()) {
		*ret_status = (struct doctor_text){ .error = -ENOTCONN };
		return;
	}
	doctor_look_program(status, ret_status);
}

/* A first line only: a finding is one. */
static void keep_line(struct setup_error *error, int result)
{
	if (result == 0)
		error->text[0] = '\0';
	error->text[strcspn(error->text, "\n")] = '\0';
}

void doctor_ipsec_look(struct doctor_ipsec_facts *ret_facts)
{
	static const char *const version[] = { "ipsec", "--version", NULL };
	bool has_main_file = access(SETUP_PLUTO_PATH, F_OK) == 0;
	const char *const config_setup[] = {
		"ipsec",         "addconn",
		"--config",      has_main_file ? SETUP_PLUTO_PATH : PLUTO_HOST_PATH,
		"--configsetup", NULL
	};
	struct doctor_text ignored;

	doctor_look_program_anyway(version, &ignored);
	ret_facts->is_installed = ignored.error != -ENOENT;
	doctor_text_done(&ignored);
	ret_facts->has_systemd = setup_services_have_systemd();
	doctor_look_file(SETUP_CONNECTION_PATH, &ret_facts->connection_file);
	look_at_status(&ret_facts->status);
	ret_facts->look_error = geteuid() == 0 ? 0 : -EACCES;
	if (!ret_facts->is_installed || ret_facts->look_error < 0)
		return;
	keep_line(&ret_facts->offers_error, setup_ipsec_check_offers(&ret_facts->offers_error));
	keep_line(&ret_facts->files_error, setup_ipsec_check_files(&ret_facts->files_error));
	doctor_look_program(config_setup, &ret_facts->config_setup);
}

void doctor_ipsec_facts_done(struct doctor_ipsec_facts *facts)
{
	doctor_text_done(&facts->config_setup);
	doctor_text_done(&facts->status);
	doctor_text_done(&facts->connection_file);
}

void doctor_key_look(struct doctor_key_facts *ret_facts)
{
	struct stat status;

	if (stat(SETUP_SECRETS_PATH, &status) < 0) {
		ret_facts->secrets = (struct doctor_text){ .error = -errno };
		return;
	}
	ret_facts->owner = status.st_uid;
	ret_facts->mode = status.st_mode;
	doctor_look_file(SETUP_SECRETS_PATH, &ret_facts->secrets);
}

void doctor_key_facts_done(struct doctor_key_facts *facts)
{
	doctor_text_done(&facts->secrets);
}
