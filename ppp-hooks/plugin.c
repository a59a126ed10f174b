/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate.so, in each pppd that the launcher starts: MS-CHAPv2 responses go to
 * saregated for a verdict, addresses and DNS servers come from the verdict, and
 * what becomes of the link is reported. Every other way to authenticate, and
 * every other address, is refused here, whatever the host's own options say.
 *
 * One link a process, hence the state of file scope.
 */
#include "ppp-hooks/pppd_compat.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "ppp-hooks/link_counters.h"
#include "ppp-hooks/plugin_channel.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define COUNTERS_INTERVAL_SECONDS 30

static struct {
	int descriptor;                /* socket to saregated, -1 until the option is read */
	bool asked;                    /* a second question would find nobody to answer it */
	struct plugin_verdict verdict; /* all zero, a refusal, until one is there */
	struct timespec up_since;      /* CLOCK_BOOTTIME, like the calls of saregated */
	bool is_up;
	uint32_t idle_seconds; /* when pppd looked last */
} link_state = { .descriptor = -1 };

/* The link ends the way that pppd knows best, with a Terminate-Request to the peer. */
static void end_pppd(const char *reason)
{
	error("saregate: %s", reason);
	kill(getpid(), SIGTERM);
}

static void tell(union plugin_message *message, uint32_t type)
{
	message->header.version = PLUGIN_MESSAGE_VERSION;
	message->header.type = type;
	/* A message lost since saregated is busy is lost; its end is noticed elsewhere. */
	(void)plugin_channel_tell(link_state.descriptor, message);
}

static int take_descriptor(char **argv)
{
	uint32_t descriptor;
	int r;

	if (text_parse_u32(*argv, 3, 1023, &descriptor) < 0) {
		error("saregate-descriptor: not a descriptor: %q", *argv);
		return 0;
	}
	r = plugin_channel_open((int)descriptor);
	if (r < 0) {
		error("saregate-descriptor: %s", strerror(-r));
		return 0;
	}
	link_state.descriptor = (int)descriptor;
	return 1;
}

static option_t options[] = {
	{ .name = "saregate-descriptor",
	  .type = o_special,
	  .addr = (void *)take_descriptor,
	  .description = "Socket to saregated",
	  .flags = OPT_PRIV },
	{ .name = NULL },
};

/* --- Authentication ------------------------------------------------------------ */

static int we_have_secrets(void)
{
	return 1;
}

static int no_pap_secrets(void)
{
	return 0;
}

static int refuse_pap(char *peer, char *password, char **message, struct wordlist **addresses,
		      struct wordlist **extra_options)
{
	return 0;
}

/*
 * RFC 2759, section 6. pppd ends the link after it, so the challenge for another
 * attempt is never used; it must be there all the same, and clients that show their
 * dialog again want R=1. Who is disabled can type nothing that helps: R=0.
 */
static void write_failure(uint32_t failure, char *message, size_t size)
{
	bool is_disabled = failure == PLUGIN_FAILURE_DISABLED;
	uint8_t challenge[MSCHAPV2_CHALLENGE_SIZE] = { 0 };
	char digits[2 * MSCHAPV2_CHALLENGE_SIZE + 1];

	(void)!getrandom(challenge, sizeof(challenge), GRND_NONBLOCK);
	snprintf(message, size, "E=%d R=%d C=%s V=3 M=%s",
		 is_disabled ? PLUGIN_FAILURE_DISABLED : PLUGIN_FAILURE_AUTHENTICATION,
		 is_disabled ? 0 : 1, text_hex(challenge, sizeof(challenge), digits),
		 is_disabled ? "Account disabled" : "Access denied");
}

static bool is_terminated(void)
{
	return pppd_compat_terminated();
}

/* The challenge and the response have their lengths in front. */
static int ask(const char *name, const unsigned char *challenge, const unsigned char *response,
	       struct plugin_verdict *ret_verdict)
{
	struct plugin_authenticate question = {
		.header = { PLUGIN_MESSAGE_VERSION, PLUGIN_MESSAGE_AUTHENTICATE },
		.user_size = (uint32_t)strlen(name),
	};
	int r;

	if (question.user_size < 1 || question.user_size > PLUGIN_USER_MAX ||
	    challenge[0] != MSCHAPV2_CHALLENGE_SIZE || response[0] != MSCHAPV2_RESPONSE_SIZE)
		return -EINVAL;
	memcpy(question.user, name, question.user_size);
	memcpy(question.challenge, challenge + 1, MSCHAPV2_CHALLENGE_SIZE);
	memcpy(question.response, response + 1, MSCHAPV2_RESPONSE_SIZE);
	r = plugin_channel_ask(link_state.descriptor, &question, PLUGIN_CHANNEL_VERDICT_MSEC,
			       is_terminated, ret_verdict);
	explicit_bzero(&question, sizeof(question));
	return r;
}

static eui64_t to_eui64(uint64_t identifier)
{
	const uint64_t network_order = htobe64(identifier);
	eui64_t eui64;

	memcpy(&eui64, &network_order, sizeof(eui64));
	return eui64;
}

/*
 * Before a network protocol begins. Who has no network hears a Protocol-Reject, as if pppd
 * knew no IPv6. The client's identifier is proposed once, and its own taken if it insists:
 * the network is what counts.
 */
static void choose_ipv6(const struct plugin_verdict *verdict)
{
	ipv6cp_options *wanted = &ipv6cp_wantoptions[0];

	if (!verdict->network)
		ipv6cp_protent.enabled_flag = 0;
	wanted->ourid = to_eui64(PLUGIN_IDENTIFIER_LOCAL);
	wanted->opt_local = 1;
	wanted->accept_local = 0;
	wanted->hisid = to_eui64(verdict->identifier);
	wanted->opt_remote = verdict->identifier != 0;
}

static int verify_response(char *name, char *gateway, int id, struct chap_digest_type *digest,
			   unsigned char *challenge, unsigned char *response, char *message,
			   int message_size)
{
	struct plugin_verdict verdict = { .accepted = 0 };
	int r = -EACCES;

	if (digest->code == CHAP_MICROSOFT_V2 && !link_state.asked) {
		link_state.asked = true;
		r = ask(name, challenge, response, &verdict);
		if (r < 0)
			error("saregate: no verdict: %s", strerror(-r));
	}
	if (r < 0 || !verdict.accepted) {
		write_failure(verdict.failure, message, (size_t)message_size);
		return 0;
	}
	snprintf(message, (size_t)message_size, "S=%s M=Access granted", verdict.authenticator);
	explicit_bzero(verdict.authenticator, sizeof(verdict.authenticator));
	link_state.verdict = verdict;
	choose_ipv6(&verdict);
	return 1;
}

/*
 * With "debug" pppd prints packets, and who has a challenge with its response
 * can compute the password's hash.
 */
static int print_chap_without_secrets(unsigned char *packet, int size,
				      void (*printer)(void *, char *, ...), void *arg)
{
	if (size < CHAP_HDRLEN)
		return 0;
	printer(arg, " code=%d id=0x%x <not shown>", packet[0], packet[1]);
	return size;
}

/* --- Addresses ----------------------------------------------------------------- */

static int address_is_allowed(u_int32_t address)
{
	return link_state.verdict.accepted && address == htonl(link_state.verdict.peer_ipv4);
}

/*
 * Called when pppd prepares its Configure-Request, after it has copied what it
 * wants to what it got: both are set. Neither end may propose other addresses.
 */
static void choose_addresses(u_int32_t *ret_peer)
{
	ipcp_options *const local[] = { &ipcp_wantoptions[0], &ipcp_gotoptions[0] };

	*ret_peer = htonl(link_state.verdict.peer_ipv4);
	for (size_t i = 0; i < ELEMENTS(local); i++) {
		local[i]->ouraddr = htonl(link_state.verdict.local_ipv4);
		local[i]->hisaddr = htonl(link_state.verdict.peer_ipv4);
		local[i]->accept_local = 0;
		local[i]->accept_remote = 0;
	}
	for (size_t i = 0; i < PLUGIN_DNS_MAX; i++) {
		ipcp_allowoptions[0].dnsaddr[i] = htonl(link_state.verdict.dns_ipv4[i]);
		ipcp_allowoptions[0].winsaddr[i] = 0;
	}
}

/* --- The life of the link -------------------------------------------------------- */

/* Before LCP begins: options of the host must not have added another way in. */
static void enforce_mschapv2(void)
{
	lcp_wantoptions[0].neg_upap = 0;
	lcp_wantoptions[0].neg_eap = 0;
	lcp_wantoptions[0].neg_chap = 1;
	lcp_wantoptions[0].chap_mdtype = MDTYPE_MICROSOFT_V2;
	lcp_wantoptions[0].neg_cbcp = 0;
}

static void on_phase(void *context, int phase_now)
{
	if (phase_now != PHASE_SERIALCONN)
		return;
	if (link_state.descriptor < 0)
		end_pppd("option saregate-descriptor is missing");
	enforce_mschapv2();
}

static void report_counters(void)
{
	union plugin_message message = { 0 };
	char interface[PLUGIN_INTERFACE_MAX];
	struct timespec now;

	pppd_compat_interface(interface, sizeof(interface));
	if (link_counters_read(interface, &message.counters) < 0)
		return;
	clock_gettime(CLOCK_BOOTTIME, &now);
	message.counters.idle_seconds = link_state.idle_seconds;
	message.counters.connected_seconds = (uint32_t)(now.tv_sec - link_state.up_since.tv_sec);
	tell(&message, PLUGIN_MESSAGE_COUNTERS);
}

/*
 * pppd asks how long the link may be idle yet, and says how long it has been so,
 * by the kernel's count that leaves out LCP. saregated decides: it knows the limit,
 * which can change. First asked without a figure. With IPv6 only what the client sends
 * counts: it hears of its router again and again.
 */
static int on_idle(struct ppp_idle *idle)
{
	if (idle) {
		time_t sent = link_state.verdict.network ? idle->recv_idle : idle->xmit_idle;

		link_state.idle_seconds =
			(uint32_t)(sent < idle->recv_idle ? sent : idle->recv_idle);
		if (link_state.is_up)
			report_counters();
	}
	return COUNTERS_INTERVAL_SECONDS;
}

static void on_ip_up(void *context, int unused)
{
	union plugin_message message = { 0 };

	pppd_compat_interface(message.up.interface, sizeof(message.up.interface));
	message.up.local_ipv4 = ntohl(ipcp_gotoptions[0].ouraddr);
	message.up.peer_ipv4 = ntohl(ipcp_hisoptions[0].hisaddr);
	clock_gettime(CLOCK_BOOTTIME, &link_state.up_since);
	link_state.is_up = true;
	tell(&message, PLUGIN_MESSAGE_UP);
}

static void on_ipv6_up(void *context, int unused)
{
	union plugin_message message = { 0 };

	pppd_compat_interface(message.ipv6_up.interface, sizeof(message.ipv6_up.interface));
	tell(&message, PLUGIN_MESSAGE_IPV6_UP);
}

/* The interface is still there; when pppd exits it is not. */
static void on_ip_down(void *context, int unused)
{
	if (!link_state.is_up)
		return;
	link_state.is_up = false;
	link_state.idle_seconds = 0;
	report_counters();
}

static void on_exit_of_pppd(void *context, int code)
{
	union plugin_message message = { 0 };

	message.down.pppd_code = (uint32_t)code & UINT8_MAX;
	tell(&message, PLUGIN_MESSAGE_DOWN);
}

/* What pppd looks for in a plugin: its version, and where to begin. */
__attribute__((visibility("default"))) char pppd_version[] = PPPD_COMPAT_VERSION;

__attribute__((visibility("default"))) void plugin_init(void);
void plugin_init(void)
{
	pppd_compat_add_options(options);
	chap_check_hook = we_have_secrets;
	chap_verify_hook = verify_response;
	pap_check_hook = no_pap_secrets;
	pap_auth_hook = refuse_pap;
	chap_protent.printpkt = print_chap_without_secrets;
	allowed_address_hook = address_is_allowed;
	ip_choose_hook = choose_addresses;
	idle_time_hook = on_idle;
	pppd_compat_notify(PPPD_COMPAT_PHASE, on_phase);
	pppd_compat_notify(PPPD_COMPAT_IP_UP, on_ip_up);
	pppd_compat_notify(PPPD_COMPAT_IP_DOWN, on_ip_down);
	pppd_compat_notify(PPPD_COMPAT_IPV6_UP, on_ipv6_up);
	pppd_compat_notify(PPPD_COMPAT_EXIT, on_exit_of_pppd);
}
