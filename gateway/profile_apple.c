/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A property list as Apple's "Device Management" documents it: the profile, and
 * in it the payload. PayloadIdentifier and PayloadUUID stay the same for a user
 * of a server, so that a device replaces what it has. MPPE and CCP are for PPTP:
 * IPsec encrypts here. Pure.
 */
#include "gateway/profile_apple.h"

#include "gateway/profile_identity.h"

#include <stdio.h>

#define HEAD                                                     \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"           \
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\"" \
	" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n" \
	"<plist version=\"1.0\">\n"
#define IDENTIFIER "org.saregate.profile."

static const char *escape(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return NULL;
	}
}

/* Keys are ours and need no escape. */
static void add_string(struct profile_text *text, const char *key, const char *value)
{
	profile_text_format(text, "<key>%s</key><string>", key);
	profile_text_add_escaped(text, value, escape);
	profile_text_add(text, "</string>\n");
}

static void add_integer(struct profile_text *text, const char *key, int value)
{
	profile_text_format(text, "<key>%s</key><integer>%d</integer>\n", key, value);
}

/* What the profile and each payload begin with. */
static void add_payload(const struct profile *profile, const char *type, const char *part,
			struct profile_text *text)
{
	char identity[sizeof(IDENTIFIER) + PROFILE_UUID_SIZE];
	char uuid[PROFILE_UUID_SIZE];

	profile_uuid(profile, part, uuid);
	snprintf(identity, sizeof(identity), IDENTIFIER "%s", uuid);
	add_string(text, "PayloadType", type);
	add_integer(text, "PayloadVersion", 1);
	add_string(text, "PayloadIdentifier", identity);
	add_string(text, "PayloadUUID", uuid);
	add_string(text, "PayloadDisplayName", profile->name);
}

static void add_ppp(const struct profile *profile, struct profile_text *text)
{
	profile_text_add(text, "<key>PPP</key>\n<dict>\n");
	add_string(text, "CommRemoteAddress", profile->server);
	add_string(text, "AuthName", profile->user);
	if (profile->password)
		add_string(text, "AuthPassword", profile->password);
	profile_text_add(text, "</dict>\n");
}

static void add_ipsec(const struct profile *profile, struct profile_text *text)
{
	profile_text_add(text, "<key>IPSec</key>\n<dict>\n");
	add_string(text, "AuthenticationMethod", "SharedSecret");
	add_string(text, "LocalIdentifierType", "KeyID");
	profile_text_add(text, "<key>SharedSecret</key><data>");
	profile_text_add_base64(text, profile->psk);
	profile_text_add(text, "</data>\n</dict>\n");
}

/* OverridePrimary: everything goes through the tunnel. */
static void add_vpn(const struct profile *profile, struct profile_text *text)
{
	profile_text_add(text, "<dict>\n");
	add_payload(profile, "com.apple.vpn.managed", "apple vpn", text);
	add_string(text, "UserDefinedName", profile->name);
	add_string(text, "VPNType", "L2TP");
	add_ppp(profile, text);
	add_ipsec(profile, text);
	profile_text_add(text, "<key>IPv4</key>\n<dict>\n");
	add_integer(text, "OverridePrimary", 1);
	profile_text_add(text, "</dict>\n</dict>\n");
}

static void write_mobileconfig(const struct profile *profile, struct profile_text *text)
{
	profile_text_add(text, HEAD "<dict>\n");
	add_payload(profile, "Configuration", "apple", text);
	profile_text_add(text, "<key>PayloadContent</key>\n<array>\n");
	add_vpn(profile, text);
	profile_text_add(text, "</array>\n</dict>\n</plist>\n");
}

static const char *refuse(const struct profile *profile)
{
	if (profile->route_count > 0)
		return "a profile of Apple's cannot name networks: without --route all traffic "
		       "goes through the tunnel";
	return NULL;
}

const struct profile_client profile_apple = {
	.name = "apple",
	.write = write_mobileconfig,
	.refuse = refuse,
};
