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
static const char connection_format[] =
	LIBRESWAN_TEXT_MARK "\n"
			    "# Changes are lost at the next setup.\n"
			    "\n"
			    "config setup\n" CONFIG_SETUP "\n"
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

/* The address that is our IKE identity. */
static const struct inet_address *identity(const struct libreswan_parameters *parameters)
{
	if (parameters->public.family == AF_UNSPEC)
		return &parameters->listen;
	return &parameters->public;
}

char *libreswan_connection_name(const struct libreswan_parameters *parameters,
				char name[LIBRESWAN_NAME_MAX])
{
	char address[INET6_ADDRSTRLEN];

	inet_address_format(&parameters->listen, address);
	/* A name holds letters, digits, '.', '_' and '-' only. */
	for (char *c = address; *c; c++)
		if (*c == ':')
			*c = '_';
	snprintf(name, LIBRESWAN_NAME_MAX, "saregate-%s", address);
	return name;
}

int libreswan_text_connection(const struct libreswan_parameters *parameters, char **ret_text)
{
	char name[LIBRESWAN_NAME_MAX];
	char left[INET6_ADDRSTRLEN];
	char left_id[INET6_ADDRSTRLEN];
	char *text;

	libreswan_connection_name(parameters, name);
	inet_address_format(&parameters->listen, left);
	inet_address_format(identity(parameters), left_id);
	if (asprintf(&text, connection_format, name, left, left_id, parameters->updown,
		     libreswan_ike_offers, libreswan_esp_offers) < 0)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}

const char *libreswan_text_config_setup(void)
{
	return CONFIG_SETUP;
}

int libreswan_text_secrets(const struct libreswan_parameters *parameters, const char *psk,
			   char **ret_text)
{
	char left_id[INET6_ADDRSTRLEN];
	char *text;

	inet_address_format(identity(parameters), left_id);
	if (asprintf(&text, LIBRESWAN_TEXT_MARK "\n%s %%any : PSK \"%s\"\n", left_id, psk) < 0)
		return -ENOMEM;
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

bool libreswan_setup_is_accepted(const char *configsetup)
{
	static const char *const ikev1[] = { "ikev1_policy='0'", "ikev1-policy='0'",
					     "ikev1_policy='accept'", "ikev1-policy='accept'" };
	bool accepted = false;

	for (size_t i = 0; i < sizeof(ikev1) / sizeof(*ikev1); i++)
		accepted = accepted || strstr(configsetup, ikev1[i]);
	return accepted && strstr(configsetup, "uniqueids='no'");
}
