/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Over D-Bus, as any user is. I/O. */
#include "gateway/selftest_user.h"

#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/user_request.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

/* Users that one sweep deletes; the next one deletes what is left. */
#define SWEPT_MAX 16

static int say(char ret_error[CONTROL_ERROR_MAX], int error)
{
	snprintf(ret_error, CONTROL_ERROR_MAX, "%s", strerror(-error));
	return error;
}

/* Sends what @request holds. */
static int send_off(struct control_request *request, int error, char ret_error[CONTROL_ERROR_MAX])
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

	if (error < 0)
		return say(ret_error, error);
	return control_request_send(request, &reply, ret_error);
}

/* ---- add -------------------------------------------------------------------------- */

static int generate(struct selftest_user *user)
{
	int r;

	strcpy(user->name, SELFTEST_NAME_PREFIX);
	r = secret_generate(SELFTEST_NAME_GROUPS, user->name + strlen(SELFTEST_NAME_PREFIX));
	return r < 0 ? r : secret_generate(SECRET_PASSWORD_GROUPS, user->password);
}

static int append(sd_bus_message *message, const struct selftest_user *user,
		  const uint8_t hash[MSCHAPV2_NT_HASH_SIZE])
{
	char expires[sizeof("18446744073709551615")];
	int r;

	snprintf(expires, sizeof(expires), "%" PRIu64,
		 (uint64_t)time(NULL) + SELFTEST_USER_LIFE_SEC);
	r = sd_bus_message_append(message, "s", user->name);
	if (r >= 0)
		r = sd_bus_message_append_array(message, 'y', hash, MSCHAPV2_NT_HASH_SIZE);
	if (r >= 0)
		r = sd_bus_message_append(message, "a{ss}", 2, "expires", expires, "comment",
					  SELFTEST_COMMENT);
	return r < 0 ? r : sd_bus_message_sensitive(message);
}

int selftest_user_add(struct selftest_user *user, char ret_error[CONTROL_ERROR_MAX])
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE] = { 0 };
	int r;

	r = generate(user);
	if (r == 0)
		r = mschapv2_nt_hash(user->password, hash);
	if (r < 0)
		return say(ret_error, r);
	r = control_request_init(&request, "AddUser", ret_error);
	if (r == 0)
		r = send_off(&request, append(request.message, user, hash), ret_error);
	explicit_bzero(hash, sizeof(hash));
	user->is_added = r >= 0;
	return r < 0 ? r : 0;
}

/* ---- delete ------------------------------------------------------------------------ */

static int delete_user(const char *name, char ret_error[CONTROL_ERROR_MAX])
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	int r;

	r = control_request_init(&request, "DeleteUser", ret_error);
	if (r == 0)
		r = send_off(&request, sd_bus_message_append(request.message, "s", name),
			     ret_error);
	/* Somebody has been faster, or it has been told before. */
	return r == -ENOENT || r >= 0 ? 0 : r;
}

int selftest_user_delete(struct selftest_user *user, char ret_error[CONTROL_ERROR_MAX])
{
	int r;

	if (!user->is_added)
		return 0;
	r = delete_user(user->name, ret_error);
	user->is_added = r < 0;
	return r;
}

void selftest_user_done(struct selftest_user *user)
{
	explicit_bzero(user->password, sizeof(user->password));
}

struct swept {
	char names[SWEPT_MAX][SELFTEST_NAME_SIZE];
	size_t count;
};

static int collect(void *userdata, json_object *user)
{
	struct swept *swept = userdata;
	const char *name = answer_text(user, "name");

	if (swept->count < SWEPT_MAX && selftest_is_own_user(name, answer_text(user, "comment")))
		snprintf(swept->names[swept->count++], SELFTEST_NAME_SIZE, "%s", name);
	return 0;
}

int selftest_user_sweep(char ret_error[CONTROL_ERROR_MAX])
{
	struct swept swept = { 0 };
	int r = 0;

	if (user_request_walk("ListUsers", "", collect, &swept) != COMMAND_DONE)
		return say(ret_error, -EIO);
	for (size_t i = 0; r == 0 && i < swept.count; i++)
		r = delete_user(swept.names[i], ret_error);
	return r;
}

/* ---- sessions ------------------------------------------------------------------------ */

int selftest_user_is_on(const struct selftest_user *user, char ret_error[CONTROL_ERROR_MAX])
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(json_putp) json_object *sessions = NULL;
	int r;

	r = control_request_init(&request, "ListSessions", ret_error);
	if (r == 0)
		r = control_request_send(&request, &reply, ret_error);
	if (r < 0)
		return r;
	r = control_reply_read_json(reply, &sessions);
	if (r < 0 || !json_object_is_type(sessions, json_type_array))
		return say(ret_error, r < 0 ? r : -EBADMSG);
	for (size_t i = 0; i < json_object_array_length(sessions); i++)
		if (strcmp(answer_text(json_object_array_get_idx(sessions, i), "user"),
			   user->name) == 0)
			return 1;
	return 0;
}
