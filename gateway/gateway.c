/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Start and stop of the gateway's parts. I/O, on sd-event. */
#include "gateway/gateway_parts.h"

#include "base/cleanup.h"
#include "gateway/firewall_text.h"
#include "gateway/log.h"
#include "gateway/user_database.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>

#define STOP_LIMIT_USEC 5000000
#define STOP_POLL_USEC  50000

static void on_reference_ended(void *userdata, uint64_t reference)
{
	struct gateway *gateway = userdata;
	size_t count = 0;

	if (gateway->service)
		count = l2tp_service_close_reference(gateway->service, reference);
	if (count)
		log_info("SA reference %u/%u has ended: %zu tunnels closed",
			 sa_reference_reqid(reference), sa_reference_generation(reference), count);
}

/* Packets that still wait to be sent go through the new SA: it is the same client's. */
static void on_outbound_changed(void *userdata, uint64_t reference, uint32_t spi)
{
	struct gateway *gateway = userdata;

	if (gateway->service)
		l2tp_service_set_outbound(gateway->service, reference, spi);
}

/* It has to come again, and gets another path. */
static void on_kernel_path_lost(void *userdata, uint64_t reference)
{
	struct gateway *gateway = userdata;
	const char *reason;

	if (!gateway->service || !gateway->tracking)
		return;
	reason = sa_tracking_kernel_path_reason(gateway->tracking, reference);
	if (reason && l2tp_service_leave_kernel_path(gateway->service, reference))
		log_info("SA reference %u/%u %s: its tunnels are closed and may come again",
			 sa_reference_reqid(reference), sa_reference_generation(reference), reason);
}

static const struct sa_tracking_ops tracking_ops = {
	.ended = on_reference_ended,
	.kernel_path_lost = on_kernel_path_lost,
	.outbound_changed = on_outbound_changed,
};

/* ---- start --------------------------------------------------------------------------- */

static int choose_data_path(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	const char *remedy = "";
	int error;

	error = path_choice_make(gateway->configuration.data_path, &path_candidates,
				 &gateway->path_choice, &remedy);
	if (error)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "no data path: %s: %s", strerror(-error),
			 remedy);
	else if (gateway->path_choice.why)
		log_warning("data path %s, since %s: %s", gateway->path_choice.first->name,
			    gateway->path_choice.why, gateway->path_choice.remedy);
	return error;
}

static int start_networks(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	int error = interface_networks_new(&gateway->networks);

	if (error)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "rtnetlink cannot be used: %s",
			 strerror(-error));
	return error;
}

static int start_isolation(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	int error;

	if (!gateway_is_protected(gateway) || !gateway_wants_pppd(gateway))
		return 0;
	error = inner_addresses_new(FIREWALL_TABLE, FIREWALL_INNER_SET, &gateway->inner);
	if (!error)
		error = inner_addresses_new(FIREWALL_TABLE, FIREWALL_INNER6_SET, &gateway->inner6);
	if (!error)
		error = inner_addresses_new(FIREWALL_TABLE, FIREWALL_DNS_SET, &gateway->dns);
	if (!error)
		error = group_firewall_new(FIREWALL_TABLE, &gateway->groups);
	if (error)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "inner isolation cannot be used: %s",
			 strerror(-error));
	if (error)
		return error;
	/* Elements of an earlier process would let nobody in and help nobody. */
	inner_addresses_flush(gateway->inner);
	inner_addresses_flush(gateway->inner6);
	inner_addresses_flush(gateway->dns);
	group_firewall_flush(gateway->groups);
	return 0;
}

static int start_memory(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	uint64_t seed;
	int error = getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed) ? 0 : -EIO;

	if (!error)
		error = login_backoff_new(seed, &gateway->backoff);
	if (!error)
		error = client_traces_new(seed, &gateway->traces);
	if (error)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "keeping clients in mind: %s",
			 strerror(-error));
	return error;
}

static int start_sessions(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	const struct sessions_resources resources = {
		.event = gateway->event,
		.configuration = &gateway->configuration,
		.users = gateway->users,
		.backoff = gateway->backoff,
		.traces = gateway->traces,
		.inner = gateway->inner,
		.inner6 = gateway->inner6,
		.dns = gateway->dns,
		.groups = gateway->groups,
		.tracking = gateway->tracking,
		.networks = gateway->networks,
		/* Until it is known that its isolation is there. */
		.refuse_ipv6 = gateway_is_protected(gateway),
	};
	char error_text[256];
	int error = sessions_new(&resources, &gateway->sessions);

	if (error) {
		snprintf(ret_error, GATEWAY_ERROR_MAX, "starting sessions failed: %s",
			 strerror(-error));
		return error;
	}
	error = l2tp_service_new(gateway->event, &gateway->configuration, gateway->tracking,
				 &gateway->path_choice, gateway->secrets, &sessions_l2tp_ops,
				 gateway->sessions, &gateway->service, error_text);
	if (error)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "%s", error_text);
	else
		sessions_set_service(gateway->sessions, gateway->service);
	return error;
}

static int start_history(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	int error;

	if (!gateway->configuration.history_database[0])
		return 0;
	error = history_new(gateway->event, &gateway->configuration, gateway->sessions,
			    &gateway->history);
	if (error)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "keeping a history failed: %s",
			 strerror(-error));
	return error;
}

static int start_tables(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	const struct nft_upkeep_resources resources = {
		.event = gateway->event,
		.l2tp_port = gateway->configuration.port,
		.marks = gateway->tracking ? sa_tracking_marks(gateway->tracking) : NULL,
		.inner = gateway->inner,
		.inner6 = gateway->inner6,
		.dns = gateway->dns,
		.groups = gateway->groups,
		.changed = gateway_on_tables_changed,
		.userdata = gateway,
	};
	int error;

	if (!gateway_is_protected(gateway))
		return 0;
	error = nft_upkeep_new(&resources, &gateway->tables);
	if (error)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "nftables cannot be watched: %s",
			 strerror(-error));
	return error;
}

static int on_reload(void *userdata, struct reload_report *ret_report,
		     char ret_error[RELOAD_ERROR_MAX])
{
	return gateway_reload(userdata, ret_report, ret_error);
}

static int start_control(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	const struct control_bus_resources resources = {
		.event = gateway->event,
		.configuration = &gateway->configuration,
		.sessions = gateway->sessions,
		.users = gateway->users,
		.backoff = gateway->backoff,
		.traces = gateway->traces,
		.history = gateway->history,
		.status = gateway_fill_status,
		.reload = on_reload,
		.userdata = gateway,
	};
	int error = 0;

	if (gateway->configuration.bus == CONFIGURATION_BUS_SYSTEM)
		error = control_bus_new(&resources, &gateway->bus);
	if (!error)
		error = sd_event_add_time(gateway->event, &gateway->upkeep, CLOCK_MONOTONIC,
					  gateway_now_usec(gateway), 0, gateway_on_upkeep, gateway);
	if (error < 0)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "starting control failed: %s",
			 strerror(-error));
	return error < 0 ? error : 0;
}

static int start_tracking(struct gateway *gateway, struct sa_tracking_descriptors descriptors,
			  char ret_error[256])
{
	const struct configuration *configuration = &gateway->configuration;
	struct sa_method method;
	struct utsname kernel;

	if (uname(&kernel) < 0)
		kernel.release[0] = '\0';
	sa_method_choose(configuration->sa_tracking, kernel.release, gateway->path_choice.is_kernel,
			 &method);
	return sa_tracking_new(gateway->event, configuration->port, &method, descriptors,
			       &tracking_ops, gateway, &gateway->tracking, ret_error);
}

/* Once all has started: a start that fails says one line, which is why. */
static void tell_tracking(const struct gateway *gateway)
{
	const struct sa_method *method = sa_tracking_method(gateway->tracking);

	log_info("SA tracking: %s (%s)", sa_method_name(method->method), method->reason);
}

static int start(struct gateway *gateway, struct sa_tracking_descriptors descriptors,
		 char ret_error[GATEWAY_ERROR_MAX])
{
	const struct configuration *configuration = &gateway->configuration;
	_cleanup_(sa_tracking_descriptors_done) struct sa_tracking_descriptors own = descriptors;
	char error_text[512];
	int error = choose_data_path(gateway, ret_error);

	if (error)
		return error;
	error = user_database_open(configuration->database, &gateway->users, error_text);
	if (!error && gateway_is_protected(gateway))
		error = start_tracking(gateway, sa_tracking_descriptors_take(&own), error_text);
	if (error) {
		snprintf(ret_error, GATEWAY_ERROR_MAX, "%s", error_text);
		return error;
	}
	error = start_networks(gateway, ret_error);
	if (!error)
		error = start_isolation(gateway, ret_error);
	if (!error)
		error = start_memory(gateway, ret_error);
	if (!error)
		error = start_sessions(gateway, ret_error);
	if (!error)
		error = start_history(gateway, ret_error);
	if (!error)
		error = start_tables(gateway, ret_error);
	if (!error)
		error = start_control(gateway, ret_error);
	if (error)
		return error;
	if (gateway->tracking) {
		sa_tracking_sweep_ports(gateway->tracking, configuration->port);
		tell_tracking(gateway);
	}
	gateway_look_after(gateway);
	return 0;
}

int gateway_new(sd_event *event, const struct configuration *configuration,
		const char *configuration_path, struct tunnel_secrets *secrets,
		struct sa_tracking_descriptors descriptors, struct gateway **ret_gateway,
		char ret_error[GATEWAY_ERROR_MAX])
{
	_cleanup_(gateway_freep) struct gateway *gateway = calloc(1, sizeof(*gateway));
	int error;

	if (!gateway) {
		sa_tracking_descriptors_done(&descriptors);
		tunnel_secrets_free(secrets);
		snprintf(ret_error, GATEWAY_ERROR_MAX, "out of memory");
		return -ENOMEM;
	}
	gateway->event = sd_event_ref(event);
	gateway->configuration = *configuration;
	gateway->configuration_path = configuration_path;
	gateway->secrets = secrets;
	gateway->started_usec = gateway_now_usec(gateway);
	error = start(gateway, descriptors, ret_error);
	if (error)
		return error;
	*ret_gateway = TAKE_PTR(gateway);
	return 0;
}

/* ---- stop ----------------------------------------------------------------------------- */

void gateway_free(struct gateway *gateway)
{
	if (!gateway)
		return;
	sd_event_source_disable_unref(gateway->upkeep);
	sd_event_source_disable_unref(gateway->stop_timer);
	l2tp_service_free(gateway->service);
	/* the bus listens to the sessions until it is gone */
	control_bus_free(gateway->bus);
	sessions_free(gateway->sessions);
	/* sessions that end now are accounted, too */
	history_free(gateway->history);
	login_backoff_free(gateway->backoff);
	client_traces_free(gateway->traces);
	nft_upkeep_free(gateway->tables);
	group_firewall_free(gateway->groups);
	inner_addresses_free(gateway->dns);
	inner_addresses_free(gateway->inner6);
	inner_addresses_free(gateway->inner);
	interface_networks_free(gateway->networks);
	gateway->service = NULL;
	sa_tracking_free(gateway->tracking);
	tunnel_secrets_free(gateway->secrets);
	user_database_free(gateway->users);
	sd_event_unref(gateway->event);
	free(gateway);
}

void gateway_freep(struct gateway **gateway)
{
	gateway_free(*gateway);
}

static int on_stop_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct gateway *gateway = userdata;
	uint64_t now = gateway_now_usec(gateway);

	if (sessions_count(gateway->sessions) == 0 || now >= gateway->stop_deadline_usec)
		return sd_event_exit(gateway->event, 0);
	sd_event_source_set_time(source, now + STOP_POLL_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

void gateway_stop(struct gateway *gateway)
{
	if (gateway->stop_timer)
		return;
	sessions_set_refuse_all(gateway->sessions, true);
	sessions_kill_all(gateway->sessions, "the gateway stops");
	l2tp_service_stop(gateway->service);
	gateway->stop_deadline_usec = gateway_now_usec(gateway) + STOP_LIMIT_USEC;
	if (sd_event_add_time(gateway->event, &gateway->stop_timer, CLOCK_MONOTONIC,
			      gateway_now_usec(gateway), 1, on_stop_timer, gateway) < 0)
		sd_event_exit(gateway->event, 0);
}
