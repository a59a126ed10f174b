/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worked example of RFC 2759, section 9.2, and what hostile input does. */
#include "ppp-hooks/mschapv2.h"
#include "tests/unit.h"

#include <errno.h>
#include <string.h>

static const uint8_t rfc_challenge[MSCHAPV2_CHALLENGE_SIZE] = { 0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f,
								0x2f, 0x3e, 0x3c, 0x2c, 0x60, 0x21,
								0x32, 0x26, 0x26, 0x28 };
static const uint8_t rfc_nt_hash[MSCHAPV2_NT_HASH_SIZE] = { 0x44, 0xeb, 0xba, 0x8d, 0x53, 0x12,
							    0xb8, 0xd6, 0x11, 0x47, 0x44, 0x11,
							    0xf5, 0x69, 0x89, 0xae };
static const uint8_t rfc_response[MSCHAPV2_RESPONSE_SIZE] = {
	/* peer challenge */
	0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a, 0x28, 0x29, 0x5f, 0x2b, 0x3a, 0x33, 0x7c,
	0x7e,
	/* reserved */
	0, 0, 0, 0, 0, 0, 0, 0,
	/* NT response */
	0x82, 0x30, 0x9e, 0xcd, 0x8d, 0x70, 0x8b, 0x5e, 0xa0, 0x8f, 0xaa, 0x39, 0x81, 0xcd, 0x83,
	0x54, 0x42, 0x33, 0x11, 0x4a, 0x3d, 0x85, 0xd6, 0xdf,
	/* flags */
	0
};
static const char rfc_authenticator[] = "407A5589115FD0D6209F510FE9C04566932CDA56";

static bool verify_as(const char *user)
{
	char authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1];

	return mschapv2_verify(rfc_nt_hash, rfc_challenge, rfc_response, user, authenticator);
}

static void password_that_is_no_utf8_is_refused(void **state)
{
	static const char *const passwords[] = {
		"",
		"\x80",             /* a continuation alone */
		"a\xc3",            /* cut after the first byte */
		"\xe2\x82",         /* cut after the second */
		"\xc3\x28",         /* no continuation follows */
		"\xc0\xaf",         /* long form of '/' */
		"\xe0\x80\xaf",     /* longer form */
		"\xf0\x80\x80\xaf", /* longest form */
		"\xed\xa0\x80",     /* a surrogate */
		"\xf4\x90\x80\x80", /* beyond U+10FFFF */
		"\xf8\x88\x80\x80\x80",
		"\xff",
	};
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE] = { 42 };

	for (size_t i = 0; i < ELEMENTS(passwords); i++)
		assert_int_equal(mschapv2_nt_hash(passwords[i], hash), -EINVAL);
	assert_int_equal(hash[0], 42);
}

static void password_longer_than_the_maximum_is_refused(void **state)
{
	char password[MSCHAPV2_PASSWORD_MAX + 2];
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE];

	memset(password, 'x', sizeof(password));
	password[MSCHAPV2_PASSWORD_MAX + 1] = '\0';
	assert_int_equal(mschapv2_nt_hash(password, hash), -EINVAL);
	password[MSCHAPV2_PASSWORD_MAX] = '\0';
	assert_int_equal(mschapv2_nt_hash(password, hash), 0);
}

static void nt_hash_is_that_of_the_rfc(void **state)
{
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE];

	assert_int_equal(mschapv2_nt_hash("clientPass", hash), 0);
	assert_memory_equal(hash, rfc_nt_hash, sizeof(hash));
}

static void nt_hash_takes_every_plane_of_unicode(void **state)
{
	/* Computed with iconv and openssl; the last letter is beyond the first plane. */
	static const uint8_t expected[MSCHAPV2_NT_HASH_SIZE] = { 0x74, 0x51, 0xa9, 0xf9, 0xd6, 0xfe,
								 0x33, 0xe3, 0xbb, 0x64, 0xaf, 0x01,
								 0x5e, 0x3d, 0xd9, 0x04 };
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE];

	assert_int_equal(
		mschapv2_nt_hash("\xc3\xa4\xc3\xb6\xc3\xbc\xe2\x82\xac\xf0\x9d\x84\x9e", hash), 0);
	assert_memory_equal(hash, expected, sizeof(hash));
}

static void response_of_the_rfc_is_right(void **state)
{
	char authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1];

	assert_true(
		mschapv2_verify(rfc_nt_hash, rfc_challenge, rfc_response, "User", authenticator));
	assert_string_equal(authenticator, rfc_authenticator);
}

static void domain_before_the_name_does_not_count(void **state)
{
	assert_true(verify_as("BIGCO\\User"));
	assert_true(verify_as("FOREST\\BIGCO\\User"));
	assert_false(verify_as("User\\"));
	assert_false(verify_as("BIGCO/User"));
	assert_false(verify_as("user"));
	assert_false(verify_as(""));
}

static void response_with_any_bit_wrong_is_refused(void **state)
{
	/* Reserved bytes and flags go into no hash. */
	for (size_t i = 0; i < MSCHAPV2_RESPONSE_SIZE * 8; i++) {
		char authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1] = "";
		uint8_t response[MSCHAPV2_RESPONSE_SIZE];
		bool counts = i / 8 < 16 || (i / 8 >= 24 && i / 8 < 48);

		memcpy(response, rfc_response, sizeof(response));
		response[i / 8] ^= 1U << i % 8;
		assert_int_equal(mschapv2_verify(rfc_nt_hash, rfc_challenge, response, "User",
						 authenticator),
				 !counts);
		assert_int_equal(strlen(authenticator), MSCHAPV2_AUTHENTICATOR_DIGITS);
	}
}

static void response_to_another_challenge_is_refused(void **state)
{
	char authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1];
	uint8_t challenge[MSCHAPV2_CHALLENGE_SIZE];

	for (size_t i = 0; i < sizeof(challenge); i++) {
		memcpy(challenge, rfc_challenge, sizeof(challenge));
		challenge[i] ^= 1;
		assert_false(mschapv2_verify(rfc_nt_hash, challenge, rfc_response, "User",
					     authenticator));
	}
}

static void weak_des_keys_are_keys_like_any_other(void **state)
{
	/* Three keys of zeros; each third computed with openssl's DES. */
	static const uint8_t third[] = { 0x65, 0x1b, 0x60, 0x79, 0x91, 0xf4, 0xdb, 0x3f };
	static const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE];
	char authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1];
	uint8_t response[MSCHAPV2_RESPONSE_SIZE];

	memcpy(response, rfc_response, sizeof(response));
	for (size_t i = 0; i < 3; i++)
		memcpy(response + 24 + 8 * i, third, sizeof(third));
	assert_true(mschapv2_verify(nt_hash, rfc_challenge, response, "User", authenticator));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(password_that_is_no_utf8_is_refused),
		SENTENCE(password_longer_than_the_maximum_is_refused),
		SENTENCE(nt_hash_is_that_of_the_rfc),
		SENTENCE(nt_hash_takes_every_plane_of_unicode),
		SENTENCE(response_of_the_rfc_is_right),
		SENTENCE(domain_before_the_name_does_not_count),
		SENTENCE(response_with_any_bit_wrong_is_refused),
		SENTENCE(response_to_another_challenge_is_refused),
		SENTENCE(weak_des_keys_are_keys_like_any_other),
	};

	return cmocka_run_group_tests_name("mschapv2", tests, NULL, NULL);
}
