/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of the machine: their defaults, and what they may be. Pure. */
#include "l2tp/settings.h"

#include <string.h>

#define SECOND_USEC UINT64_C(1000000)

/* Bounds, so that no sum of times overflows and no id runs out. */
#define INTERVAL_MAX_USEC  (UINT64_C(86400) * SECOND_USEC)
#define RETRANSMIT_MAXIMUM 100
#define TUNNELS_MAXIMUM    65535
#define CALLS_MAXIMUM      65535
#define RATE_MAXIMUM       1000000

void l2tp_lns_settings_default(struct l2tp_lns_settings *ret_settings)
{
	*ret_settings = (struct l2tp_lns_settings){
		.host_name = "saregate",
		.receive_window_size = 8,
		.hello_interval_usec = 60 * SECOND_USEC,
		.retransmit_initial_usec = SECOND_USEC,
		.retransmit_cap_usec = 8 * SECOND_USEC,
		.retransmit_maximum = 5,
		.setup_timeout_usec = 30 * SECOND_USEC,
		.idle_timeout_usec = 10 * SECOND_USEC,
		.tunnels_maximum = 20000,
		.half_open_maximum = 2000,
		.half_open_per_reference = 16,
		.half_open_per_address = 1000,
		.tunnels_per_reference = 32,
		.tunnels_per_address = 4000,
		.calls_per_tunnel = 64,
		.sccrqs_per_reference = { .burst = 20, .per_second = 2 },
		.sccrqs_per_address = { .burst = 2000, .per_second = 200 },
		.refusals = { .burst = 100, .per_second = 100 },
	};
}

static bool is_interval(uint64_t usec)
{
	return usec > 0 && usec <= INTERVAL_MAX_USEC;
}

static bool is_count(uint32_t count, uint32_t maximum)
{
	return count > 0 && count <= maximum;
}

static bool is_rate(const struct l2tp_rate *rate)
{
	return is_count(rate->burst, RATE_MAXIMUM) && is_count(rate->per_second, RATE_MAXIMUM);
}

static bool limits_are_valid(const struct l2tp_lns_settings *settings)
{
	return is_count(settings->tunnels_maximum, TUNNELS_MAXIMUM) &&
	       settings->half_open_maximum > 0 && settings->half_open_per_reference > 0 &&
	       settings->half_open_per_address > 0 && settings->tunnels_per_reference > 0 &&
	       settings->tunnels_per_address > 0 &&
	       is_count(settings->calls_per_tunnel, CALLS_MAXIMUM) &&
	       is_rate(&settings->sccrqs_per_reference) && is_rate(&settings->sccrqs_per_address) &&
	       is_rate(&settings->refusals);
}

bool l2tp_settings_are_valid(const struct l2tp_lns_settings *settings)
{
	size_t name_size = strnlen(settings->host_name, sizeof(settings->host_name));

	return name_size > 0 && name_size < sizeof(settings->host_name) &&
	       settings->receive_window_size > 0 && is_interval(settings->hello_interval_usec) &&
	       is_interval(settings->retransmit_initial_usec) &&
	       is_interval(settings->retransmit_cap_usec) &&
	       settings->retransmit_initial_usec <= settings->retransmit_cap_usec &&
	       settings->retransmit_maximum <= RETRANSMIT_MAXIMUM &&
	       is_interval(settings->setup_timeout_usec) &&
	       is_interval(settings->idle_timeout_usec) && limits_are_valid(settings);
}
