/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clients' names over a restart of saregated. pluto tells an IKE identity
 * once, when a client comes, and never again, while its SAs may live for a day.
 * So what was told is kept in a file, by the SPI of an inbound SA: those are
 * drawn by our own kernel, no client can choose one to get another's name. Names
 * only: nothing depends on them. I/O.
 */
#pragma once

#include "ipsec-glue/updown_message.h"

/* In a folder of saregated's own, which a boot empties. */
#define IDENTITY_STORE_PATH "/run/saregate/state/identities"

/* Records in the file; older ones without a living SA make room. */
#define IDENTITY_STORE_MAXIMUM 16384

struct identity_store;

/* Whether the SA of a record lives: spi_a, inbound. */
typedef bool (*identity_store_keep_fn)(void *userdata, const struct updown_message *record);

/**
 * identity_store_open() - the file, made if it is not there
 *
 * Return: a descriptor that the caller owns; -EPERM if the file is not a plain
 *         one of ours; other negative errno.
 */
int identity_store_open(const char *path);

/**
 * identity_store_new() - read what an earlier process left
 * @descriptor: taken over in any case
 * @keep:       called now for each record that can be relied on, and later when
 *              there is need for room; false removes it
 *
 * A record that is not whole, or not as we write them, ends the file.
 *
 * Return: 0 or negative errno.
 */
int identity_store_new(int descriptor, identity_store_keep_fn keep, void *userdata,
		       struct identity_store **ret_store);
void identity_store_free(struct identity_store *store);
void identity_store_freep(struct identity_store **store);

/**
 * identity_store_add() - a client's name
 * @spi: of its inbound SA, host byte order
 *
 * Return: 0; -ENOSPC: that many clients live; other negative errno. The name is
 *         then known until saregated ends.
 */
int identity_store_add(struct identity_store *store, uint32_t spi, const char *identity,
		       const char *connection);
