/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other people's chains that drop what clients send. Pure. */
#pragma once

#include "gateway/doctor.h"
#include "gateway/foreign_rule.h"

/**
 * doctor_foreign_check() - whether each chain that drops lets clients through
 * @chains:   `nft -j list chains`
 * @ruleset:  `nft -s list ruleset`
 * @has_ipv6: clients have IPv6 inside
 * @missing:  of what foreign_firewall_find() makes of @chains, the rules that have not
 *            been made yet
 *
 * A chain that names what has to pass, with accept, is taken to let it pass. One
 * that does not, but accepts something wide or goes on in other chains, may all
 * the same: a warning, else an error. The remedy is to make the rules that it misses.
 */
void doctor_foreign_check(const char *chains, const char *ruleset, bool has_ipv6,
			  const struct foreign_rules *missing, struct doctor_findings *findings);
