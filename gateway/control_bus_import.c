/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many users in one change of the database, or none. On sd-bus. */
#include "gateway/control_bus_parts.h"

#include "base/cleanup.h"
#include "gateway/log.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* Refused users that are told one by one: more makes no answer better. */
#define TOLD_MAX 10000

/* An import under way. */
struct import {
	struct control_bus *bus;
	sd_bus_message *reply; /* an a(us) is open in it */
	uint32_t room, added, refused;
};

/* Return: NULL if the user is added; else why not (static). */
static const char *add_one(struct import *import, const struct user *user, const void *hash,
			   size_t hash_size)
{
	const char *wrong = user_name_check(user->name);
	int error;

	if (wrong)
		return wrong;
	if (hash_size != MSCHAPV2_NT_HASH_SIZE)
		return "an NT hash has 16 bytes";
	if (import->added >= import->room)
		return user_database_error_text(-EDQUOT);
	error = user_database_add_one(import->bus->resources.users, user, hash);
	if (error)
		return user_database_error_text(error);
	import->added++;
	return NULL;
}

/* Return: 1 for one user, 0 at the end; negative errno. */
static int take_one(struct import *import, sd_bus_message *message, uint32_t index)
{
	_cleanup_(sd_bus_error_free) sd_bus_error refusal = SD_BUS_ERROR_NULL;
	struct user user = { .created = (uint64_t)time(NULL) };
	const char *name, *wrong = NULL;
	const void *hash;
	size_t hash_size;
	int r = sd_bus_message_enter_container(message, 'r', "saya{ss}");

	if (r <= 0)
		return r;
	user_attributes_default(&user.attributes);
	if ((r = sd_bus_message_read(message, "s", &name)) < 0 ||
	    (r = sd_bus_message_read_array(message, 'y', &hash, &hash_size)) < 0)
		return r;
	if (strlen(name) > USER_NAME_MAX)
		wrong = user_name_check(name);
	else
		strcpy(user.name, name);
	r = control_bus_read_attributes(message, user_attribute_table, &user.attributes, &refusal);
	if (r >= 0)
		r = control_bus_check_pool(import->bus, "", user.attributes.pool, &refusal);
	if (r < 0 && !refusal.message)
		return r;
	if (!wrong)
		wrong = refusal.message;
	r = sd_bus_message_exit_container(message);
	if (r >= 0 && !wrong)
		wrong = add_one(import, &user, hash, hash_size);
	if (r >= 0 && wrong && import->refused++ < TOLD_MAX)
		r = sd_bus_message_append(import->reply, "(us)", index, wrong);
	return r < 0 ? r : 1;
}

static int take_all(struct import *import, sd_bus_message *message)
{
	uint32_t index = 0;
	int r = sd_bus_message_enter_container(message, 'a', "(saya{ss})");

	if (r >= 0)
		r = sd_bus_message_open_container(import->reply, 'a', "(us)");
	while (r >= 0 && (r = take_one(import, message, index)) > 0)
		index++;
	if (r >= 0)
		r = sd_bus_message_close_container(import->reply);
	return r < 0 ? r : sd_bus_message_exit_container(message);
}

/* Addresses of users' own leave the pool; those that have left stay out. */
static int claim_fixed(void *userdata, const struct user *user,
		       const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE])
{
	sessions_apply_user(userdata, NULL, user);
	return 0;
}

static int finish(struct import *import, const char *mode, sd_bus_error *ret_error)
{
	struct user_database *users = import->bus->resources.users;
	bool keep =
		strcmp(mode, "partial") == 0 || (strcmp(mode, "all") == 0 && import->refused == 0);
	int error = user_database_end(users, keep);

	if (error)
		return control_bus_refuse_database(ret_error, error);
	if (!keep)
		import->added = 0;
	if (import->added)
		user_database_walk_fixed(users, claim_fixed, import->bus->resources.sessions);
	log_info("import: %u users added, %u refused", import->added, import->refused);
	error = sd_bus_message_append(import->reply, "u", import->added);
	return error < 0 ? error : sd_bus_send(NULL, import->reply, NULL);
}

int control_bus_import_users(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct import import = { .bus = userdata };
	struct user_database *users = import.bus->resources.users;
	const char *mode;
	int error;

	if ((error = sd_bus_message_sensitive(message)) < 0 ||
	    (error = sd_bus_message_new_method_return(message, &reply)) < 0)
		return error;
	import.reply = reply;
	error = user_database_begin(users, &import.room);
	if (error)
		return control_bus_refuse_database(ret_error, error);
	error = take_all(&import, message);
	if (error >= 0)
		error = sd_bus_message_read(message, "s", &mode);
	if (error < 0) {
		user_database_end(users, false);
		return error;
	}
	return finish(&import, mode, ret_error);
}
