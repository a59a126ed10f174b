/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of other people that drop, by name, what clients send. Pure. */
#pragma once

#include "gateway/doctor.h"

/**
 * doctor_foreign_drop_check() - rules that drop IKE, ESP or L2TP whatever their chain's policy
 * @ruleset: `nft -s list ruleset`; other tables than ours
 *
 * Told is the first rule for each of these. One for an interface alone, or in a chain
 * that no hook calls directly, may concern no client: a warning, else an error. A rule
 * that looks at more (addresses, sets, rates, states) is taken to know what it does, and
 * so is one behind a rule of the same chain that accepts. Says nothing if there is none.
 */
void doctor_foreign_drop_check(const char *ruleset, struct doctor_findings *findings);
