/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The users and groups: hostile names, many users, attributes, many changes at once. */
#include "tests/gateway/user_database_fixture.h"

#include <fcntl.h>

static void names_that_no_user_may_have_are_refused(void **state)
{
	static const char *const names[] = {
		"",    " ",   "a b",     "a\"b", "a'b",   "a`b",  "\\b",      "a/b",
		"a:b", "a\\", "a\\b\\c", "a\nb", "a\x7f", "\x1b", "\xc3\xa9", "alice ",
	};
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	char name[USER_NAME_MAX + 2];

	for (size_t i = 0; i < ELEMENTS(names); i++) {
		assert_non_null(user_name_check(names[i]));
		assert_int_equal(add(database, names[i], hash, 1), -EINVAL);
		assert_int_equal(user_database_delete(database, names[i]), -ENOENT);
	}
	memset(name, 'x', sizeof(name));
	name[USER_NAME_MAX + 1] = '\0';
	assert_non_null(user_name_check(name));
	assert_int_equal(add(database, name, hash, 1), -EINVAL);
	name[USER_NAME_MAX] = '\0';
	assert_null(user_name_check(name));
	assert_int_equal(add(database, name, hash, 1), 0);
}

static void hostile_names_of_a_peer_find_nobody(void **state)
{
	static const char *const names[] = { "%",     "alice'--", "' OR 1=1 --",
					     "ALICE", "alic",     "alicee" };
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	uint8_t found[MSCHAPV2_NT_HASH_SIZE] = "untouched";
	static const uint8_t large[4096] = "alice";

	assert_int_equal(add(database, "alice", hash, 1), 0);
	for (size_t i = 0; i < ELEMENTS(names); i++)
		assert_int_equal(nt_hash(database, names[i], found), -ENOENT);
	assert_int_equal(user_database_look_up(database, BYTES(0), NULL, found), -ENOENT);
	assert_int_equal(user_database_look_up(database, NULL, 0, NULL, found), -ENOENT);
	assert_int_equal(user_database_look_up(database, BYTES(0xff, 0xfe), NULL, found), -ENOENT);
	assert_int_equal(user_database_look_up(database, (const uint8_t *)"alice", 6, NULL, found),
			 -ENOENT);
	assert_int_equal(user_database_look_up(database, large, sizeof(large), NULL, found),
			 -ENOENT);
	assert_string_equal(found, "untouched");
}

static void a_user_is_found_by_exactly_its_name_until_deleted(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	uint8_t found[MSCHAPV2_NT_HASH_SIZE] = { 0 };

	assert_int_equal(add(database, "alice@example.org", hash, 1), 0);
	assert_int_equal(nt_hash(database, "alice@example.org", found), 0);
	assert_memory_equal(found, hash, sizeof(hash));
	assert_int_equal(user_database_delete(database, "alice@example.org"), 0);
	assert_int_equal(nt_hash(database, "alice@example.org", found), -ENOENT);
	assert_int_equal(user_database_delete(database, "alice@example.org"), -ENOENT);
}

static void a_name_is_given_once(void **state)
{
	static const uint8_t other[MSCHAPV2_NT_HASH_SIZE] = "fedcba9876543210";
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	uint8_t found[MSCHAPV2_NT_HASH_SIZE];

	assert_int_equal(add(database, "alice", hash, 1), 0);
	assert_int_equal(add(database, "alice", other, 2), -EEXIST);
	assert_int_equal(user_database_count(database), 1);
	assert_int_equal(nt_hash(database, "alice", found), 0);
	assert_memory_equal(found, hash, sizeof(hash));
}

static void users_survive_closing_and_opening(void **state)
{
	struct user_database *database = open_database();
	uint8_t found[MSCHAPV2_NT_HASH_SIZE];

	assert_int_equal(add(database, "alice", hash, 1), 0);
	user_database_free(database);
	database = open_database();
	assert_int_equal(nt_hash(database, "alice", found), 0);
	assert_memory_equal(found, hash, sizeof(hash));
	user_database_free(database);
}

static void the_file_keeps_nothing_of_a_deleted_user(void **state)
{
	struct user_database *database = open_database();
	_cleanup_(closep) int descriptor = -1;
	static char bytes[65536];
	ssize_t size;

	assert_int_equal(add(database, "alice", hash, 1), 0);
	assert_int_equal(user_database_delete(database, "alice"), 0);
	user_database_free(database);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	size = read(descriptor, bytes, sizeof(bytes));
	assert_in_range(size, 1, sizeof(bytes) - 1);
	assert_null(memmem(bytes, (size_t)size, hash, sizeof(hash)));
	assert_null(memmem(bytes, (size_t)size, "alice", 5));
}

/* What a walk saw: the order, and where it was to stop. */
struct walk {
	char last[USER_NAME_MAX + 1];
	unsigned int seen;
	unsigned int stop_at;
	struct user_database *database;
};

static int see_user(void *userdata, const struct user *user, const uint8_t *nt_hash)
{
	struct walk *walk = userdata;

	assert_true(strcmp(walk->last, user->name) < 0);
	assert_memory_equal(user->name, "user", 4);
	assert_int_equal(user->created, 1000 + strtoul(user->name + 4, NULL, 10));
	strcpy(walk->last, user->name);
	return ++walk->seen == walk->stop_at ? 42 : 0;
}

static int walk_again(void *userdata, const struct user *user, const uint8_t *nt_hash)
{
	struct walk inner = { .stop_at = 0 }, *walk = userdata;

	assert_int_equal(user_database_walk(walk->database, NULL, see_user, &inner), 0);
	assert_int_equal(inner.seen, 1000);
	return ++walk->seen == 3;
}

static void a_thousand_users_are_walked_in_the_order_of_names(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	struct walk all = { .stop_at = 0 }, some = { .stop_at = 5 };
	struct walk nested = { .database = database };
	char name[16];

	for (unsigned int i = 0; i < 1000; i++) {
		unsigned int number = i * 379 % 1000;

		snprintf(name, sizeof(name), "user%u", number);
		assert_int_equal(add(database, name, hash, 1000 + number), 0);
	}
	assert_int_equal(user_database_count(database), 1000);
	assert_int_equal(user_database_walk(database, NULL, see_user, &all), 0);
	assert_int_equal(all.seen, 1000);
	assert_int_equal(user_database_walk(database, NULL, see_user, &some), 42);
	assert_int_equal(some.seen, 5);
	assert_int_equal(user_database_walk(database, NULL, walk_again, &nested), 1);
}

static void the_cap_on_users_holds(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();

	run_sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)"
		" INSERT INTO user (name, nt_hash, created) SELECT 'user' || i, zeroblob(16), 1 "
		"FROM n");
	assert_int_equal(user_database_count(database), USER_COUNT_MAXIMUM - 1);
	assert_int_equal(add(database, "last", hash, 1), 0);
	assert_int_equal(add(database, "beyond", hash, 1), -EDQUOT);
	assert_int_equal(user_database_delete(database, "user1"), 0);
	assert_int_equal(add(database, "beyond", hash, 1), 0);
}

/* ---- attributes and groups ------------------------------------------------------ */

/* Reads all attributes of a table from text, "name=value" each. */
static void parse_all(const struct attribute *table, void *attributes, const char *const *texts)
{
	for (; *texts; texts++) {
		const char *equals = strchr(*texts, '=');
		char name[32];

		snprintf(name, sizeof(name), "%.*s", (int)(equals - *texts), *texts);
		assert_null(attribute_parse(attribute_find(table, name), equals + 1, attributes));
	}
}

static const char *const all_of_a_user[] = {
	"enabled=no",       "expires=2000000000", "group=staff",         "ipv4=10.0.0.9",
	"ipv6=fd00::9",     "pool=second",        "dns=192.0.2.1",       "sessions-maximum=3",
	"idle-timeout=15m", "session-timeout=8h", "comment=J\xc3\xb6rg", NULL,
};

static const char *const all_of_a_group[] = {
	"pool=second",          "dns=192.0.2.1 192.0.2.2", "networks=192.0.2.0/24 10.0.0.0/8",
	"client-to-client=yes", "sessions-maximum=2",      "idle-timeout=1",
	"session-timeout=2",    "comment=people",          NULL,
};

static struct user_group default_group(void)
{
	return (struct user_group){ .name = "staff" };
}

static void add_staff(struct user_database *database)
{
	struct user_group group = default_group();

	assert_int_equal(user_database_add_group(database, group.name, 7, &group.attributes), 0);
}

static void assert_same(const struct attribute *table, const void *a, const void *b)
{
	for (; table->name; table++)
		if (!attribute_equal(table, a, b))
			fail_msg("%s differs", table->name);
}

static void all_attributes_of_a_user_come_back_as_they_went(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	struct user user = { .name = "alice", .created = 5 }, found;

	add_staff(database);
	parse_all(user_attribute_table, &user.attributes, all_of_a_user);
	assert_int_equal(user_database_add(database, &user, hash), 0);
	assert_int_equal(user_database_get(database, "alice", &found), 0);
	assert_same(user_attribute_table, &user.attributes, &found.attributes);
	assert_int_equal(found.created, 5);
	user_attributes_default(&user.attributes);
	assert_int_equal(user_database_set(database, "alice", &user.attributes), 0);
	assert_int_equal(user_database_get(database, "alice", &found), 0);
	assert_same(user_attribute_table, &user.attributes, &found.attributes);
	assert_int_equal(user_database_set(database, "bob", &user.attributes), -ENOENT);
}

static void all_attributes_of_a_group_come_back_as_they_went(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	struct user_group group = default_group(), found;

	add_staff(database);
	parse_all(group_attribute_table, &group.attributes, all_of_a_group);
	assert_int_equal(user_database_set_group(database, "staff", &group.attributes), 0);
	assert_int_equal(user_database_get_group(database, "staff", &found), 0);
	assert_same(group_attribute_table, &group.attributes, &found.attributes);
	assert_int_not_equal(found.id, 0);
	assert_int_equal(user_database_set_group(database, "none", &group.attributes), -ENOENT);
	assert_int_equal(user_database_add_group(database, "staff", 1, &group.attributes), -EEXIST);
	assert_int_equal(user_database_add_group(database, "a b", 1, &group.attributes), -EINVAL);
}

static int add_with(struct user_database *database, const char *name, const char *const *texts)
{
	struct user user = { .created = 1 };

	user_attributes_default(&user.attributes);
	strcpy(user.name, name);
	parse_all(user_attribute_table, &user.attributes, texts);
	return user_database_add(database, &user, hash);
}

#define ADD(name, ...) add_with(database, name, (const char *const[]){ __VA_ARGS__, NULL })

static void a_fixed_address_is_one_users(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	struct user bob;

	assert_int_equal(ADD("alice", "ipv4=10.0.0.9", "ipv6=fd00::9"), 0);
	assert_int_equal(ADD("bob", "ipv4=10.0.0.9"), -EADDRINUSE);
	assert_int_equal(ADD("bob", "ipv6=fd00:0::9"), -EADDRINUSE);
	assert_int_equal(ADD("bob", "ipv4=10.0.0.10"), 0);
	assert_int_equal(user_database_get(database, "bob", &bob), 0);
	bob.attributes.ipv4 = inet_address_from_ipv4(0x0a000009);
	assert_int_equal(user_database_set(database, "bob", &bob.attributes), -EADDRINUSE);
	assert_int_equal(user_database_delete(database, "alice"), 0);
	assert_int_equal(user_database_set(database, "bob", &bob.attributes), 0);
}

static int count_one(void *userdata, const struct user *user, const uint8_t *nt_hash)
{
	assert_memory_equal(nt_hash, hash, sizeof(hash));
	++*(unsigned int *)userdata;
	return 0;
}

static int count_members(void *userdata, const struct user_group *group)
{
	*(uint32_t *)userdata = group->members;
	return 0;
}

static void a_group_must_exist_and_stays_while_it_has_members(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	const struct user_filter filter = { "", "staff", 0 };
	unsigned int seen = 0;
	uint32_t members = 0;

	assert_int_equal(ADD("alice", "group=staff"), -ENXIO);
	add_staff(database);
	assert_int_equal(ADD("alice", "group=staff"), 0);
	assert_int_equal(ADD("bob", "group="), 0);
	assert_int_equal(user_database_walk(database, &filter, count_one, &seen), 0);
	assert_int_equal(seen, 1);
	assert_int_equal(user_database_walk_groups(database, count_members, &members), 0);
	assert_int_equal(members, 1);
	assert_int_equal(user_database_delete_group(database, "staff"), -ENOTEMPTY);
	assert_int_equal(user_database_delete(database, "alice"), 0);
	assert_int_equal(user_database_delete_group(database, "staff"), 0);
	assert_int_equal(user_database_delete_group(database, "staff"), -ENOENT);
}

static void users_are_walked_page_by_page_and_fixed_addresses_alone(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	struct user_filter page = { "", "", 2 };
	unsigned int seen = 0, fixed = 0;

	assert_int_equal(ADD("alice", "ipv4=10.0.0.9"), 0);
	assert_int_equal(ADD("bob", "comment=b"), 0);
	assert_int_equal(ADD("carol", "comment=c"), 0);
	assert_int_equal(user_database_walk(database, &page, count_one, &seen), 0);
	assert_int_equal(seen, 2);
	page.after = "bob";
	assert_int_equal(user_database_walk(database, &page, count_one, &seen), 0);
	assert_int_equal(seen, 3);
	assert_int_equal(user_database_walk_fixed(database, count_one, &fixed), 0);
	assert_int_equal(fixed, 1);
}

static void a_password_is_changed_alone(void **state)
{
	static const uint8_t other[MSCHAPV2_NT_HASH_SIZE] = "fedcba9876543210";
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	uint8_t found[MSCHAPV2_NT_HASH_SIZE];
	struct user user;

	assert_int_equal(ADD("alice", "comment=hers"), 0);
	assert_int_equal(user_database_set_password(database, "alice", other), 0);
	assert_int_equal(nt_hash(database, "alice", found), 0);
	assert_memory_equal(found, other, sizeof(other));
	assert_int_equal(user_database_get(database, "alice", &user), 0);
	assert_string_equal(user.attributes.comment, "hers");
	assert_int_equal(user_database_set_password(database, "bob", other), -ENOENT);
}

static void many_changes_are_kept_or_dropped_as_one(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	struct user user = { .name = "alice", .created = 1 };
	uint32_t room = 0;

	for (int keep = 0; keep < 2; keep++) {
		assert_int_equal(user_database_begin(database, &room), 0);
		assert_int_equal(room, USER_COUNT_MAXIMUM);
		strcpy(user.name, "alice");
		assert_int_equal(user_database_add_one(database, &user, hash), 0);
		assert_int_equal(user_database_add_one(database, &user, hash), -EEXIST);
		strcpy(user.name, "bob");
		assert_int_equal(user_database_add_one(database, &user, hash), 0);
		assert_int_equal(user_database_end(database, keep), 0);
		assert_int_equal(user_database_count(database), keep ? 2 : 0);
	}
}

static void an_edited_value_that_no_attribute_may_have_is_told_as_damage(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	struct user user;

	assert_int_equal(add(database, "alice", hash, 1), 0);
	run_sql("UPDATE user SET ipv4 = 'here'");
	assert_int_equal(user_database_get(database, "alice", &user), -EUCLEAN);
	assert_non_null(strstr(user_database_error_text(-EUCLEAN), "damaged"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_FOLDER(names_that_no_user_may_have_are_refused),
		IN_FOLDER(hostile_names_of_a_peer_find_nobody),
		IN_FOLDER(a_user_is_found_by_exactly_its_name_until_deleted),
		IN_FOLDER(a_name_is_given_once),
		IN_FOLDER(users_survive_closing_and_opening),
		IN_FOLDER(the_file_keeps_nothing_of_a_deleted_user),
		IN_FOLDER(a_thousand_users_are_walked_in_the_order_of_names),
		IN_FOLDER(the_cap_on_users_holds),
		IN_FOLDER(all_attributes_of_a_user_come_back_as_they_went),
		IN_FOLDER(all_attributes_of_a_group_come_back_as_they_went),
		IN_FOLDER(a_fixed_address_is_one_users),
		IN_FOLDER(a_group_must_exist_and_stays_while_it_has_members),
		IN_FOLDER(users_are_walked_page_by_page_and_fixed_addresses_alone),
		IN_FOLDER(a_password_is_changed_alone),
		IN_FOLDER(many_changes_are_kept_or_dropped_as_one),
		IN_FOLDER(an_edited_value_that_no_attribute_may_have_is_told_as_damage),
	};

	return cmocka_run_group_tests_name("user_database", tests, NULL, NULL);
}
