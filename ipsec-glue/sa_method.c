/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice and the words for it. Pure. */
#include "ipsec-glue/sa_method.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads the decimal number that *@text begins with and passes over it. */
static bool read_number(const char **text, unsigned long *ret_number)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	*ret_number = strtoul(*text, &end, 10);
	*text = end;
	return true;
}

/* Whether a release is at least this version. */
static bool is_at_least(const char *release, unsigned long major, unsigned long minor)
{
	unsigned long has_major, has_minor;

	if (!read_number(&release, &has_major) || *release++ != '.' ||
	    !read_number(&release, &has_minor))
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

void sa_method_choose(enum sa_tracking_wish wish, const char *release, bool kernel_path_wanted,
		      struct sa_method *ret_method)
{
	bool by_ids = is_at_least(release, 6, 11);
	struct sa_method method = { SA_TRACKING_METHOD_MARK, by_ids, "" };
	const char *why;

	if (wish == SA_TRACKING_WISH_ZONE ||
	    (wish == SA_TRACKING_WISH_AUTO && !by_ids && kernel_path_wanted && zones_work())) {
		method.method = SA_TRACKING_METHOD_ZONE;
		method.kernel_path = zones_work();
	}
	if (wish != SA_TRACKING_WISH_AUTO)
		why = "as configured";
	else if (by_ids)
		why = "this kernel finds L2TP sessions by their ids";
	else if (!kernel_path_wanted)
		why = "marks do for the userspace data path";
	else if (!zones_work())
		why = "zones need a little-endian machine";
	else
		why = "before 6.11 two clients of one address and port are one for the kernel";
	snprintf(method.reason, sizeof(method.reason), "Linux %.40s: %s%s", release, why,
		 method.kernel_path ? "" : "; no kernel data path");
	*ret_method = method;
}

/*
 * Once connection tracking has changed the port back, the kernel asks for the
 * policy again, as the packet's socket has it (net/netfilter/nf_nat_proto.c,
 * nf_xfrm_me_harder()). What its own L2TP sends names no socket there: the global
 * policy, which is that of the newest client of this address and port, would
 * decide whose SA it takes.
 */
const char *sa_method_port_reason(uint16_t real_port, uint16_t seen_port)
{
	if (real_port == 0 || real_port == seen_port)
		return NULL;
	return "another connection has its address and port";
}
