/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hooks as processes: what may be run, what they print, and their end. */
#include "gateway/launcher_hooks.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/hook_queue.h"
#include "gateway/log.h"
#include "ppp-hooks/hook_environment.h"
#include "ppp-hooks/pppd_process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* What a hook gets to end by itself before it is killed. */
#define GRACE_USEC 5000000
/* Of what one hook prints: bytes of a line, and lines, that are logged. */
#define LINE_MAX_BYTES 200
#define LINES_MAX      20
/* Bytes of output that are read in one turn of the loop; turns that empty a pipe. */
#define READ_BUDGET 4096
#define READS_MAX   16
/* Lines about hooks that are not run. */
#define FAILURE_LINES_A_MINUTE 10

struct run {
	struct launcher_hooks *hooks;
	struct hook_entry *entry;
	struct pppd_process process;
	sd_event_source *exit_source;
	sd_event_source *timer;
	int output;
	sd_event_source *output_source;
	char line[LINE_MAX_BYTES];
	size_t line_size;
	uint32_t lines;
	struct run *next;
};

struct launcher_hooks {
	sd_event *event;
	struct launcher_hooks_settings settings;
	struct hook_queue queue;
	struct run *runs;
	struct log_limit failure_limit;
	uint64_t dropped;
};

static void begin_some(struct launcher_hooks *hooks);

static const char *name_of(const struct launcher_hook *hook)
{
	return hook_event_name((enum launcher_hook_event)hook->event);
}

static uint64_t now_usec(const struct launcher_hooks *hooks)
{
	uint64_t now = 0;

	sd_event_now(hooks->event, CLOCK_MONOTONIC, &now);
	return now;
}

/* ---- what is told ------------------------------------------------------------------- */

/* Whether a line about a hook that is not run may be written. */
static bool may_tell(struct launcher_hooks *hooks)
{
	uint32_t suppressed = 0;

	if (!log_limit_allows(&hooks->failure_limit, now_usec(hooks), &suppressed))
		return false;
	if (suppressed)
		log_warning("%u lines about hooks that were not run not shown", suppressed);
	return true;
}

static void drop(struct launcher_hooks *hooks, const struct launcher_hook *hook, int error)
{
	hooks->dropped++;
	if (may_tell(hooks))
		log_error("hook %s of session %u is not run: %s: %" PRIu64 " dropped so far",
			  name_of(hook), hook->session,
			  error == -ENOBUFS ? "too many wait" : strerror(-error), hooks->dropped);
}

/* ---- what may be run ------------------------------------------------------------------ */

/* Of our own user, which is root, and not to be written to by anybody else. */
static bool is_ours(const struct stat *status)
{
	return status->st_uid == geteuid() && !(status->st_mode & 0022);
}

/*
 * The folder's path is made of names that only root can change. Whoever could put
 * another program in the place of the one that is looked at here would have to be root.
 *
 * Return: 0; -ENOENT: there is no hook; -EPERM: others can write to it; other negative
 *         errno.
 */
static int check_program(const struct launcher_hooks *hooks, const char *path)
{
	struct stat status;

	if (lstat(hooks->settings.folder, &status) < 0)
		return -errno;
	if (!S_ISDIR(status.st_mode))
		return -ENOTDIR;
	if (!is_ours(&status))
		return -EPERM;
	if (lstat(path, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -ENOEXEC;
	if (!is_ours(&status))
		return -EPERM;
	return status.st_mode & 0100 ? 0 : -EACCES;
}

static const char *refusal_text(int error)
{
	switch (error) {
	case -EPERM:
		return "it or its folder is not root's, or others may write to it: chown root, "
		       "chmod go-w";
	case -EACCES:
		return "it is not executable: chmod u+x";
	case -ENOTDIR:
	case -ENOEXEC:
		return "it is no program, or its folder is a link: links are not followed";
	default:
		return strerror(-error);
	}
}

/* ---- the output of a hook ---------------------------------------------------------------- */

static void tell_line(struct run *run)
{
	const struct launcher_hook *hook = &run->entry->hook;
	char quoted[4 * LINE_MAX_BYTES + 3];

	if (run->line_size == 0)
		return;
	if (++run->lines <= LINES_MAX)
		log_info("hook %s of session %u: %s", name_of(hook), hook->session,
			 text_quote(run->line, run->line_size, quoted, sizeof(quoted)));
	run->line_size = 0;
}

static void take_output(struct run *run, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] == '\n' || run->line_size == LINE_MAX_BYTES)
			tell_line(run);
		if (bytes[i] != '\n')
			run->line[run->line_size++] = bytes[i];
	}
}

/* Return: bytes read; 0 at the end; negative errno. */
static ssize_t read_some(struct run *run)
{
	char bytes[READ_BUDGET];
	ssize_t size = read(run->output, bytes, sizeof(bytes));

	if (size < 0)
		return -errno;
	take_output(run, bytes, (size_t)size);
	return size;
}

static int on_output(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	struct run *run = userdata;
	ssize_t size = read_some(run);

	if (size == 0 || (size < 0 && size != -EAGAIN && size != -EINTR))
		run->output_source = sd_event_source_disable_unref(run->output_source);
	return 0;
}

/* ---- its end ------------------------------------------------------------------------------ */

static void run_free(struct run *run)
{
	struct launcher_hooks *hooks = run->hooks;
	struct run **link = &hooks->runs;

	while (*link != run)
		link = &(*link)->next;
	*link = run->next;
	sd_event_source_disable_unref(run->exit_source);
	sd_event_source_disable_unref(run->timer);
	sd_event_source_disable_unref(run->output_source);
	closep(&run->output);
	pppd_process_done(&run->process);
	hook_queue_end(&hooks->queue, run->entry);
	free(run);
}

static void tell_end(const struct run *run, uint32_t code, uint32_t signal)
{
	const struct launcher_hook *hook = &run->entry->hook;

	if (run->lines > LINES_MAX)
		log_info("hook %s of session %u: %u lines more not shown", name_of(hook),
			 hook->session, run->lines - LINES_MAX);
	if (signal)
		log_warning("hook %s of session %u was ended by signal %u", name_of(hook),
			    hook->session, signal);
	else if (code)
		log_warning("hook %s of session %u ended with exit status %u", name_of(hook),
			    hook->session, code);
}

static int on_exit_event(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	struct run *run = userdata;
	struct launcher_hooks *hooks = run->hooks;
	uint32_t code = 0, signal = 0;

	if (pppd_process_handle_exit(&run->process, &code, &signal) == 0)
		return 0;
	/* What it said last; what it has left behind may go on to hold the pipe. */
	for (int i = 0; run->output_source && i < READS_MAX && read_some(run) > 0; i++)
		continue;
	tell_line(run);
	tell_end(run, code, signal);
	run_free(run);
	begin_some(hooks);
	return 0;
}

/* The limit is over, or then the grace. */
static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct run *run = userdata;
	const struct launcher_hook *hook = &run->entry->hook;
	uint64_t now = now_usec(run->hooks);

	if (run->process.ending) {
		pppd_process_handle_deadline(&run->process, now);
		return 0;
	}
	log_warning("hook %s of session %u takes more than %" PRIu64 " s: it is ended",
		    name_of(hook), hook->session, run->hooks->settings.limit_usec / 1000000);
	pppd_process_terminate(&run->process, now, GRACE_USEC);
	sd_event_source_set_time(source, pppd_process_next_deadline(&run->process));
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* ---- its start ----------------------------------------------------------------------------- */

static int watch(struct run *run)
{
	sd_event *event = run->hooks->event;
	int r = sd_event_add_io(event, &run->exit_source, run->process.descriptor, EPOLLIN,
				on_exit_event, run);

	if (r >= 0)
		r = sd_event_add_io(event, &run->output_source, run->output, EPOLLIN, on_output,
				    run);
	if (r >= 0)
		r = sd_event_add_time(event, &run->timer, CLOCK_MONOTONIC,
				      now_usec(run->hooks) + run->hooks->settings.limit_usec, 0,
				      on_timer, run);
	return r;
}

static int spawn(struct run *run, const char *path)
{
	struct hook_environment environment;
	_cleanup_(closep) int written = -1;
	int pipe_ends[2];
	int error;

	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return -errno;
	run->output = pipe_ends[0];
	written = pipe_ends[1];
	/* Ours alone: the hook may expect to wait while it writes. */
	if (fcntl(run->output, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	hook_environment_build(&run->entry->hook, &environment);
	error = pppd_process_start_hook(path, environment.envp, written, &run->process);
	if (error)
		return error;
	error = watch(run);
	if (error < 0) {
		pppd_process_discard(&run->process);
		return error;
	}
	return 0;
}

/* Return: 0; -ENOENT: there is no such hook; other negative errno. The entry stays. */
static int begin(struct launcher_hooks *hooks, struct hook_entry *entry)
{
	char path[PATH_MAX];
	struct run *run;
	int error;

	if (snprintf(path, sizeof(path), "%s/%s", hooks->settings.folder, name_of(&entry->hook)) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	error = check_program(hooks, path);
	if (error)
		return error;
	run = calloc(1, sizeof(*run));
	if (!run)
		return -ENOMEM;
	*run = (struct run){ .hooks = hooks, .entry = entry, .output = -1 };
	run->process.descriptor = -1;
	error = spawn(run, path);
	if (error) {
		sd_event_source_disable_unref(run->exit_source);
		sd_event_source_disable_unref(run->output_source);
		closep(&run->output);
		free(run);
		return error;
	}
	run->next = hooks->runs;
	hooks->runs = run;
	return 0;
}

static void begin_some(struct launcher_hooks *hooks)
{
	struct hook_entry *entry;

	while ((entry = hook_queue_begin(&hooks->queue))) {
		int error = begin(hooks, entry);

		if (!error)
			continue;
		if (error != -ENOENT && may_tell(hooks))
			log_error("hook %s/%s is not run: %s", hooks->settings.folder,
				  name_of(&entry->hook), refusal_text(error));
		hook_queue_end(&hooks->queue, entry);
	}
}

void launcher_hooks_run(struct launcher_hooks *hooks, const struct launcher_hook *hook)
{
	int error = hook_queue_add(&hooks->queue, hook);

	if (error)
		drop(hooks, hook, error);
	else
		begin_some(hooks);
}

/* ---- as a whole --------------------------------------------------------------------------- */

int launcher_hooks_new(sd_event *event, const struct launcher_hooks_settings *settings,
		       struct launcher_hooks **ret_hooks)
{
	struct launcher_hooks *hooks = calloc(1, sizeof(*hooks));

	if (!hooks)
		return -ENOMEM;
	hooks->event = sd_event_ref(event);
	hooks->settings = *settings;
	hooks->failure_limit =
		(struct log_limit){ .interval_usec = 60000000, .burst = FAILURE_LINES_A_MINUTE };
	hook_queue_init(&hooks->queue);
	*ret_hooks = hooks;
	return 0;
}

void launcher_hooks_free(struct launcher_hooks *hooks)
{
	if (!hooks)
		return;
	if (launcher_hooks_count(hooks) > 0)
		log_warning("%zu hooks are ended, %zu are not run: the launcher ends",
			    hooks->queue.running, hooks->queue.waiting);
	while (hooks->runs) {
		pppd_process_terminate(&hooks->runs->process, 0, 0);
		pppd_process_handle_deadline(&hooks->runs->process, UINT64_MAX - 1);
		run_free(hooks->runs);
	}
	hook_queue_clear(&hooks->queue);
	sd_event_unref(hooks->event);
	free(hooks);
}

size_t launcher_hooks_count(const struct launcher_hooks *hooks)
{
	return hooks->queue.running + hooks->queue.waiting;
}
