/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the table `user_group`, and the pools that both tables name. I/O. */
#include "base/cleanup.h"
#include "gateway/user_database_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int user_database_add_group(struct user_database *database, const char *name, uint64_t created,
			    const struct group_attributes *attributes)
{
	_cleanup_(user_database_reset) sqlite3_stmt *const statement =
		database->statements[STATEMENT_ADD_GROUP];

	if (attribute_name_check(name) || created > INT64_MAX)
		return -EINVAL;
	if (sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_int64(statement, 2, (sqlite3_int64)created) != SQLITE_OK ||
	    user_database_bind(statement, 3, group_attribute_table, attributes) < 0)
		return -EIO;
	return user_database_change(database, statement, -EEXIST, -EDQUOT);
}

int user_database_set_group(struct user_database *database, const char *name,
			    const struct group_attributes *attributes)
{
	_cleanup_(user_database_reset) sqlite3_stmt *const statement =
		database->statements[STATEMENT_SET_GROUP];

	if (attribute_name_check(name))
		return -ENOENT;
	if (sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK ||
	    user_database_bind(statement, 2, group_attribute_table, attributes) < 0)
		return -EIO;
	return user_database_change(database, statement, -EIO, -ENOENT);
}

int user_database_delete_group(struct user_database *database, const char *name)
{
	_cleanup_(user_database_reset) sqlite3_stmt *const statement =
		database->statements[STATEMENT_DELETE_GROUP];
	int error;

	if (attribute_name_check(name))
		return -ENOENT;
	if (sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)
		return -EIO;
	error = user_database_change(database, statement, -EIO, -ENOENT);
	/* who refers to it: its members */
	return error == -ENXIO ? -ENOTEMPTY : error;
}

static int read_group(sqlite3_stmt *statement, struct user_group *ret_group)
{
	const char *name = (const char *)sqlite3_column_text(statement, 0);

	if (!name || attribute_name_check(name))
		return -EUCLEAN;
	strcpy(ret_group->name, name);
	ret_group->created = (uint64_t)sqlite3_column_int64(statement, 1);
	ret_group->id = (uint32_t)sqlite3_column_int64(statement, 2);
	ret_group->members = 0;
	return user_database_read_row(statement, GROUP_COLUMN_COUNT, group_attribute_table,
				      &ret_group->attributes);
}

int user_database_get_group(struct user_database *database, const char *name,
			    struct user_group *ret_group)
{
	_cleanup_(user_database_reset) sqlite3_stmt *const statement =
		database->statements[STATEMENT_GET_GROUP];
	int result;

	if (attribute_name_check(name))
		return -ENOENT;
	if (sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)
		return -EIO;
	result = sqlite3_step(statement);
	if (result == SQLITE_DONE)
		return -ENOENT;
	return result == SQLITE_ROW ? read_group(statement, ret_group)
				    : user_database_errno(database);
}

/* A column more than all others: how many members there are. */
static int count_column(void)
{
	int count = GROUP_COLUMN_COUNT;

	for (const struct attribute *a = group_attribute_table; a->name; a++)
		count++;
	return count;
}

int user_database_walk_groups(struct user_database *database, user_group_fn each, void *userdata)
{
	_cleanup_(user_database_finalizep) sqlite3_stmt *statement = NULL;
	_cleanup_(freep) char *text = NULL;
	struct user_group group;
	int result;

	if (asprintf(&text,
		     "SELECT %s, (SELECT count(*) FROM user WHERE user.group_name = g.name)"
		     " FROM user_group AS g ORDER BY name",
		     database->group_columns) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	if (sqlite3_prepare_v2(database->connection, text, -1, &statement, NULL) != SQLITE_OK)
		return user_database_errno(database);
	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		result = read_group(statement, &group);
		group.members = (uint32_t)sqlite3_column_int64(statement, count_column());
		if (result == 0)
			result = each(userdata, &group);
		if (result != 0)
			return result;
	}
	return result == SQLITE_DONE ? 0 : user_database_errno(database);
}

int user_database_walk_pools(struct user_database *database, user_pool_fn each, void *userdata)
{
	static const char text[] = "SELECT pool FROM user WHERE pool <> ''"
				   " UNION SELECT pool FROM user_group WHERE pool <> ''";
	_cleanup_(user_database_finalizep) sqlite3_stmt *statement = NULL;
	int result;

	if (sqlite3_prepare_v2(database->connection, text, -1, &statement, NULL) != SQLITE_OK)
		return user_database_errno(database);
	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		result = each(userdata, (const char *)sqlite3_column_text(statement, 0));
		if (result != 0)
			return result;
	}
	return result == SQLITE_DONE ? 0 : user_database_errno(database);
}
