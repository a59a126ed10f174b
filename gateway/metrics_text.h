/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The status of a gateway as Prometheus reads it: its text exposition format, version
 * 0.0.4. Labels have values from fixed sets only. Pure, but for memory.
 */
#pragma once

#include <json-c/json.h>

/**
 * metrics_text() - all that there is in an answer to GetStatus
 * @status:   what is missing in it, or of another type, is left out
 * @ret_text: the caller frees it
 *
 * Return: 0; -ENOMEM.
 */
int metrics_text(json_object *status, char **ret_text);
