/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads an SA (XFRM_MSG_GETSA), and writes it back with another port. I/O. */
#include "ipsec-glue/port_move.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>

/* Linux 6.10; newer than the headers of some systems that we build on. */
#define ATTRIBUTE_SA_DIRECTION 33

/* What of an SA has to be said again when it is changed. */
struct sa_state {
	bool found;
	struct xfrm_usersa_info information;
	bool has_encapsulation;
	struct xfrm_encap_tmpl encapsulation;
	bool has_mark;
	struct xfrm_mark mark;
	uint8_t direction; /* 0: not told */
};

static int take_attribute(const struct nlattr *attribute, void *userdata)
{
	struct sa_state *state = userdata;
	const void *payload = mnl_attr_get_payload(attribute);
	size_t size = mnl_attr_get_payload_len(attribute);

	switch (mnl_attr_get_type(attribute)) {
	case XFRMA_ENCAP:
		if (size < sizeof(state->encapsulation))
			break;
		memcpy(&state->encapsulation, payload, sizeof(state->encapsulation));
		state->has_encapsulation = true;
		break;
	case XFRMA_MARK:
		if (size < sizeof(state->mark))
			break;
		memcpy(&state->mark, payload, sizeof(state->mark));
		state->has_mark = true;
		break;
	case ATTRIBUTE_SA_DIRECTION:
		if (size >= sizeof(state->direction))
			memcpy(&state->direction, payload, sizeof(state->direction));
		break;
	}
	return MNL_CB_OK;
}

static int take_state(const struct nlmsghdr *message, void *userdata)
{
	struct sa_state *state = userdata;

	if (message->nlmsg_type != XFRM_MSG_NEWSA ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(state->information))
		return MNL_CB_OK;
	memcpy(&state->information, mnl_nlmsg_get_payload(message), sizeof(state->information));
	mnl_attr_parse(message, sizeof(state->information), take_attribute, state);
	state->found = true;
	return MNL_CB_OK;
}

static int get_state(struct netlink_socket *xfrm, const struct sa_description *sa,
		     struct sa_state *ret_state)
{
	uint8_t buffer[256];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct xfrm_usersa_id *id;
	struct sa_state state = { 0 };
	int r;

	request->nlmsg_type = XFRM_MSG_GETSA;
	request->nlmsg_flags = NLM_F_REQUEST;
	id = mnl_nlmsg_put_extra_header(request, sizeof(*id));
	memcpy(&id->daddr, sa->destination.bytes, sa->destination.family == AF_INET6 ? 16 : 4);
	id->spi = htonl(sa->spi);
	id->family = sa->destination.family;
	id->proto = IPPROTO_ESP;
	r = netlink_socket_request(xfrm, request, take_state, &state);
	if (r < 0)
		return r;
	if (!state.found)
		return -ESRCH;
	*ret_state = state;
	return 0;
}

/*
 * Lifetimes, selector and flags as they are. A window or extended sequence
 * numbers would ask for a replay state to go with them; the SA keeps its own.
 */
static int put_state(struct netlink_socket *xfrm, const struct sa_state *state)
{
	const struct xfrm_algo cipher = { .alg_name = "ecb(cipher_null)" };
	uint8_t buffer[1024];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct xfrm_usersa_info *information;

	request->nlmsg_type = XFRM_MSG_UPDSA;
	request->nlmsg_flags = NLM_F_REQUEST;
	information = mnl_nlmsg_put_extra_header(request, sizeof(*information));
	*information = state->information;
	information->flags &= (uint8_t)~XFRM_STATE_ESN;
	information->replay_window = 0;
	mnl_attr_put(request, XFRMA_ALG_CRYPT, sizeof(cipher), &cipher);
	mnl_attr_put(request, XFRMA_ENCAP, sizeof(state->encapsulation), &state->encapsulation);
	if (state->has_mark)
		mnl_attr_put(request, XFRMA_MARK, sizeof(state->mark), &state->mark);
	/* Where the SA has a direction the request must have the same. */
	if (state->direction)
		mnl_attr_put_u8(request, ATTRIBUTE_SA_DIRECTION, state->direction);
	return netlink_socket_request(xfrm, request, NULL, NULL);
}

int port_move(struct netlink_socket *xfrm, const struct sa_description *sa, uint16_t port)
{
	struct sa_state state;
	int r;

	r = get_state(xfrm, sa, &state);
	if (r < 0)
		return r;
	if (!state.has_encapsulation)
		return -ENODATA;
	if (sa->inbound)
		state.encapsulation.encap_sport = htons(port);
	else
		state.encapsulation.encap_dport = htons(port);
	return put_state(xfrm, &state);
}
