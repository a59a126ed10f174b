/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changing one key of saregate.conf and not a byte more. Text to text. Pure. */
#pragma once

/**
 * configuration_edit() - give a key a value, keep all else and all comments
 * @text:    of the file; NUL-terminated
 * @section: without brackets
 *
 * A line that sets the key is replaced where it stands. Otherwise the new line
 * follows the line that shows the key commented out, or its section's header,
 * or a header added at the end.
 *
 * Return: 0 and *@ret_text, which the caller frees; -ENOMEM.
 */
int configuration_edit(const char *text, const char *section, const char *key, const char *value,
		       char **ret_text);
