/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libreswan, through its own programs. I/O. */
#include "gateway/setup_ipsec.h"

#include "base/cleanup.h"
#include "gateway/child.h"
#include "gateway/setup_file.h"
#include "ipsec-glue/libreswan_text.h"
#include "ipsec-glue/pluto_text.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* More than `ipsec addconn --configsetup` ever prints. */
#define OUTPUT_SIZE 16384

/* Runs `ipsec ...`; on failure the first line that it said is the error. */
static int ipsec(const char *const arguments[], char output[OUTPUT_SIZE],
		 struct setup_error *ret_error)
{
	int r = child_run(arguments, output, OUTPUT_SIZE);

	if (r == -ENOENT)
		return setup_fail(ret_error, "there is no libreswan: install libreswan");
	if (r < 0)
		return setup_fail(ret_error, "ipsec %s: %s", arguments[1], strerror(-r));
	if (r > 0)
		return setup_fail(ret_error, "libreswan: %s", child_first_line(output));
	return 0;
}

int setup_ipsec_check_offers(struct setup_error *ret_error)
{
	static const char *const offers[] = { libreswan_ike_offers, libreswan_esp_offers };
	char output[OUTPUT_SIZE];
	int r;

	for (size_t i = 0; i < ELEMENTS(offers); i++) {
		const char *const arguments[] = { "ipsec", "algparse", "-v1", offers[i], NULL };
		const char *reason;

		r = ipsec(arguments, output, ret_error);
		if (r == 0)
			continue;
		/* It prints what it understood first; the error is what matters. */
		reason = strstr(output, "ERROR: ");
		if (reason)
			setup_fail(ret_error, "libreswan: %.*s", (int)strcspn(reason, "\n"),
				   reason);
		return r;
	}
	return 0;
}

int setup_ipsec_check_files(struct setup_error *ret_error)
{
	static const char *const arguments[] = { "ipsec", "addconn", "--checkconfig", NULL };
	char output[OUTPUT_SIZE];

	return ipsec(arguments, output, ret_error);
}

int setup_ipsec_check_config_setup(const char *main_file, struct setup_error *ret_error)
{
	const char *const arguments[] = { "ipsec",         "addconn",
					  "--config",      main_file ? main_file : PLUTO_HOST_PATH,
					  "--configsetup", NULL };
	char output[OUTPUT_SIZE];
	int r;

	r = ipsec(arguments, output, ret_error);
	if (r < 0)
		return r;
	if (libreswan_setup_is_accepted(output))
		return 0;
	return setup_fail(ret_error,
			  PLUTO_HOST_PATH
			  " has a `config setup` with keys of its own, for which "
			  "libreswan ignores ours: add these lines to it and run setup again, or "
			  "have setup run pluto on a file with both (--ipsec-drop-in)\n%s",
			  libreswan_text_config_setup());
}

/* A file that is none, by a path that other processes can open. */
static int make_memory_file(const char *text, char path[64])
{
	int memory = memfd_create("ipsec.conf", MFD_CLOEXEC);

	if (memory < 0)
		return -errno;
	snprintf(path, 64, "/proc/%d/fd/%d", (int)getpid(), memory);
	if (write(memory, text, strlen(text)) != (ssize_t)strlen(text)) {
		close(memory);
		return -EIO;
	}
	return memory;
}

/* The host's main file, which then includes a `config setup` of ours. */
int setup_ipsec_foresee_config_setup(struct setup_error *ret_error)
{
	_cleanup_(closep) int ours = -1;
	_cleanup_(closep) int whole = -1;
	_cleanup_(freep) char *host = NULL;
	_cleanup_(freep) char *text = NULL;
	char ours_path[64], whole_path[64], section[256];
	int r;

	r = setup_file_load(PLUTO_HOST_PATH, &host, ret_error);
	if (r < 0)
		return r;
	snprintf(section, sizeof(section), "config setup\n%s", libreswan_text_config_setup());
	ours = make_memory_file(section, ours_path);
	if (ours >= 0 && asprintf(&text, "%s\ninclude %s\n", host ? host : "", ours_path) < 0)
		return -ENOMEM;
	if (ours >= 0)
		whole = make_memory_file(text, whole_path);
	if (whole < 0)
		return setup_fail(ret_error, "memory for libreswan's configuration: %s",
				  strerror(ours < 0 ? -ours : -whole));
	return setup_ipsec_check_config_setup(whole_path, ret_error);
}

bool setup_ipsec_is_running(void)
{
	static const char *const arguments[] = { "ipsec", "whack", "--briefstatus", NULL };
	char output[OUTPUT_SIZE];

	return access("/run/pluto/pluto.ctl", F_OK) == 0 &&
	       child_run(arguments, output, sizeof(output)) == 0;
}

/*
 * Takes the first of the names separated by spaces.
 * Return: what follows it, NULL if there is no name.
 */
static const char *take_name(const char *names, char ret_name[LIBRESWAN_NAME_MAX])
{
	size_t length;

	names += strspn(names, " ");
	length = strcspn(names, " ");
	if (length == 0 || length >= LIBRESWAN_NAME_MAX)
		return NULL;
	memcpy(ret_name, names, length);
	ret_name[length] = '\0';
	return names + length;
}

bool setup_ipsec_has_name(const char *names, const char *wanted)
{
	char name[LIBRESWAN_NAME_MAX];

	while ((names = take_name(names, name)))
		if (strcmp(name, wanted) == 0)
			return true;
	return false;
}

int setup_ipsec_load(const char *connections, struct setup_error *ret_error)
{
	/* Reads the secrets again, and opens sockets on addresses that are new. */
	static const char *const listen[] = { "ipsec", "whack", "--listen", NULL };
	char output[OUTPUT_SIZE], name[LIBRESWAN_NAME_MAX];
	const char *const add[] = { "ipsec", "addconn", name, NULL };
	int r;

	r = ipsec(listen, output, ret_error);
	while (r == 0 && (connections = take_name(connections, name)))
		r = ipsec(add, output, ret_error);
	return r;
}

void setup_ipsec_unload(const char *connections, const char *kept)
{
	static const char *const read_secrets[] = { "ipsec", "whack", "--rereadsecrets", NULL };
	char output[OUTPUT_SIZE], name[LIBRESWAN_NAME_MAX];
	const char *const remove[] = { "ipsec", "whack", "--delete", "--name", name, NULL };

	while ((connections = take_name(connections, name)))
		if (!setup_ipsec_has_name(kept, name))
			child_run(remove, output, sizeof(output));
	child_run(read_secrets, output, sizeof(output));
}
