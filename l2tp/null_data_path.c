/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data path that carries nothing: tunnels and calls come up, no PPP frame
 * goes anywhere and no pppd is wanted. It measures the control plane alone and
 * needs no right and no kernel module.
 */
#include "l2tp/data_path.h"

#include <stddef.h>

struct l2tp_data_path_tunnel {
	char unused;
};

struct l2tp_data_path_session {
	char unused;
};

/* There is nothing to tell one from the other. */
static struct l2tp_data_path_tunnel every_tunnel;
static struct l2tp_data_path_session every_session;

static int null_probe(const char **ret_remedy)
{
	return 0;
}

static int null_tunnel_open(const struct l2tp_data_path_tunnel_ids *ids,
			    struct l2tp_data_path_tunnel **ret_tunnel)
{
	*ret_tunnel = &every_tunnel;
	return 0;
}

static void null_tunnel_free(struct l2tp_data_path_tunnel *tunnel)
{
}

static int null_session_open(struct l2tp_data_path_tunnel *tunnel,
			     const struct l2tp_data_path_session_ids *ids,
			     struct l2tp_data_path_session **ret_session)
{
	*ret_session = &every_session;
	return 0;
}

static int null_session_descriptor(const struct l2tp_data_path_session *session)
{
	return -1;
}

static int null_session_set_sequencing(struct l2tp_data_path_session *session,
				       enum l2tp_data_sequencing sequencing)
{
	return 0;
}

static int null_session_counters(const struct l2tp_data_path_session *session,
				 struct l2tp_data_path_counters *ret_counters)
{
	*ret_counters = (struct l2tp_data_path_counters){ 0 };
	return 0;
}

static void null_session_free(struct l2tp_data_path_session *session)
{
}

const struct l2tp_data_path l2tp_null_data_path = {
	.name = "null",
	.probe = null_probe,
	.tunnel_open = null_tunnel_open,
	.tunnel_free = null_tunnel_free,
	.session_open = null_session_open,
	.session_descriptor = null_session_descriptor,
	.session_set_sequencing = null_session_set_sequencing,
	.session_counters = null_session_counters,
	.session_free = null_session_free,
};
