/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles for iOS, iPadOS and macOS: a configuration profile (.mobileconfig)
 * with one payload com.apple.vpn.managed of type L2TP. Pure.
 */
#pragma once

#include "gateway/profile.h"

extern const struct profile_client profile_apple;
