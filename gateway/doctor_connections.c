/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections of ipsec.conf(5), as setup writes them. Pure. */
#include "gateway/doctor_connections.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 512

/* "left=203.0.113.1" for "left"; NULL if the line is of another key. */
static const char *value_of(const char *line, const char *key)
{
	size_t length = strlen(key);

	line += strspn(line, " \t");
	return strncmp(line, key, length) == 0 && line[length] == '=' ? line + length + 1 : NULL;
}

static void take_key(struct doctor_connection *connection, const char *line)
{
	const char *value;

	if ((value = value_of(line, "left")))
		inet_address_parse(value, &connection->left);
	else if ((value = value_of(line, "leftid")))
		text_copy(connection->left_id, sizeof(connection->left_id), value);
	else if ((value = value_of(line, "leftupdown")))
		text_copy(connection->updown, sizeof(connection->updown), value);
}

static void take_line(struct doctor_connections *connections, const char *line)
{
	struct doctor_connection next = { 0 };

	if (strncmp(line, "conn ", strlen("conn ")) == 0) {
		if (connections->count == LIBRESWAN_LISTEN_MAX ||
		    text_copy(next.name, sizeof(next.name), line + strlen("conn ")) < 0)
			return;
		connections->entries[connections->count++] = next;
	} else if ((*line == ' ' || *line == '\t') && connections->count > 0) {
		take_key(&connections->entries[connections->count - 1], line);
	}
}

void doctor_connections_read(const char *text, struct doctor_connections *ret_connections)
{
	struct doctor_connections connections = { 0 };
	char line[LINE_MAX_BYTES];
	size_t size;

	for (; text && *text; text += size, text += *text == '\n') {
		size = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)size, text);
		take_line(&connections, line);
	}
	*ret_connections = connections;
}
