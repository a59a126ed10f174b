/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate.conf as a file. I/O. */
#include "base/cleanup.h"
#include "gateway/configuration.h"
#include "gateway/text_file.h"

_Static_assert(TEXT_FILE_ERROR_MAX <= CONFIGURATION_ERROR_MAX, "room for what the file says");

int configuration_load(const char *path, struct configuration *ret_configuration,
		       char ret_error[CONFIGURATION_ERROR_MAX])
{
	_cleanup_(freep) char *text = NULL;
	int error = text_file_read(path, CONFIGURATION_SIZE_MAX, false, &text, ret_error);

	return error ? error : configuration_parse(path, text, ret_configuration, ret_error);
}
