/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings: kept, counted, shown. Pure, but for the stream. */
#include "gateway/doctor.h"

#include "base/cleanup.h"
#include "gateway/json_build.h"
#include "gateway/terminal_colour.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const char *const severity_names[DOCTOR_SEVERITIES_COUNT_] = {
	[DOCTOR_GOOD] = "good",       [DOCTOR_UNSEEN] = "unseen", [DOCTOR_NOTE] = "note",
	[DOCTOR_WARNING] = "warning", [DOCTOR_ERROR] = "error",
};

static const enum terminal_colour severity_colours[DOCTOR_SEVERITIES_COUNT_] = {
	[DOCTOR_GOOD] = TERMINAL_COLOUR_GREEN, [DOCTOR_UNSEEN] = TERMINAL_COLOUR_NONE,
	[DOCTOR_NOTE] = TERMINAL_COLOUR_NONE,  [DOCTOR_WARNING] = TERMINAL_COLOUR_YELLOW,
	[DOCTOR_ERROR] = TERMINAL_COLOUR_RED,
};

void doctor_text_done(struct doctor_text *text)
{
	if (text->text)
		explicit_bzero(text->text, strlen(text->text));
	free(text->text);
	text->text = NULL;
}

void doctor_findings_done(struct doctor_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->entries[i].problem);
		free(findings->entries[i].remedy);
	}
	free(findings->entries);
	*findings = (struct doctor_findings){ 0 };
}

static struct doctor_finding *new_entry(struct doctor_findings *findings)
{
	struct doctor_finding *grown =
		reallocarray(findings->entries, findings->count + 1, sizeof(*findings->entries));

	if (!grown) {
		findings->incomplete = true;
		return NULL;
	}
	findings->entries = grown;
	return &grown[findings->count];
}

void doctor_add(struct doctor_findings *findings, enum doctor_severity severity, const char *area,
		const char *format, ...)
{
	struct doctor_finding finding = { .severity = severity, .area = area };
	struct doctor_finding *entry = new_entry(findings);
	va_list arguments;
	int r;

	if (!entry)
		return;
	va_start(arguments, format);
	r = vasprintf(&finding.problem, format, arguments);
	va_end(arguments);
	if (r < 0) {
		findings->incomplete = true;
		return;
	}
	*entry = finding;
	findings->count++;
}

static void set_remedy(struct doctor_findings *findings, bool is_command, const char *format,
		       va_list arguments)
{
	struct doctor_finding *last;
	char *remedy;

	if (findings->incomplete || findings->count == 0)
		return;
	last = &findings->entries[findings->count - 1];
	if (vasprintf(&remedy, format, arguments) < 0) {
		findings->incomplete = true;
		return;
	}
	free(last->remedy);
	last->remedy = remedy;
	last->is_command = is_command;
}

void doctor_run(struct doctor_findings *findings, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_remedy(findings, true, format, arguments);
	va_end(arguments);
}

void doctor_advise(struct doctor_findings *findings, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_remedy(findings, false, format, arguments);
	va_end(arguments);
}

void doctor_unseen(struct doctor_findings *findings, const char *area, const char *what, int error)
{
	bool refused = error == -EACCES || error == -EPERM;

	doctor_add(findings, DOCTOR_UNSEEN, area, "%s could not be looked at: %s", what,
		   refused ? "only root may" : strerror(-error));
}

size_t doctor_count(const struct doctor_findings *findings, enum doctor_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->entries[i].severity == severity;
	return count;
}

const char *doctor_severity_name(enum doctor_severity severity)
{
	return severity_names[severity];
}

static void print_finding(const struct doctor_finding *finding, FILE *stream)
{
	terminal_colour_print(stream, severity_colours[finding->severity],
			      severity_names[finding->severity]);
	fprintf(stream, ": %s: %s", finding->area, finding->problem);
	if (finding->remedy)
		fprintf(stream, "; %s%s", finding->is_command ? "run: " : "", finding->remedy);
	fputc('\n', stream);
}

/* "3 errors", "1 note", "no warning" */
static void print_sum(const char *before, size_t count, const char *what, FILE *stream)
{
	if (count == 0)
		fprintf(stream, "%sno %s", before, what);
	else
		fprintf(stream, "%s%zu %s%s", before, count, what, count > 1 ? "s" : "");
}

void doctor_print(const struct doctor_findings *findings, bool verbose, FILE *stream)
{
	for (int severity = DOCTOR_ERROR; severity >= (verbose ? DOCTOR_GOOD : DOCTOR_UNSEEN);
	     severity--)
		for (size_t i = 0; i < findings->count; i++)
			if (findings->entries[i].severity == (enum doctor_severity)severity)
				print_finding(&findings->entries[i], stream);
	fprintf(stream, "%zu checks: ", findings->count);
	print_sum("", doctor_count(findings, DOCTOR_ERROR), "error", stream);
	print_sum(", ", doctor_count(findings, DOCTOR_WARNING), "warning", stream);
	print_sum(", ", doctor_count(findings, DOCTOR_NOTE), "note", stream);
	if (doctor_count(findings, DOCTOR_UNSEEN) > 0)
		fprintf(stream, ", %zu not looked at", doctor_count(findings, DOCTOR_UNSEEN));
	fputc('\n', stream);
}

static json_object *finding_to_json(const struct doctor_finding *finding)
{
	const char *remedy = finding->is_command ? "command" : "remedy";
	_cleanup_(json_putp) json_object *object = json_object_new_object();

	if (!object ||
	    json_build_add_text(object, "severity", severity_names[finding->severity]) < 0 ||
	    json_build_add_text(object, "area", finding->area) < 0 ||
	    json_build_add_text(object, "problem", finding->problem) < 0 ||
	    (finding->remedy && json_build_add_text(object, remedy, finding->remedy) < 0))
		return NULL;
	return TAKE_PTR(object);
}

json_object *doctor_to_json(const struct doctor_findings *findings)
{
	_cleanup_(json_putp) json_object *list = json_object_new_array();

	for (int severity = DOCTOR_ERROR; list && severity >= DOCTOR_GOOD; severity--) {
		for (size_t i = 0; i < findings->count; i++) {
			if (findings->entries[i].severity != (enum doctor_severity)severity)
				continue;
			if (json_build_append(list, finding_to_json(&findings->entries[i])) < 0)
				return NULL;
		}
	}
	return TAKE_PTR(list);
}
