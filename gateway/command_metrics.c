/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate metrics: the status for Prometheus. A file is whole or not there: what
 * collects it, node-exporter, may read at any moment. I/O.
 */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/metrics_text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* Return: 0; negative errno. Closes @stream in any case. */
static int write_and_close(FILE *stream, const char *text)
{
	int error = 0;

	if (fputs(text, stream) < 0 || fflush(stream) != 0 || fchmod(fileno(stream), 0644) < 0)
		error = -errno;
	if (fclose(stream) != 0 && !error)
		error = -errno;
	return error;
}

/* Beside the file, under a name that no collector takes for one of its own. */
static int write_beside(const char *path, const char *text, char beside[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	int folder_size = slash ? (int)(slash - path) + 1 : 0;
	FILE *stream;
	int file, error;

	if (snprintf(beside, PATH_MAX, "%.*s.%s.XXXXXX", folder_size, path, path + folder_size) >=
	    PATH_MAX)
		return -ENAMETOOLONG;
	file = mkostemp(beside, O_CLOEXEC);
	if (file < 0)
		return -errno;
	stream = fdopen(file, "w");
	if (stream) {
		error = write_and_close(stream, text);
	} else {
		error = -errno;
		close(file);
	}
	if (error)
		unlink(beside);
	return error;
}

static enum command_result write_file(const char *path, const char *text)
{
	char beside[PATH_MAX];
	struct stat status;
	int error;

	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return command_fail("%s is no regular file: not replaced", path);
	error = write_beside(path, text, beside);
	if (!error && rename(beside, path) < 0) {
		error = -errno;
		unlink(beside);
	}
	if (error)
		return command_fail("%s: %s", path, strerror(-error));
	return COMMAND_DONE;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	_cleanup_(json_putp) json_object *status = NULL;
	_cleanup_(freep) char *text = NULL;
	const char *output = NULL;
	const struct command_option options[] = {
		{ "output", .value = &output },
		{ 0 },
	};
	struct command_arguments arguments;
	enum command_result result;

	result = command_parse(command, argc, argv, options, 0, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (output && !*output)
		return command_usage(command, "--output wants the name of a file");
	result = answer_get("GetStatus", &status);
	if (result != COMMAND_DONE)
		return result;
	if (metrics_text(status, &text) < 0)
		return command_fail("out of memory");
	if (output)
		return write_file(output, text);
	fputs(text, stdout);
	return COMMAND_DONE;
}

const struct command command_metrics = {
	.words = "metrics",
	.arguments = "[--output FILE]",
	.summary = "show the gateway's figures for Prometheus",
	.help = "Sessions, log-ins, refusals by cause, traffic, use of the pool, what was dropped, "
		"how\n"
		"long sessions took to come up, in Prometheus' text format. For node-exporter:\n"
		"systemctl enable --now saregate-metrics.timer\n"
		"\n"
		"  --output FILE  into this file, which is replaced at once when all is written\n"
		"\n"
		"Example: saregate metrics --output "
		"/var/lib/prometheus/node-exporter/saregate.prom",
	.no_json = ": saregate status has",
	.run = run,
};
