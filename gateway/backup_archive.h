/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a backup holds, as one JSON text: values, no paths, no links, no files of any
 * name, so that whoever made it has no say in where anything goes. Read as hostile. Pure.
 */
#pragma once

#include "ipsec-glue/libreswan_text.h"

#include <stddef.h>
#include <stdint.h>

/* A database of 100 000 users has 10 MB. */
#define BACKUP_USERS_MAX         (64 * 1024 * 1024)
#define BACKUP_CONFIGURATION_MAX 65536
/* Room for all of it, the database in base64. */
#define BACKUP_SIZE_MAX  (BACKUP_USERS_MAX / 3 * 4 + 1024 * 1024)
#define BACKUP_ERROR_MAX 256

/**
 * struct backup - all that makes this gateway what it is to its clients
 * @program:        version of saregate that made it
 * @host:           name of the host
 * @created:        seconds since 1970
 * @configuration:  text of saregate.conf; "" if there was none
 * @connections:    of libreswan, as in setup_state.h: which addresses they were for
 * @public_address: "" if there was none
 * @users:          SQLite database; NULL if nobody was ever added
 */
struct backup {
	char program[32];
	char host[65];
	uint64_t created;
	char *configuration;
	char pre_shared_key[LIBRESWAN_PSK_MAX + 1];
	char connections[LIBRESWAN_LISTEN_MAX * (LIBRESWAN_NAME_MAX + 1)];
	char public_address[INET6_ADDRSTRLEN];
	uint8_t *users;
	size_t users_size;
};

/* Wipes and frees. */
void backup_done(struct backup *backup);

/* Return: 0 and *@ret_text, which the caller wipes and frees; -ENOMEM. */
int backup_format(const struct backup *backup, char **ret_text);

/**
 * backup_parse() - understand the text of a backup
 * @text: NUL-terminated
 * @ret_error: on -EINVAL what is wrong
 *
 * Checked are the form, the sizes, and that the key can stand in ipsec.secrets; not
 * what the configuration and the database say.
 *
 * Return: 0 and *@ret_backup, which the caller ends with backup_done(); -EINVAL; -ENOMEM.
 */
int backup_parse(const char *text, struct backup *ret_backup, char ret_error[BACKUP_ERROR_MAX]);
