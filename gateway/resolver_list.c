/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of resolv.conf. Pure. */
#include "gateway/resolver_list.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

static const char blanks[] = " \t";

/* The address of "nameserver ADDRESS", the rest of the line ignored, as resolvers do. */
static bool read_line(const char *line, struct inet_address *ret_address)
{
	static const char keyword[] = "nameserver";
	char text[INET6_ADDRSTRLEN];
	size_t size;

	if (strncmp(line, keyword, strlen(keyword)) != 0)
		return false;
	line += strlen(keyword);
	if (strspn(line, blanks) == 0)
		return false;
	line += strspn(line, blanks);
	size = strcspn(line, " \t\n;#");
	if (size >= sizeof(text))
		return false;
	memcpy(text, line, size);
	text[size] = '\0';
	return inet_address_parse(text, ret_address) == 0;
}

static bool serves_others(const struct inet_address *address)
{
	uint32_t ipv4 = inet_address_to_ipv4(address);

	return address->family == AF_INET && ipv4 >> 24 != 0 && ipv4 >> 24 != 127 &&
	       ipv4 >> 24 < 224 && ipv4 >> 16 != (169 << 8 | 254);
}

static bool is_among(const struct inet_address *address, const struct inet_address *others,
		     size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (inet_address_equal(address, &others[i]))
			return true;
	return false;
}

size_t resolver_list_read(const char *text, struct inet_address *ret_addresses, size_t room)
{
	struct inet_address address;
	size_t count = 0;

	for (; *text && count < room; text += strcspn(text, "\n"), text += *text == '\n')
		if (read_line(text, &address) && serves_others(&address) &&
		    !is_among(&address, ret_addresses, count))
			ret_addresses[count++] = address;
	return count;
}
