/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libreswan is given to read, literally, and what is read back from it. */
#include "ipsec-glue/libreswan_text.h"
#include "tests/unit.h"

#include <errno.h>
#include <string.h>

static struct libreswan_parameters parameters(const char *listen, const char *public)
{
	struct libreswan_parameters result = { .updown = "/usr/libexec/saregate/saregate-updown" };

	assert_int_equal(inet_address_parse(listen, &result.listen[0]), 0);
	result.listen_count = 1;
	if (public)
		assert_int_equal(inet_address_parse(public, &result.public), 0);
	return result;
}

static const char expected[] =
	"# Written by `saregate setup`; `saregate setup --undo` removes it.\n"
	"# Changes are lost at the next setup.\n"
	"\n"
	"config setup\n"
	"\tikev1-policy=accept\n"
	"\tuniqueids=no\n"
	"\n"
	"conn saregate-203.0.113.1\n"
	"\tikev2=no\n"
	"\tauthby=secret\n"
	"\tauto=add\n"
	"\ttype=transport\n"
	"\tleft=203.0.113.1\n"
	"\tleftid=203.0.113.1\n"
	"\tleftprotoport=17/1701\n"
	"\tleftupdown=/usr/libexec/saregate/saregate-updown\n"
	"\tright=%any\n"
	"\trightprotoport=17/%any\n"
	"\toverlapip=yes\n"
	"\trekey=no\n"
	"\tpfs=no\n"
	"\tencapsulation=auto\n"
	"\tikelifetime=24h\n"
	"\tsalifetime=24h\n"
	"\tdpddelay=30\n"
	"\tdpdtimeout=120\n"
	"\tdpdaction=clear\n"
	"\tike=aes256-sha2_256;modp2048,aes256-sha1;dh20,aes128-sha1;dh19,"
	"aes128-sha2_256;modp3072,aes256-sha1;modp2048,aes128-sha1;modp2048,"
	"aes256-sha2_256;modp1536,aes256-sha1;modp1536,3des-sha1;modp2048,3des-sha1;modp1536\n"
	"\tesp=aes_gcm128-null,aes256-sha2_256,aes128-sha2_256,aes256-sha1,aes128-sha1,3des-sha1\n";

static void the_connection_serves_all_clients_of_one_address(void **state)
{
	struct libreswan_parameters host = parameters("203.0.113.1", NULL);
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(libreswan_text_connections(&host, &text), 0);
	assert_string_equal(text, expected);
}

static void behind_a_nat_the_public_address_is_the_identity(void **state)
{
	struct libreswan_parameters host = parameters("10.1.2.3", "198.51.100.7");
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(libreswan_text_connections(&host, &text), 0);
	assert_non_null(strstr(text, "\nconn saregate-10.1.2.3\n"));
	assert_non_null(strstr(text, "\n\tleft=10.1.2.3\n\tleftid=198.51.100.7\n"));
}

/* An IPv4 host with an IPv6 and a second IPv4 address. */
static struct libreswan_parameters three_addresses(const char *public)
{
	struct libreswan_parameters host = parameters("10.1.2.3", public);

	assert_int_equal(inet_address_parse("2001:db8::1", &host.listen[1]), 0);
	assert_int_equal(inet_address_parse("10.1.2.4", &host.listen[2]), 0);
	host.listen_count = 3;
	return host;
}

static void each_listen_address_has_a_connection_of_its_own(void **state)
{
	struct libreswan_parameters host = three_addresses("198.51.100.7");
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(libreswan_text_connections(&host, &text), 0);
	assert_non_null(strstr(text, "\n\nconn saregate-10.1.2.3\n"));
	assert_non_null(strstr(text, "\n\tleft=10.1.2.3\n\tleftid=198.51.100.7\n"));
	assert_non_null(strstr(text, "\n\nconn saregate-2001_db8__1\n"));
	assert_non_null(strstr(text, "\n\tleft=2001:db8::1\n\tleftid=2001:db8::1\n"));
	assert_non_null(strstr(text, "\n\nconn saregate-10.1.2.4\n"));
	assert_non_null(strstr(text, "\n\tleft=10.1.2.4\n\tleftid=198.51.100.7\n"));
	assert_string_equal(text + strlen(text) - strlen(",3des-sha1\n"), ",3des-sha1\n");
}

static void each_identity_has_the_key_once(void **state)
{
	struct libreswan_parameters host = three_addresses("198.51.100.7");
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(libreswan_text_secrets(&host, "correct-horse", &text), 0);
	assert_string_equal(text,
			    "# Written by `saregate setup`; `saregate setup --undo` removes it.\n"
			    "198.51.100.7 %any : PSK \"correct-horse\"\n"
			    "2001:db8::1 %any : PSK \"correct-horse\"\n");
}

static void a_connection_name_has_no_colon(void **state)
{
	struct inet_address listen;
	char name[LIBRESWAN_NAME_MAX];

	assert_int_equal(inet_address_parse("2001:db8::1", &listen), 0);
	assert_string_equal(libreswan_connection_name(&listen, name), "saregate-2001_db8__1");
}

static void no_offer_needs_a_group_that_debian_refuses(void **state)
{
	assert_null(strstr(libreswan_ike_offers, "modp1024"));
	assert_null(strstr(libreswan_ike_offers, "dh2,"));
	assert_null(strstr(libreswan_ike_offers, "md5"));
	assert_null(strstr(libreswan_esp_offers, "md5"));
}

static void the_key_is_bound_to_our_identity(void **state)
{
	struct libreswan_parameters host = parameters("10.1.2.3", "198.51.100.7");
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(libreswan_text_secrets(&host, "correct-horse", &text), 0);
	assert_string_equal(text,
			    "# Written by `saregate setup`; `saregate setup --undo` removes it.\n"
			    "198.51.100.7 %any : PSK \"correct-horse\"\n");
}

static void text_without_a_whole_key_gives_none(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		"# 1.2.3.4 %any : PSK \"commented\"\n",
		"1.2.3.4 %any : PSK \"\"\n",
		"1.2.3.4 %any : PSK \"open\n\"",
		"1.2.3.4 %any : PSK \"open",
		"1.2.3.4 : RSA \"x\"\n",
		"1.2.3.4 : PSK\n\"x\"",
	};
	char psk[LIBRESWAN_PSK_MAX + 1] = "untouched";

	for (size_t i = 0; i < ELEMENTS(texts); i++)
		assert_int_equal(libreswan_text_read_psk(texts[i], psk), -ENOENT);
	assert_string_equal(psk, "untouched");
}

static void a_key_that_is_too_long_is_refused(void **state)
{
	char text[LIBRESWAN_PSK_MAX + 32] = ": PSK \"";
	char psk[LIBRESWAN_PSK_MAX + 1] = "untouched";
	size_t start = strlen(text);

	memset(text + start, 'x', LIBRESWAN_PSK_MAX + 1);
	strcpy(text + start + LIBRESWAN_PSK_MAX + 1, "\"\n");
	assert_int_equal(libreswan_text_read_psk(text, psk), -ENAMETOOLONG);
	assert_string_equal(psk, "untouched");
	strcpy(text + start + LIBRESWAN_PSK_MAX, "\"\n");
	assert_int_equal(libreswan_text_read_psk(text, psk), 0);
	assert_int_equal(strlen(psk), LIBRESWAN_PSK_MAX);
}

static void a_key_is_read_back_as_it_was_written(void **state)
{
	struct libreswan_parameters host = parameters("203.0.113.1", NULL);
	_cleanup_(freep) char *text = NULL;
	char psk[LIBRESWAN_PSK_MAX + 1];

	assert_int_equal(libreswan_text_secrets(&host, "abcd-efgh", &text), 0);
	assert_int_equal(libreswan_text_read_psk(text, psk), 0);
	assert_string_equal(psk, "abcd-efgh");
}

static void the_defaults_of_debian_are_not_what_we_need(void **state)
{
	assert_false(libreswan_setup_is_accepted(""));
	assert_false(libreswan_setup_is_accepted("export ikev1_policy='2'\n"
						 "export uniqueids='yes'\n"));
	assert_false(libreswan_setup_is_accepted("export ikev1_policy='0'\n"
						 "export uniqueids='yes'\n"));
	assert_false(libreswan_setup_is_accepted("export ikev1_policy='2'\n"
						 "export uniqueids='no'\n"));
}

static void our_config_setup_is_recognised_in_both_spellings(void **state)
{
	assert_true(libreswan_setup_is_accepted("export ikev1_policy='0'\n"
						"export uniqueids='no'\n"));
	assert_true(libreswan_setup_is_accepted("export ikev1-policy='accept'\n"
						"export uniqueids='no'\n"));
}

static void a_key_is_replaced_in_every_line_of_ours_and_nowhere_else(void **state)
{
	static const char before[] = "# 192.0.2.1 %any : PSK \"old\"\n"
				     "192.0.2.1 %any : PSK \"old\"\n"
				     "old older : PSK \"older\"\n"
				     "2001:db8::1 %any : PSK \"old\" # old\n"
				     "host : RSA old\n"
				     "192.0.2.2 %any : PSK \"old\"";
	_cleanup_(freep) char *longer = NULL;
	_cleanup_(freep) char *shorter = NULL;

	assert_int_equal(libreswan_text_replace_psk(before, "old", "a-longer-one", &longer), 0);
	assert_string_equal(longer, "# 192.0.2.1 %any : PSK \"old\"\n"
				    "192.0.2.1 %any : PSK \"a-longer-one\"\n"
				    "old older : PSK \"older\"\n"
				    "2001:db8::1 %any : PSK \"a-longer-one\" # old\n"
				    "host : RSA old\n"
				    "192.0.2.2 %any : PSK \"a-longer-one\"");
	assert_int_equal(libreswan_text_replace_psk(longer, "a-longer-one", "old", &shorter), 0);
	assert_string_equal(shorter, before);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(the_connection_serves_all_clients_of_one_address),
		SENTENCE(behind_a_nat_the_public_address_is_the_identity),
		SENTENCE(each_listen_address_has_a_connection_of_its_own),
		SENTENCE(each_identity_has_the_key_once),
		SENTENCE(a_connection_name_has_no_colon),
		SENTENCE(no_offer_needs_a_group_that_debian_refuses),
		SENTENCE(the_key_is_bound_to_our_identity),
		SENTENCE(text_without_a_whole_key_gives_none),
		SENTENCE(a_key_that_is_too_long_is_refused),
		SENTENCE(a_key_is_read_back_as_it_was_written),
		SENTENCE(the_defaults_of_debian_are_not_what_we_need),
		SENTENCE(our_config_setup_is_recognised_in_both_spellings),
		SENTENCE(a_key_is_replaced_in_every_line_of_ours_and_nowhere_else),
	};

	return cmocka_run_group_tests_name("libreswan_text", tests, NULL, NULL);
}
