/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What setup and restore ask the command line for in the same words. */
#pragma once

#include "gateway/command.h"
#include "gateway/setup.h"

/* Rows of a list of options, @setup being the struct setup_options that they set. */
/* clang-format off */
#define SETUP_ARGUMENTS(setup)                                          \
	{ "listen-address", .value = &(setup)->listen_address },        \
	{ "public-address", .value = &(setup)->public_address },        \
	{ "interface", .value = &(setup)->interface },                  \
	{ "pool", .value = &(setup)->pool },                            \
	{ "local-address", .value = &(setup)->local_address },          \
	{ "dns", .value = &(setup)->dns },                              \
	{ "allow-in-firewalls", .flag = &(setup)->allow_in_firewalls }, \
	{ "ipsec-drop-in", .flag = &(setup)->ipsec_drop_in }
/* clang-format on */

/* Whether they go together. Return: COMMAND_DONE; COMMAND_USAGE after saying what does not. */
enum command_result setup_arguments_check(const struct command *command,
					  const struct setup_options *options);
