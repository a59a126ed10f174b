/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregated: reads its configuration and runs the gateway until it is told to
 * stop. Its unit starts it as user saregate with CAP_NET_ADMIN alone, the path
 * that updown sends to being there. Started by root it makes that path, becomes
 * this user with this capability, and has no way back.
 */
#include "gateway/configuration.h"
#include "gateway/gateway.h"
#include "gateway/held_signals.h"
#include "gateway/identity_store.h"
#include "gateway/log.h"
#include "gateway/privileges.h"
#include "gateway/updown_socket.h"

#include "base/cleanup.h"
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

/* Each session holds about four descriptors; leave room for the rest. */
#define DESCRIPTORS_WANTED 262144

struct options {
	const char *configuration;
};

static void print_usage(FILE *stream)
{
	fputs("usage: saregated [--foreground] [--config FILE]\n"
	      "\n"
	      "The L2TP daemon of the Saregate VPN gateway. Stays in the foreground and logs\n"
	      "to the journal, or to stderr where that is not the journal.\n"
	      "\n"
	      "  --foreground   accepted for clarity; there is no other way to run\n"
	      "  --config FILE  configuration (default: " SAREGATE_CONFIGURATION ")\n"
	      "  --help         this text\n"
	      "  --version      version\n",
	      stream);
}

/* Return: -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *ret_options)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	ret_options->configuration = SAREGATE_CONFIGURATION;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'c':
			ret_options->configuration = optarg;
			break;
		case 'f':
			break;
		case 'h':
			print_usage(stdout);
			return EXIT_SUCCESS;
		case 'v':
			puts("saregated " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		default:
			print_usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "saregated: unexpected argument: %s\n", argv[optind]);
		return 2;
	}
	return -1;
}

/* To what we want where we may, else to what we are given. */
static void raise_descriptor_limit(void)
{
	const struct rlimit wanted = { DESCRIPTORS_WANTED, DESCRIPTORS_WANTED };
	struct rlimit given;

	if (getrlimit(RLIMIT_NOFILE, &given) < 0)
		return;
	if (given.rlim_max < DESCRIPTORS_WANTED && setrlimit(RLIMIT_NOFILE, &wanted) == 0)
		return;
	given.rlim_cur = given.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &given) < 0)
		log_warning("the limit of open files cannot be raised: %s", strerror(errno));
}

static int on_stop_signal(sd_event_source *source, const struct signalfd_siginfo *info,
			  void *userdata)
{
	log_info("stopping on signal %u", info->ssi_signo);
	sd_notify(false, "STOPPING=1\nSTATUS=Stopping");
	gateway_stop(userdata);
	return 0;
}

static int on_reload_signal(sd_event_source *source, const struct signalfd_siginfo *info,
			    void *userdata)
{
	struct reload_report report;
	char error_text[RELOAD_ERROR_MAX];

	/* Success and failure are in the log. */
	gateway_reload(userdata, &report, error_text);
	return 0;
}

static int watch_signals(sd_event *event, struct gateway *gateway)
{
	int error = sd_event_add_signal(event, NULL, SIGTERM, on_stop_signal, gateway);

	if (error >= 0)
		error = sd_event_add_signal(event, NULL, SIGINT, on_stop_signal, gateway);
	if (error >= 0)
		error = sd_event_add_signal(event, NULL, SIGHUP, on_reload_signal, gateway);
	return error;
}

/*
 * The socket that the service manager holds, so that what updown tells while we
 * start anew waits in it; without one, our own.
 */
static int open_updown(void)
{
	int given = sd_listen_fds(true);

	for (int i = 0; i < given; i++)
		if (updown_socket_adopt(SD_LISTEN_FDS_START + i, UPDOWN_SOCKET_PATH) == 0)
			return SD_LISTEN_FDS_START + i;
	return updown_socket_open(UPDOWN_SOCKET_PATH);
}

static int open_or_warn(int descriptor, const char *what)
{
	if (descriptor < 0)
		log_warning("%s: %s", what, strerror(-descriptor));
	return descriptor < 0 ? -1 : descriptor;
}

/* What may need root comes before privileges_drop(), everything else after it. */
static int become_saregate(const struct configuration *configuration,
			   struct sa_tracking_descriptors *ret_descriptors)
{
	_cleanup_(sa_tracking_descriptors_done) struct sa_tracking_descriptors descriptors =
		SA_TRACKING_NO_DESCRIPTORS;
	bool is_protected = configuration->protection == CONFIGURATION_PROTECTION_REQUIRED;
	int error;

	raise_descriptor_limit();
	if (is_protected)
		descriptors.updown = open_or_warn(open_updown(), UPDOWN_SOCKET_PATH
						  ": IKE identities stay unknown");
	error = privileges_drop();
	if (error) {
		log_error("becoming user " PRIVILEGES_USER " failed: %s: %s", strerror(-error),
			  error == -ENOENT ? "run systemd-sysusers" : "start saregated as root");
		return error;
	}
	if (is_protected)
		descriptors.identities =
			open_or_warn(identity_store_open(IDENTITY_STORE_PATH), IDENTITY_STORE_PATH
				     ": IKE identities are forgotten when saregated ends");
	*ret_descriptors = sa_tracking_descriptors_take(&descriptors);
	return 0;
}

static int load_secrets(const struct configuration *configuration,
			struct tunnel_secrets **ret_secrets)
{
	char error_text[TUNNEL_SECRETS_ERROR_MAX];
	int error;

	if (!configuration->tunnel_secrets[0])
		return 0;
	error = tunnel_secrets_load(configuration->tunnel_secrets, ret_secrets, error_text);
	if (error)
		log_error("%s", error == -ENOMEM ? strerror(ENOMEM) : error_text);
	return error;
}

static int run(const struct configuration *configuration, const char *configuration_path)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	_cleanup_(tunnel_secrets_freep) struct tunnel_secrets *secrets = NULL;
	_cleanup_(gateway_freep) struct gateway *gateway = NULL;
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	char error_text[GATEWAY_ERROR_MAX];
	_cleanup_(sa_tracking_descriptors_done) struct sa_tracking_descriptors descriptors =
		SA_TRACKING_NO_DESCRIPTORS;
	int error = held_signals_block(signals, ELEMENTS(signals), NULL);

	if (!error)
		error = become_saregate(configuration, &descriptors);
	if (!error)
		error = load_secrets(configuration, &secrets);
	if (error)
		return error;
	error = sd_event_default(&event);
	if (error < 0)
		return error;
	error = gateway_new(event, configuration, configuration_path, TAKE_PTR(secrets),
			    sa_tracking_descriptors_take(&descriptors), &gateway, error_text);
	if (error) {
		log_error("%s", error_text);
		return error;
	}
	error = watch_signals(event, gateway);
	if (error < 0)
		return error;
	sd_event_set_watchdog(event, true);
	sd_notify(false, "READY=1");
	log_info("saregated " PACKAGE_VERSION " serves");
	return sd_event_loop(event);
}

int main(int argc, char **argv)
{
	char error_text[CONFIGURATION_ERROR_MAX];
	struct configuration configuration;
	struct options options;
	int status = parse_options(argc, argv, &options);

	if (status >= 0)
		return status;
	log_open(LOG_INFO);
	if (configuration_load(options.configuration, &configuration, error_text) < 0) {
		log_error("%s", error_text);
		return EXIT_FAILURE;
	}
	log_open(configuration.log_level);
	return run(&configuration, options.configuration) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
