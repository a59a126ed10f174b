/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which data path is chosen, with paths that succeed and fail as told. */
#include "gateway/path_choice.h"
#include "tests/unit.h"

#include <errno.h>

static struct {
	int kernel_probe, userspace_probe;
	int kernel_open, userspace_open;
	unsigned int kernel_opens, userspace_opens;
	unsigned int kernel_frees, userspace_frees;
} fake;

static int probe_kernel(const char **ret_remedy)
{
	if (fake.kernel_probe)
		*ret_remedy = "get a kernel";
	return fake.kernel_probe;
}

static int probe_userspace(const char **ret_remedy)
{
	if (fake.userspace_probe)
		*ret_remedy = "get a pty";
	return fake.userspace_probe;
}

static int open_kernel(const struct l2tp_data_path_tunnel_ids *ids,
		       struct l2tp_data_path_tunnel **ret_tunnel)
{
	if (fake.kernel_open)
		return fake.kernel_open;
	fake.kernel_opens++;
	*ret_tunnel = (struct l2tp_data_path_tunnel *)&fake.kernel_opens;
	return 0;
}

static int open_userspace(const struct l2tp_data_path_tunnel_ids *ids,
			  struct l2tp_data_path_tunnel **ret_tunnel)
{
	if (fake.userspace_open)
		return fake.userspace_open;
	fake.userspace_opens++;
	*ret_tunnel = (struct l2tp_data_path_tunnel *)&fake.userspace_opens;
	return 0;
}

static void free_kernel(struct l2tp_data_path_tunnel *tunnel)
{
	assert_ptr_equal(tunnel, &fake.kernel_opens);
	fake.kernel_frees++;
}

static void free_userspace(struct l2tp_data_path_tunnel *tunnel)
{
	assert_ptr_equal(tunnel, &fake.userspace_opens);
	fake.userspace_frees++;
}

static const struct l2tp_data_path kernel = { .probe = probe_kernel,
					      .tunnel_open = open_kernel,
					      .tunnel_free = free_kernel };
static const struct l2tp_data_path userspace = { .probe = probe_userspace,
						 .tunnel_open = open_userspace,
						 .tunnel_free = free_userspace };
static const struct path_candidates candidates = { &kernel, &userspace, &l2tp_null_data_path };
static const struct l2tp_data_path_tunnel_ids ids;

static int forget(void **state)
{
	fake = (typeof(fake)){ 0 };
	return 0;
}

static struct path_choice choose(enum configuration_data_path kind)
{
	struct path_choice choice = { 0 };
	const char *remedy = NULL;

	assert_int_equal(path_choice_make(kind, &candidates, &choice, &remedy), 0);
	assert_null(remedy);
	return choice;
}

static void a_path_that_was_asked_for_and_is_missing_is_an_error(void **state)
{
	struct path_choice choice = { .why = "untouched" };
	const char *remedy = NULL;

	fake.kernel_probe = -ENODEV;
	fake.userspace_probe = -ENOENT;
	assert_int_equal(
		path_choice_make(CONFIGURATION_DATA_PATH_KERNEL, &candidates, &choice, &remedy),
		-ENODEV);
	assert_string_equal(remedy, "get a kernel");
	assert_int_equal(
		path_choice_make(CONFIGURATION_DATA_PATH_USERSPACE, &candidates, &choice, &remedy),
		-ENOENT);
	assert_string_equal(remedy, "get a pty");
	/* the kernel's is what auto wants */
	assert_int_equal(
		path_choice_make(CONFIGURATION_DATA_PATH_AUTO, &candidates, &choice, &remedy),
		-ENODEV);
	assert_string_equal(remedy, "get a kernel");
	assert_string_equal(choice.why, "untouched");
}

static void without_the_kernels_path_auto_is_userspace_and_says_why(void **state)
{
	struct path_opened opened;
	struct path_choice choice;

	fake.kernel_probe = -ENODEV;
	choice = choose(CONFIGURATION_DATA_PATH_AUTO);
	assert_ptr_equal(choice.first, &userspace);
	assert_null(choice.fallback);
	assert_string_equal(choice.remedy, "get a kernel");
	assert_int_equal(path_choice_open(&choice, "cannot be served", &ids, &opened), 0);
	assert_ptr_equal(opened.path, &userspace);
	assert_string_equal(opened.why, choice.why);
	assert_int_equal(fake.kernel_opens, 0);
}

static void each_word_of_the_configuration_has_its_path(void **state)
{
	assert_ptr_equal(choose(CONFIGURATION_DATA_PATH_AUTO).first, &kernel);
	assert_ptr_equal(choose(CONFIGURATION_DATA_PATH_AUTO).fallback, &userspace);
	assert_ptr_equal(choose(CONFIGURATION_DATA_PATH_KERNEL).first, &kernel);
	assert_null(choose(CONFIGURATION_DATA_PATH_KERNEL).fallback);
	assert_ptr_equal(choose(CONFIGURATION_DATA_PATH_USERSPACE).first, &userspace);
	assert_null(choose(CONFIGURATION_DATA_PATH_USERSPACE).fallback);
	assert_ptr_equal(choose(CONFIGURATION_DATA_PATH_NULL).first, &l2tp_null_data_path);
}

static void as_preferred_there_is_nothing_to_explain(void **state)
{
	struct path_choice choice = choose(CONFIGURATION_DATA_PATH_AUTO);
	struct path_opened opened;

	assert_int_equal(path_choice_open(&choice, NULL, &ids, &opened), 0);
	assert_ptr_equal(opened.path, &kernel);
	assert_ptr_equal(opened.tunnel, &fake.kernel_opens);
	assert_null(opened.why);
	assert_int_equal(opened.kernel_error, 0);
	choice = choose(CONFIGURATION_DATA_PATH_USERSPACE);
	assert_int_equal(path_choice_open(&choice, "cannot be served", &ids, &opened), 0);
	assert_ptr_equal(opened.path, &userspace);
	assert_null(opened.why);
}

static void a_client_that_the_kernel_cannot_serve_gets_the_other_path(void **state)
{
	struct path_choice choice = choose(CONFIGURATION_DATA_PATH_AUTO);
	struct path_opened opened;

	assert_int_equal(path_choice_open(&choice, "a twin", &ids, &opened), 0);
	assert_ptr_equal(opened.path, &userspace);
	assert_string_equal(opened.why, "a twin");
	assert_int_equal(opened.kernel_error, 0);
}

static void its_socket_is_the_kernels_too_for_the_sake_of_the_neighbours(void **state)
{
	struct path_choice choice = choose(CONFIGURATION_DATA_PATH_AUTO);
	struct path_opened opened;

	assert_int_equal(path_choice_open(&choice, "a twin", &ids, &opened), 0);
	assert_ptr_equal(opened.companion_path, &kernel);
	assert_ptr_equal(opened.companion, &fake.kernel_opens);
	path_opened_close(&opened);
	path_opened_close(&opened);
	assert_int_equal(fake.kernel_frees, 1);
	assert_int_equal(fake.userspace_frees, 1);
	/* half of it is not left behind */
	fake.userspace_open = -ENOMEM;
	assert_int_equal(path_choice_open(&choice, "a twin", &ids, &opened), -ENOMEM);
	assert_int_equal(fake.kernel_frees, fake.kernel_opens);
	/* the id must be free there as well */
	fake.kernel_open = -EEXIST;
	assert_int_equal(path_choice_open(&choice, "a twin", &ids, &opened), -EEXIST);
	fake.kernel_open = -ENOBUFS;
	fake.userspace_open = 0;
	assert_int_equal(path_choice_open(&choice, "a twin", &ids, &opened), 0);
	assert_null(opened.companion);
	assert_int_equal(opened.kernel_error, -ENOBUFS);
}

static void where_only_the_kernels_path_is_allowed_such_a_client_is_refused(void **state)
{
	struct path_choice choice = choose(CONFIGURATION_DATA_PATH_KERNEL);
	struct path_opened opened;

	assert_int_equal(path_choice_open(&choice, "a twin", &ids, &opened), -EOPNOTSUPP);
	assert_int_equal(fake.kernel_opens + fake.userspace_opens, 0);
}

static void a_taken_id_and_a_missing_sa_are_no_reasons_to_change(void **state)
{
	struct path_choice choice = choose(CONFIGURATION_DATA_PATH_AUTO);
	struct path_opened opened;

	fake.kernel_open = -EEXIST;
	assert_int_equal(path_choice_open(&choice, NULL, &ids, &opened), -EEXIST);
	fake.kernel_open = -EAGAIN;
	assert_int_equal(path_choice_open(&choice, NULL, &ids, &opened), -EAGAIN);
	assert_int_equal(fake.userspace_opens, 0);
}

static void a_kernel_that_fails_is_replaced_and_its_error_told(void **state)
{
	struct path_choice choice = choose(CONFIGURATION_DATA_PATH_AUTO);
	struct path_opened opened;

	fake.kernel_open = -ENOBUFS;
	assert_int_equal(path_choice_open(&choice, NULL, &ids, &opened), 0);
	assert_ptr_equal(opened.path, &userspace);
	assert_ptr_equal(opened.tunnel, &fake.userspace_opens);
	assert_non_null(opened.why);
	assert_int_equal(opened.kernel_error, -ENOBUFS);
	fake.userspace_open = -ENOMEM;
	assert_int_equal(path_choice_open(&choice, NULL, &ids, &opened), -ENOMEM);
	choice = choose(CONFIGURATION_DATA_PATH_KERNEL);
	assert_int_equal(path_choice_open(&choice, NULL, &ids, &opened), -ENOBUFS);
}

#define BEHAVIOUR(name) cmocka_unit_test_setup(name, forget)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BEHAVIOUR(a_path_that_was_asked_for_and_is_missing_is_an_error),
		BEHAVIOUR(without_the_kernels_path_auto_is_userspace_and_says_why),
		BEHAVIOUR(each_word_of_the_configuration_has_its_path),
		BEHAVIOUR(as_preferred_there_is_nothing_to_explain),
		BEHAVIOUR(a_client_that_the_kernel_cannot_serve_gets_the_other_path),
		BEHAVIOUR(its_socket_is_the_kernels_too_for_the_sake_of_the_neighbours),
		BEHAVIOUR(where_only_the_kernels_path_is_allowed_such_a_client_is_refused),
		BEHAVIOUR(a_taken_id_and_a_missing_sa_are_no_reasons_to_change),
		BEHAVIOUR(a_kernel_that_fails_is_replaced_and_its_error_told),
	};

	return cmocka_run_group_tests_name("path_choice", tests, NULL, NULL);
}
