/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libreswan: files, `config setup`, connections, sockets. Reads 4.10 and 5.x. Pure. */
#include "gateway/doctor_ipsec.h"

#include "base/cleanup.h"
#include "gateway/setup.h"

#include <errno.h>
#include <string.h>

#define AREA "ipsec"

#define SETUP_AGAIN "saregate setup --non-interactive"

/* One connection as pluto has it: the lines of its status that begin with its name. */
struct loaded {
	const char *status;
	char prefix[LIBRESWAN_NAME_MAX + sizeof("\"\":")];
};

/* The next line of the connection from *@position on; NULL if there is none. */
static const char *next_line(const struct loaded *loaded, const char **position)
{
	const char *line = *position;
	const char *end;

	while (*line) {
		end = line + strcspn(line, "\n");
		*position = *end ? end + 1 : end;
		/* 4.10 begins each line with a number. */
		if (strncmp(line, "000 ", 4) == 0)
			line += 4;
		if (strncmp(line, loaded->prefix, strlen(loaded->prefix)) == 0)
			return line;
		line = *position;
	}
	return NULL;
}

/* The first line of the connection that holds @words; NULL if none does. */
static const char *find_line(const struct loaded *loaded, const char *words)
{
	const char *position = loaded->status;
	const char *line;

	while ((line = next_line(loaded, &position))) {
		const char *found = strstr(line, words);

		if (found && found < line + strcspn(line, "\n"))
			return found;
	}
	return NULL;
}

/* Whether some line holds @before, @value and @after, one after the other. */
static bool has_value(const struct loaded *loaded, const char *before, const char *value,
		      const char *after)
{
	char words[512];

	if (snprintf(words, sizeof(words), "%s%s%s", before, value, after) >= (int)sizeof(words))
		return false;
	return find_line(loaded, words);
}

static size_t count_in_line(const char *line, char wanted)
{
	size_t count = 1;

	for (; *line && *line != '\n'; line++)
		count += *line == wanted;
	return count;
}

/* Of "ike=a,b,c" as many are to be in "IKE algorithms: A, B, C". */
static bool has_offers(const struct loaded *loaded, const char *words, const char *offers)
{
	const char *line = find_line(loaded, words);

	return line && count_in_line(line, ',') == count_in_line(offers, ',');
}

/* What differs from the file; NULL if nothing does. */
static const char *find_difference(const struct loaded *loaded,
				   const struct doctor_connection *connection)
{
	char left[INET6_ADDRSTRLEN];

	inet_address_format(&connection->left, left);
	if (!has_value(loaded, "===", left, "[") && !has_value(loaded, "===", left, "..."))
		return "another address";
	if (!has_value(loaded, "our id=", connection->left_id, ";"))
		return "another identity";
	if (!has_value(loaded, "my_updown=", connection->updown, ";"))
		return "another updown program";
	if (!find_line(loaded, "OVERLAPIP"))
		return "no overlapip, so that a second client behind a NAT puts out the first";
	if (!find_line(loaded, "+PSK"))
		return "no pre-shared key";
	if (!has_offers(loaded, "IKE algorithms: ", libreswan_ike_offers) ||
	    !has_offers(loaded, "ESP algorithms: ", libreswan_esp_offers))
		return "other algorithms";
	return NULL;
}

static void check_connection(const struct doctor_ipsec_facts *facts,
			     const struct doctor_connection *connection,
			     struct doctor_findings *findings)
{
	struct loaded loaded = { .status = facts->status.text };
	const char *difference;

	snprintf(loaded.prefix, sizeof(loaded.prefix), "\"%s\":", connection->name);
	if (!find_line(&loaded, loaded.prefix)) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "pluto has not loaded connection %s",
			   connection->name);
		doctor_run(findings, "ipsec addconn %s", connection->name);
		return;
	}
	difference = find_difference(&loaded, connection);
	if (!difference) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "connection %s is loaded as written",
			   connection->name);
		return;
	}
	doctor_add(findings, DOCTOR_ERROR, AREA, "pluto has connection %s otherwise than %s: %s",
		   connection->name, SETUP_CONNECTION_PATH, difference);
	doctor_run(findings, "ipsec addconn %s", connection->name);
}

/* "UDP 192.0.2.1:4500" of 4.10, "192.0.2.1:UDP/4500" of 5.x, the latter also in brackets. */
static bool listens_on(const char *status, const struct inet_address *address, unsigned int port)
{
	bool is_ipv6 = address->family == AF_INET6;
	char text[INET6_ADDRSTRLEN];
	char old[96], new[96];

	inet_address_format(address, text);
	snprintf(old, sizeof(old), " UDP %s%s%s:%u\n", is_ipv6 ? "[" : "", text, is_ipv6 ? "]" : "",
		 port);
	snprintf(new, sizeof(new), " %s%s%s:UDP/%u", is_ipv6 ? "[" : "", text, is_ipv6 ? "]" : "",
		 port);
	return strstr(status, old) || strstr(status, new);
}

static void check_sockets(const struct doctor_ipsec_facts *facts,
			  const struct doctor_connection *connection,
			  struct doctor_findings *findings)
{
	char text[INET6_ADDRSTRLEN];

	inet_address_format(&connection->left, text);
	if (listens_on(facts->status.text, &connection->left, 500) &&
	    listens_on(facts->status.text, &connection->left, 4500)) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "pluto listens on %s", text);
		return;
	}
	doctor_add(findings, DOCTOR_ERROR, AREA, "pluto does not listen on %s, ports 500 and 4500",
		   text);
	doctor_run(findings, "ipsec whack --listen");
}

/* `config setup` is read at pluto's start only. */
static void check_settings(const struct doctor_ipsec_facts *facts, struct doctor_findings *findings)
{
	static const struct {
		const char *words;
		const char *why;
	} settings[] = {
		{ "ikev1-policy=accept", "IKEv1 is refused, which is all that clients speak" },
		{ "uniqueids=no", "two clients with one private address put each other out" },
	};
	size_t before = findings->count;

	for (size_t i = 0; i < ELEMENTS(settings); i++) {
		if (strstr(facts->status.text, settings[i].words))
			continue;
		doctor_add(findings, DOCTOR_ERROR, AREA, "pluto runs without %s: %s",
			   settings[i].words, settings[i].why);
		doctor_run(findings, "%s",
			   facts->has_systemd ? "systemctl restart ipsec.service"
					      : "ipsec restart");
	}
	if (findings->count == before)
		doctor_add(findings, DOCTOR_GOOD, AREA,
			   "pluto accepts IKEv1 and shared identities");
}

static void check_pluto(const struct doctor_ipsec_facts *facts, struct doctor_findings *findings)
{
	if (facts->status.error == -ENOTCONN) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "pluto does not run");
		doctor_run(findings, "%s",
			   facts->has_systemd ? "systemctl enable --now ipsec.service"
					      : "ipsec start");
		return;
	}
	if (!facts->status.text) {
		doctor_unseen(findings, AREA, "pluto's status", facts->status.error);
		return;
	}
	check_settings(facts, findings);
	for (size_t i = 0; i < facts->connections->count; i++) {
		check_connection(facts, &facts->connections->entries[i], findings);
		check_sockets(facts, &facts->connections->entries[i], findings);
	}
}

static void check_config_setup(const struct doctor_ipsec_facts *facts,
			       struct doctor_findings *findings)
{
	if (!facts->config_setup.text) {
		doctor_unseen(findings, AREA, "`config setup`", facts->config_setup.error);
	} else if (libreswan_setup_is_accepted(facts->config_setup.text)) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "our `config setup` is in force");
	} else {
		doctor_add(findings, DOCTOR_ERROR, AREA,
			   "/etc/ipsec.conf has a `config setup` with keys of its own, for which "
			   "libreswan ignores ours");
		if (facts->has_systemd)
			doctor_run(findings, SETUP_AGAIN " --ipsec-drop-in");
		else
			doctor_run(findings, "sed -i '/^config "
					     "setup/a\\\\tikev1-policy=accept\\n\\tuniqueids=no' "
					     "/etc/ipsec.conf && ipsec restart");
	}
}

static void check_files(const struct doctor_ipsec_facts *facts, struct doctor_findings *findings)
{
	if (facts->offers_error.text[0]) {
		doctor_add(findings, DOCTOR_ERROR, AREA,
			   "this libreswan does not know the algorithms that clients offer: %s",
			   facts->offers_error.text);
		doctor_advise(findings, "install Debian's or Fedora's libreswan, 4.10 or later");
	} else {
		doctor_add(findings, DOCTOR_GOOD, AREA, "libreswan knows each algorithm we accept");
	}
	if (facts->files_error.text[0]) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "libreswan cannot read its files: %s",
			   facts->files_error.text);
		doctor_advise(findings, "correct that line, then: ipsec addconn --checkconfig");
		return;
	}
	doctor_add(findings, DOCTOR_GOOD, AREA, "libreswan can read its files");
	check_config_setup(facts, findings);
}

void doctor_ipsec_check(const struct doctor_ipsec_facts *facts, struct doctor_findings *findings)
{
	if (!facts->is_installed) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "there is no libreswan");
		doctor_run(findings, "apt install libreswan");
		return;
	}
	if (facts->look_error < 0)
		doctor_unseen(findings, AREA, "libreswan's files", facts->look_error);
	else
		check_files(facts, findings);
	if (facts->connection_file.error == -ENOENT) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "there is no %s: no client is let in",
			   SETUP_CONNECTION_PATH);
		doctor_run(findings, SETUP_AGAIN);
	} else if (!facts->connection_file.text) {
		doctor_unseen(findings, AREA, SETUP_CONNECTION_PATH, facts->connection_file.error);
	} else if (facts->connections->count == 0) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "%s holds no connection",
			   SETUP_CONNECTION_PATH);
		doctor_run(findings, SETUP_AGAIN);
	}
	check_pluto(facts, findings);
}
