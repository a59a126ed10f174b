/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pluto on a main file of ours, for a host whose own `config setup` has keys:
 * libreswan 4.10 then ignores the one that we add. Our file has the host's keys and
 * ours, and includes the host's. Text to text. Pure.
 */
#pragma once

/* The host's main file, which ours includes, and which the unit's command names. */
#define PLUTO_HOST_PATH "/etc/ipsec.conf"

/**
 * pluto_text_main() - a main file that includes the host's
 * @host: text of PLUTO_HOST_PATH
 *
 * The keys of its `config setup` are taken over, but for those that we set.
 *
 * Return: 0 and *@ret_text, which the caller frees; -ENOMEM.
 */
int pluto_text_main(const char *host, char **ret_text);

/**
 * pluto_text_drop_in() - a drop-in for ipsec.service that names another main file
 * @unit: text of the unit, as the distribution ships it
 * @path: of the main file
 *
 * Return: 0 and *@ret_text, which the caller frees; -ENOENT if no ExecStart of the
 *         unit names PLUTO_HOST_PATH; -ENOMEM.
 */
int pluto_text_drop_in(const char *unit, const char *path, char **ret_text);
