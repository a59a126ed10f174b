/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What selftest says: a line for each stage when it has ended, or JSON at the end. I/O. */
#pragma once

#include "gateway/selftest.h"

/* One line, and behind a failure cause and remedy. */
void selftest_report_stage(const struct selftest *test, enum selftest_stage stage);

/* Warnings, and whether a client can connect. */
void selftest_report_sum(const struct selftest *test);

/* All of it. Return: 0; -ENOMEM. */
int selftest_report_json(const struct selftest *test);
