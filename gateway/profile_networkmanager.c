/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A keyfile (nm-settings-keyfile(5), GLib's syntax) with the keys that
 * NetworkManager-l2tp reads. The pre-shared key goes in as base64 with "0s" in
 * front: the plugin hands that on as it is, and would take a key that happens
 * to begin with "0s" for base64 otherwise. Pure.
 */
#include "gateway/profile_networkmanager.h"

#include "gateway/profile_identity.h"

#include <inttypes.h>
#include <string.h>

/* The strongest that the gateway takes, spelled as libreswan and strongSwan both do. */
#define IKE_OFFERS "aes256-sha2_256-modp2048,aes256-sha1-modp2048"
#define ESP_OFFERS "aes256-sha2_256,aes256-sha1"

/* How secrets are kept (nm-settings(5)): in the file, or by the user's own agent. */
#define SECRET_FLAGS_SYSTEM_OWNED 0
#define SECRET_FLAGS_AGENT_OWNED  1

/* Spaces at either end would be lost. */
static void add_value(struct profile_text *text, const char *key, const char *value)
{
	const char *last = value + strlen(value);

	while (last > value && last[-1] == ' ')
		last--;
	profile_text_format(text, "%s=", key);
	for (; *value == ' '; value++)
		profile_text_add(text, "\\s");
	for (; value < last; value++)
		profile_text_add_bytes(text, *value == '\\' ? "\\\\" : value,
				       *value == '\\' ? 2 : 1);
	for (; *value; value++)
		profile_text_add(text, "\\s");
	profile_text_add_byte(text, '\n');
}

static void add_connection(const struct profile *profile, struct profile_text *text)
{
	char uuid[PROFILE_UUID_SIZE];

	profile_text_add(text, "# For /etc/NetworkManager/system-connections/, owner root, mode "
			       "0600;\n"
			       "# then: nmcli connection reload\n"
			       "[connection]\n");
	add_value(text, "id", profile->name);
	add_value(text, "uuid", profile_uuid(profile, "networkmanager", uuid));
	profile_text_add(text, "type=vpn\n"
			       "autoconnect=false\n");
}

static void add_vpn(const struct profile *profile, struct profile_text *text)
{
	profile_text_add(text, "\n"
			       "[vpn]\n"
			       "service-type=org.freedesktop.NetworkManager.l2tp\n");
	add_value(text, "gateway", profile->server);
	profile_text_add(text, "user-auth-type=password\n");
	add_value(text, "user", profile->user);
	profile_text_format(text, "password-flags=%d\n",
			    profile->password ? SECRET_FLAGS_SYSTEM_OWNED
					      : SECRET_FLAGS_AGENT_OWNED);
	profile_text_format(text,
			    "refuse-eap=yes\n"
			    "refuse-pap=yes\n"
			    "refuse-chap=yes\n"
			    "refuse-mschap=yes\n"
			    "mtu=%" PRIu32 "\n"
			    "mru=%" PRIu32 "\n",
			    profile->mtu, profile->mtu);
	profile_text_format(text,
			    "ipsec-enabled=yes\n"
			    "machine-auth-type=psk\n"
			    "ipsec-psk-flags=%d\n"
			    "ipsec-ike=" IKE_OFFERS "\n"
			    "ipsec-esp=" ESP_OFFERS "\n",
			    SECRET_FLAGS_SYSTEM_OWNED);
}

static void add_secrets(const struct profile *profile, struct profile_text *text)
{
	profile_text_add(text, "\n"
			       "[vpn-secrets]\n"
			       "ipsec-psk=0s");
	profile_text_add_base64(text, profile->psk);
	profile_text_add_byte(text, '\n');
	if (profile->password)
		add_value(text, "password", profile->password);
}

/* The tunnel carries IPv4. */
static void add_addresses(const struct profile *profile, struct profile_text *text)
{
	profile_text_add(text, "\n"
			       "[ipv4]\n"
			       "method=auto\n");
	if (profile->route_count > 0)
		profile_text_add(text, "never-default=true\n");
	for (size_t i = 0; i < profile->route_count; i++) {
		profile_text_format(text, "route%zu=", i + 1);
		profile_route_add(text, &profile->routes[i]);
		profile_text_add_byte(text, '\n');
	}
	profile_text_add(text, "\n"
			       "[ipv6]\n"
			       "method=disabled\n");
}

static void write_keyfile(const struct profile *profile, struct profile_text *text)
{
	add_connection(profile, text);
	add_vpn(profile, text);
	add_secrets(profile, text);
	add_addresses(profile, text);
}

const struct profile_client profile_networkmanager = {
	.name = "networkmanager",
	.write = write_keyfile,
};
