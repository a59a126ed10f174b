/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users over D-Bus: their database, and what a change means to their sessions. I/O. */
#include "gateway/control_bus_parts.h"

#include "base/cleanup.h"
#include "gateway/log.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* Users in one answer: the loop has other things to do, and a message has an end. */
#define PAGE_MAX 2000

/* ---- one user --------------------------------------------------------------------- */

/* A name and a hash. Return: 0 or negative errno, *@ret_error set if there is more to say. */
static int read_credentials(sd_bus_message *message, const char **ret_name, const void **ret_hash,
			    sd_bus_error *ret_error)
{
	const char *problem;
	size_t hash_size;
	int error;

	if ((error = sd_bus_message_sensitive(message)) < 0 ||
	    (error = sd_bus_message_read(message, "s", ret_name)) < 0 ||
	    (error = sd_bus_message_read_array(message, 'y', ret_hash, &hash_size)) < 0)
		return error;
	problem = user_name_check(*ret_name);
	if (problem)
		return control_bus_refuse(ret_error, -EINVAL, problem);
	if (hash_size != MSCHAPV2_NT_HASH_SIZE)
		return control_bus_refuse(ret_error, -EINVAL, "an NT hash has 16 bytes");
	return 0;
}

int control_bus_add_user(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct user user = { .created = (uint64_t)time(NULL) };
	struct control_bus *bus = userdata;
	const char *name;
	const void *hash;
	int error;

	user_attributes_default(&user.attributes);
	if ((error = read_credentials(message, &name, &hash, ret_error)) < 0 ||
	    (error = control_bus_read_attributes(message, user_attribute_table, &user.attributes,
						 ret_error)) < 0 ||
	    (error = control_bus_check_pool(bus, "", user.attributes.pool, ret_error)) < 0)
		return error;
	strcpy(user.name, name);
	error = user_database_add(bus->resources.users, &user, hash);
	if (error)
		return control_bus_refuse_database(ret_error, error);
	sessions_apply_user(bus->resources.sessions, NULL, &user);
	log_info("user \"%s\" added", name);
	return sd_bus_reply_method_return(message, "");
}

/* Whether a hash is that of a user; whoever may ask may replace the user as well. */
int control_bus_check_password(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;
	uint8_t right[MSCHAPV2_NT_HASH_SIZE];
	const char *name;
	const void *hash;
	bool is_right;
	int error = read_credentials(message, &name, &hash, ret_error);

	if (error < 0)
		return error;
	error = user_database_look_up(bus->resources.users, (const uint8_t *)name, strlen(name),
				      NULL, right);
	if (error)
		return control_bus_refuse_database(ret_error, error);
	is_right = memcmp(hash, right, sizeof(right)) == 0;
	explicit_bzero(right, sizeof(right));
	return sd_bus_reply_method_return(message, "b", is_right);
}

int control_bus_set_password(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;
	const char *name;
	const void *hash;
	int error = read_credentials(message, &name, &hash, ret_error);

	if (error < 0)
		return error;
	error = user_database_set_password(bus->resources.users, name, hash);
	if (error)
		return control_bus_refuse_database(ret_error, error);
	log_info("user \"%s\" has another password", name);
	return sd_bus_reply_method_return(message, "");
}

int control_bus_set_user(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;
	struct user before, user;
	const char *name;
	uint32_t ended;
	int error = sd_bus_message_read(message, "s", &name);

	if (error < 0)
		return error;
	error = user_database_get(bus->resources.users, name, &before);
	if (error)
		return control_bus_refuse_database(ret_error, error);
	user = before;
	error = control_bus_read_attributes(message, user_attribute_table, &user.attributes,
					    ret_error);
	if (error >= 0)
		error = control_bus_check_pool(bus, before.attributes.pool, user.attributes.pool,
					       ret_error);
	if (error < 0)
		return error;
	error = user_database_set(bus->resources.users, name, &user.attributes);
	if (error)
		return control_bus_refuse_database(ret_error, error);
	ended = (uint32_t)sessions_apply_user(bus->resources.sessions, &before, &user);
	log_info("user \"%s\" changed, %u sessions ended", name, ended);
	return sd_bus_reply_method_return(message, "u", ended);
}

int control_bus_delete_user(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct control_bus *bus = userdata;
	struct user user;
	const char *name;
	uint32_t ended;
	int error = sd_bus_message_read(message, "s", &name);

	if (error < 0)
		return error;
	error = user_database_get(bus->resources.users, name, &user);
	if (!error)
		error = user_database_delete(bus->resources.users, name);
	if (error)
		return control_bus_refuse_database(ret_error, error);
	ended = (uint32_t)sessions_apply_user(bus->resources.sessions, &user, NULL);
	log_info("user \"%s\" deleted, %u sessions ended", name, ended);
	return sd_bus_reply_method_return(message, "u", ended);
}

/* ---- what there is --------------------------------------------------------------------- */

static int append_user(sd_bus_message *reply, const struct sessions *sessions,
		       const struct user *user)
{
	size_t live = sessions_user_count(sessions, user->name);
	int error;

	if ((error = control_bus_append_string(reply, "name", user->name)) < 0 ||
	    (error = control_bus_append_u64(reply, "created", user->created)) < 0 ||
	    (live && (error = control_bus_append_u32(reply, "sessions", (uint32_t)live)) < 0))
		return error;
	return control_bus_append_attributes(reply, user_attribute_table, &user->attributes);
}

int control_bus_get_user(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct control_bus *bus = userdata;
	struct user user;
	const char *name;
	int error = sd_bus_message_read(message, "s", &name);

	if (error < 0)
		return error;
	error = user_database_get(bus->resources.users, name, &user);
	if (error)
		return control_bus_refuse_database(ret_error, error);
	if ((error = sd_bus_message_new_method_return(message, &reply)) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "{sv}")) < 0 ||
	    (error = append_user(reply, bus->resources.sessions, &user)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_send(NULL, reply, NULL);
}

/* An answer that grows, and whether it holds hashes. */
struct listing {
	sd_bus_message *reply;
	const struct sessions *sessions;
	bool with_hashes;
};

static int append_listed(void *userdata, const struct user *user,
			 const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE])
{
	const struct listing *listing = userdata;
	sd_bus_message *reply = listing->reply;
	int error = sd_bus_message_open_container(reply, 'a', "{sv}");

	if (error >= 0)
		error = append_user(reply, listing->sessions, user);
	if (error >= 0 && listing->with_hashes &&
	    (error = sd_bus_message_open_container(reply, 'e', "sv")) >= 0 &&
	    (error = sd_bus_message_append(reply, "s", "nt-hash")) >= 0 &&
	    (error = sd_bus_message_open_container(reply, 'v', "ay")) >= 0 &&
	    (error = sd_bus_message_append_array(reply, 'y', nt_hash, MSCHAPV2_NT_HASH_SIZE)) >=
		    0 &&
	    (error = sd_bus_message_close_container(reply)) >= 0)
		error = sd_bus_message_close_container(reply);
	if (error >= 0)
		error = sd_bus_message_close_container(reply);
	return error < 0 ? error : 0;
}

static int list(sd_bus_message *message, struct control_bus *bus, bool with_hashes,
		sd_bus_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct listing listing = { NULL, bus->resources.sessions, with_hashes };
	struct user_filter filter;
	int error;

	if ((error = sd_bus_message_read(message, "ssu", &filter.after, &filter.group,
					 &filter.limit)) < 0 ||
	    (error = sd_bus_message_new_method_return(message, &reply)) < 0 ||
	    (with_hashes && (error = sd_bus_message_sensitive(reply)) < 0) ||
	    (error = sd_bus_message_open_container(reply, 'a', "a{sv}")) < 0)
		return error;
	if (filter.limit == 0 || filter.limit > PAGE_MAX)
		filter.limit = PAGE_MAX;
	listing.reply = reply;
	error = user_database_walk(bus->resources.users, &filter, append_listed, &listing);
	if (error)
		return control_bus_refuse_database(ret_error, error);
	if ((error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_send(NULL, reply, NULL);
}

int control_bus_list_users(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	return list(message, userdata, false, ret_error);
}

/* Hashes are as good as passwords: for root, and for whom the file belongs to anyway. */
int control_bus_export_users(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(sd_bus_creds_unrefp) sd_bus_creds *caller = NULL;
	uid_t user;

	if (sd_bus_query_sender_creds(message, SD_BUS_CREDS_EUID, &caller) < 0 ||
	    sd_bus_creds_get_euid(caller, &user) < 0 || (user != 0 && user != geteuid()))
		return sd_bus_error_setf(ret_error, SD_BUS_ERROR_ACCESS_DENIED,
					 "only root may read the hashes of passwords");
	return list(message, userdata, true, ret_error);
}
