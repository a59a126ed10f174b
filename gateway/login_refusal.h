/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The causes for which a log-in is refused, as they are counted. Pure. */
#pragma once

enum login_refusal {
	LOGIN_REFUSAL_WRONG_PASSWORD,
	LOGIN_REFUSAL_UNKNOWN_USER,
	LOGIN_REFUSAL_DISABLED, /* with the right password, as the next */
	LOGIN_REFUSAL_EXPIRED,
	LOGIN_REFUSAL_HELD_BACK, /* not even looked at, after too many failures */
	LOGIN_REFUSAL_TOO_MANY_SESSIONS,
	LOGIN_REFUSAL_POOL_EXHAUSTED,
	LOGIN_REFUSAL_POOL_UNKNOWN, /* the user's, or the group's */
	LOGIN_REFUSAL_OTHER_NAME,   /* than before in one session */
	LOGIN_REFUSAL_FAILURE,      /* of ours: database, isolation, groups */
	LOGIN_REFUSAL_COUNT_,
};

/* "wrong-password", ... Static. */
const char *login_refusal_name(enum login_refusal refusal);
