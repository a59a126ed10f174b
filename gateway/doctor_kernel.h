/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel can do for us: release, sockets, modules, /dev/ppp. Pure. */
#pragma once

#include "gateway/configuration.h"
#include "gateway/doctor.h"

/* A module, or what is built in under its name. */
enum doctor_module {
	DOCTOR_MODULE_ESP4,
	DOCTOR_MODULE_XFRM_USER,
	DOCTOR_MODULE_NFT_XFRM,
	DOCTOR_MODULE_L2TP_PPP,
	DOCTOR_MODULE_PPP_ASYNC,
	DOCTOR_MODULES_COUNT_,
};

/* Their names, for whoever looks for them. */
extern const char *const doctor_module_names[DOCTOR_MODULES_COUNT_];

/**
 * struct doctor_kernel_facts
 * @release:      as uname() has it
 * @module_error: 0: there; -ENOENT: not there; else why it is not known
 * @ppp_device_error: of /dev/ppp: 0: a character device; -ENOENT; -ENODEV: something else
 * @receive_mark_error: of SO_RCVMARK
 * @data_path:    what saregate.conf asks for
 */
struct doctor_kernel_facts {
	const char *release;
	int module_error[DOCTOR_MODULES_COUNT_];
	int ppp_device_error;
	int receive_mark_error;
	enum configuration_data_path data_path;
};

void doctor_kernel_check(const struct doctor_kernel_facts *facts, struct doctor_findings *findings);

/* From the host. I/O (doctor_look_kernel.c). @release: room for a struct utsname's. */
void doctor_kernel_look(struct doctor_kernel_facts *ret_facts, char *release, size_t release_size);
