/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client's side of org.saregate.Gateway1: one request, one answer, and for
 * each way in which that can fail a line that says what to do. On sd-bus. I/O.
 */
#pragma once

#include <json-c/json.h>
#include <systemd/sd-bus.h>

#define CONTROL_ERROR_MAX 512

struct control_request {
	sd_bus *bus;
	sd_bus_message *message; /* append the arguments here */
};

/**
 * control_request_init() - connect to the system bus, begin a method call
 * @ret_error: on failure one line
 *
 * Return: 0 and *@ret_request, ended with control_request_done(); negative errno.
 */
int control_request_init(struct control_request *ret_request, const char *method,
			 char ret_error[CONTROL_ERROR_MAX]);
void control_request_done(struct control_request *request);

/**
 * control_request_send() - call and wait for the answer
 * @ret_reply: the caller unrefs it
 * @ret_error: on failure one line; the gateway's own words where it gave any
 *
 * Return: 0; -ENOENT: what was asked for is not there; other negative errno.
 */
int control_request_send(struct control_request *request, sd_bus_message **ret_reply,
			 char ret_error[CONTROL_ERROR_MAX]);

/**
 * control_reply_read_json() - the next argument of a message as JSON
 *
 * Dictionaries with string keys become objects, '-' in a key becoming '_';
 * variants become what they hold.
 *
 * Return: 0 and *@ret_value, which the caller puts; -EBADMSG; -ENOMEM.
 */
int control_reply_read_json(sd_bus_message *reply, json_object **ret_value);

/**
 * control_watch() - a connection that hears saregated's signals
 * @ret_bus: the caller processes and closes it
 *
 * Return: 0; negative errno.
 */
int control_watch(sd_bus **ret_bus, sd_bus_message_handler_t handler, void *userdata);

/* For _cleanup_(json_putp). */
static inline void json_putp(json_object **object)
{
	json_object_put(*object);
}
