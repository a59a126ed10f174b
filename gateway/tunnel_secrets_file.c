/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The secrets of L2TP peers as a file; what was read is wiped. I/O. */
#include "base/cleanup.h"
#include "gateway/privileges.h"
#include "gateway/text_file.h"
#include "gateway/tunnel_secrets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

_Static_assert(TEXT_FILE_ERROR_MAX <= TUNNEL_SECRETS_ERROR_MAX, "room for what the file says");

int tunnel_secrets_load(const char *path, struct tunnel_secrets **ret_secrets,
			char ret_error[TUNNEL_SECRETS_ERROR_MAX])
{
	_cleanup_(freep) char *text = NULL;
	int error;

	if (access(path, R_OK) < 0 && errno == EACCES) {
		snprintf(ret_error, TUNNEL_SECRETS_ERROR_MAX,
			 "%s: user " PRIVILEGES_USER " cannot read it: chown " PRIVILEGES_USER
			 " %s",
			 path, path);
		return -EINVAL;
	}
	error = text_file_read(path, TUNNEL_SECRETS_SIZE_MAX, true, &text, ret_error);
	if (error)
		return error;
	error = tunnel_secrets_parse(path, text, ret_secrets, ret_error);
	/* Taken apart, it has NULs: all of its room is wiped. */
	explicit_bzero(text, TUNNEL_SECRETS_SIZE_MAX + 1);
	return error;
}
