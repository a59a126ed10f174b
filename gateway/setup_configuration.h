/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate.conf as setup leaves it. I/O (reads it). */
#pragma once

#include "gateway/setup.h"

/**
 * setup_configuration_plan() - the part of the plan that is saregate.conf
 *
 * Sets @plan's configuration, its text if it is to change, and what @plan's state
 * remembers of it. Return: 0; -ECANCELED with *@ret_error; -ENOMEM.
 */
int setup_configuration_plan(const struct setup_options *options, struct setup_plan *plan,
			     struct setup_error *ret_error);
