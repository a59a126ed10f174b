/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two files, made of two others. Pure. */
#include "ipsec-glue/pluto_text.h"

#include "ipsec-glue/libreswan_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Whether the line is `config setup`, which begins a section. */
static bool is_config_setup(const char *line)
{
	if (strncmp(line, "config", 6) != 0 || !is_blank(line[6]))
		return false;
	line += 6 + strspn(line + 6, " \t");
	return strncmp(line, "setup", 5) == 0 && (!line[5] || isspace((unsigned char)line[5]));
}

/* libreswan takes '_' for '-' and does not look at the case. */
static bool is_key(const char *line, const char *key)
{
	for (; *key; key++, line++)
		if ((*line == '_' ? '-' : tolower((unsigned char)*line)) != *key)
			return false;
	return line[strspn(line, " \t")] == '=';
}

static bool is_to_take_over(const char *line)
{
	const char *start = line + strspn(line, " \t");

	return is_blank(*line) && *start && *start != '\n' && *start != '#' &&
	       !is_key(start, "ikev1-policy") && !is_key(start, "uniqueids");
}

/* Copies the lines of the section `config setup` that count. Return: the new end. */
static char *copy_keys(char *end, const char *host)
{
	bool inside = false;

	for (const char *line = host; *line; line = next_line(line)) {
		size_t size = strcspn(line, "\n");

		if (*line != '#' && *line != '\n' && !is_blank(*line))
			inside = is_config_setup(line);
		if (!inside || !is_to_take_over(line))
			continue;
		end = (char *)memcpy(end, line, size) + size;
		*end++ = '\n';
	}
	return end;
}

int pluto_text_main(const char *host, char **ret_text)
{
	static const char head[] = LIBRESWAN_TEXT_MARK
		"\n"
		"# pluto's main file by a drop-in of ipsec.service. The keys of\n"
		"# `config setup` are those of " PLUTO_HOST_PATH " at the last setup, and ours.\n"
		"\n"
		"config setup\n";
	static const char tail[] = "\ninclude " PLUTO_HOST_PATH "\n";
	const char *ours = libreswan_text_config_setup();
	char *text = malloc(sizeof(head) + strlen(ours) + strlen(host) + 1 + sizeof(tail));

	if (!text)
		return -ENOMEM;
	strcpy(copy_keys(stpcpy(stpcpy(text, head), ours), host), tail);
	*ret_text = text;
	return 0;
}

int pluto_text_drop_in(const char *unit, const char *path, char **ret_text)
{
	static const char key[] = "ExecStart=";
	const char *line, *command = NULL;
	const char *name = NULL;
	size_t size = 0;

	for (line = unit; *line; line = next_line(line)) {
		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		command = line + strlen(key);
		size = strcspn(command, "\n");
		name = memmem(command, size, PLUTO_HOST_PATH, strlen(PLUTO_HOST_PATH));
	}
	if (!name)
		return -ENOENT;
	line = name + strlen(PLUTO_HOST_PATH);
	if (asprintf(ret_text,
		     LIBRESWAN_TEXT_MARK "\n"
					 "[Service]\n"
					 "ExecStart=\n"
					 "ExecStart=%.*s%s%.*s\n",
		     (int)(name - command), command, path, (int)(command + size - line), line) < 0)
		return -ENOMEM;
	return 0;
}
