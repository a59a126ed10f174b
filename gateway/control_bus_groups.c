/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups over D-Bus, and what a change means to the sessions of their members. I/O. */
#include "gateway/control_bus_parts.h"

#include "base/cleanup.h"
#include "gateway/log.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static int refuse(sd_bus_error *ret_error, int error)
{
	if (error == -ENOENT)
		return control_bus_refuse(ret_error, error, "there is no group of that name");
	if (error == -EEXIST)
		return control_bus_refuse(ret_error, error,
					  "there is a group of that name already");
	return control_bus_refuse_database(ret_error, error);
}

int control_bus_add_group(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct group_attributes attributes = { 0 };
	struct control_bus *bus = userdata;
	const char *name, *wrong;
	int error = sd_bus_message_read(message, "s", &name);

	if (error < 0 ||
	    (error = control_bus_read_attributes(message, group_attribute_table, &attributes,
						 ret_error)) < 0 ||
	    (error = control_bus_check_pool(bus, "", attributes.pool, ret_error)) < 0)
		return error;
	wrong = attribute_name_check(name);
	if (wrong)
		return control_bus_refuse(ret_error, -EINVAL, wrong);
	error = user_database_add_group(bus->resources.users, name, (uint64_t)time(NULL),
					&attributes);
	if (error)
		return refuse(ret_error, error);
	log_info("group \"%s\" added", name);
	return sd_bus_reply_method_return(message, "");
}

int control_bus_set_group(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;
	char pool[ATTRIBUTE_NAME_MAX + 1];
	struct user_group group;
	const char *name;
	uint32_t ended;
	int error = sd_bus_message_read(message, "s", &name);

	if (error < 0)
		return error;
	error = user_database_get_group(bus->resources.users, name, &group);
	if (error)
		return refuse(ret_error, error);
	strcpy(pool, group.attributes.pool);
	error = control_bus_read_attributes(message, group_attribute_table, &group.attributes,
					    ret_error);
	if (error >= 0)
		error = control_bus_check_pool(bus, pool, group.attributes.pool, ret_error);
	if (error < 0)
		return error;
	error = user_database_set_group(bus->resources.users, name, &group.attributes);
	if (error)
		return refuse(ret_error, error);
	ended = (uint32_t)sessions_apply_group(bus->resources.sessions, name);
	log_info("group \"%s\" changed, %u sessions ended", name, ended);
	return sd_bus_reply_method_return(message, "u", ended);
}

int control_bus_delete_group(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;
	const char *name;
	int error = sd_bus_message_read(message, "s", &name);

	if (error < 0)
		return error;
	error = user_database_delete_group(bus->resources.users, name);
	if (error)
		return refuse(ret_error, error);
	log_info("group \"%s\" deleted", name);
	return sd_bus_reply_method_return(message, "");
}

static int append_group(void *userdata, const struct user_group *group)
{
	sd_bus_message *reply = userdata;
	int error = sd_bus_message_open_container(reply, 'a', "{sv}");

	if (error < 0 || (error = control_bus_append_string(reply, "name", group->name)) < 0 ||
	    (error = control_bus_append_u64(reply, "created", group->created)) < 0 ||
	    (error = control_bus_append_u32(reply, "members", group->members)) < 0 ||
	    (error = control_bus_append_attributes(reply, group_attribute_table,
						   &group->attributes)) < 0)
		return error;
	error = sd_bus_message_close_container(reply);
	return error < 0 ? error : 0;
}

int control_bus_list_groups(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct control_bus *bus = userdata;
	int error;

	if ((error = sd_bus_message_new_method_return(message, &reply)) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "a{sv}")) < 0)
		return error;
	error = user_database_walk_groups(bus->resources.users, append_group, reply);
	if (error)
		return refuse(ret_error, error);
	if ((error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_send(NULL, reply, NULL);
}
