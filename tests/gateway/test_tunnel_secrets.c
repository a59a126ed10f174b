/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The secrets of L2TP peers: lines that are wrong first, then who shares which. */
#include "gateway/tunnel_secrets.h"

#include "base/cleanup.h"
#include "tests/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void refused(const char *text, const char *expected)
{
	struct tunnel_secrets *secrets = NULL;
	char error[TUNNEL_SECRETS_ERROR_MAX];
	char copy[1024];

	assert_true(strlen(text) < sizeof(copy));
	strcpy(copy, text);
	assert_int_equal(tunnel_secrets_parse("file", copy, &secrets, error), -EINVAL);
	assert_null(secrets);
	assert_string_equal(error, expected);
}

static void a_wrong_line_is_named_and_its_secret_is_not(void **state)
{
	char text[256] = "\nname ";

	refused("name", "file:1: there is no secret behind the name; allowed: PEER SECRET");
	refused("# comment\nname  \t\n",
		"file:2: there is no secret behind the name; allowed: PEER SECRET");
	refused("name hunter2 hunter3", "file:1: a blank is in the secret; allowed: PEER SECRET");
	refused("name a\n192.0.2.1 b\nname c", "file:3: this peer was given before; allowed: once");
	refused("* a\n* b", "file:2: this peer was given before; allowed: once");
	memset(text + 6, 'x', 129);
	refused(text, "file:2: the secret is longer than 128 bytes");
	memset(text, 'x', 64);
	strcpy(text + 64, " secret");
	refused(text, "file:1: the name is longer than 63 bytes");
}

static struct tunnel_secrets *parse(const char *text)
{
	struct tunnel_secrets *secrets = NULL;
	char error[TUNNEL_SECRETS_ERROR_MAX];
	char copy[1024];

	assert_true(strlen(text) < sizeof(copy));
	strcpy(copy, text);
	assert_int_equal(tunnel_secrets_parse("file", copy, &secrets, error), 0);
	return secrets;
}

static void assert_secret(const struct tunnel_secrets *secrets, uint32_t ipv4, const char *name,
			  const char *expected)
{
	const struct inet_address peer = inet_address_from_ipv4(ipv4);
	const uint8_t *found;
	size_t size = 0;

	found = tunnel_secrets_find(secrets, &peer, (const uint8_t *)name, strlen(name), &size);
	if (!expected) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_int_equal(size, strlen(expected));
	assert_memory_equal(found, expected, size);
}

static void an_address_comes_before_a_name_and_a_name_before_all(void **state)
{
	_cleanup_(tunnel_secrets_freep) struct tunnel_secrets *secrets =
		parse("# who comes from where\r\n* everybody\r\n\tbranch \t name's  \n"
		      "192.0.2.1 address's");

	assert_secret(secrets, 0xc0000201, "branch", "address's");
	assert_secret(secrets, 0xc0000202, "branch", "name's");
	assert_secret(secrets, 0xc0000202, "branch2", "everybody");
	assert_secret(secrets, 0xc0000202, "", "everybody");
}

static void who_is_not_there_shares_none(void **state)
{
	_cleanup_(tunnel_secrets_freep) struct tunnel_secrets *secrets = parse("branch a\n::1 b\n");

	assert_secret(secrets, 0xc0000201, "Branch", NULL);
	assert_secret(secrets, 0xc0000201, "branc", NULL);
	assert_secret(secrets, 0xc0000201, "", NULL);
	assert_secret(NULL, 0xc0000201, "branch", NULL);
}

static void an_empty_file_is_allowed(void **state)
{
	_cleanup_(tunnel_secrets_freep) struct tunnel_secrets *secrets = parse("");

	assert_secret(secrets, 0xc0000201, "branch", NULL);
}

static void a_file_that_others_may_read_is_refused(void **state)
{
	char path[] = "/tmp/tunnel-secrets-XXXXXX", expected[256];
	struct tunnel_secrets *secrets = NULL;
	char error[TUNNEL_SECRETS_ERROR_MAX];
	int file = mkstemp(path);

	assert_true(file >= 0);
	assert_int_equal(write(file, "* hunter2\n", 10), 10);
	assert_int_equal(fchmod(file, 0640), 0);
	assert_int_equal(tunnel_secrets_load(path, &secrets, error), -EINVAL);
	snprintf(expected, sizeof(expected), "%s: others may read it; allowed: mode 0600", path);
	assert_string_equal(error, expected);
	assert_int_equal(fchmod(file, 0600), 0);
	assert_int_equal(tunnel_secrets_load(path, &secrets, error), 0);
	assert_secret(secrets, 1, "x", "hunter2");
	tunnel_secrets_free(secrets);
	close(file);
	unlink(path);
}

static void a_file_that_is_missing_is_named(void **state)
{
	struct tunnel_secrets *secrets = NULL;
	char error[TUNNEL_SECRETS_ERROR_MAX];

	assert_int_equal(tunnel_secrets_load("/nowhere/secrets", &secrets, error), -EINVAL);
	assert_string_equal(error, "/nowhere/secrets: cannot be read: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(a_wrong_line_is_named_and_its_secret_is_not),
		SENTENCE(an_address_comes_before_a_name_and_a_name_before_all),
		SENTENCE(who_is_not_there_shares_none),
		SENTENCE(an_empty_file_is_allowed),
		SENTENCE(a_file_that_others_may_read_is_refused),
		SENTENCE(a_file_that_is_missing_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
