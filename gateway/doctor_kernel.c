/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel. Pure. */
#include "gateway/doctor_kernel.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

#define AREA "kernel"
/* SO_RCVMARK, by which saregated learns whose a packet is. */
#define MAJOR_NEEDED 5
#define MINOR_NEEDED 19

const char *const doctor_module_names[DOCTOR_MODULES_COUNT_] = {
	[DOCTOR_MODULE_ESP4] = "esp4",           [DOCTOR_MODULE_XFRM_USER] = "xfrm_user",
	[DOCTOR_MODULE_NFT_XFRM] = "nft_xfrm",   [DOCTOR_MODULE_L2TP_PPP] = "l2tp_ppp",
	[DOCTOR_MODULE_PPP_ASYNC] = "ppp_async",
};

/* What nothing works without. */
static const struct {
	enum doctor_module module;
	const char *why;
} needed[] = {
	{ DOCTOR_MODULE_ESP4, "ESP, without which there is no IPsec" },
	{ DOCTOR_MODULE_XFRM_USER, "the XFRM interface, by which pluto and saregated set IPsec" },
	{ DOCTOR_MODULE_NFT_XFRM, "nft's `ipsec`, which tells clients apart" },
};

/* Reads "6.1.0-40-amd64" as 6 and 1. Return: whether it begins so. */
static bool read_release(const char *release, unsigned long *ret_major, unsigned long *ret_minor)
{
	char *end;

	*ret_major = strtoul(release, &end, 10);
	if (end == release || *end != '.')
		return false;
	release = end + 1;
	*ret_minor = strtoul(release, &end, 10);
	return end != release;
}

static void check_release(const struct doctor_kernel_facts *facts, struct doctor_findings *findings)
{
	unsigned long major, minor;

	if (!read_release(facts->release, &major, &minor)) {
		doctor_add(findings, DOCTOR_NOTE, AREA, "release %s: not a version that is known",
			   facts->release);
		return;
	}
	if (major < MAJOR_NEEDED || (major == MAJOR_NEEDED && minor < MINOR_NEEDED)) {
		doctor_add(findings, DOCTOR_ERROR, AREA,
			   "Linux %s is too old: clients cannot be told apart before 5.19",
			   facts->release);
		doctor_advise(findings, "boot Linux 5.19 or later");
		return;
	}
	doctor_add(findings, DOCTOR_GOOD, AREA, "Linux %s", facts->release);
}

/* Debian's kernel for clouds, which has neither PPP nor L2TP; NULL, or its architecture. */
static const char *cloud_architecture(const char *release)
{
	const char *cloud = strstr(release, "-cloud-");

	return cloud ? cloud + strlen("-cloud-") : NULL;
}

static void advise_module(const struct doctor_kernel_facts *facts, struct doctor_findings *findings)
{
	const char *architecture = cloud_architecture(facts->release);

	if (architecture)
		doctor_advise(findings,
			      "Debian's cloud kernel leaves it out: apt install linux-image-%s, "
			      "then boot that kernel (apt purge linux-image-%s)",
			      architecture, facts->release);
	else
		doctor_advise(findings, "install the rest of this kernel's modules (Fedora: "
					"kernel-modules-extra), or boot a kernel that has it");
}

static bool is_missing(const struct doctor_kernel_facts *facts, enum doctor_module module)
{
	return facts->module_error[module] == -ENOENT;
}

static void check_needed(const struct doctor_kernel_facts *facts, struct doctor_findings *findings)
{
	for (size_t i = 0; i < ELEMENTS(needed); i++) {
		const char *name = doctor_module_names[needed[i].module];
		int error = facts->module_error[needed[i].module];

		if (error == 0) {
			doctor_add(findings, DOCTOR_GOOD, AREA, "module %s", name);
		} else if (error == -ENOENT) {
			doctor_add(findings, DOCTOR_ERROR, AREA, "no module %s: %s", name,
				   needed[i].why);
			advise_module(facts, findings);
		} else {
			doctor_unseen(findings, AREA, name, error);
		}
	}
}

/* Each of the two data paths needs one module; which of them is needed, the key says. */
static void check_data_path(const struct doctor_kernel_facts *facts,
			    struct doctor_findings *findings)
{
	static const struct {
		enum doctor_module module;
		enum configuration_data_path needed_by;
		const char *name;
	} paths[] = {
		{ DOCTOR_MODULE_L2TP_PPP, CONFIGURATION_DATA_PATH_KERNEL, "kernel" },
		{ DOCTOR_MODULE_PPP_ASYNC, CONFIGURATION_DATA_PATH_USERSPACE, "userspace" },
	};
	bool none = is_missing(facts, DOCTOR_MODULE_L2TP_PPP) &&
		    is_missing(facts, DOCTOR_MODULE_PPP_ASYNC);

	for (size_t i = 0; i < ELEMENTS(paths); i++) {
		const char *module = doctor_module_names[paths[i].module];
		int error = facts->module_error[paths[i].module];
		bool is_error = none || facts->data_path == paths[i].needed_by;

		if (error == 0) {
			doctor_add(findings, DOCTOR_GOOD, AREA, "module %s", module);
		} else if (error != -ENOENT) {
			doctor_unseen(findings, AREA, module, error);
		} else {
			doctor_add(findings, is_error ? DOCTOR_ERROR : DOCTOR_WARNING, AREA,
				   "no module %s: there is no %s data path", module, paths[i].name);
			advise_module(facts, findings);
		}
	}
}

static void check_ppp_device(const struct doctor_kernel_facts *facts,
			     struct doctor_findings *findings)
{
	if (facts->ppp_device_error == 0) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "/dev/ppp");
	} else if (facts->ppp_device_error == -ENOENT) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "there is no /dev/ppp: pppd cannot start");
		doctor_run(findings, "mknod -m 600 /dev/ppp c 108 0");
	} else if (facts->ppp_device_error == -ENODEV) {
		doctor_add(findings, DOCTOR_ERROR, AREA,
			   "/dev/ppp is not the device 108:0: pppd cannot start");
		doctor_run(findings, "rm -f /dev/ppp && mknod -m 600 /dev/ppp c 108 0");
	} else {
		doctor_unseen(findings, AREA, "/dev/ppp", facts->ppp_device_error);
	}
}

void doctor_kernel_check(const struct doctor_kernel_facts *facts, struct doctor_findings *findings)
{
	check_release(facts, findings);
	if (facts->receive_mark_error == -ENOPROTOOPT) {
		doctor_add(findings, DOCTOR_ERROR, AREA,
			   "the kernel has no SO_RCVMARK: clients cannot be told apart");
		doctor_advise(findings, "boot Linux 5.19 or later");
	} else if (facts->receive_mark_error < 0) {
		doctor_unseen(findings, AREA, "SO_RCVMARK", facts->receive_mark_error);
	} else {
		doctor_add(findings, DOCTOR_GOOD, AREA, "SO_RCVMARK");
	}
	check_needed(facts, findings);
	check_data_path(facts, findings);
	check_ppp_device(facts, findings);
}
