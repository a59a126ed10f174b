/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pluto on a file of ours: the file and the drop-in, literally. */
#include "ipsec-glue/pluto_text.h"
#include "tests/unit.h"

#include <errno.h>
#include <string.h>

#define HEAD                                                                             \
	"# Written by `saregate setup`; `saregate setup --undo` removes it.\n"           \
	"# pluto's main file by a drop-in of ipsec.service. The keys of\n"               \
	"# `config setup` are those of /etc/ipsec.conf at the last setup, and ours.\n\n" \
	"config setup\n\tikev1-policy=accept\n\tuniqueids=no\n"
#define TAIL "\ninclude /etc/ipsec.conf\n"

static void assert_main(const char *host, const char *wanted)
{
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(pluto_text_main(host, &text), 0);
	assert_string_equal(text, wanted);
}

static void a_host_without_keys_adds_nothing(void **state)
{
	assert_main("", HEAD TAIL);
	assert_main("config setup\n\t# logfile=x\n\n#\tlogfile=x\nconn a\n\tleft=1\n", HEAD TAIL);
}

static void the_keys_of_the_host_are_taken_over(void **state)
{
	assert_main("# x\nconfig setup\n\tlogfile=/var/log/pluto.log\n# y\n\n  plutodebug=base\n"
		    "conn a\n\tlogfile=no\nconfig \tsetup\n\tdumpdir=/x",
		    HEAD "\tlogfile=/var/log/pluto.log\n  plutodebug=base\n\tdumpdir=/x\n" TAIL);
}

static void keys_that_are_ours_are_not(void **state)
{
	assert_main("config setup\n\tuniqueids=yes\n\tikev1_policy = drop\n\tIKEv1-policy=drop\n"
		    "\tuniqueids-not=x\n",
		    HEAD "\tuniqueids-not=x\n" TAIL);
}

static void the_drop_in_is_the_units_own_command_with_another_file(void **state)
{
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(pluto_text_drop_in("[Service]\nExecStartPre=/x --config /etc/ipsec.conf\n"
					    "ExecStart=/usr/libexec/ipsec/pluto --config "
					    "/etc/ipsec.conf --nofork\nExecStop=/y\n",
					    "/etc/ipsec.d/z", &text),
			 0);
	assert_string_equal(
		text, "# Written by `saregate setup`; `saregate setup --undo` removes it.\n"
		      "[Service]\n"
		      "ExecStart=\n"
		      "ExecStart=/usr/libexec/ipsec/pluto --config /etc/ipsec.d/z --nofork\n");
}

static void a_unit_that_names_no_file_gets_no_drop_in(void **state)
{
	char *text = NULL;

	assert_int_equal(pluto_text_drop_in("[Service]\nExecStart=/x\n", "/z", &text), -ENOENT);
	assert_int_equal(pluto_text_drop_in("#ExecStart=/etc/ipsec.conf\n", "/z", &text), -ENOENT);
	assert_int_equal(pluto_text_drop_in("", "/z", &text), -ENOENT);
	assert_null(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_host_without_keys_adds_nothing),
		SENTENCE(the_keys_of_the_host_are_taken_over),
		SENTENCE(keys_that_are_ours_are_not),
		SENTENCE(the_drop_in_is_the_units_own_command_with_another_file),
		SENTENCE(a_unit_that_names_no_file_gets_no_drop_in),
	};

	return cmocka_run_group_tests_name("pluto_text", tests, NULL, NULL);
}
