/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firewalls of the host that are not ours. Our rules cannot let through what
 * another chain drops: it must be allowed there, in the words of whatever manages
 * that chain (foreign_rule.h). Pure.
 */
#pragma once

#include "gateway/foreign_rule.h"

/**
 * foreign_firewall_find() - what must be allowed so that clients come in
 * @chains:   what `nft -j list chains` prints
 * @has_ipv6: clients have IPv6 inside, so that chains of that family matter
 *
 * Looked at are base chains of input and forward whose policy is drop, and the
 * tables of firewalld, ufw and Docker. Rules that drop under a policy of accept
 * are not seen, and neither is what has been allowed already.
 *
 * Return: 0; -EINVAL if @chains is not what nft prints, *@ret_rules untouched.
 */
int foreign_firewall_find(const char *chains, bool has_ipv6, struct foreign_rules *ret_rules);
