/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Generated secrets and passwords from standard input. */
#include "gateway/password.h"
#include "gateway/secret.h"
#include "tests/unit.h"

#include <string.h>
#include <unistd.h>

/* password_read() from a pipe that holds these bytes. */
static const char *read_from(const char *bytes, size_t size, char password[PASSWORD_SIZE])
{
	const char *wrong;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], bytes, size), size);
	close(ends[1]);
	wrong = password_read(ends[0], password);
	close(ends[0]);
	return wrong;
}

static void a_password_of_no_bytes_is_refused(void **state)
{
	char password[PASSWORD_SIZE];

	assert_non_null(read_from("", 0, password));
	assert_non_null(read_from("\n", 1, password));
}

static void a_password_with_a_zero_byte_is_refused(void **state)
{
	char password[PASSWORD_SIZE];

	assert_non_null(read_from("ab\0cd\n", 6, password));
}

static void a_password_of_257_bytes_is_refused_and_of_256_taken(void **state)
{
	char password[PASSWORD_SIZE];
	char bytes[PASSWORD_SIZE];

	memset(bytes, 'x', sizeof(bytes));
	assert_non_null(read_from(bytes, 257, password));
	assert_null(read_from(bytes, 256, password));
	assert_int_equal(strlen(password), 256);
}

static void a_password_is_the_first_line_as_it_is(void **state)
{
	char password[PASSWORD_SIZE];

	assert_null(read_from(" p\xc3\xa4ss \nnext\n", 14, password));
	assert_string_equal(password, " p\xc3\xa4ss ");
	assert_null(read_from("no newline", 10, password));
	assert_string_equal(password, "no newline");
}

static void a_secret_is_groups_of_four_that_can_be_typed(void **state)
{
	char secret[SECRET_SIZE(SECRET_PSK_GROUPS)];

	assert_int_equal(secret_generate(SECRET_PSK_GROUPS, secret), 0);
	assert_int_equal(strlen(secret), sizeof(secret) - 1);
	for (size_t i = 0; i < strlen(secret); i++)
		if (i % 5 == 4)
			assert_int_equal(secret[i], '-');
		else
			assert_non_null(strchr("abcdefghjkmnpqrstuvwxyz23456789", secret[i]));
}

/* 1 000 secrets of 20 characters: each of the 31 is expected 645 times, sigma 25. */
static void characters_are_equally_likely_and_secrets_differ(void **state)
{
	char secret[SECRET_SIZE(SECRET_PASSWORD_GROUPS)];
	char previous[sizeof(secret)] = "";
	unsigned int counts[256] = { 0 };

	for (size_t i = 0; i < 1000; i++) {
		assert_int_equal(secret_generate(SECRET_PASSWORD_GROUPS, secret), 0);
		assert_string_not_equal(secret, previous);
		strcpy(previous, secret);
		for (const char *c = secret; *c; c++)
			counts[(unsigned char)*c]++;
	}
	for (const char *c = "abcdefghjkmnpqrstuvwxyz23456789"; *c; c++)
		assert_in_range(counts[(unsigned char)*c], 645 - 200, 645 + 200);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_password_of_no_bytes_is_refused),
		SENTENCE(a_password_with_a_zero_byte_is_refused),
		SENTENCE(a_password_of_257_bytes_is_refused_and_of_256_taken),
		SENTENCE(a_password_is_the_first_line_as_it_is),
		SENTENCE(a_secret_is_groups_of_four_that_can_be_typed),
		SENTENCE(characters_are_equally_likely_and_secrets_differ),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
