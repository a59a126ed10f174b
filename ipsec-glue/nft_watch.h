/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notices when somebody else changes tables of ours: the notifications of
 * nf_tables (NFNLGRP_NFTABLES), without those that our own requests cause. I/O.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NFT_WATCH_TABLES_MAX 8
#define NFT_WATCH_PORTS_MAX  8

struct nft_watch;

/**
 * nft_watch_new() - from now on changes are noticed
 * @tables: names of tables in the family inet; borrowed, at most
 *          NFT_WATCH_TABLES_MAX
 *
 * Return: 0; -E2BIG; negative errno.
 */
int nft_watch_new(const char *const *tables, size_t count, struct nft_watch **ret_watch);
void nft_watch_free(struct nft_watch *watch);
void nft_watch_freep(struct nft_watch **watch);

/* What this netlink port changes is our own doing. At most NFT_WATCH_PORTS_MAX. */
void nft_watch_ignore(struct nft_watch *watch, uint32_t port);

/* Readable when there is something for nft_watch_handle(). */
int nft_watch_descriptor(const struct nft_watch *watch);

/**
 * nft_watch_handle() - read all notifications that wait
 * @ret_changed: bit I is set if somebody else changed table I; all bits if
 *               notifications were lost
 *
 * Return: 0; negative errno, with *@ret_changed all the same.
 */
int nft_watch_handle(struct nft_watch *watch, uint32_t *ret_changed);
