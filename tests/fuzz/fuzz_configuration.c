/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate.conf: an error is one line that names the file; what is right stays
 * right when setup edits a key.
 */
#include "tests/fuzz/fuzz.h"

#include "gateway/configuration.h"
#include "gateway/configuration_edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	_cleanup_(freep) char *text = fuzz_string(bytes, size);
	_cleanup_(freep) char *edited = NULL;
	char error[CONFIGURATION_ERROR_MAX] = "";
	struct configuration configuration;

	if (configuration_parse("file", text, &configuration, error) != 0) {
		assert(strncmp(error, "file:", 5) == 0 && !strchr(error, '\n'));
		return 0;
	}
	assert(configuration.listen_count > 0 && configuration.tunnels_maximum > 0);
	assert(configuration_edit(text, "l2tp", "host-name", "edited", &edited) == 0);
	assert(configuration_parse("file", edited, &configuration, error) == 0);
	assert(strcmp(configuration.host_name, "edited") == 0);
	return 0;
}
