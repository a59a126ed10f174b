/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arguments that the launcher gives to pppd: each option that a host's
 * /etc/ppp/options may set and that matters here is set again, since the
 * command line wins. Pure.
 */
#pragma once

#include "ppp-hooks/launcher_message.h"

#include <stdbool.h>
#include <stddef.h>

#define PPPD_ARGUMENTS_MAX  80
#define PPPD_ARGUMENTS_TEXT 2048

/* Descriptors as pppd finds them; a terminal is its standard input instead of 3. */
#define PPPD_SESSION_DESCRIPTOR 3
#define PPPD_PLUGIN_DESCRIPTOR  4

/**
 * struct pppd_arguments - an argv with its strings
 * @argv:      NULL-terminated; points into @text, so never copy the struct
 * @count:     of @argv, without its NULL
 * @text_used: bytes of @text
 */
struct pppd_arguments {
	char *argv[PPPD_ARGUMENTS_MAX + 1];
	size_t count;
	size_t text_used;
	char text[PPPD_ARGUMENTS_TEXT];
};

/**
 * pppd_arguments_build() - argv of pppd for one call
 * @start:         checked by launcher_message_check()
 * @plugin_path:   saregate.so
 * @log_to_stderr: for hosts without a syslog; else lines would come twice
 *
 * Return: 0; -ENAMETOOLONG if @plugin_path does not fit, with *@ret_arguments
 *         of no use.
 */
int pppd_arguments_build(const struct launcher_start *start, const char *plugin_path,
			 bool log_to_stderr, struct pppd_arguments *ret_arguments);
