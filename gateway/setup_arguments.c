/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options that setup and restore share. */
#include "gateway/setup_arguments.h"

enum command_result setup_arguments_check(const struct command *command,
					  const struct setup_options *options)
{
	if (options->listen_address && options->interface)
		return command_usage(command, "--listen-address or --interface, not both");
	return COMMAND_DONE;
}
