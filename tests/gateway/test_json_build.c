/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is put in is there; what could not be made is no memory, and changes nothing. */
#include "gateway/json_build.h"
#include "tests/unit.h"

#include <errno.h>

static void members_and_elements_are_in_the_text(void **state)
{
	json_object *object = json_object_new_object(), *list = json_object_new_array();

	assert_int_equal(json_build_add_text(object, "who", "al\"ice"), 0);
	assert_int_equal(json_build_add(object, "list", list), 0);
	assert_int_equal(json_build_append(list, json_object_new_int(7)), 0);
	assert_string_equal(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN),
			    "{\"who\":\"al\\\"ice\",\"list\":[7]}");
	json_object_put(object);
}

static void a_value_that_could_not_be_made_is_no_memory(void **state)
{
	json_object *object = json_object_new_object(), *list = json_object_new_array();

	assert_int_equal(json_build_add(object, "value", NULL), -ENOMEM);
	assert_int_equal(json_object_object_length(object), 0);
	assert_int_equal(json_build_append(list, NULL), -ENOMEM);
	assert_int_equal(json_object_array_length(list), 0);
	json_object_put(object);
	json_object_put(list);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(members_and_elements_are_in_the_text),
		SENTENCE(a_value_that_could_not_be_made_is_no_memory),
	};

	return cmocka_run_group_tests_name("json_build", tests, NULL, NULL);
}
