/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles for Windows 10 and 11: a PowerShell script that makes the
 * connection, and makes L2TP behind a NAT possible. Pure.
 */
#pragma once

#include "gateway/profile.h"

extern const struct profile_client profile_windows;
