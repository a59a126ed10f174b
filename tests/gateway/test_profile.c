/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may stand in a profile. That other systems read it right, profile_formats.bats shows. */
#include "gateway/profile.h"
#include "gateway/profile_identity.h"
#include "tests/unit.h"

#include <errno.h>
#include <string.h>

static const struct profile plain = {
	.server = "192.0.2.1",
	.name = "VPN",
	.user = "alice",
	.psk = "secret",
	.mtu = 1280,
};

/* ---- checks ------------------------------------------------------------------- */

static void a_secret_is_text_without_control_characters(void **state)
{
	static const char *const wrong[] = { "",
					     "a\nb",
					     "\t",
					     "\x1b[0m",
					     "\x7f",
					     "\xc2\x80",
					     "\xff",
					     "\xc0\xaf",
					     "\xe0\x80\xaf",
					     "\xed\xa0\x80",
					     "\xc3",
					     "\xe2\x82",
					     "\xf4\x90\x80\x80",
					     "\xf0\x80\x80\xaf",
					     "\xef\xbf\xbf",
					     "\xe2\x80\xa8",
					     "\x80",
					     "\xf5\x80\x80\x80" };
	static const char *const right[] = {
		" ", "~", "'\"\\`$", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x94\x91", "\xef\xbf\xbd"
	};

	for (size_t i = 0; i < ELEMENTS(wrong); i++)
		assert_non_null(profile_secret_check(wrong[i]));
	for (size_t i = 0; i < ELEMENTS(right); i++)
		assert_null(profile_secret_check(right[i]));
}

static void a_name_is_what_windows_takes_too(void **state)
{
	static const char *const wrong[] = { "",    " a",  "a ",  ".a",  "a/b", "a\\b", "a:b",
					     "a*b", "a?b", "a\"", "a<b", "a>b", "a|b",  "a\nb" };
	char longest[PROFILE_NAME_MAX + 2];

	memset(longest, 'a', sizeof(longest));
	longest[PROFILE_NAME_MAX + 1] = '\0';
	assert_non_null(profile_name_check(longest));
	longest[PROFILE_NAME_MAX] = '\0';
	assert_null(profile_name_check(longest));
	for (size_t i = 0; i < ELEMENTS(wrong); i++)
		assert_non_null(profile_name_check(wrong[i]));
	assert_null(profile_name_check("B\xc3\xbcro d'accord (2)"));
}

static void a_server_is_an_address_or_a_dns_name(void **state)
{
	static const char *const wrong[] = { "",         "0.0.0.0", "::",      "300.1.1.1", "1.2.3",
					     "a..b",     ".a",      "a.",      "-a.b",      "a-.b",
					     "a b",      "a_b.c",   "a;b",     "a'b",       "$(id)",
					     "a\nb.org", "[::1]",   "a.b:500", "1",         "a/b" };
	static const char *const right[] = {
		"192.0.2.1", "2001:db8::1", "vpn.example.org", "vpn", "xn--bcher-kva.example",
		"1.example", "a-b"
	};

	for (size_t i = 0; i < ELEMENTS(wrong); i++)
		assert_non_null(profile_server_check(wrong[i]));
	for (size_t i = 0; i < ELEMENTS(right); i++)
		assert_null(profile_server_check(right[i]));
}

static void the_longest_dns_name_and_label_are_253_and_63_bytes(void **state)
{
	char name[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

	assert_int_equal(strlen(name), 254);
	assert_non_null(profile_server_check(name));
	name[253] = '\0';
	assert_null(profile_server_check(name));
	name[63] = 'a';
	assert_non_null(profile_server_check(name));
}

static void routes_are_networks_whose_host_bits_are_zero(void **state)
{
	static const char *const wrong[] = { "",
					     "10.0.0.0",
					     "10.0.0.0/0",
					     "10.0.0.0/33",
					     "10.0.0.1/8",
					     "10.0.0.0/8,",
					     ",10.0.0.0/8",
					     "10.0.0.0/-8",
					     "10.0.0.0/8 ",
					     "2001:db8::/32",
					     "10.0.0.0/008x",
					     "0.0.0.0/0",
					     "10.0.0.0/8;192.0.2.0/24" };
	struct profile profile = plain;

	for (size_t i = 0; i < ELEMENTS(wrong); i++)
		assert_non_null(profile_routes_parse(wrong[i], &profile));
	assert_int_equal(profile.route_count, 0);
	assert_null(profile_routes_parse("10.0.0.0/8,198.51.100.7/32", &profile));
	assert_int_equal(profile.route_count, 2);
	assert_int_equal(profile.routes[0].network, 0x0a000000);
	assert_int_equal(profile.routes[0].length, 8);
	assert_int_equal(profile.routes[1].network, 0xc6336407);
	assert_int_equal(profile.routes[1].length, 32);
}

static void there_are_at_most_32_routes(void **state)
{
	char text[33 * sizeof("10.0.0.0/8")] = "10.0.0.0/8";
	struct profile profile = plain;

	for (int i = 1; i < PROFILE_ROUTES_MAX; i++)
		strcat(text, ",10.0.0.0/8");
	assert_null(profile_routes_parse(text, &profile));
	assert_int_equal(profile.route_count, PROFILE_ROUTES_MAX);
	strcat(text, ",10.0.0.0/8");
	assert_string_equal(profile_routes_parse(text, &profile), "takes at most 32 networks");
}

static void a_default_name_is_always_a_name(void **state)
{
	char longest[PROFILE_SERVER_MAX + 1];
	char name[PROFILE_NAME_MAX + 1];

	assert_string_equal(profile_name_default("2001:db8::1", name), "VPN 2001-db8--1");
	memset(longest, 'a', sizeof(longest));
	longest[PROFILE_SERVER_MAX] = '\0';
	assert_null(profile_name_check(profile_name_default(longest, name)));
}

/* ---- identity -------------------------------------------------------------------- */

static void an_identity_is_a_uuid_of_version_five_and_stays(void **state)
{
	struct profile renamed = plain;
	char uuid[PROFILE_UUID_SIZE], again[PROFILE_UUID_SIZE];

	renamed.name = "other";
	renamed.psk = "rotated";
	profile_uuid(&plain, "part", uuid);
	assert_string_equal(uuid, "0bbc6c20-d3c0-53cd-80a2-cfb5e0a6b628");
	assert_string_equal(profile_uuid(&renamed, "part", again), uuid);
}

static void other_server_user_or_part_has_another_identity(void **state)
{
	struct profile shifted = plain;
	char uuid[PROFILE_UUID_SIZE], other[PROFILE_UUID_SIZE];

	profile_uuid(&plain, "part", uuid);
	assert_string_not_equal(profile_uuid(&plain, "tra", other), uuid);
	/* The same bytes, cut elsewhere. */
	shifted.server = "192.0.2.1a";
	shifted.user = "lice";
	assert_string_not_equal(profile_uuid(&shifted, "part", other), uuid);
}

/* ---- text -------------------------------------------------------------------------- */

static void a_text_grows_and_keeps_what_it_has(void **state)
{
	_cleanup_(profile_text_done) struct profile_text text = { 0 };

	for (int i = 0; i < 10000; i++)
		profile_text_format(&text, "%04d", i);
	profile_text_add_base64(&text, "ab");
	assert_false(text.failed);
	assert_int_equal(text.size, 40004);
	assert_int_equal(strlen(text.bytes), 40004);
	assert_memory_equal(text.bytes + 4 * 4321, "43214322", 8);
	assert_string_equal(text.bytes + 40000, "YWI=");
}

/* ---- NetworkManager ------------------------------------------------------------------ */

static void the_keyfile_is_literally_this(void **state)
{
	_cleanup_(profile_text_done) struct profile_text text = { 0 };
	struct profile profile = plain;

	profile.password = " pass\\word ";
	assert_null(profile_routes_parse("10.0.0.0/8,192.0.2.0/24", &profile));
	assert_int_equal(profile_make(profile_client_find("networkmanager"), &profile, &text), 0);
	assert_string_equal(text.bytes,
			    "# For /etc/NetworkManager/system-connections/, owner root, mode "
			    "0600;\n"
			    "# then: nmcli connection reload\n"
			    "[connection]\n"
			    "id=VPN\n"
			    "uuid=fcec2f97-10d5-5503-905f-9abb3f0d3957\n"
			    "type=vpn\n"
			    "autoconnect=false\n"
			    "\n"
			    "[vpn]\n"
			    "service-type=org.freedesktop.NetworkManager.l2tp\n"
			    "gateway=192.0.2.1\n"
			    "user-auth-type=password\n"
			    "user=alice\n"
			    "password-flags=0\n"
			    "refuse-eap=yes\n"
			    "refuse-pap=yes\n"
			    "refuse-chap=yes\n"
			    "refuse-mschap=yes\n"
			    "mtu=1280\n"
			    "mru=1280\n"
			    "ipsec-enabled=yes\n"
			    "machine-auth-type=psk\n"
			    "ipsec-psk-flags=0\n"
			    "ipsec-ike=aes256-sha2_256-modp2048,aes256-sha1-modp2048\n"
			    "ipsec-esp=aes256-sha2_256,aes256-sha1\n"
			    "\n"
			    "[vpn-secrets]\n"
			    "ipsec-psk=0sc2VjcmV0\n"
			    "password=\\spass\\\\word\\s\n"
			    "\n"
			    "[ipv4]\n"
			    "method=auto\n"
			    "never-default=true\n"
			    "route1=10.0.0.0/8\n"
			    "route2=192.0.2.0/24\n"
			    "\n"
			    "[ipv6]\n"
			    "method=disabled\n");
}

static void a_client_that_is_not_known_is_not_found(void **state)
{
	assert_null(profile_client_find("android"));
	assert_null(profile_client_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(a_secret_is_text_without_control_characters),
		SENTENCE(a_name_is_what_windows_takes_too),
		SENTENCE(a_server_is_an_address_or_a_dns_name),
		SENTENCE(the_longest_dns_name_and_label_are_253_and_63_bytes),
		SENTENCE(routes_are_networks_whose_host_bits_are_zero),
		SENTENCE(there_are_at_most_32_routes),
		SENTENCE(a_default_name_is_always_a_name),
		SENTENCE(an_identity_is_a_uuid_of_version_five_and_stays),
		SENTENCE(other_server_user_or_part_has_another_identity),
		SENTENCE(a_text_grows_and_keeps_what_it_has),
		SENTENCE(the_keyfile_is_literally_this),
		SENTENCE(a_client_that_is_not_known_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
