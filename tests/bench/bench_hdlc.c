/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HDLC-like framing: nanoseconds per byte of payload to encode and to decode
 * full frames of random bytes, and of those that all have to be escaped.
 */
#include "l2tp/hdlc.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define FRAME_SIZE 1284 /* the default MTU, with address, control and protocol */
#define ROUNDS     200000
#define REPEATS    5

static uint8_t frame[FRAME_SIZE];
static uint8_t encoded[L2TP_HDLC_ENCODED_MAX(FRAME_SIZE)];

static double now_nsec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* What keeps the compiler from leaving the work out. */
static volatile size_t sink;

static double encode_once(uint32_t accm)
{
	double begin = now_nsec();

	for (size_t i = 0; i < ROUNDS; i++)
		sink = l2tp_hdlc_encode(frame, FRAME_SIZE, accm, encoded, sizeof(encoded));
	return (now_nsec() - begin) / ROUNDS / FRAME_SIZE;
}

static double decode_once(uint32_t accm)
{
	static struct l2tp_hdlc_decoder decoder;
	size_t size = l2tp_hdlc_encode(frame, FRAME_SIZE, accm, encoded, sizeof(encoded));
	double begin = now_nsec();

	for (size_t i = 0; i < ROUNDS; i++) {
		size_t position = 0, found_size;
		uint8_t *found;

		if (!l2tp_hdlc_decode(&decoder, encoded, size, &position, &found, &found_size))
			return -1;
		sink = found_size;
	}
	return (now_nsec() - begin) / ROUNDS / FRAME_SIZE;
}

/* The best of a few: what else the machine does only ever adds. */
static void measure(const char *what, double (*once)(uint32_t accm), uint32_t accm)
{
	double best = once(accm);

	for (size_t i = 1; i < REPEATS; i++) {
		double again = once(accm);

		if (again < best)
			best = again;
	}
	printf("hdlc %-40s %6.2f ns/byte %8.0f MB/s\n", what, best, 1e3 / best);
}

int main(void)
{
	uint32_t state = 1;

	for (size_t i = 0; i < FRAME_SIZE; i++) {
		state = state * 1664525 + 1013904223;
		frame[i] = (uint8_t)(state >> 24);
	}
	measure("encode, random bytes, no map", encode_once, L2TP_HDLC_ACCM_NONE);
	measure("encode, random bytes, full map", encode_once, L2TP_HDLC_ACCM_ALL);
	measure("decode, random bytes, no map", decode_once, L2TP_HDLC_ACCM_NONE);
	measure("decode, random bytes, full map", decode_once, L2TP_HDLC_ACCM_ALL);
	memset(frame + 2, 0x7e, FRAME_SIZE - 2);
	measure("encode, all escaped", encode_once, L2TP_HDLC_ACCM_NONE);
	measure("decode, all escaped", decode_once, L2TP_HDLC_ACCM_NONE);
	return 0;
}
