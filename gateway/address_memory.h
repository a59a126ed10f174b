/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which inner address each user had last, so that who comes again gets it again if it
 * is free. A table in memory, bounded: beyond the cap, who came longest ago is
 * forgotten. Pure.
 */
#pragma once

#include "gateway/user_database.h"

/* Users that are remembered: all that there may be. */
#define ADDRESS_MEMORY_MAX USER_COUNT_MAXIMUM

struct address_memory;

/* A user's address, host byte order. */
struct address_memory_row {
	char user[USER_NAME_MAX + 1];
	uint32_t ipv4;
};

/* Return: 0; -ENOMEM. */
int address_memory_new(struct address_memory **ret_memory);
void address_memory_free(struct address_memory *memory);

/* The user has it now, whatever it was before. Without memory it is not kept. */
void address_memory_put(struct address_memory *memory, const char *user, uint32_t ipv4);

/* From before all that is known: counts only for a user of whom nothing is, while there is room. */
void address_memory_put_older(struct address_memory *memory, const char *user, uint32_t ipv4);

/* Return: 0: none is known. */
uint32_t address_memory_find(const struct address_memory *memory, const char *user);

size_t address_memory_count(const struct address_memory *memory);
