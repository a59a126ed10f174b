/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * openssl as a child. It opens our memory files by their names under /proc, so
 * that no descriptor has to be handed down. I/O.
 */
#include "gateway/profile_signature.h"

#include "base/cleanup.h"
#include "gateway/child.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define NAME_SIZE 64

static int open_memory(char name[NAME_SIZE])
{
	int file = memfd_create("profile", MFD_CLOEXEC);

	if (file < 0)
		return -errno;
	snprintf(name, NAME_SIZE, "/proc/%d/fd/%d", (int)getpid(), file);
	return file;
}

static int write_all(int file, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t put = write(file, bytes, size);

		if (put < 0)
			return -errno;
		bytes += put;
		size -= (size_t)put;
	}
	return 0;
}

/* openssl writes through its own descriptor: ours still stands at the beginning. */
static int read_all(int file, struct profile_text *text)
{
	char buffer[4096];
	ssize_t got;

	while ((got = read(file, buffer, sizeof(buffer))) > 0)
		profile_text_add_bytes(text, buffer, (size_t)got);
	explicit_bzero(buffer, sizeof(buffer));
	if (got < 0)
		return -errno;
	return text->failed ? -ENOMEM : 0;
}

static int run_openssl(const struct profile_signer *signer, const char *from, const char *to,
		       char ret_error[PROFILE_SIGNATURE_ERROR_MAX])
{
	const char *const arguments[] = {
		"openssl",
		"cms",
		"-sign",
		"-binary",
		"-nodetach",
		"-outform",
		"DER",
		"-signer",
		signer->certificate,
		"-inkey",
		signer->key,
		"-in",
		from,
		"-out",
		to,
		signer->chain ? "-certfile" : NULL,
		signer->chain,
		NULL,
	};
	char output[2048];
	int r = child_run(arguments, output, sizeof(output));

	if (r == 0)
		return 0;
	if (r == -ENOENT)
		snprintf(ret_error, PROFILE_SIGNATURE_ERROR_MAX,
			 "there is no openssl to sign with: install openssl");
	else
		snprintf(ret_error, PROFILE_SIGNATURE_ERROR_MAX, "openssl does not sign: %s",
			 r < 0 ? strerror(-r) : child_first_line(output));
	return r < 0 ? r : -EIO;
}

int profile_sign(const struct profile_signer *signer, const struct profile_text *profile,
		 struct profile_text *ret_signed, char ret_error[PROFILE_SIGNATURE_ERROR_MAX])
{
	_cleanup_(profile_text_done) struct profile_text text = { 0 };
	char from_name[NAME_SIZE], to_name[NAME_SIZE];
	_cleanup_(closep) int from = open_memory(from_name);
	_cleanup_(closep) int to = open_memory(to_name);
	int r = from < 0 ? from : to < 0 ? to : 0;

	if (r == 0)
		r = write_all(from, profile->bytes, profile->size);
	if (r == 0) {
		r = run_openssl(signer, from_name, to_name, ret_error);
		if (r < 0)
			return r;
		r = read_all(to, &text);
	}
	if (r < 0) {
		snprintf(ret_error, PROFILE_SIGNATURE_ERROR_MAX, "signing: %s", strerror(-r));
		return r;
	}
	*ret_signed = text;
	text = (struct profile_text){ 0 };
	return 0;
}
