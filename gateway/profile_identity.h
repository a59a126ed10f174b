/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The identity of a profile: the same for the same user of the same gateway,
 * so that a device replaces what it has instead of adding a second one. Pure.
 */
#pragma once

#include "gateway/profile.h"

/* "xxxxxxxx-xxxx-5xxx-xxxx-xxxxxxxxxxxx" and its terminator. */
#define PROFILE_UUID_SIZE 37

/**
 * profile_uuid() - a UUID of version 5 (RFC 9562, section 5.5) from server and user
 * @part: which of the things inside a profile it names
 *
 * Lower case. Return: @uuid.
 */
char *profile_uuid(const struct profile *profile, const char *part, char uuid[PROFILE_UUID_SIZE]);
