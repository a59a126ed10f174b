/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notifications and dumps of the kernel's SAs (Linux, net/xfrm/xfrm_user.c),
 * filtered down to those that can carry a client's L2TP: ESP, transport mode,
 * with a reqid and with keys. I/O.
 */
#include "ipsec-glue/xfrm_monitor.h"

#include "base/cleanup.h"
#include "base/netlink.h"
#include "ipsec-glue/local_address.h"
#include "ipsec-glue/port_move.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Linux 6.10; newer than the headers of some systems that we build on. */
#define ATTRIBUTE_SA_DIRECTION 33
#define SA_DIRECTION_IN        1
#define SA_DIRECTION_OUT       2

struct xfrm_monitor {
	struct sa_table *table;
	struct local_addresses *local;
	struct netlink_socket *notifications;
	struct netlink_socket *mappings;
	struct netlink_socket *requests;
	xfrm_rebinding_fn rebinding;
	void *userdata;
	unsigned int rebindings; /* in this turn */
	bool dump_needed;
	int error; /* the first of the table's, until handle() returns it */
};

static struct inet_address from_xfrm_address(const xfrm_address_t *xfrm_address, uint16_t family)
{
	struct inet_address address = { .family = family };

	memcpy(address.bytes, xfrm_address, family == AF_INET6 ? 16 : 4);
	return address;
}

/* What an SA's attributes say, as far as it matters here. */
struct sa_attributes {
	bool has_algorithm;
	uint8_t direction; /* 0: not told */
	uint16_t encapsulation_source_port;
	uint16_t encapsulation_destination_port;
};

static int take_attribute(const struct nlattr *attribute, void *userdata)
{
	struct sa_attributes *attributes = userdata;
	struct xfrm_encap_tmpl encapsulation;

	switch (mnl_attr_get_type(attribute)) {
	case XFRMA_ALG_CRYPT:
	case XFRMA_ALG_AEAD:
		attributes->has_algorithm = true;
		break;
	case XFRMA_ENCAP:
		if (mnl_attr_get_payload_len(attribute) < sizeof(encapsulation))
			break;
		memcpy(&encapsulation, mnl_attr_get_payload(attribute), sizeof(encapsulation));
		attributes->encapsulation_source_port = ntohs(encapsulation.encap_sport);
		attributes->encapsulation_destination_port = ntohs(encapsulation.encap_dport);
		break;
	case ATTRIBUTE_SA_DIRECTION:
		if (mnl_attr_get_payload_len(attribute) >= sizeof(uint8_t))
			attributes->direction = mnl_attr_get_u8(attribute);
		break;
	}
	return MNL_CB_OK;
}

/*
 * Whether this can be a client's SA. One without an algorithm is larval: an SPI
 * that pluto has reserved and that nothing was negotiated for yet.
 */
static bool is_relevant(const struct xfrm_usersa_info *information,
			const struct sa_attributes *attributes)
{
	return information->id.proto == IPPROTO_ESP && information->id.spi != 0 &&
	       information->mode == XFRM_MODE_TRANSPORT && information->reqid != 0 &&
	       (information->family == AF_INET || information->family == AF_INET6) &&
	       attributes->has_algorithm;
}

/*
 * Which way an SA goes. 1 inbound, 0 outbound, -EADDRNOTAVAIL: it has no end
 * here, and nothing that it carries is ours; other negative errno: not known.
 */
static int find_direction(struct xfrm_monitor *monitor, const struct sa_attributes *attributes,
			  const struct sa_description *description)
{
	if (attributes->direction == SA_DIRECTION_IN)
		return 1;
	if (attributes->direction == SA_DIRECTION_OUT)
		return 0;
	return local_addresses_direction(monitor->local, &description->source,
					 &description->destination);
}

/* XFRM_MSG_NEWSA and XFRM_MSG_UPDSA, notified or dumped. */
static int take_sa(struct xfrm_monitor *monitor, const struct nlmsghdr *message)
{
	struct xfrm_usersa_info information;
	struct sa_attributes attributes = { 0 };
	struct sa_description description;
	int inbound;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(information))
		return 0;
	memcpy(&information, mnl_nlmsg_get_payload(message), sizeof(information));
	mnl_attr_parse(message, sizeof(information), take_attribute, &attributes);
	if (!is_relevant(&information, &attributes))
		return 0;
	description = (struct sa_description){
		.spi = ntohl(information.id.spi),
		.reqid = information.reqid,
		.source = from_xfrm_address(&information.saddr, information.family),
		.destination = from_xfrm_address(&information.id.daddr, information.family),
		.encapsulation_source_port = attributes.encapsulation_source_port,
		.encapsulation_destination_port = attributes.encapsulation_destination_port,
		.added_seconds = information.curlft.add_time,
	};
	inbound = find_direction(monitor, &attributes, &description);
	if (inbound == -EADDRNOTAVAIL)
		return 0;
	if (inbound < 0) {
		sa_table_refuse(monitor->table, description.reqid);
		return inbound;
	}
	description.inbound = inbound;
	if (message->nlmsg_type == XFRM_MSG_UPDSA)
		return sa_table_update(monitor->table, &description);
	return sa_table_add(monitor->table, &description);
}

static void remove_sa(struct xfrm_monitor *monitor, const xfrm_address_t *xfrm_destination,
		      uint32_t spi, uint16_t family, uint8_t protocol)
{
	struct inet_address destination;

	if (protocol != IPPROTO_ESP || (family != AF_INET && family != AF_INET6))
		return;
	destination = from_xfrm_address(xfrm_destination, family);
	sa_table_remove(monitor->table, ntohl(spi), &destination);
}

static void take_deletion(struct xfrm_monitor *monitor, const struct nlmsghdr *message)
{
	struct xfrm_usersa_id id;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(id))
		return;
	memcpy(&id, mnl_nlmsg_get_payload(message), sizeof(id));
	remove_sa(monitor, &id.daddr, id.spi, id.family, id.proto);
}

/* A hard expiry deletes the SA without an XFRM_MSG_DELSA. */
static void take_expiry(struct xfrm_monitor *monitor, const struct nlmsghdr *message)
{
	struct xfrm_user_expire expiry;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(expiry))
		return;
	memcpy(&expiry, mnl_nlmsg_get_payload(message), sizeof(expiry));
	if (expiry.hard)
		remove_sa(monitor, &expiry.state.id.daddr, expiry.state.id.spi, expiry.state.family,
			  expiry.state.id.proto);
}

/* 0 and IPSEC_PROTO_ANY (255) mean all of IPsec. */
static void take_flush(struct xfrm_monitor *monitor, const struct nlmsghdr *message)
{
	struct xfrm_usersa_flush flush;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(flush))
		return;
	memcpy(&flush, mnl_nlmsg_get_payload(message), sizeof(flush));
	if (flush.proto == 0 || flush.proto == UINT8_MAX || flush.proto == IPPROTO_ESP)
		sa_table_flush(monitor->table);
}

static uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/*
 * Moves the SAs of one direction. One that has gone meanwhile needs no port. The
 * table knows at once, so that what is still queued of the same change is seen
 * to be done.
 */
static int move_direction(struct xfrm_monitor *monitor, const struct sa_description *list,
			  size_t count, bool inbound, uint16_t port)
{
	for (size_t i = 0; i < count; i++) {
		struct sa_description moved = list[i];
		int r;

		if (moved.inbound != inbound)
			continue;
		r = port_move(monitor->requests, &moved, port);
		if (r == -ESRCH || r == -ENODATA)
			continue;
		if (r < 0)
			return r;
		if (inbound)
			moved.encapsulation_source_port = port;
		else
			moved.encapsulation_destination_port = port;
		r = sa_table_update(monitor->table, &moved);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * The way to the client first: as long as the inbound SAs have the old port the
 * kernel reports each packet from the new one, so a failure is not the end.
 */
static int move_reference(struct xfrm_monitor *monitor, uint64_t reference, uint16_t port)
{
	struct sa_description list[SA_OF_REFERENCE_MAXIMUM];
	size_t count = sa_table_list(monitor->table, reference, list, ELEMENTS(list));
	int r;

	r = move_direction(monitor, list, count, false, port);
	if (r == 0)
		r = move_direction(monitor, list, count, true, port);
	return r;
}

/* Return: whether a client of ours can have moved. */
static bool parse_mapping(const struct nlmsghdr *message, struct xfrm_user_mapping *ret_mapping,
			  struct xfrm_rebinding *ret_rebinding)
{
	struct xfrm_user_mapping mapping;
	uint16_t family;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(mapping))
		return false;
	memcpy(&mapping, mnl_nlmsg_get_payload(message), sizeof(mapping));
	family = mapping.id.family;
	if (mapping.id.proto != IPPROTO_ESP || (family != AF_INET && family != AF_INET6) ||
	    mapping.new_sport == 0)
		return false;
	*ret_mapping = mapping;
	*ret_rebinding = (struct xfrm_rebinding){
		.from = { from_xfrm_address(&mapping.old_saddr, family), ntohs(mapping.old_sport) },
		.to = { from_xfrm_address(&mapping.new_saddr, family), ntohs(mapping.new_sport) },
	};
	return true;
}

/*
 * The kernel reports a packet that came from elsewhere only after its integrity
 * check (net/ipv4/esp4.c and net/ipv6/esp6.c, esp_input_done2(), which returns
 * before km_new_mapping() if the check failed), so nobody but the client can
 * make us believe a port. Somebody on the path could hold back a packet of the
 * client's and send it from elsewhere; that costs the client no more than
 * dropping it would: the client's next packet puts it right, and what went
 * astray is encrypted. The SA must be one that we know, the address its own.
 */
static int take_mapping(const struct nlmsghdr *message, void *userdata)
{
	struct xfrm_monitor *monitor = userdata;
	struct xfrm_user_mapping mapping;
	struct xfrm_rebinding rebinding;
	struct inet_address destination;
	uint16_t port;

	if (message->nlmsg_type != XFRM_MSG_MAPPING ||
	    monitor->rebindings >= XFRM_REBINDINGS_PER_TURN ||
	    !parse_mapping(message, &mapping, &rebinding))
		return MNL_CB_OK;
	destination = from_xfrm_address(&mapping.id.daddr, mapping.id.family);
	if (!inet_address_equal(&rebinding.from.address, &rebinding.to.address))
		rebinding.error = -EADDRNOTAVAIL;
	/* At another address the port may be the same. */
	port = rebinding.error ? 0 : rebinding.to.port;
	if (sa_table_allow_rebinding(monitor->table, ntohl(mapping.id.spi), &destination, port,
				     now_usec(), &rebinding.reference) < 0)
		return MNL_CB_OK;
	monitor->rebindings++;
	if (!rebinding.error)
		rebinding.error = move_reference(monitor, rebinding.reference, port);
	if (monitor->rebinding)
		monitor->rebinding(monitor->userdata, &rebinding);
	return MNL_CB_OK;
}

static int take_message(const struct nlmsghdr *message, void *userdata)
{
	struct xfrm_monitor *monitor = userdata;
	int r = 0;

	switch (message->nlmsg_type) {
	case XFRM_MSG_NEWSA:
	case XFRM_MSG_UPDSA:
		r = take_sa(monitor, message);
		break;
	case XFRM_MSG_DELSA:
		take_deletion(monitor, message);
		break;
	case XFRM_MSG_EXPIRE:
		take_expiry(monitor, message);
		break;
	case XFRM_MSG_FLUSHSA:
		take_flush(monitor, message);
		break;
	}
	/* An SA that finds no room must not hide those behind it. */
	if (r < 0 && monitor->error == 0)
		monitor->error = r;
	return MNL_CB_OK;
}

/*
 * On a socket of its own: the answers are not mixed with notifications, and
 * what an interrupted dump leaves unread goes with it.
 */
static int dump(struct xfrm_monitor *monitor)
{
	_cleanup_(netlink_socket_freep) struct netlink_socket *netlink = NULL;
	uint8_t buffer[MNL_NLMSG_HDRLEN];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	int r;

	r = netlink_socket_new(NETLINK_XFRM, &netlink);
	if (r < 0)
		return r;
	request->nlmsg_type = XFRM_MSG_GETSA;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	sa_table_begin_dump(monitor->table);
	r = netlink_socket_request(netlink, request, take_message, monitor);
	if (r < 0)
		return r;
	sa_table_end_dump(monitor->table);
	return 0;
}

int xfrm_monitor_new(struct sa_table *table, xfrm_rebinding_fn rebinding, void *userdata,
		     struct xfrm_monitor **ret_monitor)
{
	_cleanup_(xfrm_monitor_freep) struct xfrm_monitor *monitor = NULL;
	int r;

	monitor = calloc(1, sizeof(*monitor));
	if (!monitor)
		return -ENOMEM;
	monitor->table = table;
	monitor->rebinding = rebinding;
	monitor->userdata = userdata;
	r = local_addresses_new(&monitor->local);
	if (r == 0)
		r = netlink_socket_new(NETLINK_XFRM, &monitor->notifications);
	if (r == 0)
		r = netlink_socket_subscribe(monitor->notifications, XFRMNLGRP_SA);
	if (r == 0)
		r = netlink_socket_subscribe(monitor->notifications, XFRMNLGRP_EXPIRE);
	if (r == 0)
		r = netlink_socket_new(NETLINK_XFRM, &monitor->mappings);
	if (r == 0)
		r = netlink_socket_subscribe(monitor->mappings, XFRMNLGRP_MAPPING);
	if (r == 0)
		r = netlink_socket_new(NETLINK_XFRM, &monitor->requests);
	if (r == 0)
		r = dump(monitor);
	if (r < 0)
		return r;
	*ret_monitor = TAKE_PTR(monitor);
	return 0;
}

void xfrm_monitor_free(struct xfrm_monitor *monitor)
{
	if (!monitor)
		return;
	netlink_socket_free(monitor->notifications);
	netlink_socket_free(monitor->mappings);
	netlink_socket_free(monitor->requests);
	local_addresses_free(monitor->local);
	free(monitor);
}

void xfrm_monitor_freep(struct xfrm_monitor **monitor)
{
	xfrm_monitor_free(*monitor);
}

int xfrm_monitor_descriptor(const struct xfrm_monitor *monitor)
{
	return netlink_socket_descriptor(monitor->notifications);
}

int xfrm_monitor_mapping_descriptor(const struct xfrm_monitor *monitor)
{
	return netlink_socket_descriptor(monitor->mappings);
}

/*
 * After ENOBUFS the older notifications are still queued, and the kernel adds
 * none until they are read. They come first: on top of the dump they would
 * bring back what is gone. Any other error may have cost notifications as well.
 */
static int read_notifications(struct xfrm_monitor *monitor)
{
	int r;

	do {
		r = netlink_socket_drain(monitor->notifications, take_message, monitor);
		if (r < 0) {
			monitor->dump_needed = true;
			sa_table_begin_doubt(monitor->table);
		}
	} while (r == -ENOBUFS);
	return r;
}

/* A dump that fails is not tried again with each packet that comes. */
int xfrm_monitor_handle(struct xfrm_monitor *monitor)
{
	int r = read_notifications(monitor);

	if (r == 0 && monitor->dump_needed) {
		monitor->dump_needed = false;
		r = dump(monitor);
	}
	if (r == 0)
		r = monitor->error;
	monitor->error = 0;
	return r;
}

int xfrm_monitor_reconcile(struct xfrm_monitor *monitor)
{
	monitor->dump_needed = true;
	return xfrm_monitor_handle(monitor);
}

int xfrm_monitor_handle_mappings(struct xfrm_monitor *monitor)
{
	int r = xfrm_monitor_handle(monitor);
	int drained;

	monitor->rebindings = 0;
	do {
		drained = netlink_socket_drain(monitor->mappings, take_mapping, monitor);
	} while (drained == -ENOBUFS);
	return r < 0 ? r : drained;
}
