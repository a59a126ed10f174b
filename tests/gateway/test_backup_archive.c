/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A backup as text, and texts that are none. */
#include "gateway/backup_archive.h"
#include "tests/unit.h"

#include <errno.h>
#include <string.h>

#define START                                                                        \
	"{\"format\": \"saregate-backup\", \"version\": 1, \"program\": \"0.1.0\", " \
	"\"host\": \"gw\", \"connections\": \"saregate-192.0.2.1\", "
#define REST "\"configuration\": \"\", \"pre_shared_key\": \"k\", \"public_address\": \"\""

static void what_is_written_is_read_back(void **state)
{
	uint8_t users[] = { 0, 1, 0xff, 0, 7 };
	struct backup written = {
		.program = "0.1.0",
		.host = "gw",
		.created = 1234567890,
		.configuration = (char *)"# \"quoted\"\n\t/\\\n",
		.pre_shared_key = "abcd-efgh\\",
		.connections = "saregate-192.0.2.1",
		.public_address = "198.51.100.7",
		.users = users,
		.users_size = sizeof(users),
	};
	_cleanup_(backup_done) struct backup read = { 0 };
	_cleanup_(freep) char *text = NULL;
	char error[BACKUP_ERROR_MAX];

	assert_int_equal(backup_format(&written, &text), 0);
	assert_int_equal(backup_parse(text, &read, error), 0);
	assert_string_equal(read.configuration, written.configuration);
	assert_string_equal(read.pre_shared_key, written.pre_shared_key);
	assert_string_equal(read.public_address, written.public_address);
	assert_int_equal(read.created, written.created);
	assert_int_equal(read.users_size, sizeof(users));
	assert_memory_equal(read.users, users, sizeof(users));
}

static void a_gateway_without_users_has_a_backup_without_users(void **state)
{
	_cleanup_(backup_done) struct backup read = { 0 };
	char error[BACKUP_ERROR_MAX];

	assert_int_equal(backup_parse(START REST "}", &read, error), 0);
	assert_null(read.users);
	assert_int_equal(read.users_size, 0);
}

static void text_that_is_no_backup_is_refused_with_a_reason(void **state)
{
	static const char *const texts[][2] = {
		{ "", "backup: " },
		{ "[]", "backup: " },
		{ "{}", "format: " },
		{ START REST, "backup: " },
		{ "{\"format\": \"saregate-backup\"}", "version: " },
		{ "{\"format\": \"saregate-backup\", \"version\": \"1\"}", "version: " },
		{ "{\"format\": \"saregate-backup\", \"version\": 0}", "version: " },
		{ "{\"format\": \"saregate-backup\", \"version\": 2}", "version: " },
		{ START "\"configuration\": \"\", \"public_address\": \"\"}", "pre_shared_key: " },
		{ START "\"configuration\": \"a\\u0000b\"}", "configuration: " },
		{ START "\"configuration\": \"\", \"pre_shared_key\": \"\"}", "pre_shared_key: " },
		{ START "\"configuration\": \"\", \"pre_shared_key\": \"a\\nb\"}",
		  "pre_shared_key: " },
		{ START "\"configuration\": \"\", \"pre_shared_key\": \"a\\\"b\"}",
		  "pre_shared_key: " },
		{ START "\"configuration\": \"\", \"pre_shared_key\": \"k\", "
			"\"public_address\": \"::1\"}",
		  "public_address: " },
		{ START REST ", \"users\": \"\"}", "users: " },
		{ START REST ", \"users\": \"AAA\"}", "users: " },
		{ START REST ", \"users\": [1]}", "users: " },
	};
	char error[BACKUP_ERROR_MAX];

	for (size_t i = 0; i < ELEMENTS(texts); i++) {
		struct backup read = { .host = "untouched" };

		assert_int_equal(backup_parse(texts[i][0], &read, error), -EINVAL);
		assert_memory_equal(error, texts[i][1], strlen(texts[i][1]));
		assert_string_equal(read.host, "untouched");
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(what_is_written_is_read_back),
		SENTENCE(a_gateway_without_users_has_a_backup_without_users),
		SENTENCE(text_that_is_no_backup_is_refused_with_a_reason),
	};

	return cmocka_run_group_tests_name("backup_archive", tests, NULL, NULL);
}
