/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Nov 26 20:19:20.267392: "connection"[5] 203.0.113.11 #4: message", or
 * "packet from 203.0.113.11:500: message", with or without the time. Pure.
 */
#include "ipsec-glue/pluto_log.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <string.h>

/* What is left to be read. Nothing is read beyond its end. */
struct rest {
	const char *bytes;
	size_t size;
};

static void skip(struct rest *rest, size_t size)
{
	rest->bytes += size;
	rest->size -= size;
}

/* Whether @rest begins with @text, which is then skipped. */
static bool take(struct rest *rest, const char *text)
{
	size_t size = strlen(text);

	if (rest->size < size || memcmp(rest->bytes, text, size) != 0)
		return false;
	skip(rest, size);
	return true;
}

static bool has(const struct rest *rest, const char *text)
{
	return memmem(rest->bytes, rest->size, text, strlen(text)) != NULL;
}

/* The bytes before the first of @ends, or false if there is none; @rest is after them. */
static bool take_until(struct rest *rest, char end, struct rest *ret_before)
{
	const char *found = memchr(rest->bytes, end, rest->size);

	if (!found)
		return false;
	*ret_before = (struct rest){ rest->bytes, (size_t)(found - rest->bytes) };
	skip(rest, ret_before->size);
	return true;
}

/* Digits of @base 10 or 16, at least one, no more than a u32 holds. */
static bool take_number(struct rest *rest, unsigned int base, uint32_t *ret_number)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t number = 0;
	size_t size;

	for (size = 0; size < rest->size && rest->bytes[size]; size++) {
		const char *digit = strchr(digits, rest->bytes[size]);

		if (!digit || (unsigned int)(digit - digits) >= base)
			break;
		number = number * base + (uint64_t)(digit - digits);
		if (number > UINT32_MAX)
			return false;
	}
	if (size == 0)
		return false;
	skip(rest, size);
	*ret_number = (uint32_t)number;
	return true;
}

/* ---- who and when -------------------------------------------------------------- */

/* "Nov 26 20:19:20.267392: " */
static void take_time(struct rest *rest, struct pluto_log_time *ret_time)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct rest left = *rest;
	uint32_t day, hour, minute, second, usec = 0;

	for (unsigned int month = 0; month < 12; month++) {
		const char name[] = { months[3 * month], months[3 * month + 1],
				      months[3 * month + 2], ' ', '\0' };

		if (!take(&left, name))
			continue;
		take(&left, " ");
		if (!take_number(&left, 10, &day) || !take(&left, " ") ||
		    !take_number(&left, 10, &hour) || !take(&left, ":") ||
		    !take_number(&left, 10, &minute) || !take(&left, ":") ||
		    !take_number(&left, 10, &second) || day > 31 || hour > 23 || minute > 59 ||
		    second > 60)
			return;
		if (take(&left, ".") && (!take_number(&left, 10, &usec) || usec > 999999))
			return;
		if (!take(&left, ": "))
			return;
		*ret_time = (struct pluto_log_time){ month + 1, day, hour, minute, second, usec };
		*rest = left;
		return;
	}
}

static bool read_address(const struct rest *text, struct inet_address *ret_address)
{
	char copy[INET6_ADDRSTRLEN];

	if (text->size >= sizeof(copy))
		return false;
	memcpy(copy, text->bytes, text->size);
	copy[text->size] = '\0';
	return inet_address_parse(copy, ret_address) == 0;
}

/* "203.0.113.11:500" or "[2001:db8::1]:500", then what @end says. */
static bool take_endpoint(struct rest *rest, const char *end, struct inet_endpoint *ret_peer)
{
	struct rest address;
	uint32_t port;
	bool is_ipv6 = take(rest, "[");

	if (!take_until(rest, is_ipv6 ? ']' : ':', &address) ||
	    !read_address(&address, &ret_peer->address) || (is_ipv6 && !take(rest, "]")) ||
	    !take(rest, ":") || !take_number(rest, 10, &port) || port > UINT16_MAX ||
	    !take(rest, end))
		return false;
	ret_peer->port = (uint16_t)port;
	return true;
}

/* "203.0.113.11" up to a blank or ": ". 5.x may say a port, too. */
static bool take_address(struct rest *rest, struct pluto_log_line *line)
{
	struct rest left = *rest, address;
	size_t size = 0;

	while (size < left.size && left.bytes[size] != ' ')
		size++;
	address = (struct rest){ left.bytes, size };
	if (size > 0 && address.bytes[size - 1] == ':')
		address.size--;
	if (!read_address(&address, &line->peer.address))
		return take_endpoint(rest, "", &line->peer);
	skip(rest, address.size);
	return true;
}

/* "connection"[5] 203.0.113.11 #4: ; one that is no instance has no client. */
static bool take_connection(struct rest *rest, struct pluto_log_line *line)
{
	struct rest name;

	if (!take_until(rest, '"', &name) || name.size > PLUTO_LOG_CONNECTION_MAX ||
	    !take(rest, "\"") || !take(rest, "[") || !take_number(rest, 10, &line->instance) ||
	    !take(rest, "] ") || !take_address(rest, line))
		return false;
	if (take(rest, " #") && !take_number(rest, 10, &line->state))
		return false;
	return take(rest, ": ");
}

static bool take_who(struct rest *rest, struct pluto_log_line *line)
{
	if (take(rest, "packet from "))
		return take_endpoint(rest, ": ", &line->peer);
	if (take(rest, "\""))
		return take_connection(rest, line);
	return true;
}

/* ---- what ---------------------------------------------------------------------------- */

/* How what stands behind the beginning of a message is read. */
typedef bool (*read_fn)(struct rest *rest, struct pluto_log_line *line);

static bool read_all(struct rest *rest, struct pluto_log_line *line)
{
	line->text = rest->bytes;
	line->text_size = rest->size;
	return true;
}

static bool read_port(struct rest *rest, struct pluto_log_line *line)
{
	return take_endpoint(rest, "", &line->peer);
}

/* "2 not supported. ..." of 4.10; 5.2 has "OAKLEY_GROUP_MODP1024 not supported. ..." */
static bool read_group(struct rest *rest, struct pluto_log_line *line)
{
	struct rest name;

	if (take_number(rest, 10, &line->number))
		return true;
	if (!take(rest, "OAKLEY_GROUP_") || !take_until(rest, ' ', &name))
		return false;
	line->number = name.size == strlen("MODP1024") && has(&name, "MODP1024") ? 2 : 0;
	line->text = name.bytes;
	line->text_size = name.size;
	return true;
}

static bool is_not_supported(struct rest *rest, struct pluto_log_line *line)
{
	return has(rest, "not supported") && read_all(rest, line);
}

/* "[AES_CBC (256), HMAC_SHA2_512, MODP4096] refused" */
static bool read_offer(struct rest *rest, struct pluto_log_line *line)
{
	struct rest offer;

	if (!take(rest, "[") || !take_until(rest, ']', &offer))
		return false;
	line->text = offer.bytes;
	line->text_size = offer.size;
	return true;
}

/* "ID_IPV4_ADDR: '192.168.1.101'": what stands between the first and the last quote. */
static bool read_identity(struct rest *rest, struct pluto_log_line *line)
{
	struct rest kind;

	if (!take_until(rest, '\'', &kind) || !take(rest, "'"))
		return false;
	line->text = rest->bytes;
	for (size_t size = rest->size; size-- > 0;)
		if (rest->bytes[size] == '\'') {
			line->text_size = size;
			return true;
		}
	return false;
}

/* "saregate-203.0.113.1"[5] 203.0.113.11 */
static bool read_instance(struct rest *rest, struct pluto_log_line *line)
{
	struct rest name;

	return take(rest, "\"") && take_until(rest, '"', &name) && take(rest, "\"[") &&
	       take_number(rest, 10, &line->number);
}

/* What stands in braces. */
static bool read_braces(struct rest *rest, struct pluto_log_line *line)
{
	struct rest before, inside;

	if (take_until(rest, '{', &before) && take(rest, "{") && take_until(rest, '}', &inside)) {
		line->text = inside.bytes;
		line->text_size = inside.size;
	}
	return true;
}

/* "transport mode {ESPinUDP=>0xc7ab577d <0xc54d8bed xfrm=... }" */
static bool read_ipsec(struct rest *rest, struct pluto_log_line *line)
{
	const char *spi = memmem(rest->bytes, rest->size, "=>0x", 4);
	struct rest digits;

	if (!spi)
		return false;
	digits = (struct rest){ spi + 4, rest->size - (size_t)(spi + 4 - rest->bytes) };
	return take_number(&digits, 16, &line->number) && read_braces(rest, line);
}

/* "STATE_MAIN_R2: ..." */
static bool read_state(struct rest *rest, struct pluto_log_line *line)
{
	if (has(rest, "retransmission; will wait"))
		line->event = PLUTO_LOG_NO_ANSWER;
	else if (has(rest, "second timeout exceeded") || has(rest, "max number of retransmissions"))
		line->event = PLUTO_LOG_GIVEN_UP;
	else
		return false;
	return read_all(rest, line);
}

static bool is_not_authorized(struct rest *rest, struct pluto_log_line *line)
{
	return has(rest, "no connection has been authorized") && read_all(rest, line);
}

static bool is_without_connection(struct rest *rest, struct pluto_log_line *line)
{
	return has(rest, "no suitable connection") ||
	       has(rest, "no connection has been authorized");
}

/* The longer beginnings before the shorter ones that they contain. */
static const struct {
	const char *begin;
	enum pluto_log_event event;
	read_fn read; /* NULL: nothing more is asked */
} messages[] = {
	{ "responding to Main Mode from unknown peer ", PLUTO_LOG_RESPONDING, read_port },
	{ "OAKLEY_GROUP ", PLUTO_LOG_GROUP_REFUSED, read_group },
	{ "OAKLEY_", PLUTO_LOG_VALUE_REFUSED, is_not_supported },
	{ "Oakley Transform ", PLUTO_LOG_OFFER_REFUSED, read_offer },
	{ "no acceptable Oakley Transform", PLUTO_LOG_NO_IKE_PROPOSAL, NULL },
	{ "sent Main Mode R1", PLUTO_LOG_SENT_R1, NULL },
	{ "sent Main Mode R2", PLUTO_LOG_SENT_R2, NULL },
	{ "STATE_", PLUTO_LOG_NO_ANSWER, read_state },
	{ "probable authentication failure (mismatch of preshared secrets?)", PLUTO_LOG_WRONG_KEY,
	  NULL },
	{ "Peer ID is ", PLUTO_LOG_PEER_ID, read_identity },
	{ "switched to ", PLUTO_LOG_SWITCHED, read_instance },
	{ "IKE SA established", PLUTO_LOG_IKE_UP, read_braces },
	{ "ISAKMP SA established", PLUTO_LOG_IKE_UP, read_braces },
	{ "the peer proposed: ", PLUTO_LOG_PROPOSED, read_all },
	{ "cannot respond to IPsec SA request because ", PLUTO_LOG_NO_CONNECTION, read_all },
	{ "responding to Quick Mode proposal", PLUTO_LOG_IPSEC_OFFER, NULL },
	{ "no acceptable Proposal in IPsec SA", PLUTO_LOG_NO_ESP_PROPOSAL, NULL },
	{ "IPsec SA established transport mode", PLUTO_LOG_IPSEC_UP, read_ipsec },
	{ "IPsec SA established tunnel mode", PLUTO_LOG_IPSEC_UP, read_ipsec },
	{ "received Delete SA", PLUTO_LOG_PEER_DELETES, NULL },
	{ "ESP traffic information: ", PLUTO_LOG_TRAFFIC, read_all },
	{ "DPD action", PLUTO_LOG_DEAD, NULL },
	{ "deleting state (", PLUTO_LOG_DELETED, read_all },
	{ "deleting IPsec SA (", PLUTO_LOG_DELETED, read_all },
	{ "initial Main Mode message received", PLUTO_LOG_NOT_AUTHORIZED, is_not_authorized },
	{ "initial Aggressive Mode message ", PLUTO_LOG_AGGRESSIVE, NULL },
	{ "ISAKMP_v2_IKE_SA_INIT message received", PLUTO_LOG_IKEV2, is_without_connection },
	{ "responding to IKE_SA_INIT request with Message ID 0 with unencrypted notification "
	  "NO_PROPOSAL_CHOSEN",
	  PLUTO_LOG_IKEV2, is_without_connection },
	{ "dropping packet with mangled IKE header", PLUTO_LOG_MALFORMED, NULL },
	{ "Pluto is shutting down", PLUTO_LOG_STOPS, NULL },
};

bool pluto_log_read(const char *text, size_t size, struct pluto_log_line *ret_line)
{
	struct pluto_log_line line = { .text = "" };
	struct rest rest = { text, size };

	take_time(&rest, &line.time);
	if (!take_who(&rest, &line))
		return false;
	for (size_t i = 0; i < ELEMENTS(messages); i++) {
		if (!take(&rest, messages[i].begin))
			continue;
		line.event = messages[i].event;
		if (messages[i].read && !messages[i].read(&rest, &line))
			return false;
		*ret_line = line;
		return true;
	}
	return false;
}
