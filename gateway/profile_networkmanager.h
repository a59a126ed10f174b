/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles for Linux: a keyfile for NetworkManager with the plugin
 * NetworkManager-l2tp (1.2 and later), to be put into
 * /etc/NetworkManager/system-connections/. Pure.
 */
#pragma once

#include "gateway/profile.h"

extern const struct profile_client profile_networkmanager;
