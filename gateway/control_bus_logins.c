/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log-ins that are held back: who, and that they are no longer. On sd-bus. */
#include "gateway/control_bus_parts.h"

#include "base/text.h"
#include "gateway/log.h"

#include <errno.h>
#include <string.h>

/* What is shown at most; the rest is counted. */
#define HELD_SHOWN_MAX 100

struct held_list {
	sd_bus_message *reply;
	uint32_t count;
};

static int append_held(void *userdata, const struct login_held *held)
{
	struct held_list *list = userdata;
	sd_bus_message *reply = list->reply;
	int error;

	if (++list->count > HELD_SHOWN_MAX)
		return 0;
	if ((error = sd_bus_message_open_container(reply, 'a', "{sv}")) < 0 ||
	    (error = control_bus_append_string(reply, "party", login_party_name(held->party))) <
		    0 ||
	    (error = control_bus_append_string(reply, "user", held->user)) < 0 ||
	    (error = control_bus_append_address(reply, "outer-address", held->address)) < 0 ||
	    (error = control_bus_append_reference(reply, "sa-reference", held->reference)) < 0 ||
	    (error = control_bus_append_u32(reply, "failures", held->failures)) < 0 ||
	    (error = control_bus_append_u64(reply, "seconds", held->left_usec / 1000000 + 1)) < 0)
		return error;
	error = sd_bus_message_close_container(reply);
	return error < 0 ? error : 0;
}

int control_bus_append_held_back(sd_bus_message *reply, struct control_bus *bus)
{
	struct held_list list = { .reply = reply };
	int error;

	if ((error = sd_bus_message_open_container(reply, 'e', "sv")) < 0 ||
	    (error = sd_bus_message_append(reply, "s", "held-back")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'v', "aa{sv}")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "a{sv}")) < 0 ||
	    (error = login_backoff_walk(bus->resources.backoff,
					&bus->resources.configuration->login_backoff,
					control_bus_now_usec(bus), append_held, &list)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return control_bus_append_u32(reply, "held-back-count", list.count);
}

int control_bus_unblock(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	char quoted[2 * USER_NAME_MAX];
	struct control_bus *bus = userdata;
	struct inet_address address;
	uint32_t forgiven;
	const char *who;
	bool is_address;
	int error = sd_bus_message_read(message, "s", &who);

	if (error < 0)
		return error;
	/* A user may be called like an address. */
	is_address = inet_address_parse(who, &address) == 0;
	if (*who && !is_address && user_name_check(who))
		return control_bus_refuse(ret_error, -EINVAL,
					  "neither an address nor a name that a user can have");
	forgiven = (uint32_t)login_backoff_forgive(bus->resources.backoff, *who ? who : NULL,
						   is_address ? &address : NULL,
						   control_bus_now_usec(bus));
	log_info("failed log-ins of %s are forgiven: %u counts",
		 *who ? text_quote(who, strlen(who), quoted, sizeof(quoted)) : "everybody",
		 forgiven);
	return sd_bus_reply_method_return(message, "u", forgiven);
}
