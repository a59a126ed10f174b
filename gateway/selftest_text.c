/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client's files. Pure. */
#include "gateway/selftest_text.h"

#include "gateway/secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(SELFTEST_NAME_PREFIX) - 1 + SECRET_SIZE(SELFTEST_NAME_GROUPS) <=
		       SELFTEST_NAME_SIZE,
	       "names fit");

/*
 * What is lost is said again for 15 s. libreswan's own updown has nothing to do in
 * transport mode.
 */
static const char connection_format[] = "config setup\n"
					"\tikev1-policy=accept\n"
					"\tvirtual-private=\n"
					"\n"
					"conn " SELFTEST_CONNECTION "\n"
					"\tikev2=no\n"
					"\tauthby=secret\n"
					"\tauto=add\n"
					"\ttype=transport\n"
					"\tleft=" SELFTEST_CLIENT_ADDRESS "\n"
					"\tleftnexthop=" SELFTEST_HOST_ADDRESS "\n"
					"\tleftprotoport=17/1701\n"
					"\tleftupdown=%%disabled\n"
					"\tright=%s\n"
					"\trightid=%s\n"
					"\trightprotoport=17/1701\n"
					"\tencapsulation=yes\n"
					"\tpfs=no\n"
					"\trekey=no\n"
					"\tkeyingtries=1\n"
					"\tretransmit-timeout=15s\n"
					"\tike=aes256-sha1;modp2048\n"
					"\tesp=aes256-sha1\n";

int selftest_text_connection(const char *gateway, const char *identity, char **ret_text)
{
	return asprintf(ret_text, connection_format, gateway, identity) < 0 ? -ENOMEM : 0;
}

int selftest_text_secrets(const char *identity, const char *psk, char **ret_text)
{
	return asprintf(ret_text, "%%any %s : PSK \"%s\"\n", identity, psk) < 0 ? -ENOMEM : 0;
}

int selftest_text_chap_secrets(const char *user, const char *password, char **ret_text)
{
	return asprintf(ret_text, "\"%s\" * \"%s\" *\n", user, password) < 0 ? -ENOMEM : 0;
}

/* As secret_generate() makes them: groups of letters and digits. */
static bool is_generated(const char *text)
{
	for (size_t i = 0; i < SECRET_SIZE(SELFTEST_NAME_GROUPS) - 1; i++) {
		bool is_dash = i % (SECRET_GROUP_SIZE + 1) == SECRET_GROUP_SIZE;

		if (!text[i] || !strchr(is_dash ? "-" : "abcdefghjkmnpqrstuvwxyz23456789", text[i]))
			return false;
	}
	return text[SECRET_SIZE(SELFTEST_NAME_GROUPS) - 1] == '\0';
}

bool selftest_is_own_user(const char *name, const char *comment)
{
	size_t prefix = strlen(SELFTEST_NAME_PREFIX);

	return strcmp(comment, SELFTEST_COMMENT) == 0 &&
	       strncmp(name, SELFTEST_NAME_PREFIX, prefix) == 0 && is_generated(name + prefix);
}

/* Whether the line names our client as its peer: "198.18.255.254:4500", or without port. */
static bool is_about_client(const char *line, size_t size)
{
	const size_t length = strlen(" " SELFTEST_CLIENT_ADDRESS);
	const char *found = memmem(line, size, " " SELFTEST_CLIENT_ADDRESS, length);

	return found &&
	       (found + length == line + size || found[length] == ':' || found[length] == ' ');
}

/* "000 #12: "saregate-203.0.113.1"[3] 198.18.255.254:4500 STATE_..." of 4.10; 5.x has no 000. */
uint32_t selftest_text_find_state(const char **position)
{
	unsigned long number;

	while (**position) {
		const char *line = *position;
		size_t size = strcspn(line, "\n");
		char *end;

		*position = line + size + (line[size] == '\n');
		if (strncmp(line, "000 ", 4) == 0) {
			line += 4;
			size -= 4;
		}
		if (*line != '#' || !is_about_client(line, size))
			continue;
		number = strtoul(line + 1, &end, 10);
		if (*end == ':' && number > 0 && number <= UINT32_MAX)
			return (uint32_t)number;
	}
	return 0;
}
