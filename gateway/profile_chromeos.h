/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles for ChromeOS: Open Network Configuration (.onc), imported on
 * chrome://network. Pure.
 */
#pragma once

#include "gateway/profile.h"

extern const struct profile_client profile_chromeos;
