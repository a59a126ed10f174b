/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connections in the file that setup wrote for libreswan. Pure. */
#pragma once

#include "base/address.h"
#include "ipsec-glue/libreswan_text.h"

/**
 * struct doctor_connection - what has to be in force of it
 * @left:    address of this host at which clients arrive
 * @left_id: our identity; another address than @left behind a NAT
 * @updown:  path
 */
struct doctor_connection {
	char name[LIBRESWAN_NAME_MAX];
	struct inet_address left;
	char left_id[128];
	char updown[256];
};

struct doctor_connections {
	struct doctor_connection entries[LIBRESWAN_LISTEN_MAX];
	size_t count;
};

/* Reads @text; what does not fit or is not of ours is left out. NULL is an empty text. */
void doctor_connections_read(const char *text, struct doctor_connections *ret_connections);
