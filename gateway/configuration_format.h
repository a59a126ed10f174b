/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of saregate.conf as text, as the file would have them: each function is
 * the way back of one way to read a value. For configuration_keys.c. Pure.
 */
#pragma once

#include "gateway/configuration_keys.h"

/* Each writes the value of @key in @configuration into @text. */
void configuration_format_number(const struct configuration_key *key,
				 const struct configuration *configuration,
				 char text[CONFIGURATION_VALUE_MAX]);
void configuration_format_word(const struct configuration_key *key,
			       const struct configuration *configuration,
			       char text[CONFIGURATION_VALUE_MAX]);
void configuration_format_answer(const struct configuration_key *key,
				 const struct configuration *configuration,
				 char text[CONFIGURATION_VALUE_MAX]);
void configuration_format_text(const struct configuration_key *key,
			       const struct configuration *configuration,
			       char text[CONFIGURATION_VALUE_MAX]);
void configuration_format_ipv4(const struct configuration_key *key,
			       const struct configuration *configuration,
			       char text[CONFIGURATION_VALUE_MAX]);
void configuration_format_pool(const struct configuration_key *key,
			       const struct configuration *configuration,
			       char text[CONFIGURATION_VALUE_MAX]);
/* Of all sections [pool NAME]: "NAME FIRST-LAST, NAME FIRST-LAST". */
void configuration_format_pools(const struct configuration_key *key,
				const struct configuration *configuration,
				char text[CONFIGURATION_VALUE_MAX]);
void configuration_format_ipv6_pool(const struct configuration_key *key,
				    const struct configuration *configuration,
				    char text[CONFIGURATION_VALUE_MAX]);
/* Of the sections [pool NAME] that have one: "NAME PREFIX/LENGTH, NAME PREFIX/LENGTH". */
void configuration_format_ipv6_pools(const struct configuration_key *key,
				     const struct configuration *configuration,
				     char text[CONFIGURATION_VALUE_MAX]);
void configuration_format_dns(const struct configuration_key *key,
			      const struct configuration *configuration,
			      char text[CONFIGURATION_VALUE_MAX]);
void configuration_format_listen(const struct configuration_key *key,
				 const struct configuration *configuration,
				 char text[CONFIGURATION_VALUE_MAX]);
