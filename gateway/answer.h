/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands do with JSON answers: ask for one, look into it, print it. I/O. */
#pragma once

#include "base/address.h"
#include "gateway/command.h"
#include "gateway/control_client.h"
#include "gateway/table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * answer_get() - call a method without arguments, take its one result
 *
 * Return: COMMAND_DONE and *@ret_answer, which the caller puts; COMMAND_FAILED
 *         after saying why.
 */
enum command_result answer_get(const char *method, json_object **ret_answer);

/* A member of an object; "" or 0 if it is not there. Borrowed from @object. */
const char *answer_text(json_object *object, const char *key);
uint64_t answer_number(json_object *object, const char *key);

/* Adds the member as it stands, as a size, as a duration. Return: 0; -ENOMEM. */
int answer_add_text(struct table *table, json_object *object, const char *key);
int answer_add_size(struct table *table, json_object *object, const char *key);
int answer_add_duration(struct table *table, json_object *object, const char *key);

/* "192.0.2.1:4500", "[2001:db8::1]:4500". Return: 0; -ENOMEM. */
int answer_add_endpoint(struct table *table, json_object *object, const char *address_key,
			const char *port_key);

/* An address as a user may write it, as saregated writes it. Return: 0; -EINVAL. */
int answer_address(const char *address, char ret_text[INET6_ADDRSTRLEN]);

/* An entry of an a{sv} that is asked with; none for NULL. Return: as sd_bus_message_append(). */
int answer_append_text(sd_bus_message *message, const char *key, const char *value);

/* One line of what a `show` shows: the name, and the value made fit for a terminal, or "-". */
void answer_print_line(const char *name, const char *value);

void answer_print_json(json_object *answer);

/*
 * Writes one item of an array as answer_print_json() would print it in the array, which
 * need not be held in memory as a whole then. @is_first: nothing stands before it.
 * Around all items stand "[" and "\n]\n".
 */
void answer_write_json_item(FILE *stream, json_object *item, bool is_first);
