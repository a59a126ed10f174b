/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at the kernel. I/O. */
#include "gateway/doctor_kernel.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_pppox.h>
#include <linux/netlink.h>
#include <linux/tty.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

/* <asm/socket.h> of older systems has not got it. */
#ifndef SO_RCVMARK
#define SO_RCVMARK 75
#endif

#define PPP_MAJOR 108

/* ---- what a kernel without modules can do is tried, away from the host's network ---- */

static int try_socket(int family, int type, int protocol)
{
	_cleanup_(closep) int probe = socket(family, type | SOCK_CLOEXEC, protocol);

	return probe < 0 ? -ENOENT : 0;
}

static int try_program(const char *const arguments[])
{
	char output[256];

	return child_run(arguments, output, sizeof(output)) == 0 ? 0 : -ENOENT;
}

static int try_esp(void)
{
	static const char *const arguments[] = {
		"unshare",    "--net",
		"ip",         "xfrm",
		"state",      "add",
		"src",        "127.0.0.1",
		"dst",        "127.0.0.1",
		"proto",      "esp",
		"spi",        "0x1000",
		"mode",       "transport",
		"enc",        "cipher_null",
		"",           "auth",
		"hmac(sha1)", "0x0123456789abcdef0123456789abcdef01234567",
		NULL
	};

	return try_program(arguments);
}

static int try_nft_xfrm(void)
{
	static const char *const arguments[] = {
		"unshare", "--net", "nft", "table inet probe { chain probe { ipsec in spi 1 } }",
		NULL
	};

	return try_program(arguments);
}

/* The line discipline of asynchronous PPP, on a terminal of our own. */
static int try_ppp_async(void)
{
	_cleanup_(closep) int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	const int discipline = N_PPP;

	if (terminal < 0)
		return -errno;
	return ioctl(terminal, TIOCSETD, &discipline) < 0 ? -ENOENT : 0;
}

static int try_module(enum doctor_module module)
{
	if (geteuid() != 0)
		return -EACCES;
	switch (module) {
	case DOCTOR_MODULE_ESP4:
		return try_esp();
	case DOCTOR_MODULE_XFRM_USER:
		return try_socket(AF_NETLINK, SOCK_RAW, NETLINK_XFRM);
	case DOCTOR_MODULE_NFT_XFRM:
		return try_nft_xfrm();
	case DOCTOR_MODULE_L2TP_PPP:
		return try_socket(AF_PPPOX, SOCK_DGRAM, PX_PROTO_OL2TP);
	case DOCTOR_MODULE_PPP_ASYNC:
		return try_ppp_async();
	case DOCTOR_MODULES_COUNT_:
		break;
	}
	return -ENOENT;
}

static int look_at_module(enum doctor_module module)
{
	const char *name = doctor_module_names[module];
	const char *const arguments[] = { "modprobe", "--dry-run", "--quiet", name, NULL };
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	if (access(path, F_OK) == 0 || try_program(arguments) == 0)
		return 0;
	return try_module(module);
}

static int look_at_device(void)
{
	struct stat status;

	if (stat("/dev/ppp", &status) < 0)
		return -errno;
	if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(PPP_MAJOR, 0))
		return -ENODEV;
	return 0;
}

static int look_at_receive_mark(void)
{
	_cleanup_(closep) int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const int on = 1;

	if (probe < 0 || setsockopt(probe, SOL_SOCKET, SO_RCVMARK, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

void doctor_kernel_look(struct doctor_kernel_facts *ret_facts, char *release, size_t release_size)
{
	struct utsname name;

	if (uname(&name) < 0 || text_copy(release, release_size, name.release) < 0)
		release[0] = '\0';
	ret_facts->release = release;
	for (size_t i = 0; i < DOCTOR_MODULES_COUNT_; i++)
		ret_facts->module_error[i] = look_at_module((enum doctor_module)i);
	ret_facts->ppp_device_error = look_at_device();
	ret_facts->receive_mark_error = look_at_receive_mark();
}
