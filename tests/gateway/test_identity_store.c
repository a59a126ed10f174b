/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written is read again; what is damaged, foreign or dead is not. */
#include "gateway/identity_store.h"
#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define KEPT_MAX 8

struct fixture {
	char folder[64];
	char file[96];
	struct identity_store *store;
	/* what is alive, and what was asked for */
	uint32_t living_from;
	struct updown_message kept[KEPT_MAX]; /* the first ones */
	size_t asked, kept_count;
};

static bool keep(void *userdata, const struct updown_message *record)
{
	struct fixture *fixture = userdata;

	fixture->asked++;
	if (record->spi_a < fixture->living_from)
		return false;
	if (fixture->kept_count < KEPT_MAX)
		fixture->kept[fixture->kept_count] = *record;
	fixture->kept_count++;
	return true;
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture)
		return -1;
	strcpy(fixture->folder, "/tmp/identities.XXXXXX");
	if (!mkdtemp(fixture->folder))
		return -1;
	snprintf(fixture->file, sizeof(fixture->file), "%s/identities", fixture->folder);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	identity_store_free(fixture->store);
	unlink(fixture->file);
	rmdir(fixture->folder);
	free(fixture);
	return 0;
}

/* saregated starts, after it has ended if it ran. */
static void start(struct fixture *fixture)
{
	int descriptor = identity_store_open(fixture->file);

	assert_true(descriptor >= 0);
	identity_store_free(fixture->store);
	fixture->store = NULL;
	fixture->asked = 0;
	fixture->kept_count = 0;
	assert_int_equal(identity_store_new(descriptor, keep, fixture, &fixture->store), 0);
}

static off_t file_size(const struct fixture *fixture)
{
	struct stat status;

	assert_int_equal(stat(fixture->file, &status), 0);
	return status.st_size;
}

static void overwrite(const struct fixture *fixture, off_t offset, const void *bytes, size_t size)
{
	_cleanup_(closep) int descriptor = open(fixture->file, O_WRONLY | O_CLOEXEC);

	assert_int_equal(pwrite(descriptor, bytes, size, offset), size);
}

static void garbage_is_cut_off(void **state)
{
	struct fixture *fixture = *state;
	char garbage[3 * sizeof(struct updown_message)];

	memset(garbage, 0xff, sizeof(garbage));
	start(fixture);
	overwrite(fixture, 0, garbage, sizeof(garbage));
	start(fixture);
	assert_int_equal(fixture->asked, 0);
	assert_int_equal(file_size(fixture), 0);
}

static void a_record_that_is_not_whole_ends_the_file(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	assert_int_equal(identity_store_add(fixture->store, 1, "@a", "l2tp"), 0);
	assert_int_equal(identity_store_add(fixture->store, 2, "@b", "l2tp"), 0);
	assert_int_equal(truncate(fixture->file, file_size(fixture) - 1), 0);
	start(fixture);
	assert_int_equal(fixture->kept_count, 1);
	assert_int_equal(file_size(fixture), sizeof(struct updown_message));
}

static void a_name_that_is_not_printable_ends_the_file(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	assert_int_equal(identity_store_add(fixture->store, 1, "@a", "l2tp"), 0);
	overwrite(fixture, offsetof(struct updown_message, identity), "\033", 1);
	start(fixture);
	assert_int_equal(fixture->asked, 0);
}

static void a_file_that_is_not_ours_alone_is_not_read(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(symlink("/etc/passwd", fixture->file), 0);
	assert_int_equal(identity_store_open(fixture->file), -ELOOP);
	unlink(fixture->file);
	assert_int_equal(mkfifo(fixture->file, 0600), 0);
	assert_int_equal(identity_store_open(fixture->file), -EPERM);
	unlink(fixture->file);
	close(open(fixture->file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(chmod(fixture->file, 0644), 0);
	assert_int_equal(identity_store_open(fixture->file), -EPERM);
	assert_int_equal(identity_store_open("/none/identities"), -ENOENT);
}

static void names_survive_a_restart(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	assert_int_equal(identity_store_add(fixture->store, 0x1000, "@alice", "l2tp-psk"), 0);
	start(fixture);
	start(fixture);
	assert_int_equal(fixture->kept_count, 1);
	assert_int_equal(fixture->kept[0].spi_a, 0x1000);
	assert_string_equal(fixture->kept[0].identity, "@alice");
	assert_string_equal(fixture->kept[0].connection, "l2tp-psk");
}

static void names_without_a_living_sa_are_removed(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	for (uint32_t spi = 1; spi <= 5; spi++)
		assert_int_equal(identity_store_add(fixture->store, spi, "@a", "l2tp"), 0);
	fixture->living_from = 4;
	start(fixture);
	assert_int_equal(fixture->asked, 5);
	assert_int_equal(fixture->kept_count, 2);
	start(fixture);
	assert_int_equal(fixture->asked, 2);
	assert_int_equal(fixture->kept[0].spi_a, 4);
	assert_int_equal(fixture->kept[1].spi_a, 5);
}

static void the_file_is_bounded_and_makes_room_for_the_living(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	for (uint32_t spi = 0; spi < IDENTITY_STORE_MAXIMUM; spi++)
		assert_int_equal(identity_store_add(fixture->store, spi, "@a", "l2tp"), 0);
	fixture->living_from = IDENTITY_STORE_MAXIMUM - 10;
	assert_int_equal(identity_store_add(fixture->store, IDENTITY_STORE_MAXIMUM, "@b", "l2tp"),
			 0);
	assert_int_equal(file_size(fixture), 11 * sizeof(struct updown_message));
	fixture->living_from = 0;
	for (uint32_t spi = 11; spi < IDENTITY_STORE_MAXIMUM; spi++)
		assert_int_equal(identity_store_add(fixture->store, spi, "@a", "l2tp"), 0);
	assert_int_equal(identity_store_add(fixture->store, 1, "@c", "l2tp"), -ENOSPC);
	/* and does not look for room again and again */
	fixture->asked = 0;
	assert_int_equal(identity_store_add(fixture->store, 1, "@c", "l2tp"), -ENOSPC);
	assert_int_equal(fixture->asked, 0);
}

#define WITH_FOLDER(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_FOLDER(garbage_is_cut_off),
		WITH_FOLDER(a_record_that_is_not_whole_ends_the_file),
		WITH_FOLDER(a_name_that_is_not_printable_ends_the_file),
		WITH_FOLDER(a_file_that_is_not_ours_alone_is_not_read),
		WITH_FOLDER(names_survive_a_restart),
		WITH_FOLDER(names_without_a_living_sa_are_removed),
		WITH_FOLDER(the_file_is_bounded_and_makes_room_for_the_living),
	};

	return cmocka_run_group_tests_name("identity_store", tests, NULL, NULL);
}
