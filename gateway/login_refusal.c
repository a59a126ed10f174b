/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of the causes for which a log-in is refused. Pure. */
#include "gateway/login_refusal.h"

const char *login_refusal_name(enum login_refusal refusal)
{
	switch (refusal) {
	case LOGIN_REFUSAL_WRONG_PASSWORD:
		return "wrong-password";
	case LOGIN_REFUSAL_UNKNOWN_USER:
		return "unknown-user";
	case LOGIN_REFUSAL_DISABLED:
		return "disabled";
	case LOGIN_REFUSAL_EXPIRED:
		return "expired";
	case LOGIN_REFUSAL_HELD_BACK:
		return "held-back";
	case LOGIN_REFUSAL_TOO_MANY_SESSIONS:
		return "too-many-sessions";
	case LOGIN_REFUSAL_POOL_EXHAUSTED:
		return "pool-exhausted";
	case LOGIN_REFUSAL_POOL_UNKNOWN:
		return "pool-unknown";
	case LOGIN_REFUSAL_OTHER_NAME:
		return "other-name";
	case LOGIN_REFUSAL_FAILURE:
		return "failure";
	case LOGIN_REFUSAL_COUNT_:
		break;
	}
	return "?";
}
