/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leaving root for good. What is left is proved afterwards from the kernel's
 * own view instead of being believed: ids, groups, capabilities, and that the
 * way back is closed. I/O.
 */
#include "config.h"

#include "gateway/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <unistd.h>

int privileges_lookup(uid_t *ret_uid, gid_t *ret_gid)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(PRIVILEGES_USER);
	if (!entry)
		return errno > 0 ? -errno : -ENOENT;
	*ret_uid = entry->pw_uid;
	*ret_gid = entry->pw_gid;
	return 0;
}

static bool ids_are(uid_t uid, gid_t gid)
{
	uid_t real_uid, effective_uid, saved_uid;
	gid_t real_gid, effective_gid, saved_gid;

	return getresuid(&real_uid, &effective_uid, &saved_uid) == 0 &&
	       getresgid(&real_gid, &effective_gid, &saved_gid) == 0 && real_uid == uid &&
	       effective_uid == uid && saved_uid == uid && real_gid == gid &&
	       effective_gid == gid && saved_gid == gid && getgroups(0, NULL) == 0;
}

/* CAP_NET_ADMIN permitted and effective; no other anywhere. */
static bool capabilities_are_cut(void)
{
	static const capng_type_t empty_sets[] = { CAPNG_INHERITABLE, CAPNG_BOUNDING_SET,
						   CAPNG_AMBIENT };

	capng_clear(CAPNG_SELECT_ALL);
	if (capng_get_caps_process() < 0)
		return false;
	for (unsigned int capability = 0; capability <= CAP_LAST_CAP; capability++) {
		int wanted = capability == CAP_NET_ADMIN;

		if (capng_have_capability(CAPNG_PERMITTED, capability) != wanted ||
		    capng_have_capability(CAPNG_EFFECTIVE, capability) != wanted)
			return false;
		for (size_t i = 0; i < sizeof(empty_sets) / sizeof(empty_sets[0]); i++)
			if (capng_have_capability(empty_sets[i], capability))
				return false;
	}
	return true;
}

static bool root_is_out_of_reach(void)
{
	return setresuid(0, 0, 0) < 0 && seteuid(0) < 0 && setresgid(0, 0, 0) < 0 &&
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

int privileges_drop_to(uid_t uid, gid_t gid)
{
	if (geteuid() != 0)
		return 0;
	if (uid == 0 || gid == 0)
		return -EINVAL;
	if (capng_get_caps_process() < 0 || !capng_have_capability(CAPNG_PERMITTED, CAP_NET_ADMIN))
		return -EPERM;
	capng_clear(CAPNG_SELECT_ALL);
	if (capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN) < 0 ||
	    capng_change_id((int)uid, (int)gid,
			    CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -EPERM;
	if (!ids_are(uid, gid) || !capabilities_are_cut() || !root_is_out_of_reach())
		return -EPERM;
	return 0;
}

int privileges_drop(void)
{
	uid_t uid = 0;
	gid_t gid = 0;
	int result;

	/* What the unit gave us, what we start would not get. */
	if (geteuid() != 0)
		return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ? -errno : 0;
	result = privileges_lookup(&uid, &gid);
	return result < 0 ? result : privileges_drop_to(uid, gid);
}
