/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What SA tracking costs a packet on the userspace path: the L2TP service on a
 * gateway that tracks SAs and, beside it, on one that does not, each with many idle
 * tunnels and one busy call, whose pty gives every frame back. README.md says how to
 * read what is printed. Needs root and a kernel with ESP: runs in the lab.
 */
#include "gateway/l2tp_service.h"
#include "gateway/log.h"
#include "l2tp/hdlc.h"
#include "l2tp/header.h"
#include "tests/bench/bench_hosts.h"
#include "tests/bench/l2tp_client.h"
#include "tests/lab/checks/hosts.h"

#include <sys/resource.h>
#include <time.h>

#define IDLE_TUNNELS 1000u
#define PAIRS        20u
#define FRAME_MAX    1400

/* If nothing happens for so long frames were lost. */
#define FRAME_SECONDS_MAX 20

/* One gateway under test and the client of its one busy call. */
struct side {
	const struct bench_host *host;
	unsigned int clients; /* connected so far */
	sd_event *event;
	struct configuration configuration;
	struct sa_tracking *tracking;
	struct l2tp_service *service;
	int pty; /* pppd's end of the newest call */
	struct l2tp_client busy;
	unsigned int frames_back;
	double seconds; /* what it took, in this pair */
	double frames_per_second[PAIRS];
};

/* ---- the gateways -------------------------------------------------------------- */

/* The newest call is the busy one: the idle ones were made before it. */
static int on_call_prepare(void *userdata, struct l2tp_call *call,
			   const struct l2tp_service_path *path, void **ret_user)
{
	struct side *side = userdata;

	side->pty = path->path->session_descriptor(path->session);
	assert_int_equal(fcntl(side->pty, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	*ret_user = side;
	return 0;
}

static int on_call_established(void *userdata, void *user)
{
	return 0;
}

static void on_call_closed(void *userdata, void *user, enum l2tp_end_cause cause)
{
	fail_msg("a call was closed: %s", l2tp_service_end_text(cause));
}

static const struct l2tp_service_ops service_ops = {
	.call_prepare = on_call_prepare,
	.call_established = on_call_established,
	.call_closed = on_call_closed,
};

/* The SAs stay as they are: nothing is told. */
static const struct sa_tracking_ops tracking_ops = { 0 };

static void run_service(void *userdata)
{
	const struct side *side = userdata;

	while (sd_event_run(side->event, 0) > 0)
		;
}

static void start_service(struct side *side)
{
	const struct path_choice choice = { .first = &l2tp_userspace_data_path };
	const struct sa_method method = { .method = SA_TRACKING_METHOD_MARK };
	char error[256] = "";

	assert_int_equal(sd_event_new(&side->event), 0);
	configuration_default(&side->configuration);
	side->configuration.listen_count = 1;
	assert_int_equal(inet_address_parse(side->host->address, &side->configuration.listen[0]),
			 0);
	/* The clients of the idle tunnels answer nothing. */
	side->configuration.hello_interval_seconds = 3600;
	if (side->host->tracks &&
	    sa_tracking_new(side->event, BENCH_PORT, &method, SA_TRACKING_NO_DESCRIPTORS,
			    &tracking_ops, NULL, &side->tracking, error) != 0)
		fail_msg("%s", error);
	if (l2tp_service_new(side->event, &side->configuration, side->tracking, &choice, NULL,
			     &service_ops, side, &side->service, error) != 0)
		fail_msg("%s", error);
}

/* ---- the clients --------------------------------------------------------------- */

/* Clients of one SA have ids of their own, whatever their ports. */
static void connect_client(struct side *side)
{
	side->busy = (struct l2tp_client){
		.socket = bench_client_socket(side->host, side->clients),
		.own_tunnel_id = (uint16_t)(side->clients + 1),
		.run_service = run_service,
		.userdata = side,
	};
	if (!l2tp_client_connect(&side->busy))
		fail_msg("%s: client %u was not answered", side->host->name, side->clients);
	side->clients++;
}

/* ---- the measurement ------------------------------------------------------------- */

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Stands for pppd: gives each byte of HDLC back. */
static int echo_pty(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	uint8_t bytes[8192];
	ssize_t size;

	while ((size = read(descriptor, bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(descriptor, bytes, (size_t)size), size);
	return 0;
}

/* Takes the frames that came back. */
static int take_frames(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	struct side *side = userdata;
	uint8_t packet[2048];
	struct l2tp_header header;
	ssize_t size;

	while ((size = recv(descriptor, packet, sizeof(packet), MSG_DONTWAIT)) > 0)
		side->frames_back +=
			l2tp_header_read(packet, (size_t)size, &header) == 0 && !header.control;
	return 0;
}

static void watch_busy_call(struct side *side)
{
	assert_true(sd_event_add_io(side->event, NULL, side->pty, EPOLLIN, echo_pty, side) >= 0);
	assert_true(sd_event_add_io(side->event, NULL, side->busy.socket, EPOLLIN, take_frames,
				    side) >= 0);
}

static void await_frames(struct side *side, unsigned int frames)
{
	while (side->frames_back < frames)
		if (sd_event_run(side->event, FRAME_SECONDS_MAX * UINT64_C(1000000)) <= 0)
			fail_msg("%s: %u of %u frames came back", side->host->name,
				 side->frames_back, frames);
	side->frames_back = 0;
}

/* pppd's first frame: until it has sent one, what arrives is kept back. */
static void wake_pty(struct side *side)
{
	static const uint8_t frame[] = { 0xff, 0x03, 0xc0, 0x21, 9, 1, 0, 4 };
	uint8_t encoded[L2TP_HDLC_ENCODED_MAX(sizeof(frame))];
	size_t size = l2tp_hdlc_encode(frame, sizeof(frame), L2TP_HDLC_ACCM_ALL, encoded,
				       sizeof(encoded));

	assert_int_equal(write(side->pty, encoded, size), (ssize_t)size);
	await_frames(side, 1);
}

/*
 * What goes to the gateway and back at the same time. A pty holds 4 KiB, and two values
 * in 256 are escaped in it.
 */
struct burst {
	const char *name;
	unsigned int frames, frame_size;
	unsigned int repetitions; /* in one measurement */
};

static const struct burst bursts[] = {
	{ "16 frames of 200 bytes", 16, 200, 64 },
	{ "2 frames of 1400 bytes", 2, FRAME_MAX, 128 },
	{ "1 frame of 200 bytes", 1, 200, 128 },
};

static void measure_burst(struct side *side, const struct burst *burst)
{
	static const uint8_t ppp[] = { 0xff, 0x03, 0x00, 0x21 };
	uint8_t packet[L2TP_DATA_HEADER_SIZE + FRAME_MAX];
	size_t size = L2TP_DATA_HEADER_SIZE + burst->frame_size;
	struct l2tp_writer writer;
	double begin = now_seconds();

	memset(packet, 0x5a, sizeof(packet));
	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_header_write_data(&writer, side->busy.tunnel_id, side->busy.session_id);
	l2tp_write_bytes(&writer, ppp, sizeof(ppp));
	for (unsigned int i = 0; i < burst->frames; i++)
		assert_int_equal(send(side->busy.socket, packet, size, 0), size);
	await_frames(side, burst->frames);
	side->seconds += now_seconds() - begin;
}

/* In turns, so that whatever else the machine does falls on both. */
static void measure_pair(struct side *sides, unsigned int pair, const struct burst *burst)
{
	sides[0].seconds = sides[1].seconds = 0;
	for (unsigned int i = 0; i < burst->repetitions; i++) {
		measure_burst(&sides[i % 2], burst);
		measure_burst(&sides[1 - i % 2], burst);
	}
	for (unsigned int i = 0; i < 2; i++)
		sides[i].frames_per_second[pair] =
			burst->repetitions * burst->frames / sides[i].seconds;
}

static int compare(const void *first, const void *second)
{
	double difference = *(const double *)first - *(const double *)second;

	return (difference > 0) - (difference < 0);
}

static double median(double values[PAIRS])
{
	qsort(values, PAIRS, sizeof(values[0]), compare);
	return (values[PAIRS / 2 - 1] + values[PAIRS / 2]) / 2;
}

static void measure(struct side *sides, const struct burst *burst)
{
	double ratios[PAIRS], middle;

	measure_pair(sides, 0, burst); /* warms up; measured again */
	for (unsigned int i = 0; i < PAIRS; i++) {
		measure_pair(sides, i, burst);
		ratios[i] = sides[0].frames_per_second[i] / sides[1].frames_per_second[i];
	}
	middle = median(ratios);
	printf("  %s at a time: on/off median %.3f, min %.3f, max %.3f; on %.0f, off %.0f "
	       "frames/s\n",
	       burst->name, middle, ratios[0], ratios[PAIRS - 1],
	       median(sides[0].frames_per_second), median(sides[1].frames_per_second));
	fflush(stdout);
}

static void start_side(struct side *side)
{
	bench_protect(side->host, IDLE_TUNNELS + 1);
	be_on(side->host->name);
	start_service(side);
	while (side->clients <= IDLE_TUNNELS)
		connect_client(side);
	watch_busy_call(side);
	wake_pty(side);
}

int main(void)
{
	static struct side sides[] = { { .host = &bench_tracks }, { .host = &bench_plain } };
	const struct rlimit files = { 16384, 16384 };

	setrlimit(RLIMIT_NOFILE, &files);
	/* The kernel's threads pass on what was written to a pty before it is read: all at once. */
	assert_int_equal(sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){ 0 }), 0);
	log_open(LOG_ERR);
	bench_hosts_make();
	for (unsigned int i = 0; i < ELEMENTS(sides); i++)
		start_side(&sides[i]);
	printf("SA tracking, userspace path, %u idle tunnels, %u pairs:\n", IDLE_TUNNELS, PAIRS);
	for (size_t i = 0; i < ELEMENTS(bursts); i++)
		measure(sides, &bursts[i]);
	return 0;
}
