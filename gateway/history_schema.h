/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The schema of history.db as the steps that led to it: see gateway/schema.h. Pure. */
#pragma once

#include "gateway/schema.h"

/* Step N is at N - 1. */
extern const struct schema_step history_schema_steps[];
extern const int history_schema_version;
