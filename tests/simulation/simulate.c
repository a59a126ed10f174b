/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * simulate [-n SCHEDULES] [-s FIRST-SEED] [-j PROCESSES]
 *   runs so many schedules with consecutive seeds and tells in TAP; the first
 *   seed that fails is shown with its trace, and is replayed by
 * simulate -t SEED
 */
#include "tests/simulation/world.h"

#include "base/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define SCHEDULES_DEFAULT 3000
#define PROCESSES_MAX     64
/* Of a trace, the end is what tells why. */
#define TRACE_LINES_SHOWN 40

static struct world world;

/* What one process did, as it tells the first one. */
struct report {
	uint64_t schedules;
	uint64_t events;
	uint64_t calls;
	uint64_t failed_seed;
	uint8_t failed;
	char rule[120];
};

/* Seeds FIRST, FIRST + STEP, ... below END, until one fails. */
static void run_seeds(uint64_t first, uint64_t end, uint64_t step, struct report *report)
{
	for (uint64_t seed = first; seed < end; seed += step) {
		const char *broken = world_run(&world, seed, NULL);

		report->schedules++;
		report->events += world.events;
		report->calls += world.watch.calls_prepared;
		if (!broken)
			continue;
		report->failed = 1;
		report->failed_seed = seed;
		snprintf(report->rule, sizeof(report->rule), "%s", broken);
		return;
	}
}

static int start(uint64_t first, uint64_t end, uint64_t step, int *ret_descriptor)
{
	struct report report = { 0 };
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid > 0) {
		close(ends[1]);
		*ret_descriptor = ends[0];
		return 0;
	}
	close(ends[0]);
	run_seeds(first, end, step, &report);
	/* Not _exit(): gcov writes at the end. */
	exit(write(ends[1], &report, sizeof(report)) == (ssize_t)sizeof(report) ? 0 : 1);
}

static void add(struct report *sum, const struct report *report)
{
	sum->schedules += report->schedules;
	sum->events += report->events;
	sum->calls += report->calls;
	if (!report->failed || (sum->failed && sum->failed_seed < report->failed_seed))
		return;
	sum->failed = 1;
	sum->failed_seed = report->failed_seed;
	memcpy(sum->rule, report->rule, sizeof(sum->rule));
}

/* Return: false if a process ended without a word: it crashed, or a sanitizer ended it. */
static bool run_all(uint64_t first, uint64_t count, unsigned int processes, struct report *sum)
{
	int descriptors[PROCESSES_MAX], started = 0;
	bool whole = true;

	for (unsigned int i = 0; i < processes; i++)
		if (start(first + i, first + count, processes, &descriptors[started]) == 0)
			started++;
	whole = started == (int)processes;
	for (int i = 0; i < started; i++) {
		struct report report;

		if (read(descriptors[i], &report, sizeof(report)) == (ssize_t)sizeof(report))
			add(sum, &report);
		else
			whole = false;
		close(descriptors[i]);
	}
	while (wait(NULL) > 0)
		;
	return whole;
}

static int trace_seed(uint64_t seed, FILE *stream)
{
	const char *broken = world_run(&world, seed, stream);

	fprintf(stream, "seed %" PRIu64 ": %" PRIu64 " events, %" PRIu64 " calls: %s\n", seed,
		world.events, world.watch.calls_prepared, broken ? broken : "all rules hold");
	return broken ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The last lines, as comments of TAP. */
static void show_end_of_trace(const char *program, uint64_t seed)
{
	_cleanup_(freep) char *text = NULL;
	size_t size = 0, lines = 0;
	FILE *stream = open_memstream(&text, &size);
	const char *line;

	if (!stream)
		return;
	trace_seed(seed, stream);
	fclose(stream);
	for (line = text + size; line > text && lines <= TRACE_LINES_SHOWN; line--)
		lines += line[-1] == '\n';
	line += line > text;
	while (*line) {
		int length = (int)strcspn(line, "\n");

		printf("# %.*s\n", length, line);
		line += length + (line[length] == '\n');
	}
	printf("# all of it: %s -t %" PRIu64 "\n", program, seed);
}

static int run(const char *program, uint64_t first, uint64_t count, unsigned int processes)
{
	struct report sum = { 0 };
	struct timespec begin, end;
	double seconds;
	bool whole;

	puts("1..1");
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	whole = run_all(first, count, processes, &sum);
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
	printf("# %" PRIu64 " schedules, %" PRIu64 " events, %" PRIu64
	       " calls in %.1f s: %.0f schedules/s\n",
	       sum.schedules, sum.events, sum.calls, seconds, (double)sum.schedules / seconds);
	if (whole && !sum.failed && sum.schedules == count) {
		puts("ok 1 - every rule holds in every schedule");
		return EXIT_SUCCESS;
	}
	puts("not ok 1 - every rule holds in every schedule");
	if (!whole)
		puts("# a process ended without a word");
	if (sum.failed) {
		printf("# seed %" PRIu64 ": %s\n", sum.failed_seed, sum.rule);
		show_end_of_trace(program, sum.failed_seed);
	}
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	uint64_t first = 1, count = SCHEDULES_DEFAULT;
	unsigned int processes = 1;
	int option;

	while ((option = getopt(argc, argv, "n:s:j:t:")) != -1)
		switch (option) {
		case 'n':
			count = strtoull(optarg, NULL, 10);
			break;
		case 's':
			first = strtoull(optarg, NULL, 10);
			break;
		case 'j':
			processes = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 't':
			return trace_seed(strtoull(optarg, NULL, 10), stdout);
		default:
			return 2;
		}
	if (processes < 1 || processes > PROCESSES_MAX || count == 0)
		return 2;
	return run(argv[0], first, count, processes);
}
