/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice and the words for it. Pure. */
#include "ipsec-glue/sa_method.h"

#include <stdio.h>

/* Whether a release is at least this version. */
static bool is_at_least(const char *release, unsigned int major, unsigned int minor)
{
	unsigned int has_major, has_minor;

	if (sscanf(release, "%u.%u", &has_major, &has_minor) != 2)
		return false;
	return has_major > major || (has_major == major && has_minor >= minor);
}

const char *sa_method_name(enum sa_tracking_method method)
{
	switch (method) {
	case SA_TRACKING_METHOD_MARK:
		return "mark";
	case SA_TRACKING_METHOD_ZONE:
		return "zone";
	}
	return "";
}

/* The zone is the low half of a 16-bit load, which has the low bits only here. */
static bool zones_work(void)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

void sa_method_choose(enum sa_tracking_wish wish, const char *release, bool kernel_path_needed,
		      struct sa_method *ret_method)
{
	bool by_ids = is_at_least(release, 6, 11);
	struct sa_method method = { SA_TRACKING_METHOD_MARK, by_ids, "" };
	const char *why;

	if (wish == SA_TRACKING_WISH_ZONE ||
	    (wish == SA_TRACKING_WISH_AUTO && !by_ids && kernel_path_needed && zones_work())) {
		method.method = SA_TRACKING_METHOD_ZONE;
		method.kernel_path = zones_work();
	}
	if (wish != SA_TRACKING_WISH_AUTO)
		why = "as configured";
	else if (by_ids)
		why = "this kernel finds L2TP sessions by their ids";
	else if (!kernel_path_needed)
		why = "marks do for the userspace data path";
	else if (!zones_work())
		why = "zones need a little-endian machine";
	else
		why = "before 6.11 two clients of one address and port are one for the kernel";
	snprintf(method.reason, sizeof(method.reason), "Linux %.40s: %s%s", release, why,
		 method.kernel_path ? "" : "; no kernel data path");
	*ret_method = method;
}
