/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From pid file to pidfd. A stale file may name a process that has nothing to do
 * with pluto: its name is looked at once the pidfd holds it. I/O, on sd-event.
 */
#include "gateway/pluto_watch.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOK_INTERVAL_USEC 2000000
/* Linux, kernel/pid.c, PID_MAX_LIMIT. */
#define PID_MAXIMUM 4194304

struct pluto_watch {
	sd_event *event;
	const char *pid_file;
	void (*exited)(void *userdata);
	void *userdata;
	int pidfd; /* -1: no pluto is known */
	uint32_t pid;
	sd_event_source *exit_source;
	sd_event_source *look_timer;
};

/* The first line of a small file. Return: 0 or negative errno. */
static int read_line(const char *path, char *ret_line, size_t line_size)
{
	_cleanup_(closep) int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t size;

	if (descriptor < 0)
		return -errno;
	size = read(descriptor, ret_line, line_size - 1);
	if (size < 0)
		return -errno;
	ret_line[size] = '\0';
	ret_line[strcspn(ret_line, "\n")] = '\0';
	return 0;
}

/* What cannot be looked at (proc mounted with hidepid) is taken for pluto. */
static bool is_pluto(uint32_t pid)
{
	char path[64], name[32];

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	return read_line(path, name, sizeof(name)) < 0 || strcmp(name, "pluto") == 0;
}

static void forget(struct pluto_watch *watch)
{
	watch->exit_source = sd_event_source_disable_unref(watch->exit_source);
	closep(&watch->pidfd);
	watch->pidfd = -1;
}

static bool has_exited(const struct pluto_watch *watch)
{
	struct pollfd wait = { .fd = watch->pidfd, .events = POLLIN };

	return poll(&wait, 1, 0) == 1;
}

static void look_again(struct pluto_watch *watch)
{
	uint64_t now = 0;

	sd_event_now(watch->event, CLOCK_MONOTONIC, &now);
	sd_event_source_set_time(watch->look_timer, now + LOOK_INTERVAL_USEC);
	sd_event_source_set_enabled(watch->look_timer, SD_EVENT_ONESHOT);
}

static void report_exit(struct pluto_watch *watch)
{
	log_info("pluto (process %u) has exited", watch->pid);
	forget(watch);
	look_again(watch);
	watch->exited(watch->userdata);
}

static int on_pidfd(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	report_exit(userdata);
	return 0;
}

/* Return: 0 a pluto is watched now; negative errno. */
static int attach(struct pluto_watch *watch)
{
	char line[32];
	uint32_t pid = 0;
	int r;

	r = read_line(watch->pid_file, line, sizeof(line));
	if (r == 0)
		r = text_parse_u32(line, 1, PID_MAXIMUM, &pid);
	if (r < 0)
		return r;
	watch->pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	if (watch->pidfd < 0)
		return -errno;
	watch->pid = pid;
	r = is_pluto(pid) && !has_exited(watch) ? 0 : -ESRCH;
	if (r == 0)
		r = sd_event_add_io(watch->event, &watch->exit_source, watch->pidfd, EPOLLIN,
				    on_pidfd, watch);
	/* Its clients' tunnels must go before anything of a new pluto's is read. */
	if (r >= 0)
		r = sd_event_source_set_priority(watch->exit_source,
						 SD_EVENT_PRIORITY_IMPORTANT - 1);
	if (r < 0)
		forget(watch);
	return r < 0 ? r : 0;
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct pluto_watch *watch = userdata;

	if (attach(watch) == 0)
		log_debug("pluto runs as process %u", watch->pid);
	else
		look_again(watch);
	return 0;
}

int pluto_watch_new(sd_event *event, const char *pid_file, void (*exited)(void *userdata),
		    void *userdata, struct pluto_watch **ret_watch)
{
	_cleanup_(pluto_watch_freep) struct pluto_watch *watch = calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return -ENOMEM;
	*watch = (struct pluto_watch){
		.event = sd_event_ref(event),
		.pid_file = pid_file,
		.exited = exited,
		.userdata = userdata,
		.pidfd = -1,
	};
	r = sd_event_add_time(event, &watch->look_timer, CLOCK_MONOTONIC, 0, 0, on_look, watch);
	if (r < 0)
		return r;
	if (attach(watch) == 0)
		sd_event_source_set_enabled(watch->look_timer, SD_EVENT_OFF);
	*ret_watch = TAKE_PTR(watch);
	return 0;
}

void pluto_watch_free(struct pluto_watch *watch)
{
	if (!watch)
		return;
	forget(watch);
	sd_event_source_disable_unref(watch->look_timer);
	sd_event_unref(watch->event);
	free(watch);
}

void pluto_watch_freep(struct pluto_watch **watch)
{
	pluto_watch_free(*watch);
}

bool pluto_watch_check(struct pluto_watch *watch)
{
	if (watch->pidfd >= 0 && has_exited(watch))
		report_exit(watch);
	if (watch->pidfd < 0 && attach(watch) == 0)
		sd_event_source_set_enabled(watch->look_timer, SD_EVENT_OFF);
	return watch->pidfd >= 0;
}
