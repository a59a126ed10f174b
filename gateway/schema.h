/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schema of saregate.db as the steps that led to it, a file for each step
 * (schema_N_WHAT.c). A file that has seen step N has user_version N; opening it
 * runs the steps after N, in one transaction (database_file.c). A step that
 * was released is never edited: what it got wrong the next one mends. Pure.
 */
#pragma once

/**
 * struct schema_step - one change of the schema
 * @name: for the log: what it brings
 * @text: SQL statements; they neither begin nor end a transaction
 */
struct schema_step {
	const char *name;
	const char *text;
};

extern const char schema_1_users[];
extern const char schema_2_attributes[];

/* Step N is at N - 1. */
extern const struct schema_step schema_steps[];

/* The version that all steps lead to: their number. */
extern const int schema_version;
