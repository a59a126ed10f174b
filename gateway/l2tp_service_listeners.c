/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets on which the L2TP service hears of new clients, one for each address. I/O. */
#include "gateway/l2tp_service_parts.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

static void listener_remedy(const struct inet_endpoint *local, int error, char ret_error[256])
{
	char address[INET_ENDPOINT_TEXT_MAX];
	const char *remedy = "see the address in [listen] of saregate.conf";

	if (error == -EADDRINUSE)
		remedy = "another program has the port: stop it (systemctl disable --now xl2tpd)";
	else if (error == -EPERM)
		remedy = "start saregated as root (it drops to user saregate by itself)";
	else if (error == -ENOPROTOOPT)
		remedy = "the kernel has no SO_RCVMARK: Linux 5.19 or later is needed";
	else if (error == -EADDRNOTAVAIL)
		remedy = "this host does not have the address: set [listen] address";
	snprintf(ret_error, 256, "cannot listen on UDP %s: %s: %s",
		 inet_endpoint_format(local, address), strerror(-error), remedy);
}

static bool is_wanted(const struct configuration *configuration, const struct inet_address *address)
{
	for (size_t i = 0; i < configuration->listen_count; i++)
		if (inet_address_equal(&configuration->listen[i], address))
			return true;
	return false;
}

static bool is_open(const struct l2tp_service_listeners *listeners,
		    const struct inet_address *address)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (inet_address_equal(&listeners->items[i].address, address))
			return true;
	return false;
}

static int open_listener(struct l2tp_service *service, const struct inet_address *address,
			 char ret_error[256])
{
	struct l2tp_service_listeners *listeners = &service->listeners;
	struct l2tp_service_listener *listener = &listeners->items[listeners->count];
	struct inet_endpoint local = { *address, service->configuration->port };
	sd_event_source *source = NULL;
	int descriptor, error;

	descriptor = l2tp_udp_listener_open(&local, service->tracking != NULL);
	error = descriptor;
	if (error >= 0)
		error = sd_event_add_io(service->event, &source, descriptor, EPOLLIN,
					l2tp_service_on_listener, service);
	if (error < 0) {
		closep(&descriptor);
		listener_remedy(&local, error, ret_error);
		return error;
	}
	*listener = (struct l2tp_service_listener){ *address, descriptor, source };
	listeners->count++;
	return 0;
}

/* What waits in it may be of a tunnel that stays. */
static void close_listener(struct l2tp_service *service, size_t index)
{
	struct l2tp_service_listeners *listeners = &service->listeners;
	struct l2tp_service_listener gone = listeners->items[index];

	listeners->items[index] = listeners->items[--listeners->count];
	l2tp_service_read_to_the_end(service, gone.descriptor);
	sd_event_source_disable_unref(gone.source);
	closep(&gone.descriptor);
}

int l2tp_service_change_listeners(struct l2tp_service *service,
				  const struct configuration *configuration, char ret_error[256])
{
	const struct l2tp_service_listeners *listeners = &service->listeners;
	size_t before = listeners->count;

	for (size_t i = 0; i < configuration->listen_count; i++) {
		const struct inet_address *address = &configuration->listen[i];
		int error = 0;

		if (!is_open(listeners, address))
			error = open_listener(service, address, ret_error);
		if (error) {
			while (listeners->count > before)
				close_listener(service, listeners->count - 1);
			return error;
		}
	}
	/* Backwards: the last one takes the place of one that goes. */
	for (size_t i = before; i-- > 0;)
		if (!is_wanted(configuration, &listeners->items[i].address))
			close_listener(service, i);
	return 0;
}

void l2tp_service_close_listeners(struct l2tp_service *service)
{
	struct l2tp_service_listeners *listeners = &service->listeners;

	while (listeners->count > 0) {
		struct l2tp_service_listener *last = &listeners->items[--listeners->count];

		sd_event_source_disable_unref(last->source);
		closep(&last->descriptor);
	}
}
