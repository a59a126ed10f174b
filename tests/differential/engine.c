/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine on a pipe, for packets that somebody else has crafted. Lines come in:
 *   receive CLIENT HEX      a packet of client 0 to 3 (tests/fuzz/lns_clients.h)
 *   pass SECONDS
 *   reset                   another LNS, nothing of the former one is left
 * and go out, in this order:
 *   sent HEX                for each packet that the LNS sends
 *   verdict WORD            of the one that it received
 * Client 3 shares the secret "secret", and values are hidden from it.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/lns_clients.h"

#include "base/text.h"

#include <stdio.h>

static struct lns_clients clients;
static const struct watch_hooks *original;

static void sent(struct watch *watch, struct watched_tunnel *tunnel, const uint8_t *packet,
		 size_t size)
{
	char text[2 * 512 + 1];

	assert(size <= 512);
	printf("sent %s\n", text_hex(packet, size, text));
	original->sent(watch, tunnel, packet, size);
}

/* Pairs of digits up to the end of the line. */
static size_t read_hex(const char *text, uint8_t *bytes, size_t capacity)
{
	size_t size = 0;

	for (; size < capacity && text[0] > ' ' && text[1] > ' '; text += 2) {
		const char digits[] = { text[0], text[1], '\0' };

		bytes[size++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return size;
}

static void receive(size_t client, const char *hex)
{
	static const char *const words[] = {
		[L2TP_VERDICT_ACCEPTED] = "accepted",   [L2TP_VERDICT_DUPLICATE] = "duplicate",
		[L2TP_VERDICT_MALFORMED] = "malformed", [L2TP_VERDICT_FOREIGN] = "foreign",
		[L2TP_VERDICT_UNKNOWN] = "unknown",     [L2TP_VERDICT_REFUSED] = "refused",
		[L2TP_VERDICT_DATA] = "data",
	};
	uint8_t bytes[2048];
	size_t size = read_hex(hex, bytes, sizeof(bytes));

	assert(client < LNS_CLIENTS);
	printf("verdict %s\n", words[lns_clients_receive(&clients, client, bytes, size)]);
	fflush(stdout);
}

static void start(void)
{
	static struct watch_hooks hooks;

	lns_clients_start(&clients);
	original = clients.watch.hooks;
	hooks = *original;
	hooks.sent = sent;
	clients.watch.hooks = &hooks;
}

/* Return: false for a line that is none of ours. */
static bool obey(char *line)
{
	static const char receive_word[] = "receive ", pass_word[] = "pass ";
	unsigned long number;
	char *end;

	if (strncmp(line, receive_word, strlen(receive_word)) == 0) {
		number = strtoul(line + strlen(receive_word), &end, 10);
		if (*end++ != ' ')
			return false;
		receive(number, end);
		return true;
	}
	if (strcmp(line, "reset\n") == 0) {
		lns_clients_stop(&clients);
		start();
		return true;
	}
	if (strncmp(line, pass_word, strlen(pass_word)) != 0)
		return false;
	number = strtoul(line + strlen(pass_word), NULL, 10);
	lns_clients_pass(&clients, number * UINT64_C(1000000));
	return true;
}

int main(void)
{
	char line[4200];

	start();
	while (fgets(line, sizeof(line), stdin))
		if (!obey(line))
			return 2;
	lns_clients_stop(&clients);
	return 0;
}
