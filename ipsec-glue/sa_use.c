/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One question (XFRM_MSG_GETAE), and the counter in its answer. I/O. */
#include "ipsec-glue/sa_use.h"

#include <arpa/inet.h>
#include <linux/xfrm.h>
#include <string.h>

static int take_attribute(const struct nlattr *attribute, void *userdata)
{
	struct xfrm_lifetime_cur *current = userdata;

	if (mnl_attr_get_type(attribute) == XFRMA_LTIME_VAL &&
	    mnl_attr_get_payload_len(attribute) >= sizeof(*current))
		memcpy(current, mnl_attr_get_payload(attribute), sizeof(*current));
	return MNL_CB_OK;
}

static int take_answer(const struct nlmsghdr *message, void *userdata)
{
	if (message->nlmsg_type == XFRM_MSG_NEWAE)
		mnl_attr_parse(message, sizeof(struct xfrm_aevent_id), take_attribute, userdata);
	return MNL_CB_OK;
}

int sa_use_has_received(struct netlink_socket *xfrm, const struct sa_description *inbound)
{
	const struct inet_address *destination = &inbound->destination;
	struct xfrm_lifetime_cur current = { 0 };
	uint8_t buffer[256];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct xfrm_aevent_id *id;
	int r;

	request->nlmsg_type = XFRM_MSG_GETAE;
	request->nlmsg_flags = NLM_F_REQUEST;
	id = mnl_nlmsg_put_extra_header(request, sizeof(*id));
	memcpy(&id->sa_id.daddr, destination->bytes, destination->family == AF_INET6 ? 16 : 4);
	id->sa_id.spi = htonl(inbound->spi);
	id->sa_id.family = destination->family;
	id->sa_id.proto = IPPROTO_ESP;
	r = netlink_socket_request(xfrm, request, take_answer, &current);
	return r < 0 ? r : current.packets > 0;
}
