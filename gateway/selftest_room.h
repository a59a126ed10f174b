/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where selftest's client lives: a network, mounts and processes of its own, with a cable to
 * this host. Nothing of it has a name outside: it lasts as long as its first process, which
 * ends when whoever made it ends, killed or not, and all in it ends with that one. I/O.
 */
#pragma once

#include "gateway/setup_error.h"

#include <stdbool.h>
#include <sys/types.h>

/* Texts of the client's files. The room wipes its copies, the caller its own. */
struct selftest_room_files {
	char *connection;
	char *secrets;
	char *chap_secrets;
};

/* Where the room has them. */
#define SELFTEST_ROOM_DIRECTORY  "/run/selftest"
#define SELFTEST_ROOM_CONNECTION SELFTEST_ROOM_DIRECTORY "/ipsec.conf"
#define SELFTEST_ROOM_SECRETS    SELFTEST_ROOM_DIRECTORY "/ipsec.secrets"
#define SELFTEST_ROOM_NSS        SELFTEST_ROOM_DIRECTORY "/nss"

struct selftest_room;

/**
 * selftest_room_new() - make the room, with the files and without a cable
 *
 * In it /run is empty but for our files, and so are /etc/ppp and /etc/ipsec.d; what
 * libreswan's main files held is hidden. All of that is memory, and root's.
 *
 * Return: 0; -ECANCELED with *@ret_error; -ENOMEM.
 */
int selftest_room_new(struct selftest_room_files *files, struct selftest_room **ret_room,
		      struct setup_error *ret_error);

/* Ends all processes in it, and with them the room. */
void selftest_room_free(struct selftest_room *room);
void selftest_room_freep(struct selftest_room **room);

/* Its first process, as this host numbers it: names the room's network to ip(8). */
pid_t selftest_room_process(const struct selftest_room *room);

/**
 * selftest_room_enter() - this process is in the room's network until selftest_room_leave()
 *
 * Sockets that are made meanwhile stay there. Return: 0; negative errno.
 */
int selftest_room_enter(const struct selftest_room *room);
void selftest_room_leave(const struct selftest_room *room);

/**
 * selftest_room_start() - run a program in the room
 * @arguments:  looked up in PATH
 * @session:    becomes its descriptor 3, and 0 if @is_terminal; -1: none
 * @ret_output: its standard output and error, non-blocking; the caller closes it
 *
 * It is in a session of its own, so that no Ctrl-C reaches it, with default signals.
 *
 * Return: 0 and *@ret_pid, which the caller reaps; negative errno.
 */
int selftest_room_start(const struct selftest_room *room, const char *const arguments[],
			int session, bool is_terminal, pid_t *ret_pid, int *ret_output);

/* Whether a UDP socket of the room is bound to the port. */
bool selftest_room_listens(const struct selftest_room *room, unsigned int port);
