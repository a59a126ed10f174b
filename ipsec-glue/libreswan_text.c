/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for libreswan, and the little that is read back from it. Pure. */
#include "ipsec-glue/libreswan_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * First what Windows 10/11, Apple, ChromeOS and NetworkManager offer with a
 * strong group, then what older ones are left with. No MODP1024: Debian's
 * libreswan refuses the whole line that names it.
 */
const char libreswan_ike_offers[] =
	"ike="
	"aes256-sha2_256;modp2048,"              /* Apple, NetworkManager */
	"aes256-sha1;dh20,aes128-sha1;dh19,"     /* Windows: ECP384, ECP256 */
	"aes128-sha2_256;modp3072,"              /* ChromeOS */
	"aes256-sha1;modp2048,"                  /* Windows, Apple */
	"aes128-sha1;modp2048,"                  /* ChromeOS, NetworkManager */
	"aes256-sha2_256;modp1536,"              /* older Apple */
	"aes256-sha1;modp1536,"                  /* older Apple */
	"3des-sha1;modp2048,3des-sha1;modp1536"; /* Windows, older ones */

const char libreswan_esp_offers[] = "esp="
				    "aes_gcm128-null,"                 /* ChromeOS */
				    "aes256-sha2_256,aes128-sha2_256," /* ChromeOS, newer Apple */
				    "aes256-sha1,aes128-sha1," /* Windows, Apple, NetworkManager */
				    "3des-sha1";               /* older ones */

#define CONFIG_SETUP              \
	"\tikev1-policy=accept\n" \
	"\tuniqueids=no\n"

/*
 * overlapip and uniqueids: without them the second client behind a NAT, or the
 * second with the same private address, puts out the first. rekey=no: there is
 * no way to start towards %any; the clients rekey. No mark=: libreswan 5.3
 * breaks it, and the reqid says whose a packet is.
 */
static const char connection_format[] = "\n"
					"conn %s\n"
					"\tikev2=no\n"
					"\tauthby=secret\n"
					"\tauto=add\n"
					"\ttype=transport\n"
					"\tleft=%s\n"
					"\tleftid=%s\n"
					"\tleftprotoport=17/1701\n"
					"\tleftupdown=%s\n"
					"\tright=%%any\n"
					"\trightprotoport=17/%%any\n"
					"\toverlapip=yes\n"
					"\trekey=no\n"
					"\tpfs=no\n"
					"\tencapsulation=auto\n"
					"\tikelifetime=24h\n"
					"\tsalifetime=24h\n"
					"\tdpddelay=30\n"
					"\tdpdtimeout=120\n"
					"\tdpdaction=clear\n"
					"\t%s\n"
					"\t%s\n";

/* The address that is our IKE identity for clients that arrive at @listen. */
static const struct inet_address *identity(const struct libreswan_parameters *parameters,
					   const struct inet_address *listen)
{
	return parameters->public.family == listen->family ? &parameters->public : listen;
}

char *libreswan_connection_name(const struct inet_address *listen, char name[LIBRESWAN_NAME_MAX])
{
	char address[INET6_ADDRSTRLEN];

	inet_address_format(listen, address);
	/* A name holds letters, digits, '.', '_' and '-' only. */
	for (char *c = address; *c; c++)
		if (*c == ':')
			*c = '_';
	snprintf(name, LIBRESWAN_NAME_MAX, "saregate-%s", address);
	return name;
}

/* What one connection needs at most, whatever the addresses. */
static size_t connection_room(const struct libreswan_parameters *parameters)
{
	return sizeof(connection_format) + LIBRESWAN_NAME_MAX + 2 * INET6_ADDRSTRLEN +
	       strlen(parameters->updown) + strlen(libreswan_ike_offers) +
	       strlen(libreswan_esp_offers);
}

/* Return: bytes written, without the terminator. */
static size_t put_connection(char *text, size_t room, const struct libreswan_parameters *parameters,
			     const struct inet_address *listen)
{
	char name[LIBRESWAN_NAME_MAX];
	char left[INET6_ADDRSTRLEN];
	char left_id[INET6_ADDRSTRLEN];

	libreswan_connection_name(listen, name);
	inet_address_format(listen, left);
	inet_address_format(identity(parameters, listen), left_id);
	return (size_t)snprintf(text, room, connection_format, name, left, left_id,
				parameters->updown, libreswan_ike_offers, libreswan_esp_offers);
}

int libreswan_text_connections(const struct libreswan_parameters *parameters, char **ret_text)
{
	static const char head[] = LIBRESWAN_TEXT_MARK "\n"
						       "# Changes are lost at the next setup.\n"
						       "\n"
						       "config setup\n" CONFIG_SETUP;
	size_t room = sizeof(head) + parameters->listen_count * connection_room(parameters);
	size_t used = strlen(head);
	char *text = malloc(room);

	if (!text)
		return -ENOMEM;
	strcpy(text, head);
	for (size_t i = 0; i < parameters->listen_count; i++)
		used += put_connection(text + used, room - used, parameters,
				       &parameters->listen[i]);
	*ret_text = text;
	return 0;
}

const char *libreswan_text_config_setup(void)
{
	return CONFIG_SETUP;
}

/* Two listen addresses behind one public address have one identity. */
static bool has_earlier_identity(const struct libreswan_parameters *parameters, size_t index)
{
	const struct inet_address *wanted = identity(parameters, &parameters->listen[index]);

	for (size_t i = 0; i < index; i++)
		if (inet_address_equal(identity(parameters, &parameters->listen[i]), wanted))
			return true;
	return false;
}

int libreswan_text_secrets(const struct libreswan_parameters *parameters, const char *psk,
			   char **ret_text)
{
	static const char head[] = LIBRESWAN_TEXT_MARK "\n";
	static const char format[] = "%s %%any : PSK \"%s\"\n";
	size_t room = sizeof(head) +
		      parameters->listen_count * (sizeof(format) + INET6_ADDRSTRLEN + strlen(psk));
	size_t used = strlen(head);
	char *text = malloc(room);

	if (!text)
		return -ENOMEM;
	strcpy(text, head);
	for (size_t i = 0; i < parameters->listen_count; i++) {
		char id[INET6_ADDRSTRLEN];

		if (has_earlier_identity(parameters, i))
			continue;
		inet_address_format(identity(parameters, &parameters->listen[i]), id);
		used += (size_t)snprintf(text + used, room - used, format, id, psk);
	}
	*ret_text = text;
	return 0;
}

int libreswan_text_read_psk(const char *text, char ret_psk[LIBRESWAN_PSK_MAX + 1])
{
	static const char before[] = ": PSK \"";
	const char *line;
	const char *start;
	size_t length;

	for (line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (*line == '#')
			continue;
		length = strcspn(line, "\n");
		start = memmem(line, length, before, strlen(before));
		if (!start)
			continue;
		start += strlen(before);
		length = strcspn(start, "\"\n");
		if (start[length] != '"' || length == 0)
			continue;
		if (length > LIBRESWAN_PSK_MAX)
			return -ENAMETOOLONG;
		memcpy(ret_psk, start, length);
		ret_psk[length] = '\0';
		return 0;
	}
	return -ENOENT;
}

/* The next ": PSK "KEY"" of a line that is no comment; NULL if there is none. */
static const char *find_psk(const char *text, const char *psk)
{
	static const char before[] = ": PSK \"";

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *found = strstr(text, before);

		if (*text == '#' || !found || found >= text + strcspn(text, "\n"))
			continue;
		found += strlen(before);
		if (strncmp(found, psk, strlen(psk)) == 0 && found[strlen(psk)] == '"')
			return found;
	}
	return NULL;
}

int libreswan_text_replace_psk(const char *text, const char *old_psk, const char *new_psk,
			       char **ret_text)
{
	size_t longer = strlen(new_psk) > strlen(old_psk) ? strlen(new_psk) - strlen(old_psk) : 0;
	size_t count = 0;
	const char *found;
	char *after, *end;

	for (found = text; (found = find_psk(found, old_psk)); found += strcspn(found, "\n"))
		count++;
	after = malloc(strlen(text) + count * longer + 1);
	if (!after)
		return -ENOMEM;
	for (end = after; (found = find_psk(text, old_psk)); text = found + strlen(old_psk)) {
		memcpy(end, text, (size_t)(found - text));
		end = stpcpy(end + (found - text), new_psk);
	}
	strcpy(end, text);
	*ret_text = after;
	return 0;
}

bool libreswan_setup_is_accepted(const char *configsetup)
{
	static const char *const ikev1[] = { "ikev1_policy='0'", "ikev1-policy='0'",
					     "ikev1_policy='accept'", "ikev1-policy='accept'" };
	bool accepted = false;

	for (size_t i = 0; i < sizeof(ikev1) / sizeof(*ikev1); i++)
		accepted = accepted || strstr(configsetup, ikev1[i]);
	return accepted && strstr(configsetup, "uniqueids='no'");
}
