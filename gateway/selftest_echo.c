/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP echo (RFC 792) on a raw socket. I/O. */
#include "gateway/selftest_echo.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>

#define INTERVAL_USEC 1000000

/* Says whose an answer is; the socket is alone in its network. */
#define IDENTIFIER 0x5a7e

int selftest_echo_open(struct selftest_echo *echo, const char *local, const char *remote)
{
	_cleanup_(closep) int raw =
		socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct sockaddr_in to = { .sin_family = AF_INET };
	const int whole = IP_PMTUDISC_DO;

	if (inet_pton(AF_INET, local, &from.sin_addr) != 1 ||
	    inet_pton(AF_INET, remote, &to.sin_addr) != 1)
		return -EINVAL;
	if (raw < 0 || setsockopt(raw, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof(whole)) < 0 ||
	    bind(raw, (struct sockaddr *)&from, sizeof(from)) < 0 ||
	    connect(raw, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	echo->socket = TAKE_FD(raw);
	return 0;
}

void selftest_echo_close(struct selftest_echo *echo)
{
	closep(&echo->socket);
	echo->socket = -1;
}

void selftest_echo_begin(struct selftest_echo *echo, uint16_t size)
{
	echo->size = size;
	echo->sent_usec = 0;
	echo->is_answered = false;
	echo->error = 0;
}

/* RFC 1071, of an even number of bytes. */
static uint16_t checksum(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += ((uint32_t)bytes[i] << 8) | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void selftest_echo_send(struct selftest_echo *echo, uint64_t now_usec)
{
	/* One byte more than any: of an odd size the last one counts as the higher half. */
	uint8_t packet[SELFTEST_ECHO_MAX + 1] = { ICMP_ECHO };
	size_t size = echo->size - (SELFTEST_ECHO_HEADERS - sizeof(struct icmphdr));
	uint16_t sum;

	if (echo->socket < 0 || echo->size == 0 || echo->is_answered ||
	    (echo->sent_usec && now_usec < echo->sent_usec + INTERVAL_USEC))
		return;
	echo->sequence++;
	packet[4] = IDENTIFIER >> 8;
	packet[5] = IDENTIFIER & 0xff;
	packet[6] = (uint8_t)(echo->sequence >> 8);
	packet[7] = (uint8_t)echo->sequence;
	memset(packet + sizeof(struct icmphdr), 0x5a, size - sizeof(struct icmphdr));
	sum = checksum(packet, size + size % 2);
	packet[2] = (uint8_t)(sum >> 8);
	packet[3] = (uint8_t)sum;
	echo->error = send(echo->socket, packet, size, MSG_NOSIGNAL) < 0 ? -errno : 0;
	echo->sent_usec = now_usec;
}

/* The answer to the last one, whole; in front of it is the IPv4 header. */
static bool is_answer(const struct selftest_echo *echo, const uint8_t *packet, size_t size)
{
	size_t header = size > 0 ? (size_t)(packet[0] & 0x0f) * 4 : 0;
	const uint8_t *icmp = packet + header;

	if (size != echo->size || size - header < sizeof(struct icmphdr))
		return false;
	return icmp[0] == ICMP_ECHOREPLY && icmp[4] == IDENTIFIER >> 8 &&
	       icmp[5] == (IDENTIFIER & 0xff) && icmp[6] == echo->sequence >> 8 &&
	       icmp[7] == (echo->sequence & 0xff);
}

void selftest_echo_receive(struct selftest_echo *echo, uint64_t now_usec)
{
	uint8_t packet[SELFTEST_ECHO_MAX + 1];
	ssize_t size;

	while ((size = recv(echo->socket, packet, sizeof(packet), MSG_DONTWAIT)) >= 0) {
		if (echo->is_answered || !is_answer(echo, packet, (size_t)size))
			continue;
		echo->is_answered = true;
		echo->took_usec = now_usec - echo->sent_usec;
	}
}
