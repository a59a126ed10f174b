/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions by their user: found without looking at those of others, however
 * many there are. On nothing but memory.
 */
#include "gateway/session.h"

#include <errno.h>
#include <string.h>
#include <utlist.h>

struct session_owner *session_owner_find(const struct sessions *sessions, const char *user)
{
	struct session_owner *owner;

	HASH_FIND_STR(sessions->owners, user, owner);
	return owner;
}

static struct session_owner *make(struct sessions *sessions, const char *user)
{
	struct session_owner *owner = calloc(1, sizeof(*owner));

	if (!owner)
		return NULL;
	strcpy(owner->name, user);
	HASH_ADD_STR(sessions->owners, name, owner);
	if (owner->hh.tbl)
		return owner;
	free(owner);
	return NULL;
}

int session_owner_join(struct session *session, const char *user)
{
	struct session_owner *owner = session->owner;

	if (owner)
		return 0;
	owner = session_owner_find(session->sessions, user);
	if (!owner)
		owner = make(session->sessions, user);
	if (!owner)
		return -ENOMEM;
	DL_APPEND2(owner->sessions, session, owner_previous, owner_next);
	session->owner = owner;
	strcpy(session->description.user, user);
	return 0;
}

void session_owner_leave(struct session *session)
{
	struct session_owner *owner = session->owner;

	if (!owner)
		return;
	DL_DELETE2(owner->sessions, session, owner_previous, owner_next);
	session->owner = NULL;
	if (owner->sessions)
		return;
	HASH_DEL(session->sessions->owners, owner);
	free(owner);
}

size_t session_owner_count(const struct session_owner *owner)
{
	size_t count = 0;

	for (const struct session *s = owner ? owner->sessions : NULL; s; s = s->owner_next)
		count += s->state != SESSION_STATE_ENDING;
	return count;
}

size_t sessions_user_count(const struct sessions *sessions, const char *user)
{
	return session_owner_count(session_owner_find(sessions, user));
}

size_t session_owner_end_oldest(struct session_owner *owner, size_t keep, const char *cause)
{
	size_t count = session_owner_count(owner), ended = 0;
	struct session *session, *next;

	if (!owner || count <= keep)
		return 0;
	/* The last one to leave takes the owner with it. */
	for (session = owner->sessions; session && ended < count - keep; session = next) {
		next = session->owner_next;
		if (session->state == SESSION_STATE_ENDING)
			continue;
		session_end(session, cause);
		ended++;
	}
	return ended;
}
