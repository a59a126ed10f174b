/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnel authentication; the responses were computed with Python's hashlib. */
#include "l2tp/authentication.h"
#include "tests/unit.h"

#include <string.h>

static const struct l2tp_octets secret = { (const uint8_t *)"shared secret", 13 };
static const uint8_t challenge[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
/* MD5(3 + secret + challenge) */
static const uint8_t response_of_scccn[] = {
	0x76, 0xa9, 0x2e, 0x07, 0xd2, 0x95, 0x88, 0x46,
	0xee, 0xb9, 0x6f, 0x4a, 0x7a, 0x98, 0xc1, 0x4c,
};

static struct l2tp_authentication *authentication(void)
{
	struct l2tp_authentication *made = l2tp_authentication_new(secret);

	assert_non_null(made);
	memcpy(made->challenge, challenge, sizeof(challenge));
	return made;
}

static bool check(const uint8_t *response, size_t size)
{
	struct l2tp_authentication *asked = authentication();
	bool right = l2tp_authentication_check(asked, 3, (struct l2tp_octets){ response, size });

	l2tp_authentication_free(asked);
	return right;
}

static void a_response_that_is_wrong_in_one_bit_is_wrong(void **state)
{
	uint8_t response[L2TP_RESPONSE_SIZE];

	for (size_t bit = 0; bit < 8 * sizeof(response); bit++) {
		memcpy(response, response_of_scccn, sizeof(response));
		response[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(check(response, sizeof(response)));
	}
	assert_true(check(response_of_scccn, sizeof(response_of_scccn)));
}

static void no_response_and_one_that_is_cut_are_wrong(void **state)
{
	assert_false(check(NULL, 0));
	assert_false(check(response_of_scccn, sizeof(response_of_scccn) - 1));
}

static void the_response_of_sccrp_is_no_response_of_scccn(void **state)
{
	static const uint8_t expected[] = {
		0xfb, 0x00, 0x89, 0x7b, 0xa6, 0x32, 0xe7, 0x20,
		0xbd, 0x6f, 0xd5, 0x25, 0xfa, 0xfc, 0xb9, 0x84,
	};
	uint8_t response[L2TP_RESPONSE_SIZE];

	l2tp_authentication_respond(secret, 2, (struct l2tp_octets){ challenge, sizeof(challenge) },
				    response);
	assert_memory_equal(response, expected, sizeof(expected));
	assert_false(check(response, sizeof(response)));
}

static void a_challenge_of_one_byte_is_answered(void **state)
{
	static const uint8_t expected[] = {
		0x33, 0xf0, 0xa2, 0x73, 0x0b, 0x77, 0x48, 0x1d,
		0x7d, 0xa6, 0x2e, 0x67, 0xe1, 0xb5, 0x83, 0x8b,
	};
	uint8_t response[L2TP_RESPONSE_SIZE];

	l2tp_authentication_respond(secret, 2, (struct l2tp_octets){ challenge, 1 }, response);
	assert_memory_equal(response, expected, sizeof(expected));
}

static void freeing_nothing_is_allowed(void **state)
{
	l2tp_authentication_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(a_response_that_is_wrong_in_one_bit_is_wrong),
		SENTENCE(no_response_and_one_that_is_cut_are_wrong),
		SENTENCE(the_response_of_sccrp_is_no_response_of_scccn),
		SENTENCE(a_challenge_of_one_byte_is_answered),
		SENTENCE(freeing_nothing_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
