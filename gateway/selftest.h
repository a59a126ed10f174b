/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `saregate selftest`: a client of this gateway on the gateway itself, which comes in as a
 * phone does, through pluto, saregated, the launcher and pppd as they run. The parts:
 *
 *   selftest_gateway.c  what has to be there; leftovers; what the gateway holds of us
 *   selftest_room.c     the network that the client lives in
 *   selftest_client.c   its stages, from its user to its IPsec
 *   selftest_call.c     and from its tunnel to its ping
 *   selftest_loop.c     what one waits for meanwhile
 *   selftest_end.c      hanging up, and that nothing is left
 *   selftest_cause.c    why a stage failed, with the doctor and `why`
 *   selftest_run.c      the stages one after the other
 *
 * I/O.
 */
#pragma once

#include "gateway/doctor_connections.h"
#include "gateway/selftest_dial.h"
#include "gateway/selftest_echo.h"
#include "gateway/selftest_progress.h"
#include "gateway/selftest_room.h"
#include "gateway/selftest_user.h"
#include "l2tp/data_path.h"

#define SELFTEST_WARNINGS_MAX 8

/* What was asked for; NULL: the first one of setup's, wherever pluto logs. */
struct selftest_options {
	const char *address;
	const char *pluto_log;
};

/**
 * struct selftest_program - one that runs in the room; zero-initialised: none
 * @output:  what it prints; -1 at its end
 * @is_over: it has ended, with @status of waitpid(), and all it printed was read
 */
struct selftest_program {
	pid_t pid;
	int output;
	int status;
	bool is_over;
	char line[SELFTEST_LINE_MAX];
	size_t used;
};

/**
 * struct selftest - one run
 * @began:    seconds since 1970
 * @lock:     one at a time
 * @signals:  SIGINT and SIGTERM; they count until @is_ending
 * @connection: of the gateway, which the client calls
 * @pluto_last: the last line that the client's pluto printed
 * @failed:   the stage that did; SELFTEST_STAGE_COUNT_: none
 * @told:     called when a stage has come to its end
 */
struct selftest {
	struct selftest_options options;
	uint64_t began;
	int lock;
	int signals;
	bool is_ending;
	struct doctor_connection connection;
	uint32_t mtu;
	struct selftest_user user;
	struct selftest_room *room;
	struct selftest_program pluto, whack, pppd;
	char pluto_last[SELFTEST_LINE_MAX];
	struct selftest_ike ike;
	struct selftest_ppp ppp;
	struct selftest_dial dial;
	int udp;
	const struct l2tp_data_path *path;
	struct l2tp_data_path_tunnel *tunnel;
	struct l2tp_data_path_session *session;
	struct selftest_echo echo;
	struct selftest_outcome outcomes[SELFTEST_STAGE_COUNT_];
	enum selftest_stage failed;
	struct selftest_cause cause;
	struct selftest_cause warnings[SELFTEST_WARNINGS_MAX];
	size_t warning_count;
	void (*told)(const struct selftest *test, enum selftest_stage stage);
};

/**
 * selftest_run() - all stages, or up to the one that fails, and the end in any case
 * @test: @options and @told are set
 *
 * Return: 0: all is done; -ECANCELED: @failed and @cause say what is not; -EINTR.
 */
int selftest_run(struct selftest *test);
void selftest_done(struct selftest *test);

/* What is wrong, but does not keep the client out. */
void selftest_warn(struct selftest *test, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "@what: " and the words of @error as the cause. Return: -ECANCELED. */
int selftest_fail(struct selftest *test, const char *what, int error);

/* ---- stages: 0, or -ECANCELED (and the cause, if it is known), or -EINTR; and a detail ---- */

typedef int (*selftest_stage_fn)(struct selftest *test, char ret_detail[160]);

int selftest_gateway(struct selftest *test, char ret_detail[160]);
int selftest_client(struct selftest *test, char ret_detail[160]);
int selftest_ike(struct selftest *test, char ret_detail[160]);
int selftest_ipsec(struct selftest *test, char ret_detail[160]);
int selftest_tunnel(struct selftest *test, char ret_detail[160]);
int selftest_call(struct selftest *test, char ret_detail[160]);
int selftest_login(struct selftest *test, char ret_detail[160]);
int selftest_address(struct selftest *test, char ret_detail[160]);
int selftest_ping(struct selftest *test, char ret_detail[160]);
int selftest_large_ping(struct selftest *test, char ret_detail[160]);

/* The last one, which is also run, without effect on what was found, where another failed. */
int selftest_end(struct selftest *test, char ret_detail[160]);

/* ---- the loop --------------------------------------------------------------------------- */

uint64_t selftest_now_usec(void);

/**
 * selftest_wait() - let everything run until a condition holds
 *
 * Return: 0; -ETIMEDOUT after @seconds; -EINTR if somebody wants the end.
 */
int selftest_wait(struct selftest *test, unsigned int seconds,
		  bool (*is_so)(const struct selftest *test));

/* Runs a program in the room; what it prints is read by the loop. Return: 0; negative errno. */
int selftest_start(struct selftest *test, struct selftest_program *program,
		   const char *const arguments[], int session, bool is_terminal);

/* ---- what the gateway's pluto and kernel hold of the client ------------------------------ */

/* Return: whether there is an SA to or from the client's address. */
bool selftest_has_sa(void);

/* Has pluto forget the client: what a run that was killed has left. */
void selftest_forget_states(void);

/* Removes the cable, if it is there. */
void selftest_remove_cable(void);

/* Fills in test->cause, unless the stage has said it. */
void selftest_find_cause(struct selftest *test, enum selftest_stage stage);
