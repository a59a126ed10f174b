/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the L2TP service tells the log of its peers. Each of these lines is one that a
 * peer can cause, as often as it likes: they go through limits, and what peers say is
 * quoted. No secret and no password of a proxy authentication comes here.
 */
#include "gateway/l2tp_service_parts.h"

#include "base/text.h"
#include "l2tp/control_message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Room for a quoted text of a peer's. */
#define QUOTED_MAX 128

/* Says itself how many lines were left out before. */
static bool may_tell(struct l2tp_service *service)
{
	uint32_t suppressed = 0;

	if (!log_limit_allows(&service->peer_log_limit, l2tp_service_now_usec(service),
			      &suppressed))
		return false;
	if (suppressed > 0)
		log_info("%u lines about tunnels and calls not shown", suppressed);
	return true;
}

static const char *quote(struct l2tp_octets octets, char text[QUOTED_MAX])
{
	return text_quote(octets.bytes, octets.size, text, QUOTED_MAX);
}

static void tell(struct l2tp_service *service, const struct l2tp_path *path,
		 enum client_event_kind kind, const char *text)
{
	if (service->ops->told)
		service->ops->told(service->userdata, path, kind, text);
}

/* Why it ended, in our words and in those of a StopCCN. */
static void tell_closed(struct l2tp_service *service, const struct l2tp_tunnel *lns_tunnel,
			enum l2tp_end_cause cause)
{
	const struct l2tp_control_message *message = l2tp_tunnel_message(lns_tunnel);
	char text[CLIENT_EVENT_TEXT_MAX], quoted[QUOTED_MAX];

	if (message && message->type == L2TP_MESSAGE_STOPCCN)
		snprintf(text, sizeof(text), "%s: result %u, %s", l2tp_service_end_text(cause),
			 message->result, quote(message->error_message, quoted));
	else
		snprintf(text, sizeof(text), "%s", l2tp_service_end_text(cause));
	tell(service, l2tp_tunnel_path(lns_tunnel), CLIENT_EVENT_TUNNEL_CLOSED, text);
}

void l2tp_service_log_established(struct l2tp_service *service,
				  const struct l2tp_tunnel *lns_tunnel)
{
	char peer[INET_ENDPOINT_TEXT_MAX], name[QUOTED_MAX];
	struct l2tp_octets host_name;

	host_name.bytes = l2tp_tunnel_peer_host_name(lns_tunnel, &host_name.size);
	tell(service, l2tp_tunnel_path(lns_tunnel), CLIENT_EVENT_TUNNEL, quote(host_name, name));
	if (may_tell(service))
		log_info("tunnel %u: established with %s, host name %s",
			 l2tp_tunnel_local_id(lns_tunnel),
			 inet_endpoint_format(&l2tp_tunnel_path(lns_tunnel)->peer, peer), name);
}

/* What the peer gave as its reason; nothing if it sent no StopCCN or CDN. */
static void log_reason(const struct l2tp_control_message *message, unsigned int tunnel_id,
		       unsigned int call_id)
{
	char text[QUOTED_MAX], advisory[QUOTED_MAX];

	if (!message ||
	    (message->type != L2TP_MESSAGE_STOPCCN && message->type != L2TP_MESSAGE_CDN))
		return;
	log_info("tunnel %u call %u: the client's reason: result %u, error %u, %s; cause %u, %s",
		 tunnel_id, call_id, message->result, message->error,
		 quote(message->error_message, text), message->cause_code,
		 quote(message->cause_advisory, advisory));
}

void l2tp_service_log_closed(struct l2tp_service *service, const struct l2tp_tunnel *lns_tunnel,
			     enum l2tp_end_cause cause)
{
	char peer[INET_ENDPOINT_TEXT_MAX];

	tell_closed(service, lns_tunnel, cause);
	if (!may_tell(service))
		return;
	log_info("tunnel %u: closed with %s: %s", l2tp_tunnel_local_id(lns_tunnel),
		 inet_endpoint_format(&l2tp_tunnel_path(lns_tunnel)->peer, peer),
		 l2tp_service_end_text(cause));
	log_reason(l2tp_tunnel_message(lns_tunnel), l2tp_tunnel_local_id(lns_tunnel), 0);
}

void l2tp_service_log_call_closed(struct l2tp_service *service, const struct l2tp_call *lns_call)
{
	const struct l2tp_tunnel *lns_tunnel = l2tp_call_tunnel(lns_call);
	const struct l2tp_control_message *message = l2tp_tunnel_message(lns_tunnel);

	/* A StopCCN is told once, by its tunnel. */
	if (message && message->type == L2TP_MESSAGE_CDN && may_tell(service))
		log_reason(message, l2tp_tunnel_local_id(lns_tunnel), l2tp_call_local_id(lns_call));
}

void l2tp_service_log_numbers(struct l2tp_service *service, const struct l2tp_call *lns_call)
{
	const struct l2tp_tunnel *lns_tunnel = l2tp_call_tunnel(lns_call);
	const struct l2tp_control_message *icrq = l2tp_tunnel_message(lns_tunnel);
	char called[QUOTED_MAX], calling[QUOTED_MAX], sub[QUOTED_MAX];

	if (!icrq->called_number.size && !icrq->calling_number.size && !icrq->sub_address.size)
		return;
	if (may_tell(service))
		log_info("tunnel %u call %u: called %s, from %s, sub-address %s",
			 l2tp_tunnel_local_id(lns_tunnel), l2tp_call_local_id(lns_call),
			 quote(icrq->called_number, called), quote(icrq->calling_number, calling),
			 quote(icrq->sub_address, sub));
}

static const char *proxy_text(uint16_t type)
{
	switch (type) {
	case L2TP_PROXY_AUTHEN_TEXT:
		return "text";
	case L2TP_PROXY_AUTHEN_CHAP:
		return "CHAP";
	case L2TP_PROXY_AUTHEN_PAP:
		return "PAP";
	case L2TP_PROXY_AUTHEN_NONE:
		return "none";
	case L2TP_PROXY_AUTHEN_MSCHAP:
		return "MS-CHAPv1";
	default:
		return "unknown";
	}
}

/*
 * What a LAC negotiated with its caller (4.4.5) is not used: PPP begins anew, and who
 * logs in is asked by us.
 */
void l2tp_service_log_proxy(struct l2tp_service *service, const struct l2tp_call *lns_call)
{
	const struct l2tp_tunnel *lns_tunnel = l2tp_call_tunnel(lns_call);
	const struct l2tp_control_message *iccn = l2tp_tunnel_message(lns_tunnel);
	char name[QUOTED_MAX], group[QUOTED_MAX];

	if (!iccn->proxy_authen_type && !iccn->last_sent_lcp_confreq.size &&
	    !iccn->last_received_lcp_confreq.size && !iccn->private_group_id.size)
		return;
	if (may_tell(service))
		log_info("tunnel %u call %u: proxy authentication %s for %s, proxy LCP of %zu and "
			 "%zu bytes, group %s: not used, PPP begins anew",
			 l2tp_tunnel_local_id(lns_tunnel), l2tp_call_local_id(lns_call),
			 proxy_text(iccn->proxy_authen_type), quote(iccn->proxy_authen_name, name),
			 iccn->last_sent_lcp_confreq.size, iccn->last_received_lcp_confreq.size,
			 quote(iccn->private_group_id, group));
}

void l2tp_service_log_errors(struct l2tp_service *service, const struct l2tp_call *lns_call,
			     const struct l2tp_call_errors *errors)
{
	if (may_tell(service))
		log_info("tunnel %u call %u: errors on the client's line: %u CRC, %u framing, %u "
			 "hardware overruns, %u buffer overruns, %u time-outs, %u alignment",
			 l2tp_tunnel_local_id(l2tp_call_tunnel(lns_call)),
			 l2tp_call_local_id(lns_call), errors->crc, errors->framing,
			 errors->hardware_overruns, errors->buffer_overruns, errors->timeouts,
			 errors->alignment);
}

/*
 * Not of interest: the id is taken (another is drawn), and pluto has not yet
 * installed the SA to answer through (the client asks again).
 */
void l2tp_service_log_open_failure(struct l2tp_service *service, const struct l2tp_path *path,
				   int error)
{
	char peer[INET_ENDPOINT_TEXT_MAX];
	uint32_t suppressed;

	if (error == -EEXIST || error == -EAGAIN)
		return;
	tell(service, path, CLIENT_EVENT_TUNNEL_FAILED, l2tp_service_open_text(error));
	if (!log_limit_allows(&service->tunnel_log_limit, l2tp_service_now_usec(service),
			      &suppressed))
		return;
	log_error("tunnel for %s cannot be opened: %s (%u more not shown)",
		  inet_endpoint_format(&path->peer, peer), l2tp_service_open_text(error),
		  suppressed);
}

void l2tp_service_log_call_failure(struct l2tp_service *service, const struct l2tp_call *lns_call,
				   int error)
{
	uint32_t suppressed;

	tell(service, l2tp_tunnel_path(l2tp_call_tunnel(lns_call)), CLIENT_EVENT_CALL_REFUSED,
	     "the data path of the call cannot be opened");
	if (log_limit_allows(&service->tunnel_log_limit, l2tp_service_now_usec(service),
			     &suppressed))
		log_error("tunnel %u: the data path of a call cannot be opened: %s (%u more not "
			  "shown)",
			  l2tp_tunnel_local_id(l2tp_call_tunnel(lns_call)), strerror(-error),
			  suppressed);
}
