/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device that the module ppp_generic makes. I/O. */
#include "l2tp/ppp_device.h"

#include <errno.h>
#include <sys/stat.h>

int l2tp_ppp_device_check(const char **ret_remedy)
{
	struct stat status;

	if (stat("/dev/ppp", &status) == 0 && S_ISCHR(status.st_mode))
		return 0;
	*ret_remedy = "there is no /dev/ppp: run 'modprobe ppp_generic'; in a container, "
		      "pass the device in";
	return -ENODEV;
}
