/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes of users and groups: one table for each says how an attribute is
 * called, what it may be, and where its value goes. The command line, D-Bus, the
 * database and import read and write all of them by that table. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a group or pool. */
#define ATTRIBUTE_NAME_MAX    32
#define ATTRIBUTE_COMMENT_MAX 200
/* Any value as text. */
#define ATTRIBUTE_TEXT_MAX 512

enum attribute_kind {
	ATTRIBUTE_KIND_FLAG,     /* bool; "yes", "no" */
	ATTRIBUTE_KIND_NUMBER,   /* uint32_t */
	ATTRIBUTE_KIND_DURATION, /* uint32_t, seconds; "90", "15m", "8h", "2d" */
	ATTRIBUTE_KIND_TIME,     /* uint64_t, seconds since 1970; 0 is "never" */
	ATTRIBUTE_KIND_COMMENT,  /* char[ATTRIBUTE_COMMENT_MAX + 1] */
	ATTRIBUTE_KIND_NAME,     /* char[ATTRIBUTE_NAME_MAX + 1] */
	ATTRIBUTE_KIND_IPV4,     /* struct inet_address */
	ATTRIBUTE_KIND_IPV6,     /* struct inet_address */
	ATTRIBUTE_KIND_DNS,      /* uint32_t[ADDRESS_TEXT_DNS_MAX] */
	ATTRIBUTE_KIND_NETWORKS, /* struct address_networks */
};

/**
 * struct attribute - one row; the table ends with a NULL name
 * @name:    as users write it: "idle-timeout"
 * @column:  of the database
 * @offset:  in the struct of the user or group
 * @maximum: of numbers
 * @is_null_if_empty: in the database; for what is unique or names something
 * @allowed: what it may be, half a line
 */
struct attribute {
	const char *name;
	const char *column;
	enum attribute_kind kind;
	size_t offset;
	uint32_t maximum;
	bool is_null_if_empty;
	const char *allowed;
};

/* Return: the row of that name, NULL. */
const struct attribute *attribute_find(const struct attribute *table, const char *name);

/**
 * attribute_parse() - understand a value
 * @attributes: the struct of the table; unchanged if the value is wrong
 *
 * Return: NULL; else what is wrong: "is no IPv4 address" (static).
 */
const char *attribute_parse(const struct attribute *attribute, const char *text, void *attributes);

/* The value as text that attribute_parse() takes; "" for none. Return: @text. */
char *attribute_format(const struct attribute *attribute, const void *attributes,
		       char text[ATTRIBUTE_TEXT_MAX]);

/* Whether the value is a number: the first four kinds. */
bool attribute_is_number(const struct attribute *attribute);
uint64_t attribute_number(const struct attribute *attribute, const void *attributes);

/* Return: false if it is out of bounds, and nothing is changed. */
bool attribute_set_number(const struct attribute *attribute, uint64_t value, void *attributes);

/* Whether two structs of one table have the same value there. */
bool attribute_equal(const struct attribute *attribute, const void *a, const void *b);

/* A name of a group or pool. Return: NULL, or what is allowed (static). */
const char *attribute_name_check(const char *name);
