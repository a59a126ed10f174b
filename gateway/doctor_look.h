/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host has to say: files and the output of programs. I/O. */
#pragma once

#include "gateway/doctor.h"

/* Bytes of a program's output; what is beyond counts as unseen. */
#define DOCTOR_OUTPUT_MAX (4 * 1024 * 1024)

/**
 * doctor_look_program() - run one and keep what it said
 * @arguments: the program and its arguments, NULL-ended
 * @ret_text:  the caller ends it with doctor_text_done(); its error is -ENOENT if
 *             there is no such program, -EACCES if we are not root and it failed,
 *             -EIO if it failed, -EFBIG
 */
void doctor_look_program(const char *const arguments[], struct doctor_text *ret_text);

/* The same, but what it said counts even where it failed. */
void doctor_look_program_anyway(const char *const arguments[], struct doctor_text *ret_text);

/* A file of any owner, at most 1 MiB. */
void doctor_look_file(const char *path, struct doctor_text *ret_text);
