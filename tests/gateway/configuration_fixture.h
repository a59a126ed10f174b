/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of a saregate.conf that are refused, with the exact line, or read. */
#pragma once

#include "gateway/configuration.h"
#include "tests/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct bad_file {
	const char *text;
	const char *error; /* behind "test.conf:" */
};

static inline void assert_refused(const char *text, const char *error)
{
	struct configuration configuration, untouched;
	char expected[CONFIGURATION_ERROR_MAX + 16], found[CONFIGURATION_ERROR_MAX] = "";

	memset(&configuration, 0x5a, sizeof(configuration));
	untouched = configuration;
	snprintf(expected, sizeof(expected), "test.conf:%s", error);
	if (configuration_parse("test.conf", text, &configuration, found) != -EINVAL)
		fail_msg("accepted: %s", text);
	assert_string_equal(found, expected);
	assert_memory_equal(&configuration, &untouched, sizeof(configuration));
}

static inline void assert_all_refused(const struct bad_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_refused(files[i].text, files[i].error);
}

static inline struct configuration parse(const char *text)
{
	struct configuration configuration;
	char error[CONFIGURATION_ERROR_MAX] = "";

	if (configuration_parse("test.conf", text, &configuration, error) != 0)
		fail_msg("%s", error);
	return configuration;
}
