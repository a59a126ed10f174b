/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MS-CHAPv2 responses against the user database. I/O (database, getrandom). */
#include "gateway/authentication.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/*
 * The name as a C string, for the hash. A name with NUL inside, or longer than
 * any user's, matches nobody; what is left of it only keeps the work alike.
 */
static void copy_name(const struct plugin_authenticate *request, char name[PLUGIN_USER_MAX + 1])
{
	memcpy(name, request->user, request->user_size);
	name[request->user_size] = '\0';
}

/* What is left of "DOMAIN\\user" and "user@realm"; a pointer into @name, which is cut. */
static const char *strip(const struct configuration *configuration, char *name)
{
	char *domain_end = configuration->strip_domain ? strrchr(name, '\\') : NULL;
	char *realm;

	if (domain_end)
		name = domain_end + 1;
	realm = configuration->strip_realm ? strrchr(name, '@') : NULL;
	if (realm)
		*realm = '\0';
	return name;
}

/* Who it is by the database: as user_database_look_up(), and the name in any case. */
static int look_up(struct user_database *database, const struct configuration *configuration,
		   const struct plugin_authenticate *request, struct user *ret_user,
		   uint8_t ret_hash[MSCHAPV2_NT_HASH_SIZE])
{
	char copy[PLUGIN_USER_MAX + 1];
	const char *name;

	*ret_user = (struct user){ .name = "" };
	copy_name(request, copy);
	if (strlen(copy) != request->user_size)
		return -ENOENT;
	name = strip(configuration, copy);
	if (text_copy(ret_user->name, sizeof(ret_user->name), name) < 0)
		return -ENOENT;
	return user_database_look_up(database, (const uint8_t *)name, strlen(name), ret_user,
				     ret_hash);
}

static enum authentication_result check_attributes(const struct user_attributes *attributes)
{
	if (!attributes->enabled)
		return AUTHENTICATION_DISABLED;
	if (attributes->expires && attributes->expires <= (uint64_t)time(NULL))
		return AUTHENTICATION_EXPIRED;
	return AUTHENTICATION_ACCEPTED;
}

enum authentication_result
authentication_check(struct user_database *database, const struct configuration *configuration,
		     const struct plugin_authenticate *request, struct user *ret_user,
		     char ret_authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1])
{
	char authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1];
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE];
	char name[PLUGIN_USER_MAX + 1];
	bool right;
	int error;

	ret_user->name[0] = '\0';
	/* A dummy that is drawn anew each time is right for no response. */
	if (getrandom(hash, sizeof(hash), 0) != (ssize_t)sizeof(hash))
		return AUTHENTICATION_DATABASE_FAILED;
	error = look_up(database, configuration, request, ret_user, hash);
	/* The response was made with the name as it was sent. */
	copy_name(request, name);
	right = mschapv2_verify(hash, request->challenge, request->response, name, authenticator);
	explicit_bzero(hash, sizeof(hash));
	if (error == -ENOENT)
		return AUTHENTICATION_UNKNOWN_USER;
	if (error)
		return AUTHENTICATION_DATABASE_FAILED;
	if (!right)
		return AUTHENTICATION_WRONG_PASSWORD;
	memcpy(ret_authenticator, authenticator, sizeof(authenticator));
	return check_attributes(&ret_user->attributes);
}

enum login_refusal authentication_refusal(enum authentication_result result)
{
	switch (result) {
	case AUTHENTICATION_WRONG_PASSWORD:
		return LOGIN_REFUSAL_WRONG_PASSWORD;
	case AUTHENTICATION_UNKNOWN_USER:
		return LOGIN_REFUSAL_UNKNOWN_USER;
	case AUTHENTICATION_DISABLED:
		return LOGIN_REFUSAL_DISABLED;
	case AUTHENTICATION_EXPIRED:
		return LOGIN_REFUSAL_EXPIRED;
	case AUTHENTICATION_ACCEPTED:
	case AUTHENTICATION_DATABASE_FAILED:
		break;
	}
	return LOGIN_REFUSAL_FAILURE;
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
	case AUTHENTICATION_DISABLED:
		return "the user is disabled";
	case AUTHENTICATION_EXPIRED:
		return "the user has expired";
	case AUTHENTICATION_DATABASE_FAILED:
		return "user database failed";
	}
	return "?";
}
