/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the settings of lns.h may be. For lns.c alone. Pure. */
#pragma once

#include "l2tp/lns.h"

#include <stdbool.h>

/* Whether all are within bounds. */
bool l2tp_settings_are_valid(const struct l2tp_lns_settings *settings);
