/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packets FILE: every message that the engine can send, with every AVP, plain and
 * hidden (the secret is "secret"), and both headers of data, as a capture for
 * other programs to read. "packets -s FILE" spoils the length of an AVP in each.
 */
#include "base/cleanup.h"
#include "l2tp/authentication.h"
#include "l2tp/control_packet.h"
#include "l2tp/header.h"
#include "l2tp/lns.h"
#include "l2tp/wire.h"

#include <string.h>

#define PEER_TUNNEL  0x1111
#define OWN_TUNNEL   0x2222
#define PEER_SESSION 0x3333
#define OWN_SESSION  0x4444

/* The file is little-endian, as pcap may be; what is in the packets is not. */
#define PCAP_MAGIC    UINT32_C(0xa1b2c3d4)
#define LINKTYPE_RAW  101
#define IP_UDP_HEADER 28

struct capture {
	FILE *file;
	bool spoil;
};

static const uint8_t vector[L2TP_HIDING_BLOCK] = "a random vector";

static void put_native(FILE *file, uint32_t value)
{
	fwrite(&value, sizeof(value), 1, file);
}

static void write_capture_header(FILE *file)
{
	const uint16_t version[] = { 2, 4 };

	put_native(file, PCAP_MAGIC);
	fwrite(version, sizeof(version), 1, file);
	put_native(file, 0);
	put_native(file, 0);
	put_native(file, 65535);
	put_native(file, LINKTYPE_RAW);
}

/* In IPv4 and UDP from port 1701 to 1701, without checksums. */
static void add_packet(struct capture *capture, struct l2tp_writer *packet)
{
	static uint32_t seconds;
	uint8_t bytes[IP_UDP_HEADER];
	struct l2tp_writer header;

	if (packet->failed)
		abort();
	if (capture->spoil && packet->size > L2TP_CONTROL_HEADER_SIZE)
		l2tp_write_u16_at(packet, L2TP_CONTROL_HEADER_SIZE, 0x83ff);
	l2tp_writer_init(&header, bytes, sizeof(bytes));
	l2tp_write_u16(&header, 0x4500);
	l2tp_write_u16(&header, (uint16_t)(IP_UDP_HEADER + packet->size));
	l2tp_write_u32(&header, 0);
	l2tp_write_u16(&header, 0x4011); /* TTL 64, UDP */
	l2tp_write_u16(&header, 0);
	l2tp_write_u32(&header, 0xc0000201);
	l2tp_write_u32(&header, 0xc6336401);
	l2tp_write_u16(&header, 1701);
	l2tp_write_u16(&header, 1701);
	l2tp_write_u16(&header, (uint16_t)(8 + packet->size));
	l2tp_write_u16(&header, 0);
	put_native(capture->file, seconds++);
	put_native(capture->file, 0);
	put_native(capture->file, (uint32_t)(IP_UDP_HEADER + packet->size));
	put_native(capture->file, (uint32_t)(IP_UDP_HEADER + packet->size));
	fwrite(bytes, sizeof(bytes), 1, capture->file);
	fwrite(packet->bytes, packet->size, 1, capture->file);
}

static void add_sccrps(struct capture *capture, struct l2tp_writer *writer,
		       const struct l2tp_hiding *hiding)
{
	static const uint8_t challenge[] = "a challenge of 25 octets",
			     response[] = "16 octets of MD5";
	struct l2tp_lns_settings settings;
	struct l2tp_sccrp sccrp = { .settings = &settings };

	l2tp_lns_settings_default(&settings);
	l2tp_write_sccrp(writer, PEER_TUNNEL, OWN_TUNNEL, &sccrp, hiding);
	add_packet(capture, writer);
	sccrp.challenge = (struct l2tp_octets){ challenge, sizeof(challenge) };
	sccrp.response = (struct l2tp_octets){ response, L2TP_RESPONSE_SIZE };
	l2tp_writer_init(writer, writer->bytes, writer->capacity);
	l2tp_write_sccrp(writer, PEER_TUNNEL, OWN_TUNNEL, &sccrp, hiding);
	add_packet(capture, writer);
}

/* Result Code alone, with Error Code, with Error Message. */
static void add_ends(struct capture *capture, struct l2tp_writer *writer,
		     const struct l2tp_hiding *hiding)
{
	static const struct l2tp_result results[] = {
		{ .result = 6 },
		{ .result = 2, .error = L2TP_ERROR_UNKNOWN_AVP },
		{ .result = 1, .message = "an Error Message" },
	};

	for (size_t i = 0; i < ELEMENTS(results); i++) {
		l2tp_writer_init(writer, writer->bytes, writer->capacity);
		l2tp_write_stopccn(writer, PEER_TUNNEL, OWN_TUNNEL, &results[i], hiding);
		add_packet(capture, writer);
		l2tp_writer_init(writer, writer->bytes, writer->capacity);
		l2tp_write_cdn(writer, PEER_TUNNEL, PEER_SESSION, OWN_SESSION, &results[i], hiding);
		add_packet(capture, writer);
	}
}

static void add_messages(struct capture *capture, const struct l2tp_hiding *hiding)
{
	uint8_t bytes[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	add_sccrps(capture, &writer, hiding);
	add_ends(capture, &writer, hiding);
	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_write_icrp(&writer, PEER_TUNNEL, PEER_SESSION, OWN_SESSION, hiding);
	add_packet(capture, &writer);
}

/* What has no AVPs to hide, or none at all. */
static void add_others(struct capture *capture)
{
	static const uint8_t configure_request[] = {
		0xff, 0x03, 0xc0, 0x21, 1, 1, 0, 8, 1, 4, 5, 0
	};
	uint8_t bytes[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_write_hello(&writer, PEER_TUNNEL);
	add_packet(capture, &writer);
	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_write_zlb(&writer, PEER_TUNNEL);
	l2tp_header_set_sequence(bytes, writer.size, 7, 8);
	add_packet(capture, &writer);
	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_header_write_data(&writer, PEER_TUNNEL, PEER_SESSION);
	l2tp_write_bytes(&writer, configure_request, sizeof(configure_request));
	add_packet(capture, &writer);
	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_header_write_data_sequenced(&writer, PEER_TUNNEL, PEER_SESSION, 9);
	l2tp_write_bytes(&writer, configure_request, sizeof(configure_request));
	add_packet(capture, &writer);
}

int main(int argc, char **argv)
{
	struct capture capture = { .spoil = argc == 3 && strcmp(argv[1], "-s") == 0 };
	struct l2tp_hiding hiding = { .secret = { (const uint8_t *)"secret", 6 } };

	memcpy(hiding.vector, vector, sizeof(vector));
	if (argc != 2 + capture.spoil)
		return 2;
	capture.file = fopen(argv[argc - 1], "we");
	if (!capture.file)
		return EXIT_FAILURE;
	write_capture_header(capture.file);
	add_messages(&capture, NULL);
	add_messages(&capture, &hiding);
	add_others(&capture);
	return fclose(capture.file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
