/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of clients' names: after reading any file the store takes a name, and keeps it. */
#include "tests/fuzz/fuzz.h"

#include "gateway/identity_store.h"

#include <sys/mman.h>

#define SPI 0xc0ffee

struct seen {
	size_t records;
	size_t ours;
};

static bool keep(void *userdata, const struct updown_message *record)
{
	struct seen *seen = userdata;

	assert(strlen(record->identity) < sizeof(record->identity));
	seen->records++;
	seen->ours += record->spi_a == SPI && strcmp(record->identity, "name") == 0;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	_cleanup_(identity_store_freep) struct identity_store *store = NULL, *again = NULL;
	struct seen before = { 0 }, after = { 0 };
	int file = memfd_create("identities", MFD_CLOEXEC);
	ssize_t written = write(file, bytes, size);
	int r = identity_store_new(dup(file), keep, &before, &store);

	assert(written == (ssize_t)size && r == 0);
	r = identity_store_add(store, SPI, "name", "connection");
	assert(r == 0);
	r = identity_store_new(file, keep, &after, &again);
	assert(r == 0);
	assert(after.records == before.records + 1 && after.ours == before.ours + 1);
	return 0;
}
