/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One message of two arguments, kept out of every log of the bus. I/O. */
#include "gateway/user_request.h"

#include "base/cleanup.h"

#include <string.h>

enum command_result user_request_send(const char *method, const char *name,
				      const uint8_t hash[MSCHAPV2_NT_HASH_SIZE],
				      sd_bus_message **ret_reply)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	char error[CONTROL_ERROR_MAX];
	int r;

	if (control_request_init(&request, method, error) < 0)
		return command_fail("%s", error);
	r = sd_bus_message_append(request.message, "s", name);
	if (r >= 0)
		r = sd_bus_message_append_array(request.message, 'y', hash, MSCHAPV2_NT_HASH_SIZE);
	if (r >= 0)
		r = sd_bus_message_sensitive(request.message);
	if (r < 0)
		return command_fail("%s", strerror(-r));
	if (control_request_send(&request, ret_reply, error) < 0)
		return command_fail("user %s: %s", name, error);
	return COMMAND_DONE;
}
