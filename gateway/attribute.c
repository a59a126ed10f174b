/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of attributes to and from text, by their kind. Pure. */
#include "gateway/attribute.h"

#include "base/text.h"
#include "gateway/address_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

_Static_assert(ADDRESS_TEXT_MAX <= ATTRIBUTE_TEXT_MAX, "networks fit");

static const void *field(const struct attribute *attribute, const void *attributes)
{
	return (const char *)attributes + attribute->offset;
}

static void *own_field(const struct attribute *attribute, void *attributes)
{
	return (char *)attributes + attribute->offset;
}

const struct attribute *attribute_find(const struct attribute *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

/* ---- numbers -------------------------------------------------------------------- */

bool attribute_is_number(const struct attribute *attribute)
{
	return attribute->kind <= ATTRIBUTE_KIND_TIME;
}

uint64_t attribute_number(const struct attribute *attribute, const void *attributes)
{
	const void *value = field(attribute, attributes);

	if (attribute->kind == ATTRIBUTE_KIND_FLAG)
		return *(const bool *)value;
	if (attribute->kind == ATTRIBUTE_KIND_TIME)
		return *(const uint64_t *)value;
	return *(const uint32_t *)value;
}

bool attribute_set_number(const struct attribute *attribute, uint64_t value, void *attributes)
{
	if (attribute->kind == ATTRIBUTE_KIND_TIME) {
		if (value > INT64_MAX)
			return false;
		*(uint64_t *)own_field(attribute, attributes) = value;
		return true;
	}
	if (value > attribute->maximum)
		return false;
	if (attribute->kind == ATTRIBUTE_KIND_FLAG)
		*(bool *)own_field(attribute, attributes) = value != 0;
	else
		*(uint32_t *)own_field(attribute, attributes) = (uint32_t)value;
	return true;
}

/* Digits only, below 10^18, so that no unit makes it overflow. */
static bool parse_digits(const char *text, size_t size, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (size == 0 || size > 18)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	*ret_value = value;
	return true;
}

/* "90", and "90s", "15m", "8h", "2d". */
static bool parse_duration(const char *text, uint64_t *ret_seconds)
{
	static const char units[] = "smhd";
	static const uint32_t seconds[] = { 1, 60, 3600, 86400 };
	size_t size = strlen(text);
	const char *unit = size ? strchr(units, text[size - 1]) : NULL;
	uint64_t value;

	if (!parse_digits(text, unit ? size - 1 : size, &value) || value > UINT32_MAX)
		return false;
	*ret_seconds = unit ? value * seconds[unit - units] : value;
	return true;
}

static const char *parse_number(const struct attribute *attribute, const char *text,
				void *attributes)
{
	uint64_t value = 0;

	if (attribute->kind == ATTRIBUTE_KIND_FLAG) {
		if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
			return "is neither yes nor no";
		value = text[0] == 'y';
	} else if (attribute->kind == ATTRIBUTE_KIND_TIME) {
		if (strcmp(text, "never") != 0 && !parse_digits(text, strlen(text), &value))
			return "is no time";
	} else if (attribute->kind == ATTRIBUTE_KIND_DURATION) {
		if (!parse_duration(text, &value))
			return "is no duration";
	} else if (!parse_digits(text, strlen(text), &value)) {
		return "is no whole number";
	}
	return attribute_set_number(attribute, value, attributes) ? NULL : "is out of bounds";
}

/* ---- text ------------------------------------------------------------------------ */

const char *attribute_name_check(const char *name)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t size = strlen(name);

	if (size == 0 || size > ATTRIBUTE_NAME_MAX || strspn(name, characters) != size ||
	    name[0] == '-')
		return "a name has 1 to 32 letters, digits, dots, hyphens and underscores, "
		       "and begins with no hyphen";
	return NULL;
}

static const char *parse_comment(const struct attribute *attribute, const char *text,
				 void *attributes)
{
	if (!text_is_plain(text))
		return "is no plain text";
	if (text_copy(own_field(attribute, attributes), ATTRIBUTE_COMMENT_MAX + 1, text) < 0)
		return "is too long";
	return NULL;
}

static const char *parse_name(const struct attribute *attribute, const char *text, void *attributes)
{
	if (*text && attribute_name_check(text))
		return "is no name";
	strcpy(own_field(attribute, attributes), text);
	return NULL;
}

static const char *parse_address(const struct attribute *attribute, const char *text,
				 void *attributes)
{
	struct inet_address address = { 0 };
	const char *wrong = NULL;
	uint32_t ipv4 = 0;

	if (*text && attribute->kind == ATTRIBUTE_KIND_IPV6) {
		wrong = address_text_ipv6(text, &address);
	} else if (*text) {
		wrong = address_text_ipv4(text, &ipv4);
		address = inet_address_from_ipv4(ipv4);
	}
	if (!wrong)
		memcpy(own_field(attribute, attributes), &address, sizeof(address));
	return wrong;
}

const char *attribute_parse(const struct attribute *attribute, const char *text, void *attributes)
{
	switch (attribute->kind) {
	case ATTRIBUTE_KIND_FLAG:
	case ATTRIBUTE_KIND_NUMBER:
	case ATTRIBUTE_KIND_DURATION:
	case ATTRIBUTE_KIND_TIME:
		return parse_number(attribute, text, attributes);
	case ATTRIBUTE_KIND_COMMENT:
		return parse_comment(attribute, text, attributes);
	case ATTRIBUTE_KIND_NAME:
		return parse_name(attribute, text, attributes);
	case ATTRIBUTE_KIND_IPV4:
	case ATTRIBUTE_KIND_IPV6:
		return parse_address(attribute, text, attributes);
	case ATTRIBUTE_KIND_DNS:
		return address_text_dns(text, own_field(attribute, attributes));
	case ATTRIBUTE_KIND_NETWORKS:
		return address_text_networks(text, own_field(attribute, attributes));
	}
	return "is unknown";
}

static void format_address(const struct inet_address *address, char text[ATTRIBUTE_TEXT_MAX])
{
	text[0] = '\0';
	if (address->family != AF_UNSPEC)
		inet_address_format(address, text);
}

static void format_number(const struct attribute *attribute, const void *attributes,
			  char text[ATTRIBUTE_TEXT_MAX])
{
	uint64_t value = attribute_number(attribute, attributes);

	if (attribute->kind == ATTRIBUTE_KIND_FLAG)
		strcpy(text, value ? "yes" : "no");
	else if (attribute->kind == ATTRIBUTE_KIND_TIME && value == 0)
		strcpy(text, "never");
	else
		snprintf(text, ATTRIBUTE_TEXT_MAX, "%" PRIu64, value);
}

char *attribute_format(const struct attribute *attribute, const void *attributes,
		       char text[ATTRIBUTE_TEXT_MAX])
{
	const void *value = field(attribute, attributes);

	switch (attribute->kind) {
	case ATTRIBUTE_KIND_FLAG:
	case ATTRIBUTE_KIND_NUMBER:
	case ATTRIBUTE_KIND_DURATION:
	case ATTRIBUTE_KIND_TIME:
		format_number(attribute, attributes, text);
		return text;
	case ATTRIBUTE_KIND_COMMENT:
	case ATTRIBUTE_KIND_NAME:
		snprintf(text, ATTRIBUTE_TEXT_MAX, "%s", (const char *)value);
		return text;
	case ATTRIBUTE_KIND_IPV4:
	case ATTRIBUTE_KIND_IPV6:
		format_address(value, text);
		return text;
	case ATTRIBUTE_KIND_DNS:
		return address_text_format_dns(value, text);
	case ATTRIBUTE_KIND_NETWORKS:
		return address_text_format_networks(value, text);
	}
	text[0] = '\0';
	return text;
}

bool attribute_equal(const struct attribute *attribute, const void *a, const void *b)
{
	char text_a[ATTRIBUTE_TEXT_MAX], text_b[ATTRIBUTE_TEXT_MAX];

	if (attribute_is_number(attribute))
		return attribute_number(attribute, a) == attribute_number(attribute, b);
	return strcmp(attribute_format(attribute, a, text_a),
		      attribute_format(attribute, b, text_b)) == 0;
}
