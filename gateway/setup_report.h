/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What setup shows: what it would write, what it is about to do, how to connect. I/O. */
#pragma once

#include "gateway/setup.h"
#include "gateway/setup_user.h"

/* Every file as it would be, but for the key, and the commands for other firewalls. */
void setup_report_files(const struct setup_plan *plan);

/* In a few lines, for who is asked whether to go on. */
void setup_report_summary(const struct setup_plan *plan, const struct setup_user *user);

/**
 * setup_report_connection() - how clients connect
 * @show_key: also the pre-shared key; for terminals
 */
void setup_report_connection(const struct setup_plan *plan, bool show_key);

/* The user that was added, or was there, and what comes next. */
void setup_report_user(const struct setup_user *user, bool is_added);
