/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linked into a saregated that is measured with a stub in pppd's place: the two
 * questions by which it finds out whether the kernel has PPP are answered with yes,
 * so that the rest runs on kernels that have none. Nothing else differs.
 */
#include "l2tp/ppp_device.h"

#include <stdarg.h>
#include <sys/ioctl.h>

int __wrap_l2tp_ppp_device_check(const char **ret_remedy);
int __wrap_ioctl(int descriptor, unsigned long request, ...);
int __real_ioctl(int descriptor, unsigned long request, ...);

int __wrap_l2tp_ppp_device_check(const char **ret_remedy)
{
	return 0;
}

int __wrap_ioctl(int descriptor, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return request == TIOCSETD ? 0 : __real_ioctl(descriptor, request, argument);
}
