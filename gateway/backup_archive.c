/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A backup on json-c, with base64 of nettle (RFC 4648) for the database. JSON rather
 * than tar: there is nothing in it that could name a place. Pure.
 */
#include "gateway/backup_archive.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/json_build.h"
#include "gateway/profile.h"

#include <errno.h>
#include <json-c/json.h>
#include <nettle/base64.h>
#include <string.h>

#define FORMAT  "saregate-backup"
#define VERSION 1

static void json_putp(json_object **object)
{
	json_object_put(*object);
}

static void wipe_and_free(void *bytes, size_t size)
{
	if (bytes)
		explicit_bzero(bytes, size);
	free(bytes);
}

void backup_done(struct backup *backup)
{
	free(backup->configuration);
	wipe_and_free(backup->users, backup->users_size);
	explicit_bzero(backup, sizeof(*backup));
}

/* ---- to text ----------------------------------------------------------------------- */

static int add_users(json_object *object, const struct backup *backup)
{
	size_t size = BASE64_ENCODE_RAW_LENGTH(backup->users_size);
	char *text;
	int r;

	if (!backup->users)
		return 0;
	text = malloc(size + 1);
	if (!text)
		return -ENOMEM;
	base64_encode_raw(text, backup->users_size, backup->users);
	text[size] = '\0';
	r = json_build_add_text(object, "users", text);
	wipe_and_free(text, size);
	return r;
}

int backup_format(const struct backup *backup, char **ret_text)
{
	_cleanup_(json_putp) json_object *object = json_object_new_object();
	const char *text;
	int r;

	if (!object)
		return -ENOMEM;
	r = json_build_add_text(object, "format", FORMAT);
	if (r == 0)
		r = json_build_add(object, "version", json_object_new_int(VERSION));
	if (r == 0)
		r = json_build_add_text(object, "program", backup->program);
	if (r == 0)
		r = json_build_add_text(object, "host", backup->host);
	if (r == 0)
		r = json_build_add(object, "created",
				   json_object_new_int64((int64_t)backup->created));
	if (r == 0)
		r = json_build_add_text(object, "configuration", backup->configuration);
	if (r == 0)
		r = json_build_add_text(object, "pre_shared_key", backup->pre_shared_key);
	if (r == 0)
		r = json_build_add_text(object, "connections", backup->connections);
	if (r == 0)
		r = json_build_add_text(object, "public_address", backup->public_address);
	if (r == 0)
		r = add_users(object, backup);
	if (r < 0)
		return r;
	text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
							      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text || !(*ret_text = strdup(text)))
		return -ENOMEM;
	return 0;
}

/* ---- from text --------------------------------------------------------------------- */

static int refuse(char error[BACKUP_ERROR_MAX], const char *key, const char *why)
{
	snprintf(error, BACKUP_ERROR_MAX, "%s: %s", key, why);
	return -EINVAL;
}

/* A text without NUL of at most @size - 1 bytes. */
static const char *find_text(json_object *object, const char *key, size_t size,
			     char error[BACKUP_ERROR_MAX])
{
	json_object *value;
	size_t length;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string)) {
		refuse(error, key, "is missing, or no text");
		return NULL;
	}
	length = (size_t)json_object_get_string_len(value);
	if (length >= size || strlen(json_object_get_string(value)) != length) {
		refuse(error, key, "is too long, or holds a zero byte");
		return NULL;
	}
	return json_object_get_string(value);
}

static int read_text(json_object *object, const char *key, char *text, size_t size,
		     char error[BACKUP_ERROR_MAX])
{
	const char *value = find_text(object, key, size, error);

	return value ? text_copy(text, size, value) : -EINVAL;
}

static int read_configuration(json_object *object, struct backup *backup,
			      char error[BACKUP_ERROR_MAX])
{
	const char *value = find_text(object, "configuration", BACKUP_CONFIGURATION_MAX, error);

	if (!value)
		return -EINVAL;
	backup->configuration = strdup(value);
	return backup->configuration ? 0 : -ENOMEM;
}

/* The key stands between quotes in a line of ipsec.secrets. */
static int read_key(json_object *object, struct backup *backup, char error[BACKUP_ERROR_MAX])
{
	static const char key[] = "pre_shared_key";
	int r = read_text(object, key, backup->pre_shared_key, sizeof(backup->pre_shared_key),
			  error);

	if (r == 0 &&
	    (profile_secret_check(backup->pre_shared_key) || strchr(backup->pre_shared_key, '"')))
		return refuse(error, key, "cannot be a pre-shared key");
	return r;
}

static int read_users(json_object *object, struct backup *backup, char error[BACKUP_ERROR_MAX])
{
	struct base64_decode_ctx decoder;
	const char *text;
	size_t size;

	if (!json_object_object_get_ex(object, "users", NULL))
		return 0;
	text = find_text(object, "users", BACKUP_USERS_MAX / 3 * 4, error);
	if (!text)
		return -EINVAL;
	size = BASE64_DECODE_LENGTH(strlen(text));
	backup->users = malloc(size + 1);
	if (!backup->users)
		return -ENOMEM;
	backup->users_size = size;
	base64_decode_init(&decoder);
	if (!base64_decode_update(&decoder, &size, backup->users, strlen(text), text) ||
	    !base64_decode_final(&decoder) || size == 0)
		return refuse(error, "users", "is no base64");
	backup->users_size = size;
	return 0;
}

/* "" or an IPv4 address: nothing else comes from setup, or may go to a terminal. */
static int read_public_address(json_object *object, struct backup *backup,
			       char error[BACKUP_ERROR_MAX])
{
	static const char key[] = "public_address";
	struct inet_address address;
	int r = read_text(object, key, backup->public_address, sizeof(backup->public_address),
			  error);

	if (r == 0 && backup->public_address[0] &&
	    (inet_address_parse(backup->public_address, &address) < 0 || address.family != AF_INET))
		return refuse(error, key, "is no IPv4 address");
	return r;
}

static int check_version(json_object *object, char error[BACKUP_ERROR_MAX])
{
	json_object *version;
	const char *format = find_text(object, "format", sizeof(FORMAT), error);

	if (!format || strcmp(format, FORMAT) != 0)
		return refuse(error, "format", "this is no backup of saregate");
	if (!json_object_object_get_ex(object, "version", &version) ||
	    !json_object_is_type(version, json_type_int) || json_object_get_int(version) < 1)
		return refuse(error, "version", "is missing, or no number");
	if (json_object_get_int(version) > VERSION)
		return refuse(error, "version",
			      "a newer saregate made this backup: install that one first");
	return 0;
}

static int read_created(json_object *object, struct backup *backup)
{
	json_object *value;

	if (json_object_object_get_ex(object, "created", &value))
		backup->created = json_object_get_uint64(value);
	return 0;
}

int backup_parse(const char *text, struct backup *ret_backup, char ret_error[BACKUP_ERROR_MAX])
{
	_cleanup_(json_putp) json_object *object = json_tokener_parse(text);
	_cleanup_(backup_done) struct backup backup = { 0 };
	int r;

	if (!json_object_is_type(object, json_type_object))
		return refuse(ret_error, "backup", "damaged, or no backup of saregate");
	r = check_version(object, ret_error);
	if (r == 0)
		r = read_text(object, "program", backup.program, sizeof(backup.program), ret_error);
	if (r == 0)
		r = read_text(object, "host", backup.host, sizeof(backup.host), ret_error);
	if (r == 0)
		r = read_created(object, &backup);
	if (r == 0)
		r = read_configuration(object, &backup, ret_error);
	if (r == 0)
		r = read_key(object, &backup, ret_error);
	if (r == 0)
		r = read_text(object, "connections", backup.connections, sizeof(backup.connections),
			      ret_error);
	if (r == 0)
		r = read_public_address(object, &backup, ret_error);
	if (r == 0)
		r = read_users(object, &backup, ret_error);
	if (r < 0)
		return r;
	*ret_backup = backup;
	backup = (struct backup){ 0 };
	return 0;
}
