/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as people read them. Pure. */
#pragma once

#include <stdint.h>

/* Room for any of the texts below. */
#define HUMAN_TEXT_MAX 32

/* "512 B", "1.5 KiB", "20 MiB"; rounded down. Return: @text. */
char *human_size(uint64_t bytes, char text[HUMAN_TEXT_MAX]);

/* "45s", "3m05s", "1h02m", "2d03h". Return: @text. */
char *human_duration(uint64_t seconds, char text[HUMAN_TEXT_MAX]);
