/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a stranger wrote, made fit for a terminal. Where the locale is UTF-8, characters
 * are shown, elsewhere ASCII only; what would steer the terminal, or turn the order of
 * what stands around it, never is. Depends on the locale, and on nothing else.
 */
#pragma once

#include <stddef.h>

/**
 * terminal_text_clean() - replace what must not reach a terminal by '?'
 * @text: changed in place; never gets longer
 *
 * Each control character, character without a picture, byte that is no UTF-8 and, where
 * the locale is not UTF-8, each byte beyond ASCII becomes one '?'.
 *
 * Return: how many columns of a terminal @text takes: wide characters two, marks that
 *         are put over others none.
 */
size_t terminal_text_clean(char *text);
