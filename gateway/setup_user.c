/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first user. I/O. */
#include "gateway/setup_user.h"

#include "base/cleanup.h"
#include "gateway/secret.h"
#include "gateway/user_request.h"

#include <errno.h>
#include <string.h>

_Static_assert(SECRET_SIZE(SECRET_PASSWORD_GROUPS) <= PASSWORD_SIZE, "generated passwords fit");

const char *setup_user_check_password(const char *password)
{
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE];
	int r = strlen(password) > MSCHAPV2_PASSWORD_MAX ? -EINVAL
							 : mschapv2_nt_hash(password, hash);

	explicit_bzero(hash, sizeof(hash));
	return r < 0 ? "allowed: 1 to 256 bytes of UTF-8" : NULL;
}

enum command_result setup_user_generate(struct setup_user *user)
{
	int r = secret_generate(SECRET_PASSWORD_GROUPS, user->password);

	if (r < 0)
		return command_fail("no randomness: %s", strerror(-r));
	user->is_generated = true;
	return COMMAND_DONE;
}

enum command_result setup_user_read(struct setup_user *user)
{
	const char *wrong = password_read(STDIN_FILENO, user->password);

	if (!wrong)
		wrong = setup_user_check_password(user->password);
	return wrong ? command_fail("%s", wrong) : COMMAND_DONE;
}

/* Whether saregated knows a user of this name. */
static enum command_result look_up(const char *name, bool *ret_is_there)
{
	_cleanup_(json_putp) json_object *user = NULL;
	char error[CONTROL_ERROR_MAX];
	int r = user_request_get(name, &user, error);

	if (r < 0 && r != -ENOENT)
		return command_fail("%s", error);
	*ret_is_there = r == 0;
	return COMMAND_DONE;
}

enum command_result setup_user_add(const struct setup_user *user, bool *ret_is_added)
{
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE];
	enum command_result result;
	bool is_there = false;

	result = look_up(user->name, &is_there);
	*ret_is_added = !is_there;
	if (result == COMMAND_DONE && is_there)
		return result;
	if (result == COMMAND_DONE && mschapv2_nt_hash(user->password, hash) == 0)
		result = user_request_add(user->name, hash, NULL);
	explicit_bzero(hash, sizeof(hash));
	if (result != COMMAND_DONE)
		command_fail("the gateway is set up, but user %s was not added: once saregated "
			     "runs, saregate user add %s --generate",
			     user->name, user->name);
	return result;
}

void setup_user_done(struct setup_user *user)
{
	explicit_bzero(user->password, sizeof(user->password));
}
