/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With zones of connection tracking: the source port that each client has for the
 * kernel, remembered with its reference and given back when that ends; and what is left
 * of such ports where there are marks now. I/O.
 */
#include "gateway/sa_tracking_parts.h"

#include "base/cleanup.h"
#include "ipsec-glue/conntrack_port.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* One that could not be remembered is deleted by the kernel alone, when it is old. */
int sa_tracking_real_port(struct sa_tracking *tracking, uint64_t reference,
			  const struct inet_endpoint *local, const struct inet_endpoint *peer,
			  uint16_t *ret_port)
{
	const struct zone_connection connection = { .local = *local, .peer = *peer };
	int error;

	if (tracking->method.method != SA_TRACKING_METHOD_ZONE) {
		*ret_port = 0;
		return 0;
	}
	error = conntrack_port_find(tracking->conntrack, local, peer, ret_port);
	if (error)
		return error;
	(void)zone_connections_add(tracking->connections, reference, &connection);
	return 0;
}

void sa_tracking_release_ports(struct sa_tracking *tracking, uint64_t reference)
{
	struct zone_connection connection;
	uint32_t suppressed;
	int error;

	while (zone_connections_take(tracking->connections, reference, &connection)) {
		error = conntrack_port_release(tracking->conntrack, &connection.local,
					       &connection.peer, sa_reference_zone(reference));
		if (error && log_limit_allows(&tracking->error_limit,
					      sa_tracking_now_usec(tracking), &suppressed))
			log_error("the connection of a client that has gone cannot be deleted: %s: "
				  "if it returns at once it has the userspace path (%u more not "
				  "shown)",
				  strerror(-error), suppressed);
	}
}

/* The zones of living references, a bit each. */
struct zones {
	uint8_t bits[(UINT16_MAX + 1) / 8];
};

static void take_zone(void *userdata, uint64_t reference)
{
	struct zones *zones = userdata;
	uint16_t zone = sa_reference_zone(reference);

	zones->bits[zone / 8] |= (uint8_t)(1 << zone % 8);
}

/* Only an address of this host can be bound to; what is forwarded is not ours. */
static bool is_of_this_host(const struct inet_address *address)
{
	const struct inet_endpoint endpoint = { .address = *address };
	struct sockaddr_storage sockaddr;
	socklen_t size = inet_endpoint_to_sockaddr(&endpoint, &sockaddr);
	_cleanup_(closep) int descriptor = socket(address->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return descriptor >= 0 && bind(descriptor, (struct sockaddr *)&sockaddr, size) == 0;
}

static bool is_of_no_reference(void *userdata, const struct inet_address *local, uint16_t zone)
{
	const struct zones *zones = userdata;

	return !(zones->bits[zone / 8] & 1 << zone % 8) && is_of_this_host(local);
}

/* Where marks keep clients apart there are no zones, and a port that one gave translates. */
static bool is_of_a_zone(void *userdata, const struct inet_address *local, uint16_t zone)
{
	(void)userdata;
	return zone != 0 && is_of_this_host(local);
}

void sa_tracking_sweep_ports(struct sa_tracking *tracking, uint16_t l2tp_port)
{
	bool has_zones = tracking->method.method == SA_TRACKING_METHOD_ZONE;
	struct zones zones = { 0 };
	int count;

	if (has_zones && sa_table_in_doubt(tracking->table))
		return;
	if (has_zones)
		sa_table_each_living(tracking->table, take_zone, &zones);
	count = conntrack_port_sweep(tracking->conntrack, l2tp_port,
				     has_zones ? is_of_no_reference : is_of_a_zone, &zones);
	if (count < 0)
		log_warning(
			"connections from before the start cannot be deleted: %s: a client that "
			"had one may have the userspace path, or no connection, for some minutes",
			strerror(-count));
	else if (count > 0)
		log_info("connection tracking has forgotten %d connections from before the start",
			 count);
}
