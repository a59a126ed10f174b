/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other two parties of an LNS under test: a shell that writes down what the
 * machine asks of it, with a clock that is a variable, and clients that are
 * scripted message by message.
 */
#pragma once

#include "l2tp/authentication.h"
#include "l2tp/avp.h"
#include "l2tp/control_message.h"
#include "l2tp/control_packet.h"
#include "l2tp/header.h"
#include "l2tp/lns.h"
#include "tests/unit.h"

#define SECOND UINT64_C(1000000)

/* Packets that are kept; older ones are overwritten. */
#define SENT_KEPT 512

/* A packet that the LNS sent, taken apart. */
struct sent {
	uint64_t reference;
	uint64_t at_usec;
	struct l2tp_header header;
	struct l2tp_control_message message; /* its bytes are gone */
	char error_message[L2TP_ERROR_MESSAGE_MAX + 1];
	uint8_t challenge[L2TP_CHALLENGE_SIZE];
	uint8_t response[L2TP_RESPONSE_SIZE];
	bool zlb;
};

struct fake_shell {
	struct l2tp_lns *lns;
	struct l2tp_lns_settings settings;
	uint64_t now;
	uint32_t random_state;
	/* What the LNS did. */
	struct sent sent[SENT_KEPT];
	size_t sent_count;
	struct l2tp_tunnel *tunnel; /* opened last */
	struct l2tp_call *call;     /* prepared last */
	size_t opened, established, closed, freed;
	size_t calls_prepared, calls_established, calls_closed;
	size_t data_asked;
	size_t data_count;
	struct l2tp_call *data_call; /* of the last data message */
	struct l2tp_data_message data;
	size_t transitions;
	size_t sent_when_prepared;
	size_t refusals;
	struct sent refusal; /* the last StopCCN to somebody without a tunnel */
	size_t secrets_asked;
	size_t wens;
	struct l2tp_call_errors wen; /* the last one */
	uint32_t called_number_size; /* of the last ICRQ, seen in call_prepare */
	uint16_t proxy_authen_type;  /* of the last ICCN, seen in call_established */
	enum l2tp_end_cause tunnel_cause;
	enum l2tp_end_cause call_cause;
	uint16_t call_result; /* the peer's, of the call closed last */
	char last_transition[128];
	/* What the shell answers. */
	const char *secret; /* NULL: none is shared with anybody */
	int open_result;
	size_t open_exists; /* how many times -EEXIST comes first */
	int prepare_result;
	int established_result;
	bool data_flows;
	/* Optional: gets each packet that is sent; must not call back into the machine. */
	void (*on_packet)(void *userdata, const uint8_t *packet, size_t size);
	void *on_packet_userdata;
	int random_fixed; /* if not 0: the id that comes out first, always */
};

/* Begin with the default settings, or with those in @shell->settings if they are set. */
void fake_shell_start(struct fake_shell *shell);
void fake_shell_stop(struct fake_shell *shell);

/* Begin anew with other settings. */
void fake_shell_restart(struct fake_shell *shell, const struct l2tp_lns_settings *settings);

/* One behaviour with a shell of its own, which is the state of the test. */
int fake_shell_set_up(void **state);
int fake_shell_tear_down(void **state);
#define WITH_SHELL(name) \
	cmocka_unit_test_setup_teardown(name, fake_shell_set_up, fake_shell_tear_down)

/* Let time pass, deadline by deadline. */
void fake_shell_pass(struct fake_shell *shell, uint64_t usec);

/* The packet sent last but @back; fails the test if there was none. */
const struct sent *fake_shell_sent(const struct fake_shell *shell, size_t back);
size_t fake_shell_count(const struct fake_shell *shell, enum l2tp_message_type type);
size_t fake_shell_count_zlb(const struct fake_shell *shell);

/* A client that acknowledges all it hears, unless told otherwise. */
struct fake_client {
	struct fake_shell *shell;
	struct l2tp_path path;
	uint16_t id;             /* its own tunnel id */
	uint16_t lns_id;         /* ours, from SCCRP */
	uint16_t lns_session_id; /* ours, from the last ICRP */
	uint16_t ns;
	uint16_t nr;
	size_t heard; /* of shell->sent */
	bool deaf;    /* hears nothing: Nr stays */
	uint8_t challenge;
};

/* @number makes address, reference and tunnel id differ. */
struct fake_client fake_client(struct fake_shell *shell, uint16_t number);

/* The client restarts: its numbers begin anew, what it did not hear is lost. */
void fake_client_forget(struct fake_client *client);

/* A packet that is being built. */
struct fake_packet {
	uint8_t bytes[1500];
	struct l2tp_writer writer;
};

void fake_client_hear(struct fake_client *client);
void fake_begin(struct fake_packet *packet, uint16_t tunnel_id, uint16_t session_id,
		enum l2tp_message_type type);
/* Send with the client's next Ns, which is used up. */
enum l2tp_verdict fake_client_send(struct fake_client *client, struct fake_packet *packet);
/* Send with these numbers. */
enum l2tp_verdict fake_client_send_as(struct fake_client *client, struct fake_packet *packet,
				      uint16_t ns, uint16_t nr);

/* Whole messages, to our tunnel id. */
void fake_build_sccrq(const struct fake_client *client, struct fake_packet *packet);
enum l2tp_verdict fake_client_sccrq(struct fake_client *client);
enum l2tp_verdict fake_client_scccn(struct fake_client *client);
enum l2tp_verdict fake_client_hello(struct fake_client *client);
enum l2tp_verdict fake_client_zlb(struct fake_client *client);
enum l2tp_verdict fake_client_stopccn(struct fake_client *client, uint16_t result);
enum l2tp_verdict fake_client_icrq(struct fake_client *client, uint16_t session_id);
enum l2tp_verdict fake_client_iccn(struct fake_client *client, uint16_t lns_session_id);
enum l2tp_verdict fake_client_cdn(struct fake_client *client, uint16_t session_id,
				  uint16_t lns_session_id);

/* A data message for session 9 of one of our tunnels. */
enum l2tp_verdict fake_client_data(const struct fake_client *client, uint16_t tunnel_id);

/* SCCRQ, SCCRP, SCCCN; then ICRQ, ICRP, ICCN. All must go well. */
void fake_client_connect(struct fake_client *client);
struct l2tp_call *fake_client_call(struct fake_client *client, uint16_t session_id);
