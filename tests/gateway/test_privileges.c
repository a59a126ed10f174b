/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaving root, each time in a child; what is left is read from /proc. */
#include "config.h"

#include "gateway/privileges.h"
#include "tests/unit.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
/* 1 << CAP_NET_ADMIN as /proc writes it. */
#define NET_ADMIN "0000000000001000"
#define NOTHING   "0000000000000000"

/* What a test does in a child of its own; false fails the test. */
typedef bool (*child_fn)(void);

static void in_child(child_fn body)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		_exit(body() ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void as_root_in_child(child_fn body)
{
	if (geteuid() != 0) {
		print_message("# SKIP only root can leave root\n");
		skip();
	}
	in_child(body);
}

/* Whether /proc/self/status has the line "NAME:\tVALUE". */
static bool status_says(const char *name, const char *value)
{
	_cleanup_(fclosep) FILE *file = fopen("/proc/self/status", "re");
	char line[256], wanted[256];

	snprintf(wanted, sizeof(wanted), "%s:\t%s", name, value);
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, wanted) == 0)
			return true;
		if (strncmp(line, wanted, strlen(name) + 1) == 0)
			print_error("found %s, wanted %s\n", line, wanted);
	}
	return false;
}

static bool drop(void)
{
	static const gid_t groups[] = { 0, 4, 27 };

	return setgroups(ELEMENTS(groups), groups) == 0 && privileges_drop_to(NOBODY, NOBODY) == 0;
}

static bool keeps_net_admin_alone(void)
{
	return drop() && status_says("CapPrm", NET_ADMIN) && status_says("CapEff", NET_ADMIN) &&
	       status_says("CapInh", NOTHING) && status_says("CapBnd", NOTHING) &&
	       status_says("CapAmb", NOTHING);
}

static bool has_the_ids_of_the_user_alone(void)
{
	return drop() && status_says("Uid", "65534\t65534\t65534\t65534") &&
	       status_says("Gid", "65534\t65534\t65534\t65534") && status_says("Groups", " ");
}

static bool cannot_get_root_back(void)
{
	return drop() && setuid(0) < 0 && setgid(0) < 0 && status_says("NoNewPrivs", "1") &&
	       open("/etc/shadow", O_RDONLY | O_CLOEXEC) < 0;
}

static bool hands_no_capability_to_programs(void)
{
	if (!drop())
		return false;
	execl("/bin/sh", "sh", "-c", "grep -q 'CapEff:.0000000000000000' /proc/self/status",
	      (char *)NULL);
	return false;
}

static bool does_nothing_the_second_time(void)
{
	return drop() && privileges_drop_to(1, 1) == 0 && privileges_drop() == 0 &&
	       getuid() == NOBODY && status_says("CapEff", NET_ADMIN);
}

static bool refuses_root_as_target(void)
{
	return privileges_drop_to(0, NOBODY) == -EINVAL &&
	       privileges_drop_to(NOBODY, 0) == -EINVAL && geteuid() == 0;
}

/* Root that was never given CAP_NET_ADMIN, as in a container. */
static bool refuses_root_without_net_admin(void)
{
	return capng_get_caps_process() == 0 &&
	       capng_update(CAPNG_DROP, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN) == 0 &&
	       capng_apply(CAPNG_SELECT_CAPS) == 0 &&
	       privileges_drop_to(NOBODY, NOBODY) == -EPERM && geteuid() == 0;
}

static bool does_nothing_without_root(void)
{
	if (geteuid() == 0 &&
	    (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0))
		return false;
	return privileges_drop() == 0 && privileges_drop_to(1, 1) == 0 &&
	       status_says("CapEff", NOTHING) && status_says("NoNewPrivs", "0");
}

/* As a unit with AmbientCapabilities= starts it. */
static bool passes_on_nothing_that_it_was_given(void)
{
	capng_clear(CAPNG_SELECT_ALL);
	return capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE,
			    CAP_NET_ADMIN) == 0 &&
	       capng_change_id(NOBODY, NOBODY, CAPNG_DROP_SUPP_GRP) == 0 &&
	       prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) == 0 &&
	       privileges_drop() == 0 && status_says("CapAmb", NOTHING) &&
	       status_says("CapEff", NET_ADMIN) && status_says("CapPrm", NET_ADMIN);
}

static void after_the_drop_only_net_admin_is_left(void **state)
{
	as_root_in_child(keeps_net_admin_alone);
}

static void after_the_drop_no_id_or_group_of_root_is_left(void **state)
{
	as_root_in_child(has_the_ids_of_the_user_alone);
}

static void after_the_drop_root_is_out_of_reach(void **state)
{
	as_root_in_child(cannot_get_root_back);
}

static void a_program_started_after_the_drop_has_no_capability(void **state)
{
	as_root_in_child(hands_no_capability_to_programs);
}

static void a_second_drop_changes_nothing(void **state)
{
	as_root_in_child(does_nothing_the_second_time);
}

static void root_is_no_user_to_drop_to(void **state)
{
	as_root_in_child(refuses_root_as_target);
}

static void root_without_net_admin_is_refused(void **state)
{
	as_root_in_child(refuses_root_without_net_admin);
}

static void who_is_not_root_stays_who_he_is(void **state)
{
	in_child(does_nothing_without_root);
}

static void who_is_given_a_capability_keeps_it_to_himself(void **state)
{
	as_root_in_child(passes_on_nothing_that_it_was_given);
}

static void the_user_is_looked_up_by_its_name(void **state)
{
	const struct passwd *entry = getpwnam(PRIVILEGES_USER);
	uid_t uid = 42;
	gid_t gid = 42;

	if (entry) {
		assert_int_equal(privileges_lookup(&uid, &gid), 0);
		assert_int_equal(uid, entry->pw_uid);
		assert_int_equal(gid, entry->pw_gid);
		return;
	}
	assert_int_equal(privileges_lookup(&uid, &gid), -ENOENT);
	assert_int_equal(uid, 42);
	assert_int_equal(gid, 42);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(root_is_no_user_to_drop_to),
		SENTENCE(root_without_net_admin_is_refused),
		SENTENCE(who_is_not_root_stays_who_he_is),
		SENTENCE(who_is_given_a_capability_keeps_it_to_himself),
		SENTENCE(the_user_is_looked_up_by_its_name),
		SENTENCE(after_the_drop_only_net_admin_is_left),
		SENTENCE(after_the_drop_no_id_or_group_of_root_is_left),
		SENTENCE(after_the_drop_root_is_out_of_reach),
		SENTENCE(a_program_started_after_the_drop_has_no_capability),
		SENTENCE(a_second_drop_changes_nothing),
	};

	return cmocka_run_group_tests_name("privileges", tests, NULL, NULL);
}
