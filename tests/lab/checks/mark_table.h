/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table saregate_mark as nft lists it, for checks that look into it. */
#pragma once

#include "tests/lab/checks/hosts.h"

/* Who may not change tables. */
#define NOBODY 65534

/* As the shell sees what nft lists of the table. */
#define lists(pattern)     command("nft list table inet saregate_mark | grep -q '%s'", pattern)
#define lists_not(pattern) command("! nft list table inet saregate_mark | grep -q '%s'", pattern)
