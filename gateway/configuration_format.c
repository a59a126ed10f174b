/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of saregate.conf as text. Pure. */
#include "gateway/configuration_format.h"

#include "gateway/configuration_pools.h"

#include <stdio.h>
#include <string.h>

_Static_assert(CONFIGURATION_LISTEN_MAX *INET6_ADDRSTRLEN <= CONFIGURATION_VALUE_MAX &&
		       CONFIGURATION_POOLS_MAX * (ATTRIBUTE_NAME_MAX + sizeof("  ,") +
						  2 * sizeof("255.255.255.255")) <=
			       CONFIGURATION_VALUE_MAX &&
		       CONFIGURATION_POOLS_MAX * (ATTRIBUTE_NAME_MAX + sizeof("  ,") +
						  ADDRESS_TEXT_IPV6_PREFIX_MAX) <=
			       CONFIGURATION_VALUE_MAX &&
		       sizeof(((struct configuration *)NULL)->database) <= CONFIGURATION_VALUE_MAX,
	       "every value fits");

static const void *field(const struct configuration *configuration,
			 const struct configuration_key *key)
{
	return (const char *)configuration + key->offset;
}

void configuration_format_number(const struct configuration_key *key,
				 const struct configuration *configuration,
				 char text[CONFIGURATION_VALUE_MAX])
{
	uint32_t number = 0;
	uint16_t narrow;

	if (key->size == sizeof(narrow)) {
		memcpy(&narrow, field(configuration, key), sizeof(narrow));
		number = narrow;
	} else {
		memcpy(&number, field(configuration, key), sizeof(number));
	}
	snprintf(text, CONFIGURATION_VALUE_MAX, "%u", number);
}

static void format_word(const struct configuration_key *key, int value,
			char text[CONFIGURATION_VALUE_MAX])
{
	const struct configuration_word *word = key->words;

	while (word->text && word->value != value)
		word++;
	snprintf(text, CONFIGURATION_VALUE_MAX, "%s", word->text ? word->text : "?");
}

void configuration_format_word(const struct configuration_key *key,
			       const struct configuration *configuration,
			       char text[CONFIGURATION_VALUE_MAX])
{
	int value;

	memcpy(&value, field(configuration, key), sizeof(value));
	format_word(key, value, text);
}

void configuration_format_answer(const struct configuration_key *key,
				 const struct configuration *configuration,
				 char text[CONFIGURATION_VALUE_MAX])
{
	const bool *answer = field(configuration, key);

	format_word(key, *answer, text);
}

void configuration_format_text(const struct configuration_key *key,
			       const struct configuration *configuration,
			       char text[CONFIGURATION_VALUE_MAX])
{
	const char *value = field(configuration, key);

	snprintf(text, CONFIGURATION_VALUE_MAX, "%s", value);
}

static char *format_ipv4(uint32_t host_order, char text[INET6_ADDRSTRLEN])
{
	struct inet_address address = inet_address_from_ipv4(host_order);

	return inet_address_format(&address, text);
}

void configuration_format_ipv4(const struct configuration_key *key,
			       const struct configuration *configuration,
			       char text[CONFIGURATION_VALUE_MAX])
{
	uint32_t ipv4;

	memcpy(&ipv4, field(configuration, key), sizeof(ipv4));
	format_ipv4(ipv4, text);
}

void configuration_format_pool(const struct configuration_key *key,
			       const struct configuration *configuration,
			       char text[CONFIGURATION_VALUE_MAX])
{
	struct configuration_pool pool = configuration_pool_get(configuration, 0);

	configuration_pool_range(&pool, text);
}

void configuration_format_pools(const struct configuration_key *key,
				const struct configuration *configuration,
				char text[CONFIGURATION_VALUE_MAX])
{
	char range[CONFIGURATION_POOL_RANGE_MAX];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < configuration->pool_count; i++)
		used += (size_t)snprintf(text + used, CONFIGURATION_VALUE_MAX - used, "%s%s %s",
					 i > 0 ? ", " : "", configuration->pools[i].name,
					 configuration_pool_range(&configuration->pools[i], range));
}

void configuration_format_ipv6_pool(const struct configuration_key *key,
				    const struct configuration *configuration,
				    char text[CONFIGURATION_VALUE_MAX])
{
	address_text_format_ipv6_prefix(&configuration->pool_ipv6, text);
}

void configuration_format_ipv6_pools(const struct configuration_key *key,
				     const struct configuration *configuration,
				     char text[CONFIGURATION_VALUE_MAX])
{
	char prefix[ADDRESS_TEXT_IPV6_PREFIX_MAX];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < configuration->pool_count; i++)
		if (configuration->pools[i].ipv6.length)
			used += (size_t)snprintf(text + used, CONFIGURATION_VALUE_MAX - used,
						 "%s%s %s", used ? ", " : "",
						 configuration->pools[i].name,
						 address_text_format_ipv6_prefix(
							 &configuration->pools[i].ipv6, prefix));
}

/* Appends one address of a list. */
static void append(char text[CONFIGURATION_VALUE_MAX], const struct inet_address *address)
{
	size_t used = strlen(text);
	char one[INET6_ADDRSTRLEN];

	snprintf(text + used, CONFIGURATION_VALUE_MAX - used, "%s%s", used ? " " : "",
		 inet_address_format(address, one));
}

void configuration_format_dns(const struct configuration_key *key,
			      const struct configuration *configuration,
			      char text[CONFIGURATION_VALUE_MAX])
{
	text[0] = '\0';
	for (size_t i = 0; i < CONFIGURATION_DNS_MAX; i++) {
		struct inet_address address = inet_address_from_ipv4(configuration->dns_ipv4[i]);

		if (configuration->dns_ipv4[i])
			append(text, &address);
	}
}

void configuration_format_listen(const struct configuration_key *key,
				 const struct configuration *configuration,
				 char text[CONFIGURATION_VALUE_MAX])
{
	text[0] = '\0';
	for (size_t i = 0; i < configuration->listen_count; i++)
		append(text, &configuration->listen[i]);
}
