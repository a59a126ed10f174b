/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MS-CHAPv2 responses against the user database. I/O (database, getrandom). */
#include "gateway/authentication.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/*
 * The name as a C string, for the hash. A name with NUL inside, or longer than
 * any user's, matches nobody; what is left of it only keeps the work alike.
 */
static void copy_name(const struct plugin_authenticate *request, char name[PLUGIN_USER_MAX + 1])
{
	memcpy(name, request->user, request->user_size);
	name[request->user_size] = '\0';
}

enum authentication_result
authentication_check(struct user_database *database, const struct plugin_authenticate *request,
		     char ret_user[USER_NAME_MAX + 1],
		     char ret_authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1])
{
	char name[PLUGIN_USER_MAX + 1];
	char authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1];
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE];
	bool right;
	int error;

	copy_name(request, name);
	/* A dummy that is drawn anew each time is right for no response. */
	if (getrandom(hash, sizeof(hash), 0) != (ssize_t)sizeof(hash))
		return AUTHENTICATION_DATABASE_FAILED;
	error = user_database_nt_hash(database, request->user, request->user_size, hash);
	right = mschapv2_verify(hash, request->challenge, request->response, name, authenticator);
	explicit_bzero(hash, sizeof(hash));
	if (error == -ENOENT)
		return AUTHENTICATION_UNKNOWN_USER;
	if (error)
		return AUTHENTICATION_DATABASE_FAILED;
	if (!right || strlen(name) > USER_NAME_MAX)
		return AUTHENTICATION_WRONG_PASSWORD;
	strcpy(ret_user, name);
	memcpy(ret_authenticator, authenticator, sizeof(authenticator));
	return AUTHENTICATION_ACCEPTED;
}

const char *authentication_result_text(enum authentication_result result)
{
	switch (result) {
	case AUTHENTICATION_ACCEPTED:
		return "accepted";
	case AUTHENTICATION_WRONG_PASSWORD:
		return "wrong password";
	case AUTHENTICATION_UNKNOWN_USER:
		return "unknown user";
	case AUTHENTICATION_DATABASE_FAILED:
		return "user database failed";
	}
	return "?";
}
