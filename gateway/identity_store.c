/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of one size, appended; those without a living SA are squeezed out. I/O. */
#include "gateway/identity_store.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RECORD_SIZE sizeof(struct updown_message)
/* Between two searches for room: they read the whole file. */
#define SQUEEZE_INTERVAL (IDENTITY_STORE_MAXIMUM / 4)

struct identity_store {
	int descriptor;
	identity_store_keep_fn keep;
	void *userdata;
	size_t count;
	size_t squeezed_count; /* what the last search for room left */
};

int identity_store_open(const char *path)
{
	_cleanup_(closep) int descriptor =
		open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	struct stat status;

	if (descriptor < 0 || fstat(descriptor, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077))
		return -EPERM;
	return TAKE_FD(descriptor);
}

static int read_record(const struct identity_store *store, size_t index,
		       struct updown_message *ret_record)
{
	uint8_t bytes[RECORD_SIZE];
	ssize_t size = pread(store->descriptor, bytes, sizeof(bytes), (off_t)(index * RECORD_SIZE));

	if (size < 0)
		return -errno;
	return updown_message_check(bytes, (size_t)size, ret_record) ? 0 : -ENODATA;
}

static int write_record(const struct identity_store *store, size_t index,
			const struct updown_message *record)
{
	ssize_t size = pwrite(store->descriptor, record, RECORD_SIZE, (off_t)(index * RECORD_SIZE));

	if (size < 0)
		return -errno;
	return size == (ssize_t)RECORD_SIZE ? 0 : -ENOSPC;
}

/* Moves the records that are kept to the front and cuts off the rest. */
static int squeeze(struct identity_store *store)
{
	struct updown_message record;
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; i < IDENTITY_STORE_MAXIMUM && r == 0; i++) {
		if (read_record(store, i, &record) < 0)
			break;
		if (store->keep(store->userdata, &record))
			r = write_record(store, kept++, &record);
	}
	if (r == 0 && ftruncate(store->descriptor, (off_t)(kept * RECORD_SIZE)) < 0)
		r = -errno;
	store->count = kept;
	store->squeezed_count = kept;
	return r;
}

int identity_store_new(int descriptor, identity_store_keep_fn keep, void *userdata,
		       struct identity_store **ret_store)
{
	_cleanup_(identity_store_freep) struct identity_store *store = calloc(1, sizeof(*store));
	int r;

	if (!store) {
		closep(&descriptor);
		return -ENOMEM;
	}
	store->descriptor = descriptor;
	store->keep = keep;
	store->userdata = userdata;
	r = squeeze(store);
	if (r < 0)
		return r;
	*ret_store = TAKE_PTR(store);
	return 0;
}

void identity_store_free(struct identity_store *store)
{
	if (!store)
		return;
	closep(&store->descriptor);
	free(store);
}

void identity_store_freep(struct identity_store **store)
{
	identity_store_free(*store);
}

/* One more record; when the file is full, after a search for room. */
static int make_room(struct identity_store *store)
{
	int r = 0;

	if (store->count == IDENTITY_STORE_MAXIMUM &&
	    store->squeezed_count <= IDENTITY_STORE_MAXIMUM - SQUEEZE_INTERVAL)
		r = squeeze(store);
	if (r == 0 && store->count == IDENTITY_STORE_MAXIMUM)
		r = -ENOSPC;
	return r;
}

int identity_store_add(struct identity_store *store, uint32_t spi, const char *identity,
		       const char *connection)
{
	struct updown_message record = { .version = UPDOWN_MESSAGE_VERSION, .up = 1, .spi_a = spi };
	int r;

	r = text_copy(record.identity, sizeof(record.identity), identity);
	if (r == 0)
		r = text_copy(record.connection, sizeof(record.connection), connection);
	if (r == 0)
		r = make_room(store);
	if (r == 0)
		r = write_record(store, store->count, &record);
	if (r == 0)
		store->count++;
	return r;
}
