/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice of a data path, for the gateway and for each tunnel. */
#include "gateway/path_choice.h"

#include <errno.h>
#include <stddef.h>

#define WHY_NOT_HERE "the kernel has no usable PPPoL2TP"
#define WHY_FAILED   "the kernel refused the tunnel"

const struct path_candidates path_candidates = {
	.kernel = &l2tp_kernel_data_path,
	.userspace = &l2tp_userspace_data_path,
	.null = &l2tp_null_data_path,
};

/* One path or none. */
static int choose_only(const struct l2tp_data_path *path, struct path_choice *choice,
		       const char **ret_remedy)
{
	choice->first = path;
	return path->probe(ret_remedy);
}

/*
 * The kernel's if it can be used, the other one where that fails. A fallback that
 * this host does not have is none.
 */
static int choose_best(const struct path_candidates *candidates, struct path_choice *choice,
		       const char **ret_remedy)
{
	const char *no_kernel = NULL, *no_userspace = NULL;
	int kernel = candidates->kernel->probe(&no_kernel);
	int userspace = candidates->userspace->probe(&no_userspace);

	if (kernel == 0) {
		choice->first = candidates->kernel;
		choice->is_kernel = true;
		choice->fallback = userspace == 0 ? candidates->userspace : NULL;
		return 0;
	}
	if (userspace < 0) {
		*ret_remedy = no_kernel;
		return kernel;
	}
	choice->first = candidates->userspace;
	choice->why = WHY_NOT_HERE;
	choice->remedy = no_kernel;
	return 0;
}

int path_choice_make(enum configuration_data_path kind, const struct path_candidates *candidates,
		     struct path_choice *ret_choice, const char **ret_remedy)
{
	struct path_choice choice = { .is_kernel = kind == CONFIGURATION_DATA_PATH_KERNEL };
	int error = -EINVAL;

	switch (kind) {
	case CONFIGURATION_DATA_PATH_AUTO:
		error = choose_best(candidates, &choice, ret_remedy);
		break;
	case CONFIGURATION_DATA_PATH_KERNEL:
		error = choose_only(candidates->kernel, &choice, ret_remedy);
		break;
	case CONFIGURATION_DATA_PATH_USERSPACE:
		error = choose_only(candidates->userspace, &choice, ret_remedy);
		break;
	case CONFIGURATION_DATA_PATH_NULL:
		error = choose_only(candidates->null, &choice, ret_remedy);
		break;
	}
	if (error == 0)
		*ret_choice = choice;
	return error;
}

static int open_on(const struct l2tp_data_path *path, const char *why,
		   const struct l2tp_data_path_tunnel_ids *ids, struct path_opened *opened)
{
	opened->path = path;
	opened->why = why;
	return path->tunnel_open(ids, &opened->tunnel);
}

/* A taken id is drawn again, an SA that is missing will come: no reason to change. */
static bool is_final(const struct path_choice *choice, int error)
{
	return error == 0 || error == -EEXIST || error == -EAGAIN || !choice->fallback;
}

static int open_beside_kernel(const struct path_choice *choice, const char *kernel_reason,
			      const struct l2tp_data_path_tunnel_ids *ids,
			      struct path_opened *opened)
{
	int error;

	if (!choice->fallback)
		return -EOPNOTSUPP;
	error = choice->first->tunnel_open(ids, &opened->companion);
	if (error == 0)
		opened->companion_path = choice->first;
	else if (is_final(choice, error))
		return error;
	opened->kernel_error = error;
	return open_on(choice->fallback, kernel_reason, ids, opened);
}

int path_choice_open(const struct path_choice *choice, const char *kernel_reason,
		     const struct l2tp_data_path_tunnel_ids *ids, struct path_opened *ret_opened)
{
	struct path_opened opened = { 0 };
	int error;

	if (choice->is_kernel && kernel_reason) {
		error = open_beside_kernel(choice, kernel_reason, ids, &opened);
	} else {
		error = open_on(choice->first, choice->why, ids, &opened);
		if (!is_final(choice, error)) {
			opened.kernel_error = error;
			error = open_on(choice->fallback, WHY_FAILED, ids, &opened);
		}
	}
	if (error) {
		opened.tunnel = NULL;
		path_opened_close(&opened);
		return error;
	}
	*ret_opened = opened;
	return 0;
}

void path_opened_close(struct path_opened *opened)
{
	if (opened->tunnel)
		opened->path->tunnel_free(opened->tunnel);
	opened->tunnel = NULL;
	if (opened->companion)
		opened->companion_path->tunnel_free(opened->companion);
	opened->companion = NULL;
}
