/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate-launcher: the one process of ours that is root and lives long. It
 * starts pppd from numbers that saregated sends, ends it, and tells of its end; it
 * runs the administrator's hooks. It reads no file, holds no secret, and parses
 * fixed-size structs only.
 */
#include "gateway/held_signals.h"
#include "gateway/launcher_server.h"
#include "gateway/log.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#define BACKLOG         16
#define HOOK_LIMIT_USEC 30000000
#define STOP_LIMIT_USEC 7000000 /* TERM, its grace, KILL */
#define STOP_POLL_USEC  50000

struct options {
	const char *listen; /* NULL: the socket comes from systemd */
	const char *user;
	struct launcher_calls_settings settings;
	struct launcher_hooks_settings hooks;
};

struct stop {
	struct launcher_server *server;
	sd_event_source *timer;
	uint64_t deadline_usec;
};

static void print_usage(FILE *stream)
{
	fputs("usage: saregate-launcher [--listen PATH] [--user NAME] [--pppd PATH [--stub]]\n"
	      "                         [--hooks FOLDER] [--hook-limit SECONDS]\n"
	      "\n"
	      "Starts and ends pppd for saregated. Normally started by systemd with its socket.\n"
	      "\n"
	      "  --listen PATH  make the socket there instead\n"
	      "  --user NAME    who may connect, beside root (default: saregate)\n"
	      "  --pppd PATH    program to start (default: " SAREGATE_PPPD ")\n"
	      "  --stub         the program is a stub for tests and benches: sessions may be\n"
	      "                 plain sockets\n"
	      "  --hooks FOLDER where the programs `up` and `down` are, if there are any\n"
	      "                 (default: " SAREGATE_HOOKS ")\n"
	      "  --hook-limit SECONDS\n"
	      "                 after which one is ended, 1 to 600 (default: 30)\n"
	      "  --help         this text\n"
	      "  --version      version\n",
	      stream);
}

/* Return: -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *ret_options)
{
	static const struct option known[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "user", required_argument, NULL, 'u' },
		{ "pppd", required_argument, NULL, 'p' },
		{ "stub", no_argument, NULL, 's' },
		{ "hooks", required_argument, NULL, 'k' },
		{ "hook-limit", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	uint32_t seconds;
	int option;

	*ret_options = (struct options){
		.user = "saregate",
		.settings = { .pppd = NULL, .plugin = SAREGATE_PLUGIN },
		.hooks = { SAREGATE_HOOKS, HOOK_LIMIT_USEC },
	};
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'l':
			ret_options->listen = optarg;
			break;
		case 'u':
			ret_options->user = optarg;
			break;
		case 'p':
			ret_options->settings.pppd = optarg;
			break;
		case 's':
			ret_options->settings.stub = true;
			break;
		case 'k':
			ret_options->hooks.folder = optarg;
			break;
		case 't':
			if (text_parse_u32(optarg, 1, 600, &seconds) < 0) {
				print_usage(stderr);
				return 2;
			}
			ret_options->hooks.limit_usec = seconds * UINT64_C(1000000);
			break;
		case 'h':
			print_usage(stdout);
			return EXIT_SUCCESS;
		case 'v':
			puts("saregate-launcher " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		default:
			print_usage(stderr);
			return 2;
		}
	}
	if (optind < argc || (ret_options->settings.stub && !ret_options->settings.pppd)) {
		print_usage(stderr);
		return 2;
	}
	if (!ret_options->settings.pppd)
		ret_options->settings.pppd = SAREGATE_PPPD;
	return -1;
}

/* ---- the listening socket ---------------------------------------------------- */

/* Whoever may write there could put a socket of his own in place of ours. */
static int check_directory(const char *path)
{
	char copy[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	struct stat status;
	int error = text_copy(copy, sizeof(copy), path);

	if (error)
		return error;
	if (stat(dirname(copy), &status) < 0)
		return -errno;
	return status.st_uid == geteuid() && !(status.st_mode & 0022) ? 0 : -EPERM;
}

/* A socket that nobody listens on is what a former launcher left. */
static int remove_stale(const struct sockaddr_un *address)
{
	_cleanup_(closep) int probe = -1;
	struct stat status;

	if (lstat(address->sun_path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return -errno;
	if (connect(probe, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
	    errno != ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(address->sun_path) < 0 ? -errno : 0;
}

/* 0600 and the user's before anybody can connect: bound in a umask of 0177. */
static int bind_socket(const char *path, const struct passwd *user)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_(closep) int descriptor = -1;
	mode_t mask;
	int error = text_copy(address.sun_path, sizeof(address.sun_path), path);

	if (!error)
		error = check_directory(path);
	if (!error)
		error = remove_stale(&address);
	if (error)
		return error;
	descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0)
		return -errno;
	mask = umask(0177);
	error = bind(descriptor, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	umask(mask);
	if (error)
		return error;
	if (lchown(path, user->pw_uid, user->pw_gid) < 0 || listen(descriptor, BACKLOG) < 0)
		return -errno;
	return TAKE_FD(descriptor);
}

static int socket_of_systemd(void)
{
	int count = sd_listen_fds(true);

	if (count != 1)
		return count < 0 ? count : -ENOENT;
	if (sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_SEQPACKET, 1, NULL, 0) <= 0)
		return -EPROTOTYPE;
	return SD_LISTEN_FDS_START;
}

static int open_listener(const struct options *options, const struct passwd *user)
{
	int listener = options->listen ? bind_socket(options->listen, user) : socket_of_systemd();

	if (listener < 0)
		log_error("no socket to listen on: %s: start it by systemd, or with --listen PATH",
			  strerror(-listener));
	return listener;
}

/* ---- the loop -------------------------------------------------------------------- */

static int on_stop_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	sd_event *event = sd_event_source_get_event(source);
	const struct stop *stop = userdata;
	uint64_t now = 0;

	sd_event_now(event, CLOCK_MONOTONIC, &now);
	if (launcher_server_left(stop->server) == 0 || now >= stop->deadline_usec)
		return sd_event_exit(event, 0);
	sd_event_source_set_time(source, now + STOP_POLL_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int on_stop_signal(sd_event_source *source, const struct signalfd_siginfo *info,
			  void *userdata)
{
	sd_event *event = sd_event_source_get_event(source);
	struct stop *stop = userdata;
	uint64_t now = 0;

	if (stop->timer)
		return 0;
	sd_event_now(event, CLOCK_MONOTONIC, &now);
	stop->deadline_usec = now + STOP_LIMIT_USEC;
	launcher_server_stop(stop->server);
	return sd_event_add_time(event, &stop->timer, CLOCK_MONOTONIC, now, 1, on_stop_timer, stop);
}

static int watch_signals(sd_event *event, struct stop *stop)
{
	static const int signals[] = { SIGTERM, SIGINT };
	int error = held_signals_block(signals, ELEMENTS(signals), NULL);

	if (error == 0)
		error = sd_event_add_signal(event, NULL, SIGTERM, on_stop_signal, stop);
	if (error >= 0)
		error = sd_event_add_signal(event, NULL, SIGINT, on_stop_signal, stop);
	return error;
}

static int run(const struct options *options)
{
	_cleanup_(launcher_server_freep) struct launcher_server *server = NULL;
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	const struct passwd *user = getpwnam(options->user);
	struct stop stop = { 0 };
	int listener, error;

	if (!user) {
		log_error("there is no user %s: run systemd-sysusers", options->user);
		return -ENOENT;
	}
	listener = open_listener(options, user);
	if (listener < 0)
		return listener;
	error = sd_event_default(&event);
	if (error < 0)
		return error;
	error = launcher_server_new(event, listener, user->pw_uid, &options->settings,
				    &options->hooks, &server);
	if (error < 0)
		return error;
	stop.server = server;
	error = watch_signals(event, &stop);
	if (error < 0)
		return error;
	error = sd_event_loop(event);
	sd_event_source_disable_unref(stop.timer);
	return error;
}

int main(int argc, char **argv)
{
	struct options options;
	int status = parse_options(argc, argv, &options);
	int error;

	if (status >= 0)
		return status;
	log_open(LOG_INFO);
	umask(077);
	if (chdir("/") < 0)
		return EXIT_FAILURE;
	error = run(&options);
	if (error < 0)
		log_error("saregate-launcher ends: %s", strerror(-error));
	return error < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
