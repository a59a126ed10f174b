/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pluto's end is noticed, and nobody else's is taken for it. */
#include "gateway/pluto_watch.h"
#include "tests/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	sd_event *event;
	struct pluto_watch *watch;
	unsigned int exits;
	char pid_file[64];
	pid_t process;
};

static void count_exit(void *userdata)
{
	((struct fixture *)userdata)->exits++;
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture || sd_event_new(&fixture->event) < 0)
		return -1;
	strcpy(fixture->pid_file, "/tmp/pluto.pid.XXXXXX");
	close(mkstemp(fixture->pid_file));
	*state = fixture;
	return 0;
}

static void end_process(struct fixture *fixture)
{
	if (fixture->process <= 0)
		return;
	kill(fixture->process, SIGKILL);
	waitpid(fixture->process, NULL, 0);
	fixture->process = 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	end_process(fixture);
	pluto_watch_free(fixture->watch);
	sd_event_unref(fixture->event);
	unlink(fixture->pid_file);
	free(fixture);
	return 0;
}

/* A process of this name that does nothing, and the file that names it. */
static void start_process(struct fixture *fixture, const char *name)
{
	_cleanup_(fclosep) FILE *file = fopen(fixture->pid_file, "w");
	char byte;
	int ready[2];

	assert_non_null(file);
	assert_int_equal(pipe(ready), 0);
	fixture->process = fork();
	assert_true(fixture->process >= 0);
	if (fixture->process == 0) {
		prctl(PR_SET_NAME, name);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	fprintf(file, "%d\n", fixture->process);
}

static void start_watch(struct fixture *fixture)
{
	assert_int_equal(pluto_watch_new(fixture->event, fixture->pid_file, count_exit, fixture,
					 &fixture->watch),
			 0);
}

static void run_loop(struct fixture *fixture, uint64_t usec)
{
	while (sd_event_run(fixture->event, usec) > 0)
		;
}

static void a_pid_file_of_garbage_names_nobody(void **state)
{
	static const char *const contents[] = { "", "\n", "-1\n", "0\n", "12x\n", "99999999999\n" };
	struct fixture *fixture = *state;

	start_watch(fixture);
	for (size_t i = 0; i < ELEMENTS(contents); i++) {
		FILE *file = fopen(fixture->pid_file, "w");

		assert_non_null(file);
		fputs(contents[i], file);
		fclose(file);
		assert_false(pluto_watch_check(fixture->watch));
	}
	unlink(fixture->pid_file);
	assert_false(pluto_watch_check(fixture->watch));
	assert_int_equal(fixture->exits, 0);
}

static void a_process_that_is_not_pluto_is_not_watched(void **state)
{
	struct fixture *fixture = *state;

	start_process(fixture, "plutonium");
	start_watch(fixture);
	assert_false(pluto_watch_check(fixture->watch));
	end_process(fixture);
	run_loop(fixture, 0);
	assert_int_equal(fixture->exits, 0);
}

static void its_death_is_told_once(void **state)
{
	struct fixture *fixture = *state;

	start_process(fixture, "pluto");
	start_watch(fixture);
	assert_true(pluto_watch_check(fixture->watch));
	run_loop(fixture, 0);
	assert_int_equal(fixture->exits, 0);
	end_process(fixture);
	run_loop(fixture, 100000);
	assert_int_equal(fixture->exits, 1);
	assert_false(pluto_watch_check(fixture->watch));
	assert_int_equal(fixture->exits, 1);
}

static void whoever_looks_before_the_loop_sees_it_too(void **state)
{
	struct fixture *fixture = *state;

	start_process(fixture, "pluto");
	start_watch(fixture);
	end_process(fixture);
	assert_false(pluto_watch_check(fixture->watch));
	assert_int_equal(fixture->exits, 1);
	run_loop(fixture, 0);
	assert_int_equal(fixture->exits, 1);
}

static void the_next_one_is_watched_as_well(void **state)
{
	struct fixture *fixture = *state;

	start_watch(fixture);
	start_process(fixture, "pluto");
	assert_true(pluto_watch_check(fixture->watch));
	end_process(fixture);
	start_process(fixture, "pluto");
	assert_true(pluto_watch_check(fixture->watch));
	assert_int_equal(fixture->exits, 1);
	end_process(fixture);
	run_loop(fixture, 100000);
	assert_int_equal(fixture->exits, 2);
}

static void the_file_is_looked_at_until_there_is_one(void **state)
{
	struct fixture *fixture = *state;

	start_watch(fixture);
	run_loop(fixture, 0);
	start_process(fixture, "pluto");
	run_loop(fixture, 2500000);
	end_process(fixture);
	run_loop(fixture, 100000);
	assert_int_equal(fixture->exits, 1);
	/* and again after its end */
	start_process(fixture, "pluto");
	run_loop(fixture, 2500000);
	end_process(fixture);
	run_loop(fixture, 100000);
	assert_int_equal(fixture->exits, 2);
}

#define WITH_LOOP(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_LOOP(a_pid_file_of_garbage_names_nobody),
		WITH_LOOP(a_process_that_is_not_pluto_is_not_watched),
		WITH_LOOP(its_death_is_told_once),
		WITH_LOOP(whoever_looks_before_the_loop_sees_it_too),
		WITH_LOOP(the_next_one_is_watched_as_well),
		WITH_LOOP(the_file_is_looked_at_until_there_is_one),
	};

	return cmocka_run_group_tests_name("pluto_watch", tests, NULL, NULL);
}
