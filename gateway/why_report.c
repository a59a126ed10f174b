/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints attempts with their verdicts. Their texts are fit for a terminal already. */
#include "gateway/why_report.h"

#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/json_build.h"
#include "gateway/terminal_colour.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* Attempts that people are shown; --json has all. */
#define SHOWN_MAX  3
#define OTHERS_MAX 10
#define TIME_MAX   32

size_t why_report_count(const struct why_report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < why_count(report->why); i++)
		count += why_is_about(why_attempt(report->why, i), report->who);
	return count;
}

/* Somebody else who did not get as far as to say a name. */
static bool is_other(const struct why_report *report, const struct why_attempt *attempt)
{
	return attempt->user[0] == '\0' && !why_is_about(attempt, report->who);
}

/* The last attempt of each address that is so: not the ones before it. */
static bool is_last_of_its_address(const struct why_report *report, size_t index)
{
	const struct why_attempt *attempt = why_attempt(report->why, index);

	for (size_t i = index + 1; i < why_count(report->why); i++)
		if (inet_address_equal(&why_attempt(report->why, i)->outer.address,
				       &attempt->outer.address))
			return false;
	return true;
}

/* ---- for people ------------------------------------------------------------------ */

static const char *format_time(uint64_t usec, char text[TIME_MAX])
{
	time_t seconds = (time_t)(usec / 1000000);
	struct tm time;

	if (usec == 0 || !localtime_r(&seconds, &time) ||
	    strftime(text, TIME_MAX, "%b %d %H:%M:%S", &time) == 0)
		snprintf(text, TIME_MAX, "%15s", "?");
	return text;
}

static void print_head(const struct why_attempt *attempt, FILE *stream)
{
	char address[INET6_ADDRSTRLEN];

	fputs(inet_address_format(&attempt->outer.address, address), stream);
	if (attempt->identity[0])
		fprintf(stream, ", IKE identity %s", attempt->identity);
	if (attempt->user[0])
		fprintf(stream, ", user %s", attempt->user);
	fputc('\n', stream);
}

static void print_attempt(const struct why_attempt *attempt, FILE *stream)
{
	struct why_verdict verdict;
	char text[TIME_MAX];

	print_head(attempt, stream);
	for (size_t i = 0; i < attempt->step_count; i++) {
		const struct why_step *step = &attempt->steps[i];

		fprintf(stream, "  %s  %-8s %s", format_time(step->usec, text),
			why_stage_text(step->stage), step->text);
		if (step->times > 1)
			fprintf(stream, " (%u times)", step->times);
		fputc('\n', stream);
	}
	if (attempt->steps_left_out)
		fprintf(stream, "  %u steps before the last are not shown\n",
			attempt->steps_left_out);
	why_judge(attempt, &verdict);
	fputs("  ", stream);
	if (verdict.failed)
		terminal_colour_print(stream, TERMINAL_COLOUR_RED, "failed:  ");
	else
		fputs("stage:   ", stream);
	fprintf(stream, "%s\n  cause:   %s\n", why_stage_text(verdict.stage), verdict.cause);
	if (verdict.remedy[0])
		fprintf(stream, "  remedy:  %s\n", verdict.remedy);
}

static void print_others(const struct why_report *report, FILE *stream)
{
	unsigned int shown = 0;

	for (size_t i = why_count(report->why); i-- > 0 && shown < OTHERS_MAX;) {
		const struct why_attempt *attempt = why_attempt(report->why, i);
		char address[INET6_ADDRSTRLEN];
		struct why_verdict verdict;

		if (!is_other(report, attempt) || !is_last_of_its_address(report, i))
			continue;
		if (shown++ == 0)
			fputs("who else came, without a name, the last first:\n", stream);
		why_judge(attempt, &verdict);
		fprintf(stream, "  %-15s  %s: %s\n",
			inet_address_format(&attempt->outer.address, address),
			why_stage_text(verdict.stage), verdict.cause);
	}
}

void why_report_print(const struct why_report *report, FILE *stream)
{
	size_t count = why_report_count(report), seen = 0;

	if (count == 0)
		print_others(report, stream);
	if (count > SHOWN_MAX)
		fprintf(stream, "%zu earlier attempts are not shown (--json has them)\n\n",
			count - SHOWN_MAX);
	for (size_t i = 0; i < why_count(report->why); i++) {
		const struct why_attempt *attempt = why_attempt(report->why, i);

		if (!why_is_about(attempt, report->who) || ++seen + SHOWN_MAX <= count)
			continue;
		print_attempt(attempt, stream);
		if (seen < count)
			fputc('\n', stream);
	}
}

/* ---- JSON --------------------------------------------------------------------------- */

static json_object *step_to_json(const struct why_step *step)
{
	_cleanup_(json_putp) json_object *object = json_object_new_object();

	if (!object || json_build_add(object, "time", json_object_new_uint64(step->usec)) < 0 ||
	    json_build_add_text(object, "stage", why_stage_text(step->stage)) < 0 ||
	    json_build_add_text(object, "text", step->text) < 0 ||
	    json_build_add(object, "times", json_object_new_int64(step->times)) < 0)
		return NULL;
	return TAKE_PTR(object);
}

static int add_steps(json_object *object, const struct why_attempt *attempt)
{
	json_object *list = json_object_new_array();

	if (json_build_add(object, "steps", list) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < attempt->step_count; i++)
		if (json_build_append(list, step_to_json(&attempt->steps[i])) < 0)
			return -ENOMEM;
	return 0;
}

static json_object *attempt_to_json(const struct why_attempt *attempt)
{
	_cleanup_(json_putp) json_object *object = json_object_new_object();
	char address[INET6_ADDRSTRLEN];
	struct why_verdict verdict;

	why_judge(attempt, &verdict);
	inet_address_format(&attempt->outer.address, address);
	if (!object || json_build_add_text(object, "outer_address", address) < 0 ||
	    json_build_add(object, "outer_port", json_object_new_int(attempt->outer.port)) < 0 ||
	    json_build_add_text(object, "ike_identity", attempt->identity) < 0 ||
	    json_build_add_text(object, "user", attempt->user) < 0 ||
	    add_steps(object, attempt) < 0 ||
	    json_build_add_text(object, "stage", why_stage_text(verdict.stage)) < 0 ||
	    json_build_add(object, "failed", json_object_new_boolean(verdict.failed)) < 0 ||
	    json_build_add_text(object, "cause", verdict.cause) < 0 ||
	    json_build_add_text(object, "remedy", verdict.remedy) < 0)
		return NULL;
	return TAKE_PTR(object);
}

static int add_attempts(json_object *object, const char *key, const struct why_report *report,
			bool others)
{
	json_object *list = json_object_new_array();

	if (json_build_add(object, key, list) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < why_count(report->why); i++) {
		const struct why_attempt *attempt = why_attempt(report->why, i);

		if (others ? !is_other(report, attempt) || !is_last_of_its_address(report, i)
			   : !why_is_about(attempt, report->who))
			continue;
		if (json_build_append(list, attempt_to_json(attempt)) < 0)
			return -ENOMEM;
	}
	return 0;
}

int why_report_print_json(const struct why_report *report)
{
	_cleanup_(json_putp) json_object *object = json_object_new_object();

	if (!object || json_build_add_text(object, "who", report->who) < 0 ||
	    json_build_add(object, "since", json_object_new_uint64(report->since)) < 0 ||
	    add_attempts(object, "attempts", report, false) < 0 ||
	    add_attempts(object, "others", report, true) < 0)
		return -ENOMEM;
	answer_print_json(object);
	return 0;
}
