/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The userspace data path: a pty per call, whose slave pppd takes for a serial
 * line, with HDLC-like framing (hdlc.c) between us and the kernel's PPP line
 * discipline. It serves where the kernel's path cannot: no packet that it sends
 * or receives depends on which socket the kernel chose. Nothing here waits; what
 * does not fit is dropped and counted, as a network would. I/O.
 */
#include "l2tp/userspace_session.h"

#include "base/cleanup.h"
#include "l2tp/data_message.h"
#include "l2tp/data_path.h"
#include "l2tp/hdlc.h"
#include "l2tp/header.h"
#include "l2tp/ppp_device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

struct l2tp_data_path_tunnel {
	uint16_t peer_tunnel_id;
};

/*
 * Both ends of the pty are ours until the end: without an open slave a master
 * reads as hung up, over and over, until pppd has come.
 */
struct l2tp_data_path_session {
	int master;
	int slave;
	uint16_t peer_tunnel_id;
	uint16_t peer_session_id;
	enum l2tp_data_sequencing sequencing;
	bool pppd_spoke; /* its line discipline reads what we write */
	struct l2tp_data_sequence sequence;
	struct l2tp_data_path_counters counters;
	uint8_t *kept; /* L2TP_USERSPACE_KEPT_MAX bytes, while something is kept */
	size_t kept_size;
	struct l2tp_hdlc_decoder *partial; /* of a frame that came in part; mostly there is none */
};

/*
 * Frames on their way to ptys. Clients of one NAT share sockets, so a batch of
 * datagrams has frames of many sessions in any order; each pty gets one write.
 */
struct batch_frame {
	struct l2tp_data_path_session *owner; /* NULL: written, or its session is gone */
	size_t begin;
	size_t size;
};

static struct {
	size_t size;
	size_t count;
	struct batch_frame frames[L2TP_USERSPACE_BATCH_FRAMES];
	uint8_t bytes[L2TP_USERSPACE_BATCH_MAX];
} batch;

static struct l2tp_userspace_counters totals;

const struct l2tp_userspace_counters *l2tp_userspace_counters(void)
{
	return &totals;
}

/* Both ends, raw, CLOEXEC and non-blocking. The slave is found without its name. */
static int open_pty(int *ret_master, int *ret_slave)
{
	const int flags = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK;
	_cleanup_(closep) int master = posix_openpt(flags);
	_cleanup_(closep) int slave = -1;
	struct termios settings;
	int locked = 0;

	if (master < 0 || ioctl(master, TIOCSPTLCK, &locked) < 0)
		return -errno;
	slave = ioctl(master, TIOCGPTPEER, flags);
	if (slave < 0 || tcgetattr(slave, &settings) < 0)
		return -errno;
	cfmakeraw(&settings);
	if (tcsetattr(slave, TCSANOW, &settings) < 0)
		return -errno;
	*ret_master = TAKE_FD(master);
	*ret_slave = TAKE_FD(slave);
	return 0;
}

/*
 * pppd will put the slave into the PPP line discipline; setting it here loads
 * its module, or tells that there is none.
 */
static int userspace_probe(const char **ret_remedy)
{
	_cleanup_(closep) int master = -1;
	_cleanup_(closep) int slave = -1;
	int discipline = N_PPP;
	int r;

	r = open_pty(&master, &slave);
	if (r < 0) {
		*ret_remedy = "no pseudo-terminal can be opened: see /dev/ptmx and the sysctl "
			      "kernel.pty.max";
		return r;
	}
	r = l2tp_ppp_device_check(ret_remedy);
	if (r < 0)
		return r;
	/* Without the right to load a module, pppd, which is root, may still have it. */
	if (ioctl(slave, TIOCSETD, &discipline) < 0 && errno != EPERM) {
		*ret_remedy = "this kernel has no PPP line discipline: run 'modprobe ppp_async'; "
			      "if there is no such module, install linux-image-amd64 in place of "
			      "the cloud kernel";
		return -errno;
	}
	return 0;
}

static int userspace_tunnel_open(const struct l2tp_data_path_tunnel_ids *ids,
				 struct l2tp_data_path_tunnel **ret_tunnel)
{
	struct l2tp_data_path_tunnel *tunnel = calloc(1, sizeof(*tunnel));

	if (!tunnel)
		return -ENOMEM;
	tunnel->peer_tunnel_id = ids->peer_tunnel_id;
	*ret_tunnel = tunnel;
	return 0;
}

static void userspace_tunnel_free(struct l2tp_data_path_tunnel *tunnel)
{
	free(tunnel);
}

static int userspace_session_open(struct l2tp_data_path_tunnel *tunnel,
				  const struct l2tp_data_path_session_ids *ids,
				  struct l2tp_data_path_session **ret_session)
{
	_cleanup_(closep) int master = -1;
	_cleanup_(closep) int slave = -1;
	struct l2tp_data_path_session *session;
	int r;

	r = open_pty(&master, &slave);
	if (r < 0)
		return r;
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	session->master = TAKE_FD(master);
	session->slave = TAKE_FD(slave);
	session->peer_tunnel_id = tunnel->peer_tunnel_id;
	session->peer_session_id = ids->peer_session_id;
	session->sequencing = ids->sequencing;
	*ret_session = session;
	return 0;
}

static int userspace_session_descriptor(const struct l2tp_data_path_session *session)
{
	return session->slave;
}

static int userspace_session_set_sequencing(struct l2tp_data_path_session *session,
					    enum l2tp_data_sequencing sequencing)
{
	session->sequencing = sequencing;
	return 0;
}

static int userspace_session_counters(const struct l2tp_data_path_session *session,
				      struct l2tp_data_path_counters *ret_counters)
{
	*ret_counters = session->counters;
	return 0;
}

static void userspace_session_free(struct l2tp_data_path_session *session)
{
	if (!session)
		return;
	for (size_t i = 0; i < batch.count; i++)
		if (batch.frames[i].owner == session)
			batch.frames[i].owner = NULL;
	closep(&session->master);
	closep(&session->slave);
	free(session->kept);
	free(session->partial);
	free(session);
}

/* ---- from the peer to pppd -------------------------------------------------------- */

/*
 * Writes all frames of the session that has this one. What the pty has no room
 * for is lost: a frame that was cut has a wrong FCS, and the flag of the next one
 * ends it.
 */
static void write_frames(size_t first)
{
	struct l2tp_data_path_session *session = batch.frames[first].owner;
	struct iovec vectors[L2TP_USERSPACE_BATCH_FRAMES];
	int count = 0, complete = 0;
	ssize_t written;

	for (size_t i = first; i < batch.count; i++) {
		struct batch_frame *frame = &batch.frames[i];

		if (frame->owner != session)
			continue;
		vectors[count++] = (struct iovec){ batch.bytes + frame->begin, frame->size };
		frame->owner = NULL;
	}
	do
		written = writev(session->master, vectors, count);
	while (written < 0 && errno == EINTR);
	for (; complete < count && written >= (ssize_t)vectors[complete].iov_len; complete++)
		written -= (ssize_t)vectors[complete].iov_len;
	totals.pty_full += (uint64_t)(count - complete);
}

static void userspace_flush(void)
{
	for (size_t i = 0; i < batch.count; i++)
		if (batch.frames[i].owner)
			write_frames(i);
	batch.count = 0;
	batch.size = 0;
}

/*
 * pppd is told to take control characters unescaped, so that full frames need
 * no map. LCP goes with the full one in any case (RFC 1662, section 7).
 */
static uint32_t map_for(const struct l2tp_data_message *message)
{
	const uint8_t *protocol = message->frame;
	size_t size = message->size;

	if (size >= 2 && protocol[0] == 0xff && protocol[1] == 0x03) {
		protocol += 2;
		size -= 2;
	}
	return size >= 2 && protocol[0] == 0xc0 && protocol[1] == 0x21 ? L2TP_HDLC_ACCM_ALL
								       : L2TP_HDLC_ACCM_NONE;
}

/*
 * A client's first Configure-Requests come before pppd has started: what is
 * written to the pty now would be flushed when pppd sets up its line.
 */
static void keep(struct l2tp_data_path_session *session, const struct l2tp_data_message *message)
{
	size_t size = 0;

	if (!session->kept)
		session->kept = malloc(L2TP_USERSPACE_KEPT_MAX);
	if (session->kept)
		size = l2tp_hdlc_encode(message->frame, message->size, map_for(message),
					session->kept + session->kept_size,
					L2TP_USERSPACE_KEPT_MAX - session->kept_size);
	if (size == 0)
		totals.kept_overflow++;
	session->kept_size += size;
}

static void release_kept(struct l2tp_data_path_session *session)
{
	session->pppd_spoke = true;
	if (session->kept_size > 0 &&
	    write(session->master, session->kept, session->kept_size) < (ssize_t)session->kept_size)
		totals.pty_full++;
	free(session->kept);
	session->kept = NULL;
	session->kept_size = 0;
}

/*
 * Where we alone send numbers, the peer's first frames come without: it has not seen
 * any of ours yet.
 */
static bool is_in_order(struct l2tp_data_path_session *session,
			const struct l2tp_data_message *message)
{
	if (!message->sequenced)
		return session->sequencing != L2TP_DATA_SEQUENCING_REQUIRED;
	return l2tp_data_sequence_accept(&session->sequence, message->ns);
}

static void userspace_session_receive(struct l2tp_data_path_session *session,
				      const struct l2tp_data_message *message)
{
	size_t size;

	session->counters.received_packets++;
	session->counters.received_bytes += message->size;
	if (message->size == 0 || message->size > L2TP_HDLC_FRAME_MAX) {
		totals.malformed++;
		return;
	}
	if (!is_in_order(session, message)) {
		totals.out_of_order++;
		return;
	}
	if (!session->pppd_spoke) {
		keep(session, message);
		return;
	}
	if (batch.count == L2TP_USERSPACE_BATCH_FRAMES ||
	    sizeof(batch.bytes) - batch.size < L2TP_HDLC_ENCODED_MAX(message->size))
		userspace_flush();
	size = l2tp_hdlc_encode(message->frame, message->size, map_for(message),
				batch.bytes + batch.size, sizeof(batch.bytes) - batch.size);
	batch.frames[batch.count++] = (struct batch_frame){ session, batch.size, size };
	batch.size += size;
}

/* ---- from pppd to the peer -------------------------------------------------------- */

static int userspace_session_pump_descriptor(const struct l2tp_data_path_session *session)
{
	return session->master;
}

/* The L2TP header goes into the decoder's headroom. */
static void send_frame(struct l2tp_data_path_session *session, uint8_t *frame, size_t size,
		       l2tp_data_packet_fn packet_fn, void *userdata)
{
	bool sequenced = session->sequencing != L2TP_DATA_SEQUENCING_NONE;
	size_t header = sequenced ? L2TP_DATA_HEADER_SEQUENCED_SIZE : L2TP_DATA_HEADER_SIZE;
	struct l2tp_writer writer;

	_Static_assert(L2TP_DATA_HEADER_SEQUENCED_SIZE <= L2TP_HDLC_HEADROOM, "room for a header");
	l2tp_writer_init(&writer, frame - header, header);
	if (sequenced)
		l2tp_header_write_data_sequenced(&writer, session->peer_tunnel_id,
						 session->peer_session_id, session->sequence.ns++);
	else
		l2tp_header_write_data(&writer, session->peer_tunnel_id, session->peer_session_id);
	session->counters.sent_packets++;
	session->counters.sent_bytes += size;
	packet_fn(userdata, frame - header, header + size);
}

static void decode(struct l2tp_data_path_session *session, struct l2tp_hdlc_decoder *decoder,
		   const uint8_t *bytes, size_t size, l2tp_data_packet_fn packet_fn, void *userdata)
{
	uint64_t before = decoder->bad_frames + decoder->long_frames;
	size_t position = 0, frame_size;
	uint8_t *frame;

	while (l2tp_hdlc_decode(decoder, bytes, size, &position, &frame, &frame_size)) {
		if (!session->pppd_spoke)
			release_kept(session);
		send_frame(session, frame, frame_size, packet_fn, userdata);
	}
	totals.malformed += decoder->bad_frames + decoder->long_frames - before;
}

/* Without memory the rest of the frame, when it comes, is a bad one. */
static void keep_partial(struct l2tp_data_path_session *session,
			 const struct l2tp_hdlc_decoder *decoder)
{
	session->partial = malloc(sizeof(*session->partial));
	if (session->partial)
		*session->partial = *decoder;
}

static int pump(struct l2tp_data_path_session *session, struct l2tp_hdlc_decoder *decoder,
		l2tp_data_packet_fn packet_fn, void *userdata)
{
	uint8_t bytes[4096];

	for (unsigned int i = 0; i < L2TP_USERSPACE_READ_BUDGET; i++) {
		ssize_t size = read(session->master, bytes, sizeof(bytes));

		if (size < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		if (size == 0)
			return 0;
		decode(session, decoder, bytes, (size_t)size, packet_fn, userdata);
	}
	return 0;
}

/* An idle session, whose last frame was whole, has no decoder of its own. */
static int userspace_session_pump(struct l2tp_data_path_session *session,
				  l2tp_data_packet_fn packet_fn, void *userdata)
{
	static struct l2tp_hdlc_decoder between;
	struct l2tp_hdlc_decoder *decoder = session->partial ? session->partial : &between;
	int r;

	r = pump(session, decoder, packet_fn, userdata);
	if (l2tp_hdlc_decoder_is_between(decoder)) {
		free(session->partial);
		session->partial = NULL;
	} else if (!session->partial) {
		keep_partial(session, decoder);
		between = (struct l2tp_hdlc_decoder){ 0 };
	}
	return r;
}

const struct l2tp_data_path l2tp_userspace_data_path = {
	.name = "userspace",
	.is_terminal = true,
	.probe = userspace_probe,
	.tunnel_open = userspace_tunnel_open,
	.tunnel_free = userspace_tunnel_free,
	.session_open = userspace_session_open,
	.session_descriptor = userspace_session_descriptor,
	.session_set_sequencing = userspace_session_set_sequencing,
	.session_counters = userspace_session_counters,
	.session_free = userspace_session_free,
	.session_receive = userspace_session_receive,
	.flush = userspace_flush,
	.session_pump_descriptor = userspace_session_pump_descriptor,
	.session_pump = userspace_session_pump,
};
