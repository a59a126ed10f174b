/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GetStatus. On sd-bus. */
#include "gateway/control_bus_parts.h"

#include "base/cleanup.h"
#include "config.h"

#include <stdio.h>
#include <string.h>

/* One entry of an a{sv}, an a{st}. */
static int append_numbers(sd_bus_message *reply, const char *key,
			  const struct control_bus_counter *numbers, size_t count)
{
	int error;

	if ((error = sd_bus_message_open_container(reply, 'e', "sv")) < 0 ||
	    (error = sd_bus_message_append(reply, "s", key)) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'v', "a{st}")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "{st}")) < 0)
		return error;
	for (size_t i = 0; i < count; i++)
		if ((error = sd_bus_message_append(reply, "{st}", numbers[i].name,
						   numbers[i].value)) < 0)
			return error;
	if ((error = sd_bus_message_close_container(reply)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

static int append_pool(sd_bus_message *reply, const struct configuration_pool *described,
		       const struct address_pool *pool)
{
	char range[CONFIGURATION_POOL_RANGE_MAX];
	int error = sd_bus_message_open_container(reply, 'a', "{sv}");

	if (error < 0 || (error = control_bus_append_string(reply, "name", described->name)) < 0 ||
	    (error = control_bus_append_string(reply, "range",
					       configuration_pool_range(described, range))) < 0 ||
	    (error = control_bus_append_u32(reply, "size", (uint32_t)address_pool_size(pool))) <
		    0 ||
	    (error = control_bus_append_u32(reply, "free",
					    (uint32_t)address_pool_available(pool))) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

static int append_all_pools(sd_bus_message *reply, const struct address_pools *pools)
{
	int error;

	if ((error = sd_bus_message_open_container(reply, 'e', "sv")) < 0 ||
	    (error = sd_bus_message_append(reply, "s", "pools")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'v', "aa{sv}")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "a{sv}")) < 0)
		return error;
	for (size_t i = 0; i < address_pools_count(pools); i++) {
		struct configuration_pool described;
		const struct address_pool *pool = address_pools_get(pools, i, &described);

		if ((error = append_pool(reply, &described, pool)) < 0)
			return error;
	}
	if ((error = sd_bus_message_close_container(reply)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

/* "pool", "pool-size" and "pool-free" are the default one's: from before there were others. */
static int append_pools(sd_bus_message *reply, const struct address_pools *pools)
{
	struct configuration_pool described;
	const struct address_pool *pool = address_pools_get(pools, 0, &described);
	char range[CONFIGURATION_POOL_RANGE_MAX];
	int error;

	if ((error = control_bus_append_string(reply, "pool",
					       configuration_pool_range(&described, range))) < 0 ||
	    (error = control_bus_append_u32(reply, "pool-size",
					    (uint32_t)address_pool_size(pool))) < 0 ||
	    (error = control_bus_append_u32(reply, "pool-free",
					    (uint32_t)address_pool_available(pool))) < 0)
		return error;
	return append_all_pools(reply, pools);
}

/* Log-ins refused, by cause. */
static int append_refusals(sd_bus_message *reply, const struct control_bus *bus)
{
	const struct sessions_counters *counters = sessions_counters(bus->resources.sessions);
	struct control_bus_counter causes[LOGIN_REFUSAL_COUNT_];

	for (size_t i = 0; i < LOGIN_REFUSAL_COUNT_; i++)
		causes[i] = (struct control_bus_counter){ login_refusal_name((enum login_refusal)i),
							  counters->refusals[i] };
	return append_numbers(reply, "refusals", causes, ELEMENTS(causes));
}

/* What all sessions have carried. */
static int append_traffic(sd_bus_message *reply, const struct control_bus *bus)
{
	const struct l2tp_data_path_counters *traffic = sessions_traffic(bus->resources.sessions);
	const struct control_bus_counter numbers[] = {
		{ "bytes-in", traffic->received_bytes },
		{ "bytes-out", traffic->sent_bytes },
		{ "packets-in", traffic->received_packets },
		{ "packets-out", traffic->sent_packets },
	};

	return append_numbers(reply, "traffic", numbers, ELEMENTS(numbers));
}

/* One entry of an a{sv}, an array of numbers. */
static int append_array(sd_bus_message *reply, const char *key, const uint64_t *numbers,
			size_t count)
{
	int error;

	if ((error = sd_bus_message_open_container(reply, 'e', "sv")) < 0 ||
	    (error = sd_bus_message_append(reply, "s", key)) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'v', "at")) < 0 ||
	    (error = sd_bus_message_append_array(reply, 't', numbers, count * sizeof(*numbers))) <
		    0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

/* How long it took until sessions were up. */
static int append_setup_times(sd_bus_message *reply, const struct control_bus *bus)
{
	const struct duration_histogram *times =
		&sessions_counters(bus->resources.sessions)->setup_times;
	int error;

	if ((error = sd_bus_message_open_container(reply, 'e', "sv")) < 0 ||
	    (error = sd_bus_message_append(reply, "s", "setup-times")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'v', "a{sv}")) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "{sv}")) < 0 ||
	    (error = append_array(reply, "bounds-msec", duration_histogram_bounds_msec,
				  DURATION_HISTOGRAM_BOUNDS)) < 0 ||
	    (error = append_array(reply, "counts", times->counts, ELEMENTS(times->counts))) < 0 ||
	    (error = control_bus_append_u64(reply, "sum-usec", times->sum_usec)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_message_close_container(reply);
}

/* "listen.port": keys whose new value waits for a restart. */
static int append_restart_needed(sd_bus_message *reply, const struct control_bus_status *status)
{
	char names[CONFIGURATION_KEYS_MAX][CONFIGURATION_NAME_MAX];
	const char *list[CONFIGURATION_KEYS_MAX];

	for (size_t i = 0; i < status->restart_count; i++)
		list[i] = configuration_key_full_name(status->restart_keys[i], names[i]);
	return control_bus_append_list(reply, "restart-needed", list, status->restart_count);
}

static int append_status(sd_bus_message *reply, struct control_bus *bus,
			 const struct control_bus_status *status)
{
	const char *listen[CONFIGURATION_LISTEN_MAX];
	int error;

	for (size_t i = 0; i < status->listen_count; i++)
		listen[i] = status->listen[i];
	if ((error = control_bus_append_string(reply, "version", PACKAGE_VERSION)) < 0 ||
	    (error = control_bus_append_string(reply, "state",
					       status->degraded ? "degraded" : "running")) < 0 ||
	    (error = control_bus_append_list(reply, "problems", status->problems,
					     status->problem_count)) < 0 ||
	    (error = control_bus_append_u64(reply, "uptime", status->uptime_seconds)) < 0 ||
	    (error = control_bus_append_u32(reply, "sessions",
					    (uint32_t)sessions_up_count(bus->resources.sessions))) <
		    0 ||
	    (error = control_bus_append_u32(reply, "tunnels", status->tunnels)) < 0 ||
	    (error = control_bus_append_u32(reply, "users", status->users)) < 0 ||
	    (error = control_bus_append_string(reply, "data-path", status->data_path)) < 0 ||
	    (error = control_bus_append_string(reply, "data-path-why", status->data_path_why)) <
		    0 ||
	    (error = control_bus_append_string(reply, "sa-tracking", status->sa_tracking)) < 0 ||
	    (error = control_bus_append_list(reply, "listen", listen, status->listen_count)) < 0 ||
	    (error = append_pools(reply, sessions_pools(bus->resources.sessions))) < 0 ||
	    (error = append_restart_needed(reply, status)) < 0 ||
	    (error = control_bus_append_held_back(reply, bus)) < 0 ||
	    (error = append_refusals(reply, bus)) < 0 || (error = append_traffic(reply, bus)) < 0 ||
	    (error = append_setup_times(reply, bus)) < 0)
		return error;
	return append_numbers(reply, "counters", status->counters, status->counter_count);
}

int control_bus_get_status(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct control_bus_status status = { 0 };
	struct control_bus *bus = userdata;
	int error;

	bus->resources.status(bus->resources.userdata, &status);
	if ((error = sd_bus_message_new_method_return(message, &reply)) < 0 ||
	    (error = sd_bus_message_open_container(reply, 'a', "{sv}")) < 0 ||
	    (error = append_status(reply, bus, &status)) < 0 ||
	    (error = sd_bus_message_close_container(reply)) < 0)
		return error;
	return sd_bus_send(NULL, reply, NULL);
}
