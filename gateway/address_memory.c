/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash of users, and a list in the order in which they came. Pure. */
#include "gateway/address_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* Without memory an insertion leaves hh.tbl NULL; uthash would end the process. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct entry {
	struct entry *prev, *next; /* the one who came longest ago first */
	UT_hash_handle hh;
	uint32_t ipv4;
	char user[]; /* NUL-terminated */
};

struct address_memory {
	struct entry *table;
	struct entry *list;
};

int address_memory_new(struct address_memory **ret_memory)
{
	struct address_memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return -ENOMEM;
	*ret_memory = memory;
	return 0;
}

static void forget(struct address_memory *memory, struct entry *entry)
{
	HASH_DEL(memory->table, entry);
	DL_DELETE(memory->list, entry);
	free(entry);
}

void address_memory_free(struct address_memory *memory)
{
	struct entry *entry, *next;

	if (!memory)
		return;
	HASH_ITER(hh, memory->table, entry, next)
	forget(memory, entry);
	free(memory);
}

static struct entry *find(const struct address_memory *memory, const char *user)
{
	struct entry *entry;

	HASH_FIND(hh, memory->table, user, strlen(user), entry);
	return entry;
}

/* In the table, not yet in the list. Return: NULL without memory. */
static struct entry *add(struct address_memory *memory, const char *user, uint32_t ipv4)
{
	size_t size = strlen(user);
	struct entry *entry = malloc(sizeof(*entry) + size + 1);

	if (!entry)
		return NULL;
	memset(entry, 0, sizeof(*entry));
	memcpy(entry->user, user, size + 1);
	entry->ipv4 = ipv4;
	HASH_ADD(hh, memory->table, user, size, entry);
	if (entry->hh.tbl)
		return entry;
	free(entry);
	return NULL;
}

void address_memory_put(struct address_memory *memory, const char *user, uint32_t ipv4)
{
	struct entry *entry = find(memory, user);

	if (entry) {
		entry->ipv4 = ipv4;
		DL_DELETE(memory->list, entry);
		DL_APPEND(memory->list, entry);
		return;
	}
	if (HASH_COUNT(memory->table) >= ADDRESS_MEMORY_MAX)
		forget(memory, memory->list);
	entry = add(memory, user, ipv4);
	if (entry)
		DL_APPEND(memory->list, entry);
}

void address_memory_put_older(struct address_memory *memory, const char *user, uint32_t ipv4)
{
	struct entry *entry;

	if (HASH_COUNT(memory->table) >= ADDRESS_MEMORY_MAX || find(memory, user))
		return;
	entry = add(memory, user, ipv4);
	if (entry)
		DL_PREPEND(memory->list, entry);
}

uint32_t address_memory_find(const struct address_memory *memory, const char *user)
{
	const struct entry *entry = find(memory, user);

	return entry ? entry->ipv4 : 0;
}

size_t address_memory_count(const struct address_memory *memory)
{
	return HASH_COUNT(memory->table);
}
