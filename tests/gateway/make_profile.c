/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * make_profile CLIENT SERVER NAME USER PSK PASSWORD ROUTES: a profile on standard
 * output, for profile_reader.py; PASSWORD and ROUTES may be empty. The user's name
 * is not checked: the formats carry more than a user may be called.
 */
#include "gateway/profile.h"

#include "base/cleanup.h"

#include <string.h>

int main(int argc, char **argv)
{
	_cleanup_(profile_text_done) struct profile_text text = { 0 };
	const struct profile_client *client = argc == 8 ? profile_client_find(argv[1]) : NULL;
	struct profile profile = { .mtu = 1280 };

	if (!client || profile_server_check(argv[2]) || profile_name_check(argv[3]) ||
	    profile_secret_check(argv[4]) || profile_secret_check(argv[5]) ||
	    (*argv[6] && profile_secret_check(argv[6])) ||
	    (*argv[7] && profile_routes_parse(argv[7], &profile)))
		return 2;
	profile.server = argv[2];
	profile.name = argv[3];
	profile.user = argv[4];
	profile.psk = argv[5];
	profile.password = *argv[6] ? argv[6] : NULL;
	if (client->refuse && client->refuse(&profile)) {
		fprintf(stderr, "%s\n", client->refuse(&profile));
		return 1;
	}
	if (profile_make(client, &profile, &text) < 0)
		return 1;
	return fwrite(text.bytes, 1, text.size, stdout) == text.size ? 0 : 1;
}
