/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups in the firewall that setup writes: which interface is of which group
 * (the map `group_of`), who of a group may be reached by its members (the set
 * `members`), which groups are limited to networks (`restricted`), and to which
 * (`reachable`). A group is a mark there, which packets carry while the forward
 * chain looks at them. I/O.
 */
#pragma once

#include "gateway/address_text.h"

#include <stdbool.h>
#include <stdint.h>

/* Largest id: marks are made of two bytes, see group_firewall_mark(). */
#define GROUP_FIREWALL_ID_MAX 65535

struct group_firewall;

/**
 * group_firewall_mark() - the mark that stands for a group
 *
 * Its bytes read the same in either order: versions of nft differ in the order by
 * which they compare a mark in a set of intervals.
 */
uint32_t group_firewall_mark(uint32_t group_id);

/* @table: of the family inet; copied. Return: 0; negative errno. */
int group_firewall_new(const char *table, struct group_firewall **ret_firewall);
void group_firewall_free(struct group_firewall *firewall);

/* The netlink port from which the sets are changed. */
uint32_t group_firewall_netlink_port(const struct group_firewall *firewall);

/*
 * Empties the sets. Return: 0; -ENOENT if one is missing: setup has not been run since
 * there are groups; other negative errno.
 */
int group_firewall_flush(struct group_firewall *firewall);

/**
 * group_firewall_set_networks() - where members of a group may go
 *
 * In one transaction; what is in force already is left alone. Return: 0; -ENOENT;
 * negative errno, and the former networks are in force.
 */
int group_firewall_set_networks(struct group_firewall *firewall, uint32_t group_id,
				const struct address_networks *networks);

/**
 * group_firewall_join() - an interface is of a group from now on
 * @former_id: the group that it was of until now; 0: none
 * @reachable: whether other members reach it
 *
 * There is no moment between two groups in which nothing limits it.
 *
 * Return: 0; -ENOENT; negative errno.
 */
int group_firewall_join(struct group_firewall *firewall, const char *interface, uint32_t former_id,
			uint32_t group_id, bool reachable);

/* Return: 0, also if it was of none; negative errno. */
int group_firewall_leave(struct group_firewall *firewall, const char *interface, uint32_t group_id);

/* Somebody emptied the sets: nothing is in force. */
void group_firewall_forget(struct group_firewall *firewall);
