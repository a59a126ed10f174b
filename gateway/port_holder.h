/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who else serves what clients connect to: UDP 500, 4500, 1701. I/O (reads /proc). */
#pragma once

#include "gateway/setup_error.h"

/**
 * port_holder_check() - whether pluto and saregated can have their ports
 *
 * A port that pluto or saregated holds is theirs. Somebody else is named with what to
 * do, and left alone.
 *
 * Return: 0; -ECANCELED with *@ret_error.
 */
int port_holder_check(struct setup_error *ret_error);

/**
 * port_holder_remedy() - what to do about a program that holds one of the ports
 * @program: its name, as in /proc/PID/comm
 *
 * Return: a command, or advice if the program is not known (static).
 */
const char *port_holder_remedy(const char *program);
