/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DNS servers of a user's or a group's that are this host: its firewall opens them to
 * the session that was told of them. Those of [ppp] dns are in the firewall for all.
 * I/O (nft set).
 */
#include "gateway/session.h"

#include "gateway/log.h"

#include <errno.h>
#include <string.h>

static bool is_for_all(const struct configuration *configuration, uint32_t ipv4)
{
	for (size_t i = 0; i < CONFIGURATION_DNS_MAX; i++)
		if (configuration->dns_ipv4[i] == ipv4)
			return true;
	return false;
}

static void open_one(struct session *session, size_t number, uint32_t ipv4)
{
	int error = inner_addresses_add(session->sessions->resources.dns,
					session->description.interface, ipv4);

	if (!error)
		session->open_dns_ipv4[number] = ipv4;
	else
		log_warning("session %u: its DNS server cannot be put into the firewall, which "
			    "matters if that is this host: %s%s",
			    session->id, strerror(-error),
			    error == -ENOENT ? ": run `saregate setup`" : "");
}

void session_dns_open(struct session *session, const struct session_limits *limits)
{
	const struct sessions_resources *resources = &session->sessions->resources;

	session_dns_close(session);
	for (size_t i = 0; resources->dns && i < ADDRESS_TEXT_DNS_MAX; i++)
		if (limits->dns_ipv4[i] &&
		    !is_for_all(resources->configuration, limits->dns_ipv4[i]))
			open_one(session, i, limits->dns_ipv4[i]);
}

void session_dns_close(struct session *session)
{
	for (size_t i = 0; i < ADDRESS_TEXT_DNS_MAX; i++) {
		int error = 0;

		if (session->open_dns_ipv4[i])
			error = inner_addresses_remove(session->sessions->resources.dns,
						       session->description.interface,
						       session->open_dns_ipv4[i]);
		if (error)
			log_error("session %u: its DNS server stays in the firewall: %s",
				  session->id, strerror(-error));
		session->open_dns_ipv4[i] = 0;
	}
}

void session_dns_restore(const struct session *session)
{
	for (size_t i = 0; i < ADDRESS_TEXT_DNS_MAX; i++)
		if (session->open_dns_ipv4[i])
			inner_addresses_add(session->sessions->resources.dns,
					    session->description.interface,
					    session->open_dns_ipv4[i]);
}
