/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of a file that was read again, for whoever asked for it. */
#pragma once

#include "gateway/configuration_change.h"

/* Things that only root's commands can do. */
#define RELOAD_NOTES_MAX 3
#define RELOAD_ERROR_MAX 600

struct reload_report {
	struct configuration_changes changes;
	const char *notes[RELOAD_NOTES_MAX]; /* one line each, with the remedy; static */
	size_t note_count;
};
