/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate doctor: local; what it looks at is in doctor.h. */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/command.h"
#include "gateway/doctor_exam.h"
#include "gateway/doctor_report.h"

#include <string.h>

static enum command_result show(const struct doctor_findings *findings, bool json, bool verbose)
{
	_cleanup_(json_putp) json_object *list = NULL;

	if (!json) {
		doctor_print(findings, verbose, stdout);
		return COMMAND_DONE;
	}
	list = doctor_to_json(findings);
	if (!list)
		return command_fail("doctor: out of memory");
	answer_print_json(list);
	return COMMAND_DONE;
}

static enum command_result examine(bool json, bool verbose, const struct doctor_report_wish *report)
{
	_cleanup_(doctor_findings_done) struct doctor_findings findings = { 0 };
	_cleanup_(doctor_exam_freep) struct doctor_exam *exam = NULL;
	char error[DOCTOR_REPORT_ERROR_MAX];
	enum command_result result;
	int r;

	r = doctor_exam_new(&exam);
	if (r < 0)
		return command_fail("doctor: %s", strerror(-r));
	doctor_exam_check(exam, &findings);
	if (findings.incomplete)
		return command_fail("doctor: out of memory");
	result = show(&findings, json, verbose);
	if (result == COMMAND_DONE && report->path &&
	    doctor_report_write(exam, &findings, report, error) < 0)
		result = command_fail("%s", error);
	if (result == COMMAND_DONE && doctor_count(&findings, DOCTOR_ERROR) > 0)
		result = COMMAND_FAILED;
	return result;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	struct doctor_report_wish report = { 0 };
	bool verbose = false;
	const struct command_option options[] = {
		{ "verbose", .flag = &verbose },
		{ "report", .value = &report.path },
		{ "force", .flag = &report.replace },
		{ "with-names", .flag = &report.with_names },
		{ 0 },
	};
	struct command_arguments arguments;
	char error[DOCTOR_REPORT_ERROR_MAX];
	enum command_result result;

	result = command_parse(command, argc, argv, options, 0, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (!report.path && (report.replace || report.with_names))
		return command_usage(command, "--force and --with-names are for --report");
	if (report.path && geteuid() != 0)
		return command_fail("doctor --report gathers what only root may read");
	if (report.path && doctor_report_check(&report, error) < 0)
		return command_fail("%s", error);
	command_make_environment_plain();
	return examine(arguments.json, verbose, &report);
}

const struct command command_doctor = {
	.words = "doctor",
	.arguments = "[--verbose] [--report FILE [--force] [--with-names]] [--json]",
	.summary = "find what keeps clients out, and what to do",
	.help = "Looks at kernel, network, firewall, libreswan, key, pppd, services, users, clock\n"
		"and versions, and changes nothing. One line for each finding: an error keeps\n"
		"clients out, a warning is wrong, a note is worth knowing; behind ';' is the\n"
		"remedy, behind 'run:' as a command. Whether saregated runs does not matter; what\n"
		"only root can see is said to others. Exit status 1 if there is an error.\n"
		"\n"
		"  --verbose      what is as it should be, too\n"
		"  --report FILE  write what helpers ask for to FILE, mode 0600, which must not "
		"be\n"
		"                 there: versions, configuration, findings, rules, state, logs; "
		"no\n"
		"                 key, no password; names and addresses as pseudonyms\n"
		"  --force        replace FILE\n"
		"  --with-names   leave names and addresses as they are\n"
		"  --json         list of all findings\n"
		"\n"
		"Example: saregate doctor --verbose",
	.run = run,
};
