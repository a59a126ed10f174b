/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open Network Configuration, a JSON format (RFC 8259) that the Chromium project
 * describes. Written by hand: json-c would leave copies of the secrets behind.
 * Pure.
 */
#include "gateway/profile_chromeos.h"

#include "gateway/profile_identity.h"

#include <string.h>

static const char *escape(char byte)
{
	switch (byte) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	default:
		return NULL;
	}
}

/* Keys are ours and need no escape. Ends with @after. */
static void add_member(struct profile_text *text, const char *key, const char *value,
		       const char *after)
{
	profile_text_format(text, "\"%s\": \"", key);
	profile_text_add_escaped(text, value, escape);
	profile_text_format(text, "\"%s\n", after);
}

static void add_ipsec(const struct profile *profile, struct profile_text *text)
{
	profile_text_add(text, "\"IPsec\": {\n"
			       "\"AuthenticationType\": \"PSK\",\n"
			       "\"IKEVersion\": 1,\n");
	add_member(text, "PSK", profile->psk, ",");
	profile_text_add(text, "\"SaveCredentials\": true\n"
			       "},\n");
}

static void add_l2tp(const struct profile *profile, struct profile_text *text)
{
	profile_text_add(text, "\"L2TP\": {\n");
	add_member(text, "Username", profile->user, ",");
	if (profile->password)
		add_member(text, "Password", profile->password, ",");
	profile_text_add(text, "\"SaveCredentials\": true\n"
			       "}\n");
}

static void write_onc(const struct profile *profile, struct profile_text *text)
{
	char uuid[PROFILE_UUID_SIZE];

	profile_text_add(text, "{\n"
			       "\"Type\": \"UnencryptedConfiguration\",\n"
			       "\"NetworkConfigurations\": [{\n");
	add_member(text, "GUID", profile_uuid(profile, "chromeos", uuid), ",");
	add_member(text, "Name", profile->name, ",");
	profile_text_add(text, "\"Type\": \"VPN\",\n"
			       "\"VPN\": {\n"
			       "\"Type\": \"L2TP-IPsec\",\n");
	add_member(text, "Host", profile->server, ",");
	profile_text_add(text, "\"AutoConnect\": false,\n");
	add_ipsec(profile, text);
	add_l2tp(profile, text);
	profile_text_add(text, "}\n"
			       "}]\n"
			       "}\n");
}

/* "${LOGIN_ID}" and the like are expanded, and nothing keeps them from it. */
static const char *refuse(const struct profile *profile)
{
	if (profile->route_count > 0)
		return "a profile of ChromeOS cannot name networks: without --route all traffic "
		       "goes through the tunnel";
	if (strstr(profile->user, "${"))
		return "ChromeOS would put something else in place of ${ in the user name: it "
		       "needs a user without it";
	return NULL;
}

const struct profile_client profile_chromeos = {
	.name = "chromeos",
	.write = write_onc,
	.refuse = refuse,
};
