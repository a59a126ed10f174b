/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of saregate.conf: where each value goes, how it is read, what it may
 * be. For configuration.c alone. Pure.
 */
#pragma once

#include "gateway/configuration.h"

/* At least the number of keys, checked where they are defined. */
#define CONFIGURATION_KEYS_MAX    32
#define CONFIGURATION_ALLOWED_MAX 160

/* A word that a value may be, and what it means; lists end with a NULL text. */
struct configuration_word {
	const char *text;
	int value;
};

/**
 * struct configuration_key - one key
 * @section: without brackets; keys of a section stand together
 * @parse:   puts @value into @configuration at @offset; returns NULL, or what is
 *           wrong with it ("is reversed"), static
 * @offset:  of the field in struct configuration
 * @size:    of that field, or of an element where it is an array
 * @minimum, @maximum: of a number
 * @words:   that the value may be, or NULL
 * @allowed: text for messages, or NULL where the bounds or @words say it
 */
struct configuration_key {
	const char *section;
	const char *name;
	const char *(*parse)(const struct configuration_key *key, const char *value,
			     struct configuration *configuration);
	size_t offset;
	size_t size;
	uint32_t minimum;
	uint32_t maximum;
	const struct configuration_word *words;
	const char *allowed;
};

/* Ended by an entry without a name. */
extern const struct configuration_key configuration_keys[];

/* Return: the key, or NULL. */
const struct configuration_key *configuration_key_find(const char *section, const char *name);

/**
 * configuration_key_allowed() - what a value of this key may be, for a message
 *
 * Return: @text.
 */
const char *configuration_key_allowed(const struct configuration_key *key,
				      char text[CONFIGURATION_ALLOWED_MAX]);
