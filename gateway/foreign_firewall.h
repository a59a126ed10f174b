/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firewalls of the host that are not ours. Our rules cannot let through what
 * another chain drops: the administrator is told what to allow, in the words of
 * whatever manages that chain. Pure.
 */
#pragma once

/**
 * foreign_firewall_advice() - what to allow, as commands
 * @chains:   what `nft -j list chains` prints
 * @ret_text: lines for people and a shell, each ended by a newline, or NULL if
 *            nothing of the host drops by default; the caller frees it
 *
 * Looked at are base chains of input and forward whose policy is drop, and the
 * tables of firewalld, ufw and Docker. Rules that drop under a policy of accept
 * are not seen, and neither is what has been allowed already.
 *
 * Return: 0; -EINVAL if @chains is not what nft prints; -ENOMEM.
 */
int foreign_firewall_advice(const char *chains, char **ret_text);
