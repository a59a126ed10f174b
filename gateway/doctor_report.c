/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report. Nothing gets into it but through redaction.c. I/O. */
#include "config.h"

#include "gateway/doctor_report.h"

#include "base/cleanup.h"
#include "gateway/doctor_look.h"
#include "gateway/firewall_text.h"
#include "gateway/redaction.h"
#include "gateway/setup.h"
#include "ipsec-glue/sa_mark_table.h"

#include <errno.h>
#include <string.h>

/* A part that a program says. */
struct part {
	const char *title;
	enum redaction_text_kind kind;
	const char *arguments[12];
};

static const struct part parts[] = {
	{ "nft", REDACTION_TEXT_CONFIGURATION, { "nft", "--version" } },
	{ "pppd", REDACTION_TEXT_CONFIGURATION, { "pppd", "--version" } },
	{ "guards",
	  REDACTION_TEXT_CONFIGURATION,
	  { "nft", "list", "table", "inet", FIREWALL_GUARD_TABLE } },
	{ "firewall",
	  REDACTION_TEXT_CONFIGURATION,
	  { "nft", "list", "table", "inet", FIREWALL_TABLE } },
	{ "marks",
	  REDACTION_TEXT_CONFIGURATION,
	  { "nft", "list", "table", "inet", SA_MARK_TABLE } },
	{ "addresses", REDACTION_TEXT_CONFIGURATION, { "ip", "-brief", "address" } },
	{ "routes", REDACTION_TEXT_CONFIGURATION, { "ip", "route", "show", "table", "all" } },
	{ "rules", REDACTION_TEXT_CONFIGURATION, { "ip", "rule" } },
	{ "XFRM state",
	  REDACTION_TEXT_CONFIGURATION,
	  { "ip", "-s", "xfrm", "state", "list", "nokeys" } },
	{ "XFRM policy", REDACTION_TEXT_CONFIGURATION, { "ip", "xfrm", "policy" } },
	{ "pluto", REDACTION_TEXT_LOG, { "ipsec", "whack", "--status" } },
	{ "log",
	  REDACTION_TEXT_LOG,
	  { "journalctl", "--no-pager", "--no-hostname", "--lines=500", "--output=short-iso",
	    "--unit=saregate*", "--unit=ipsec.service", NULL } },
};

/* The file in the making. */
struct report {
	struct redaction *redaction;
	FILE *out;
	int error; /* the first one */
};

int doctor_report_check(const struct doctor_report_wish *wish,
			char ret_error[DOCTOR_REPORT_ERROR_MAX])
{
	return secret_output_check(wish->path, wish->replace, ret_error);
}

static void put_text(struct report *report, const char *title, enum redaction_text_kind kind,
		     const char *text)
{
	_cleanup_(freep) char *redacted = NULL;
	int r;

	if (report->error < 0)
		return;
	r = redaction_text(report->redaction, kind, text, &redacted);
	if (r < 0) {
		report->error = r;
		return;
	}
	fprintf(report->out, "\n==== %s ====\n%s%s", title, redacted,
		*redacted && redacted[strlen(redacted) - 1] == '\n' ? "" : "\n");
}

static void put_doctor_text(struct report *report, const char *title, enum redaction_text_kind kind,
			    const struct doctor_text *text)
{
	put_text(report, title, kind,
		 text->text ? text->text : strerror(text->error < 0 ? -text->error : EIO));
}

static void put_file(struct report *report, const char *path)
{
	struct doctor_text text;

	doctor_look_file(path, &text);
	put_doctor_text(report, path, REDACTION_TEXT_CONFIGURATION, &text);
	doctor_text_done(&text);
}

static void put_part(struct report *report, const struct part *part)
{
	struct doctor_text text;

	doctor_look_program_anyway(part->arguments, &text);
	put_doctor_text(report, part->title, part->kind, &text);
	doctor_text_done(&text);
}

static void put_findings(struct report *report, const struct doctor_findings *findings)
{
	_cleanup_(freep) char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (!stream) {
		report->error = -ENOMEM;
		return;
	}
	doctor_print(findings, true, stream);
	if (fclose(stream) != 0)
		report->error = -ENOMEM;
	else
		put_text(report, "findings", REDACTION_TEXT_CONFIGURATION, text);
}

static void put_versions(struct report *report, const struct doctor_exam *exam)
{
	char text[512];

	snprintf(text, sizeof(text), "saregate %s\nLinux %s\nlibreswan %s\nppp %s\n",
		 PACKAGE_VERSION, exam->release,
		 exam->versions.packages[DOCTOR_PACKAGE_LIBRESWAN].version.text ?: "?",
		 exam->versions.packages[DOCTOR_PACKAGE_PPP].version.text ?: "?");
	put_text(report, "versions", REDACTION_TEXT_CONFIGURATION, text);
}

static void put_all(struct report *report, const struct doctor_exam *exam,
		    const struct doctor_findings *findings)
{
	put_versions(report, exam);
	put_findings(report, findings);
	put_file(report, "/etc/os-release");
	put_file(report, SETUP_CONFIGURATION_PATH);
	put_file(report, SETUP_CONNECTION_PATH);
	put_file(report, DOCTOR_PPP_OPTIONS);
	put_text(report, "status", REDACTION_TEXT_CONFIGURATION,
		 exam->services.status ? json_object_to_json_string_ext(exam->services.status,
									JSON_C_TO_STRING_PRETTY)
				       : exam->services.status_error);
	for (size_t i = 0; i < ELEMENTS(parts); i++)
		put_part(report, &parts[i]);
}

/* The keys that must not appear, and names that no pattern would find. */
static int teach(struct redaction *redaction, const struct doctor_exam *exam)
{
	const char *line = exam->key.secrets.text;
	char key[LIBRESWAN_PSK_MAX + 1], host[256] = "";
	int r = 0;

	/* One key a line: libreswan_text_read_psk() finds the first from where it is. */
	while (r == 0 && line && *line) {
		if (libreswan_text_read_psk(line, key) == 0)
			r = redaction_hide(redaction, key);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	explicit_bzero(key, sizeof(key));
	for (size_t i = 0; r == 0 && i < exam->connections.count; i++)
		r = redaction_name(redaction, exam->connections.entries[i].name, "connection");
	if (r == 0 && gethostname(host, sizeof(host) - 1) == 0 && *host)
		r = redaction_name(redaction, host, "host");
	return r;
}

int doctor_report_write(const struct doctor_exam *exam, const struct doctor_findings *findings,
			const struct doctor_report_wish *wish,
			char ret_error[DOCTOR_REPORT_ERROR_MAX])
{
	_cleanup_(redaction_freep) struct redaction *redaction = NULL;
	_cleanup_(freep) char *text = NULL;
	struct report report = { 0 };
	size_t size = 0;
	int r;

	r = redaction_new(wish->with_names, &redaction);
	if (r == 0)
		r = teach(redaction, exam);
	report.redaction = redaction;
	report.out = r == 0 ? open_memstream(&text, &size) : NULL;
	if (report.out) {
		fprintf(report.out, "saregate doctor --report%s\n",
			wish->with_names ? " --with-names" : "");
		put_all(&report, exam, findings);
		r = fclose(report.out) == 0 ? report.error : -ENOMEM;
	} else if (r == 0) {
		r = -ENOMEM;
	}
	if (r == 0)
		return secret_output_write(wish->path, wish->replace, text, size, ret_error);
	snprintf(ret_error, DOCTOR_REPORT_ERROR_MAX, "doctor --report: %s", strerror(-r));
	return r;
}
