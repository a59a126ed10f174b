/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel, pppd's options, key, users, clock, versions. */
#include "gateway/doctor_kernel.h"
#include "gateway/doctor_key.h"
#include "gateway/doctor_ppp.h"
#include "gateway/doctor_storage.h"
#include "gateway/doctor_versions.h"

#include "tests/gateway/doctor_findings.h"

#include <errno.h>

#define FINDINGS _cleanup_(doctor_findings_done) struct doctor_findings findings = { 0 }

/* ---- kernel ---------------------------------------------------------------------- */

static void a_kernel_with_all_we_use_is_good(void **state)
{
	const struct doctor_kernel_facts facts = { .release = "6.1.0-40-amd64" };
	FINDINGS;

	doctor_kernel_check(&facts, &findings);
	assert_good(&findings);
}

static void a_kernel_before_5_19_is_too_old(void **state)
{
	static const char *const old[] = { "5.18.0", "5.10.0-28-amd64", "4.19.0-27-amd64" };

	for (size_t i = 0; i < ELEMENTS(old); i++) {
		const struct doctor_kernel_facts facts = { .release = old[i],
							   .receive_mark_error = -ENOPROTOOPT };
		FINDINGS;

		doctor_kernel_check(&facts, &findings);
		assert_finding(&findings, DOCTOR_ERROR, "is too old", "5.19");
		assert_finding(&findings, DOCTOR_ERROR, "no SO_RCVMARK", "5.19");
	}
}

static void debians_cloud_kernel_is_named_with_what_to_install(void **state)
{
	const struct doctor_kernel_facts facts = {
		.release = "6.1.0-40-cloud-arm64",
		.module_error = { [DOCTOR_MODULE_L2TP_PPP] = -ENOENT,
				  [DOCTOR_MODULE_PPP_ASYNC] = -ENOENT },
		.ppp_device_error = -ENOENT,
	};
	FINDINGS;

	doctor_kernel_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "no module l2tp_ppp", "linux-image-arm64");
	assert_finding(&findings, DOCTOR_ERROR, "no module ppp_async",
		       "apt purge linux-image-6.1.0-40-cloud-arm64");
	assert_finding(&findings, DOCTOR_ERROR, "no /dev/ppp", "mknod -m 600 /dev/ppp c 108 0");
}

static void one_data_path_that_is_missing_is_a_warning_unless_it_is_asked_for(void **state)
{
	struct doctor_kernel_facts facts = {
		.release = "6.12.0",
		.module_error = { [DOCTOR_MODULE_L2TP_PPP] = -ENOENT },
	};

	for (int path = CONFIGURATION_DATA_PATH_AUTO; path <= CONFIGURATION_DATA_PATH_KERNEL;
	     path++) {
		FINDINGS;

		facts.data_path = (enum configuration_data_path)path;
		doctor_kernel_check(&facts, &findings);
		assert_finding(&findings,
			       path == CONFIGURATION_DATA_PATH_AUTO ? DOCTOR_WARNING : DOCTOR_ERROR,
			       "no kernel data path", "modules");
	}
}

static void what_only_root_sees_of_a_kernel_is_unseen(void **state)
{
	const struct doctor_kernel_facts facts = { .release = "6.12.0",
						   .module_error = { -EACCES },
						   .receive_mark_error = -EPERM };
	FINDINGS;

	doctor_kernel_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_UNSEEN, "esp4 could not be looked at: only root may",
		       NULL);
	assert_finding(&findings, DOCTOR_UNSEEN, "SO_RCVMARK", NULL);
	assert_int_equal(doctor_count(&findings, DOCTOR_ERROR), 0);
}

static void a_file_in_the_place_of_dev_ppp_is_replaced(void **state)
{
	const struct doctor_kernel_facts facts = { .release = "6.12.0",
						   .ppp_device_error = -ENODEV };
	FINDINGS;

	doctor_kernel_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "is not the device", "rm -f /dev/ppp && mknod");
}

/* ---- pppd ------------------------------------------------------------------------ */

static void check_options(const char *options, struct doctor_findings *findings)
{
	const struct doctor_ppp_facts facts = { .is_installed = true,
						.options = { .text = (char *)options },
						.rc = { .error = -ENOENT } };

	doctor_ppp_check(&facts, findings);
}

/* Debian's /etc/ppp/options without its comments, and what we override. */
static void debians_options_and_those_we_override_are_silent(void **state)
{
	FINDINGS;

	check_options("# a comment: plugin\n\nasyncmap 0\nauth\ncrtscts\nlock\nhide-password\n"
		      "modem\nlcp-echo-interval 30\nlcp-echo-failure 4\nnoipx\n"
		      "\tmtu 1400 mru 1400 # require-pap\nproxyarp\ndefaultroute\n",
		      &findings);
	assert_good(&findings);
}

static void options_that_break_each_call_are_errors_with_the_line_to_comment_out(void **state)
{
	static const char *const words[] = { "require-pap", "require-mppe-128", "plugin", "pty" };
	char line[64], remedy[96];

	for (size_t i = 0; i < ELEMENTS(words); i++) {
		FINDINGS;

		snprintf(line, sizeof(line), "lock\n  %s some.so\n", words[i]);
		snprintf(remedy, sizeof(remedy), "sed -i 's/^[[:space:]]*%s\\>/#&/'", words[i]);
		check_options(line, &findings);
		assert_finding(&findings, DOCTOR_ERROR, words[i], remedy);
		assert_int_equal(doctor_count(&findings, DOCTOR_ERROR), 1);
	}
}

static void an_option_of_unknown_effect_is_a_note_and_its_argument_none(void **state)
{
	FINDINGS;

	check_options("ms-dns 192.0.2.1\n", &findings);
	assert_finding(&findings, DOCTOR_NOTE, "ms-dns in /etc/ppp/options", "sed -i");
	assert_int_equal(doctor_count(&findings, DOCTOR_NOTE), 1);
}

static void a_line_for_a_shell_is_never_made_of_strange_words(void **state)
{
	FINDINGS;

	check_options("$(reboot)/x'\n", &findings);
	assert_finding(&findings, DOCTOR_NOTE, "an option in", "move it");
}

static void roots_own_file_counts_as_well(void **state)
{
	const struct doctor_ppp_facts facts = { .options = { .error = -ENOENT },
						.rc = { .text = (char *)"require-eap" } };
	FINDINGS;

	doctor_ppp_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "`require-eap` in /root/.ppprc", "/root/.ppprc");
	assert_finding(&findings, DOCTOR_ERROR, "there is no pppd", "apt install ppp");
}

static void a_plugin_that_is_missing_keeps_everybody_out(void **state)
{
	const struct doctor_ppp_facts facts = { .is_installed = true,
						.plugin = "/usr/lib/pppd/2.5.2/saregate.so",
						.plugin_error = -ENOENT,
						.options = { .error = -ENOENT },
						.rc = { .error = -ENOENT } };
	FINDINGS;

	doctor_ppp_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR,
		       "plugin /usr/lib/pppd/2.5.2/saregate.so: No such file", "install saregate");
	assert_int_equal(doctor_count(&findings, DOCTOR_ERROR), 1);
}

/* ---- key ------------------------------------------------------------------------- */

static void the_keys_that_we_make_are_strong_and_words_are_not(void **state)
{
	assert_true(doctor_key_bits("x7kq-mv3p-a9td-h2wn-b8yc-f4re-g6su") >= 128);
	assert_true(doctor_key_bits("f3b1c84cf8a94d7e01cc9a5e37d2b468") >= 128);
	assert_true(doctor_key_bits("letmein") < 64);
	assert_true(doctor_key_bits("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") < 64);
	assert_true(doctor_key_bits("correct-horse-battery") < 128);
	assert_int_equal(doctor_key_bits("----"), 0);
	assert_int_equal(doctor_key_bits(""), 0);
}

static void a_key_is_never_in_what_is_said_of_it(void **state)
{
	const struct doctor_key_facts facts = {
		.secrets = { .text = (char *)"203.0.113.1 %any : PSK \"letmein\"\n" },
		.owner = 1000,
		.mode = 0100640,
	};
	FINDINGS;

	doctor_key_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "whoever records", "saregate psk rotate");
	assert_finding(&findings, DOCTOR_WARNING, "owner 1000 and mode 0640", "chmod 600");
	assert_null(finding_of(&findings, "letmein"));
}

static void a_secrets_file_without_key_keeps_all_out(void **state)
{
	const struct doctor_key_facts facts = { .secrets = { .text = (char *)"# PSK\n" },
						.mode = 0100600 };
	FINDINGS;

	doctor_key_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "no pre-shared key", "saregate setup");
}

/* ---- users, disk, clock ---------------------------------------------------------- */

static struct doctor_storage_facts whole_storage(void)
{
	return (struct doctor_storage_facts){
		.has_account = true,
		.database = "/var/lib/saregate/saregate.db",
		.users = 3,
		.free_bytes = 1 << 30,
		.now = 1800000000,
		.is_synchronised = 1,
	};
}

static void users_room_and_a_clock_are_good(void **state)
{
	struct doctor_storage_facts facts = whole_storage();
	FINDINGS;

	doctor_storage_check(&facts, &findings);
	assert_good(&findings);
}

static void no_account_no_user_and_a_broken_database_are_errors(void **state)
{
	struct doctor_storage_facts facts = whole_storage();
	FINDINGS;

	facts.has_account = false;
	facts.users = 0;
	doctor_storage_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "no account saregate", "systemd-sysusers");
	assert_finding(&findings, DOCTOR_ERROR, "there is no user", "saregate user add");
	facts.users = -EIO;
	strcpy(facts.users_reason, "file is not a database");
	doctor_storage_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "file is not a database", "copy");
}

static void a_full_disk_is_an_error_and_a_nearly_full_one_a_warning(void **state)
{
	struct doctor_storage_facts facts = whole_storage();
	FINDINGS;

	facts.free_bytes = 1000;
	doctor_storage_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "only 1000 B are free", "make room");
	facts.free_bytes = 32 << 20;
	doctor_storage_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "only 32 MiB are free", "make room");
}

static void an_absurd_date_is_a_warning_and_an_unkept_clock_a_note(void **state)
{
	struct doctor_storage_facts facts = whole_storage();
	FINDINGS;

	facts.now = 12345;
	doctor_storage_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "absurd", "timedatectl");
	facts.now = 1800000000;
	facts.is_synchronised = 0;
	doctor_storage_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_NOTE, "nobody keeps the clock", "timedatectl");
}

/* ---- versions -------------------------------------------------------------------- */

static void versions_are_ordered_as_dpkg_orders_them(void **state)
{
	static const char *const ordered[] = {
		"2.4.7-2+4.1+deb10u1", "2.4.9-1+1.1+b1",  "3.28-1", "4.2~rc1-1", "4.2-1", "4.10-2",
		"4.10-2+deb12u1",      "4.10-2+deb12u10", "4.11-1", "1:0.1-1"
	};

	for (size_t i = 0; i < ELEMENTS(ordered); i++)
		for (size_t k = 0; k < ELEMENTS(ordered); k++) {
			int difference = doctor_version_compare(ordered[i], ordered[k]);

			assert_int_equal((difference > 0) - (difference < 0), (i > k) - (i < k));
		}
}

static void check_libreswan(const char *version, const char *changelog,
			    struct doctor_findings *findings)
{
	struct doctor_versions_facts facts = { 0 };

	facts.packages[DOCTOR_PACKAGE_LIBRESWAN].version.text = (char *)version;
	facts.packages[DOCTOR_PACKAGE_LIBRESWAN].changelog.text = (char *)changelog;
	facts.packages[DOCTOR_PACKAGE_PPP].version.error = -ENOENT;
	doctor_versions_check(&facts, findings);
}

static void debians_revision_counts_where_it_carries_the_fix(void **state)
{
	FINDINGS;

	check_libreswan("4.10-2+deb12u1", NULL, &findings);
	assert_null(finding_of(&findings, "CVE-2023-30570"));
	/* Not fixed there, but it takes the key: no warning. */
	assert_finding(&findings, DOCTOR_NOTE, "CVE-2023-38712", "--only-upgrade libreswan");
	assert_int_equal(doctor_count(&findings, DOCTOR_WARNING), 0);
}

static void the_same_upstream_version_without_the_fix_is_a_warning(void **state)
{
	FINDINGS;

	check_libreswan("4.10-2", NULL, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "CVE-2023-30570", "--only-upgrade libreswan");
}

static void a_changelog_that_names_the_weakness_is_believed(void **state)
{
	FINDINGS;

	check_libreswan("4.10-2+deb12u2",
			"  * Fix CVE-2023-30570\n  * Fix CVE-2023-38711, CVE-2023-38712\n",
			&findings);
	assert_good(&findings);
}

static void a_later_version_is_good_and_an_rpm_is_compared_as_well(void **state)
{
	FINDINGS;

	check_libreswan("5.2-2.2", NULL, &findings);
	check_libreswan("4.15-3.el9", NULL, &findings);
	assert_good(&findings);
	check_libreswan("4.5-1.el9", NULL, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "CVE-2022-23094", "libreswan");
}

static void an_old_pppd_is_a_warning(void **state)
{
	struct doctor_versions_facts facts = { 0 };
	FINDINGS;

	facts.packages[DOCTOR_PACKAGE_LIBRESWAN].version.error = -ENOENT;
	facts.packages[DOCTOR_PACKAGE_PPP].version.text = (char *)"2.4.7-2+4.1";
	doctor_versions_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "CVE-2020-8597", "--only-upgrade ppp");
	facts.packages[DOCTOR_PACKAGE_PPP].version.text = (char *)"2.4.9-1+1.1+b1";
	doctor_versions_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_GOOD, "ppp 2.4.9-1+1.1+b1", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(a_kernel_with_all_we_use_is_good),
		SENTENCE(a_kernel_before_5_19_is_too_old),
		SENTENCE(debians_cloud_kernel_is_named_with_what_to_install),
		SENTENCE(one_data_path_that_is_missing_is_a_warning_unless_it_is_asked_for),
		SENTENCE(what_only_root_sees_of_a_kernel_is_unseen),
		SENTENCE(a_file_in_the_place_of_dev_ppp_is_replaced),
		SENTENCE(debians_options_and_those_we_override_are_silent),
		SENTENCE(options_that_break_each_call_are_errors_with_the_line_to_comment_out),
		SENTENCE(an_option_of_unknown_effect_is_a_note_and_its_argument_none),
		SENTENCE(a_line_for_a_shell_is_never_made_of_strange_words),
		SENTENCE(roots_own_file_counts_as_well),
		SENTENCE(a_plugin_that_is_missing_keeps_everybody_out),
		SENTENCE(the_keys_that_we_make_are_strong_and_words_are_not),
		SENTENCE(a_key_is_never_in_what_is_said_of_it),
		SENTENCE(a_secrets_file_without_key_keeps_all_out),
		SENTENCE(users_room_and_a_clock_are_good),
		SENTENCE(no_account_no_user_and_a_broken_database_are_errors),
		SENTENCE(a_full_disk_is_an_error_and_a_nearly_full_one_a_warning),
		SENTENCE(an_absurd_date_is_a_warning_and_an_unkept_clock_a_note),
		SENTENCE(versions_are_ordered_as_dpkg_orders_them),
		SENTENCE(debians_revision_counts_where_it_carries_the_fix),
		SENTENCE(the_same_upstream_version_without_the_fix_is_a_warning),
		SENTENCE(a_changelog_that_names_the_weakness_is_believed),
		SENTENCE(a_later_version_is_good_and_an_rpm_is_compared_as_well),
		SENTENCE(an_old_pppd_is_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
