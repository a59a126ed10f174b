/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pluto's status, as 4.10 and 5.2 print it of what setup wrote, shortened. */
#include "gateway/doctor_ipsec.h"

#include "tests/gateway/doctor_findings.h"

#include <errno.h>

#define FINDINGS _cleanup_(doctor_findings_done) struct doctor_findings findings = { 0 }

#define IKE                                                                    \
	"AES_CBC_256-HMAC_SHA2_256-MODP2048, AES_CBC_256-HMAC_SHA1-DH20, "     \
	"AES_CBC_128-HMAC_SHA1-DH19, AES_CBC_128-HMAC_SHA2_256-MODP3072, "     \
	"AES_CBC_256-HMAC_SHA1-MODP2048, AES_CBC_128-HMAC_SHA1-MODP2048, "     \
	"AES_CBC_256-HMAC_SHA2_256-MODP1536, AES_CBC_256-HMAC_SHA1-MODP1536, " \
	"3DES_CBC-HMAC_SHA1-MODP2048, 3DES_CBC-HMAC_SHA1-MODP1536\n"
#define ESP                                                         \
	"AES_GCM_16_128-NONE, AES_CBC_256-HMAC_SHA2_256_128, "      \
	"AES_CBC_128-HMAC_SHA2_256_128, AES_CBC_256-HMAC_SHA1_96, " \
	"AES_CBC_128-HMAC_SHA1_96, 3DES_CBC-HMAC_SHA1_96\n"

static const char status_4_10[] =
	"000 using kernel interface: xfrm\n000  \n"
	"000 interface lo UDP 203.0.113.1:4500\n000 interface lo UDP 203.0.113.1:500\n"
	"000 nhelpers=-1, uniqueids=no, dnssec-enable=yes, logappend=yes, logip=yes\n"
	"000 ddos-cookies-threshold=25000, ddos-mode=auto, ikev1-policy=accept\n"
	"000 Connection list:\n000  \n"
	"000 \"saregate-203.0.113.1\": 203.0.113.1/32:UDP/1701===203.0.113.1[198.51.100.7]..."
	"%any===0.0.0.0/0:UDP/0-65535; unrouted; eroute owner: #0\n"
	"000 \"saregate-203.0.113.1\":     oriented; my_ip=unset; their_ip=unset; "
	"my_updown=/usr/libexec/saregate/saregate-updown;\n"
	"000 \"saregate-203.0.113.1\":   policy: IKEv1+PSK+ENCRYPT+DONT_REKEY+OVERLAPIP"
	"+IKE_FRAG_ALLOW+ESN_NO+ESN_YES;\n"
	"000 \"saregate-203.0.113.1\":   our idtype: ID_IPV4_ADDR; our id=198.51.100.7; "
	"their idtype: %none; their id=(none)\n"
	"000 \"saregate-203.0.113.1\":   IKE algorithms: " IKE
	"000 \"saregate-203.0.113.1\":   ESP algorithms: " ESP;

static const char status_5_2[] =
	"using kernel interface: xfrm\n \n"
	"interface lo 203.0.113.1:UDP/4500 (NAT)\ninterface lo 203.0.113.1:UDP/500\n"
	"nhelpers=-1, uniqueids=no, dnssec-enable=yes, shuntlifetime=900s, xfrmlifetime=30s\n"
	"ddos-cookies-threshold=25000, ddos-mode=auto, ikev1-policy=accept\n"
	"Connection list:\n \n"
	"\"saregate-203.0.113.1\": 203.0.113.1/32/UDP/1701===203.0.113.1...%any; unrouted; "
	"my_ip=unset; their_ip=unset;\n"
	"\"saregate-203.0.113.1\":   my_updown=/usr/libexec/saregate/saregate-updown;\n"
	"\"saregate-203.0.113.1\":   policy: IKEv1+PSK+ENCRYPT+TRANSPORT+DONT_REKEY+OVERLAPIP"
	"+IKE_FRAG_ALLOW+ESN_NO+ESN_YES;\n"
	"\"saregate-203.0.113.1\":   our idtype: ID_IPV4_ADDR; our id=203.0.113.1; "
	"their idtype: %none; their id=(none)\n"
	"\"saregate-203.0.113.1\":   IKE algorithms: " IKE
	"\"saregate-203.0.113.1\":   ESP algorithms: " ESP;

static struct doctor_connections connections;

static struct doctor_ipsec_facts ipsec(const char *status, const char *left_id)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "config setup\n\tikev1-policy=accept\n\nconn saregate-203.0.113.1\n"
		 "\tikev2=no\n\tleft=203.0.113.1\n\tleftid=%s\n"
		 "\tleftupdown=/usr/libexec/saregate/saregate-updown\n\tright=%%any\n",
		 left_id);
	doctor_connections_read(text, &connections);
	return (struct doctor_ipsec_facts){
		.is_installed = true,
		.config_setup = { .text = (char *)"export ikev1_policy='0'\nexport "
						  "uniqueids='no'\n" },
		.status = { .text = (char *)status },
		.connection_file = { .text = (char *)"conn" },
		.connections = &connections,
		.has_systemd = true,
	};
}

static void what_4_10_and_5_2_say_of_our_connection_is_good(void **state)
{
	struct doctor_ipsec_facts facts = ipsec(status_4_10, "198.51.100.7");
	FINDINGS;

	doctor_ipsec_check(&facts, &findings);
	assert_good(&findings);
	facts = ipsec(status_5_2, "203.0.113.1");
	doctor_ipsec_check(&facts, &findings);
	assert_good(&findings);
}

/* Each word that pluto has to say, and what is found where it says another. */
static void whatever_differs_from_the_file_is_named(void **state)
{
	static const struct {
		const char *words;
		const char *problem;
		const char *remedy;
	} cases[] = {
		{ "uniqueids=no", "without uniqueids=no", "systemctl restart ipsec.service" },
		{ "ikev1-policy=accept", "without ikev1-policy=accept", "systemctl restart" },
		{ "UDP 203.0.113.1:4500", "does not listen on 203.0.113.1",
		  "ipsec whack --listen" },
		{ "UDP 203.0.113.1:500\n", "does not listen on 203.0.113.1", "ipsec whack" },
		{ "===203.0.113.1[", "another address", "ipsec addconn saregate-203.0.113.1" },
		{ "my_updown=/usr", "another updown program", "ipsec addconn" },
		{ "OVERLAPIP", "no overlapip", "ipsec addconn" },
		{ "+PSK", "no pre-shared key", "ipsec addconn" },
		{ "our id=198.51.100.7", "another identity", "ipsec addconn" },
		{ "AES_CBC_256-HMAC_SHA1-DH20, ", "other algorithms", "ipsec addconn" },
		{ "AES_CBC_128-HMAC_SHA1_96, ", "other algorithms", "ipsec addconn" },
	};

	for (size_t i = 0; i < ELEMENTS(cases); i++) {
		char status[sizeof(status_4_10)];
		struct doctor_ipsec_facts facts = ipsec(status, "198.51.100.7");
		FINDINGS;

		strcpy(status, status_4_10);
		memset(strstr(status, cases[i].words), '?', strlen(cases[i].words));
		doctor_ipsec_check(&facts, &findings);
		assert_finding(&findings, DOCTOR_ERROR, cases[i].problem, cases[i].remedy);
		assert_int_equal(doctor_count(&findings, DOCTOR_ERROR), 1);
	}
}

static void another_connection_of_the_host_does_not_stand_for_ours(void **state)
{
	struct doctor_ipsec_facts facts =
		ipsec("uniqueids=no ikev1-policy=accept\n UDP 203.0.113.1:500\n"
		      " UDP 203.0.113.1:4500\n"
		      "000 \"site\": saregate-203.0.113.1 OVERLAPIP\n"
		      "000 \"saregate-203.0.113.1\"[1]: an instance of it\n",
		      "203.0.113.1");
	FINDINGS;

	doctor_ipsec_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "has not loaded connection saregate-203.0.113.1",
		       "ipsec addconn saregate-203.0.113.1");
}

static void a_pluto_that_does_not_run_is_one_error(void **state)
{
	struct doctor_ipsec_facts facts = ipsec(NULL, "203.0.113.1");
	FINDINGS;

	facts.status.error = -ENOTCONN;
	doctor_ipsec_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "pluto does not run",
		       "systemctl enable --now ipsec.service");
	assert_int_equal(doctor_count(&findings, DOCTOR_ERROR), 1);
}

static void a_config_setup_in_the_way_has_the_lines_to_write(void **state)
{
	struct doctor_ipsec_facts facts = ipsec(status_4_10, "198.51.100.7");
	FINDINGS;

	facts.config_setup.text = (char *)"export ikev1_policy='2'\nexport uniqueids='yes'\n";
	doctor_ipsec_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "`config setup` with keys of its own",
		       "saregate setup --non-interactive --ipsec-drop-in");
	doctor_findings_done(&findings);
	facts.has_systemd = false;
	doctor_ipsec_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "`config setup` with keys of its own",
		       "ikev1-policy=accept\\n\\tuniqueids=no' /etc/ipsec.conf");
}

static void what_libreswan_cannot_read_or_does_not_know_is_passed_on(void **state)
{
	struct doctor_ipsec_facts facts = ipsec(status_4_10, "198.51.100.7");
	FINDINGS;

	strcpy(facts.files_error.text, "libreswan: syntax error, line 7");
	strcpy(facts.offers_error.text, "libreswan: ERROR: no modp1536");
	doctor_ipsec_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "syntax error, line 7", "--checkconfig");
	assert_finding(&findings, DOCTOR_ERROR, "no modp1536", "libreswan");
}

static void no_libreswan_and_no_connection_are_errors(void **state)
{
	struct doctor_ipsec_facts facts = ipsec(status_4_10, "198.51.100.7");
	FINDINGS;

	facts.connection_file = (struct doctor_text){ .error = -ENOENT };
	doctor_ipsec_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "there is no /etc/ipsec.d/saregate.conf",
		       "saregate setup");
	facts.is_installed = false;
	doctor_ipsec_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "there is no libreswan", "apt install libreswan");
}

static void connections_of_a_file_are_read_up_to_their_number(void **state)
{
	char text[4096] = "conn %default\n\tikev2=no\n";
	struct doctor_connections found;

	for (int i = 0; i < LIBRESWAN_LISTEN_MAX + 4; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "conn saregate-192.0.2.%d\n\tleft=192.0.2.%d\n", i, i);
	doctor_connections_read(text, &found);
	assert_int_equal(found.count, LIBRESWAN_LISTEN_MAX);
	doctor_connections_read(NULL, &found);
	assert_int_equal(found.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(what_4_10_and_5_2_say_of_our_connection_is_good),
		SENTENCE(whatever_differs_from_the_file_is_named),
		SENTENCE(another_connection_of_the_host_does_not_stand_for_ours),
		SENTENCE(a_pluto_that_does_not_run_is_one_error),
		SENTENCE(a_config_setup_in_the_way_has_the_lines_to_write),
		SENTENCE(what_libreswan_cannot_read_or_does_not_know_is_passed_on),
		SENTENCE(no_libreswan_and_no_connection_are_errors),
		SENTENCE(connections_of_a_file_are_read_up_to_their_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
