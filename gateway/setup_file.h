/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that setup writes, as one transaction: each is replaced at once or
 * not at all, one that is already as wanted is not touched, and all can be put
 * back as they were. I/O.
 */
#pragma once

#include "base/cleanup.h"
#include "gateway/setup_error.h"

#include <stdbool.h>
#include <sys/types.h>

/* No file of ours is anywhere near this; a larger one is refused. */
#define SETUP_FILE_MAX (1024 * 1024)

struct setup_files;

/* Wipes and frees a text that may hold a secret. */
void setup_text_free(char *text);
DEFINE_CLEANUP(char *, setup_text_free)

/**
 * setup_file_read() - the whole of a regular file as a string
 * @ret_text: the caller wipes and frees it
 *
 * Return: 0; -ENOENT; -EPERM if it is no regular file, or anybody but root can
 *         have put it there; -EFBIG; -EINVAL if it holds a NUL; other negative
 *         errno.
 */
int setup_file_read(const char *path, char **ret_text);

/**
 * setup_file_load() - setup_file_read() that says what is wrong
 * @ret_text: NULL if there is no such file
 *
 * Return: 0; -ECANCELED with *@ret_error.
 */
int setup_file_load(const char *path, char **ret_text, struct setup_error *ret_error);

int setup_files_new(struct setup_files **ret_files);
/* Forgets how things were; leaves the files as they are. Wipes the texts. */
void setup_files_free(struct setup_files *files);
void setup_files_freep(struct setup_files **files);

/**
 * setup_files_write() - make a file hold @text
 * @mode: for a file of ours; 0: keep the mode and owner that it has, 0644 if new
 *
 * The parent directory must exist. Return: 1 if the file was changed; 0 if it
 * was as wanted; negative errno.
 */
int setup_files_write(struct setup_files *files, const char *path, const char *text, mode_t mode);

/* Return: 1 if the file was removed; 0 if there was none; negative errno. */
int setup_files_remove(struct setup_files *files, const char *path);

/* Whether setup_files_write() would change the file. Return: 1, 0, negative errno. */
int setup_file_differs(const char *path, const char *text, mode_t mode);

/* Removes what a write that was killed has left beside the file. */
void setup_file_sweep(const char *path);

/**
 * setup_files_roll_back() - put everything back, the last change first
 *
 * Return: 0, or the first error; the rest is put back all the same.
 */
int setup_files_roll_back(struct setup_files *files);
