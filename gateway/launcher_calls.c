/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of pppds, their starts and their ends. I/O, on sd-event. */
#include "gateway/launcher_calls.h"

#include "base/cleanup.h"
#include "gateway/log.h"
#include "ppp-hooks/pppd_arguments.h"
#include "ppp-hooks/pppd_process.h"

#include <errno.h>
#include <linux/if_pppox.h>
#include <linux/major.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Without memory an insertion leaves hh.tbl NULL; uthash would end the process. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* What pppd gets to say goodbye before it is killed. */
#define GRACE_USEC 5000000

struct call {
	struct launcher_calls *calls;
	uint32_t call_id;
	uint32_t unit;
	bool orphan;
	struct pppd_process process;
	sd_event_source *exit_source;
	sd_event_source *kill_timer;
	UT_hash_handle by_id; /* calls that are no orphans */
	UT_hash_handle by_unit;
};

struct launcher_calls {
	sd_event *event;
	struct launcher_calls_settings settings;
	const struct launcher_calls_ops *ops;
	void *userdata;
	struct call *ids;
	struct call *units;
};

int launcher_calls_new(sd_event *event, const struct launcher_calls_settings *settings,
		       const struct launcher_calls_ops *ops, void *userdata,
		       struct launcher_calls **ret_calls)
{
	struct launcher_calls *calls = calloc(1, sizeof(*calls));

	if (!calls)
		return -ENOMEM;
	calls->event = sd_event_ref(event);
	calls->settings = *settings;
	calls->ops = ops;
	calls->userdata = userdata;
	*ret_calls = calls;
	return 0;
}

static void call_free(struct call *call)
{
	struct launcher_calls *calls = call->calls;

	if (!call->orphan)
		HASH_DELETE(by_id, calls->ids, call);
	HASH_DELETE(by_unit, calls->units, call);
	sd_event_source_disable_unref(call->exit_source);
	sd_event_source_disable_unref(call->kill_timer);
	pppd_process_done(&call->process);
	free(call);
}

void launcher_calls_free(struct launcher_calls *calls)
{
	struct call *call, *next;

	if (!calls)
		return;
	HASH_ITER(by_unit, calls->units, call, next)
	{
		pppd_process_terminate(&call->process, 0, 0);
		pppd_process_handle_deadline(&call->process, UINT64_MAX - 1);
		call_free(call);
	}
	sd_event_unref(calls->event);
	free(calls);
}

void launcher_calls_freep(struct launcher_calls **calls)
{
	launcher_calls_free(*calls);
}

/* ---- the end of a pppd ------------------------------------------------------- */

static int on_exit_event(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	struct call *call = userdata;
	struct launcher_calls *calls = call->calls;
	struct launcher_exited exited = {
		.header = { LAUNCHER_MESSAGE_VERSION, LAUNCHER_MESSAGE_EXITED },
		.call_id = call->call_id,
		.pid = (uint32_t)call->process.pid,
	};
	bool orphan = call->orphan;
	int result;

	result = pppd_process_handle_exit(&call->process, &exited.exit_code, &exited.signal);
	if (result == 0)
		return 0;
	if (result < 0)
		log_error("call %u: pppd's end cannot be read: %s", call->call_id,
			  strerror(-result));
	call_free(call);
	if (!orphan)
		calls->ops->exited(calls->userdata, &exited);
	else if (launcher_calls_orphans(calls) == 0)
		calls->ops->no_orphans(calls->userdata);
	return 0;
}

static int on_kill_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct call *call = userdata;
	uint64_t now = 0;

	sd_event_now(call->calls->event, CLOCK_MONOTONIC, &now);
	log_warning("call %u: pppd does not end, it is killed", call->call_id);
	pppd_process_handle_deadline(&call->process, now);
	return 0;
}

static void terminate(struct call *call)
{
	uint64_t now = 0;

	sd_event_now(call->calls->event, CLOCK_MONOTONIC, &now);
	pppd_process_terminate(&call->process, now, GRACE_USEC);
	if (call->kill_timer)
		return;
	if (sd_event_add_time(call->calls->event, &call->kill_timer, CLOCK_MONOTONIC,
			      pppd_process_next_deadline(&call->process), 0, on_kill_timer,
			      call) < 0)
		/* Without a timer there is no grace. */
		pppd_process_handle_deadline(&call->process, UINT64_MAX - 1);
}

static struct call *find_id(const struct launcher_calls *calls, uint32_t call_id)
{
	struct call *call;

	HASH_FIND(by_id, calls->ids, &call_id, sizeof(call_id), call);
	return call;
}

static struct call *find_unit(const struct launcher_calls *calls, uint32_t unit)
{
	struct call *call;

	HASH_FIND(by_unit, calls->units, &unit, sizeof(unit), call);
	return call;
}

void launcher_calls_stop(struct launcher_calls *calls, uint32_t call_id)
{
	struct call *call = find_id(calls, call_id);

	if (call)
		terminate(call);
}

void launcher_calls_orphan_all(struct launcher_calls *calls)
{
	struct call *call, *next;

	HASH_ITER(by_id, calls->ids, call, next)
	{
		HASH_DELETE(by_id, calls->ids, call);
		call->orphan = true;
		terminate(call);
	}
}

size_t launcher_calls_count(const struct launcher_calls *calls)
{
	return HASH_CNT(by_unit, calls->units);
}

size_t launcher_calls_orphans(const struct launcher_calls *calls)
{
	return HASH_CNT(by_unit, calls->units) - HASH_CNT(by_id, calls->ids);
}

/* ---- the start ------------------------------------------------------------------ */

static int check_socket(int descriptor, int domain, int option, int wanted)
{
	socklen_t size = sizeof(int);
	int value = 0;

	if (getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &value, &size) < 0)
		return -errno;
	if (value != domain)
		return -EPROTOTYPE;
	size = sizeof(int);
	if (getsockopt(descriptor, SOL_SOCKET, option, &value, &size) < 0)
		return -errno;
	return value == wanted ? 0 : -EPROTOTYPE;
}

/* The slave of a pty, and nothing else that is a terminal. */
static int check_pty(int descriptor)
{
	struct stat status;

	if (fstat(descriptor, &status) < 0)
		return -errno;
	if (!S_ISCHR(status.st_mode) || major(status.st_rdev) < UNIX98_PTY_SLAVE_MAJOR ||
	    major(status.st_rdev) >= UNIX98_PTY_SLAVE_MAJOR + UNIX98_PTY_MAJOR_COUNT)
		return -ENOTTY;
	return 0;
}

static int check_session(enum launcher_channel channel, int descriptor)
{
	switch (channel) {
	case LAUNCHER_CHANNEL_PPPOL2TP:
		return check_socket(descriptor, AF_PPPOX, SO_PROTOCOL, PX_PROTO_OL2TP);
	case LAUNCHER_CHANNEL_TTY:
		return check_pty(descriptor);
	case LAUNCHER_CHANNEL_COUNT_:
		break;
	}
	return -EINVAL;
}

/* pppd gets a session of that kind and the plugin's socket, whatever was sent. */
static int check_descriptors(const struct launcher_calls *calls, enum launcher_channel channel,
			     const int descriptors[LAUNCHER_DESCRIPTOR_COUNT_])
{
	int session = descriptors[LAUNCHER_DESCRIPTOR_SESSION];
	int error = check_session(channel, session);

	if (error && calls->settings.stub && channel == LAUNCHER_CHANNEL_PPPOL2TP)
		error = check_socket(session, AF_UNIX, SO_TYPE, SOCK_SEQPACKET);
	if (error)
		return error;
	return check_socket(descriptors[LAUNCHER_DESCRIPTOR_PLUGIN], AF_UNIX, SO_TYPE,
			    SOCK_SEQPACKET);
}

static int start_process(struct call *call, const struct launcher_start *start,
			 const int descriptors[LAUNCHER_DESCRIPTOR_COUNT_])
{
	const struct launcher_calls_settings *settings = &call->calls->settings;
	bool log_to_stderr = access("/dev/log", F_OK) < 0;
	struct pppd_arguments arguments;
	int error = pppd_arguments_build(start, settings->plugin, log_to_stderr, &arguments);

	if (error)
		return error;
	return pppd_process_start(settings->pppd, arguments.argv,
				  (enum launcher_channel)start->channel, descriptors,
				  &call->process);
}

static int register_call(struct launcher_calls *calls, struct call *call)
{
	HASH_ADD(by_id, calls->ids, call_id, sizeof(call->call_id), call);
	if (!call->by_id.tbl)
		return -ENOMEM;
	HASH_ADD(by_unit, calls->units, unit, sizeof(call->unit), call);
	if (call->by_unit.tbl)
		return 0;
	HASH_DELETE(by_id, calls->ids, call);
	return -ENOMEM;
}

int launcher_calls_start(struct launcher_calls *calls, const struct launcher_start *start,
			 const int descriptors[LAUNCHER_DESCRIPTOR_COUNT_], uint32_t *ret_pid)
{
	_cleanup_(freep) struct call *call = NULL;
	int error;

	if (find_id(calls, start->call_id) || find_unit(calls, start->unit))
		return -EEXIST;
	if (launcher_calls_count(calls) >= LAUNCHER_CALLS_MAXIMUM)
		return -ENOSPC;
	error = check_descriptors(calls, (enum launcher_channel)start->channel, descriptors);
	if (error)
		return error;
	call = calloc(1, sizeof(*call));
	if (!call)
		return -ENOMEM;
	call->calls = calls;
	call->call_id = start->call_id;
	call->unit = start->unit;
	error = start_process(call, start, descriptors);
	if (error)
		return error;
	error = sd_event_add_io(calls->event, &call->exit_source, call->process.descriptor, EPOLLIN,
				on_exit_event, call);
	if (error >= 0)
		error = register_call(calls, call);
	if (error < 0) {
		sd_event_source_disable_unref(call->exit_source);
		pppd_process_discard(&call->process);
		return error;
	}
	*ret_pid = (uint32_t)call->process.pid;
	TAKE_PTR(call);
	return 0;
}
