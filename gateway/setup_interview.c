/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The questions. An answer that is the suggestion leaves things open where they are
 * open by default, so that Enter all through is what --non-interactive does. I/O.
 */
#include "gateway/setup_interview.h"

#include "base/text.h"
#include "gateway/setup_firewalls.h"
#include "gateway/setup_ipsec.h"
#include "gateway/setup_network.h"
#include "gateway/user_database.h"

#include <errno.h>
#include <string.h>

/* ---- where clients connect to -------------------------------------------------------- */

/* Takes the first of "A,B". Return: what follows; NULL if there is none, or it is no address. */
static const char *take_address(const char *list, struct inet_address *ret_address)
{
	char word[INET6_ADDRSTRLEN];
	size_t size = strcspn(list, ",");

	if (size == 0 || size >= sizeof(word))
		return NULL;
	memcpy(word, list, size);
	word[size] = '\0';
	if (inet_address_parse(word, ret_address) < 0)
		return NULL;
	return list + size + (list[size] == ',');
}

static int check_listen(const char *answer, void *userdata, struct setup_error *ret_error)
{
	char spaced[PROMPT_ANSWER_SIZE], text[INET6_ADDRSTRLEN];
	struct inet_address address;
	int r;

	(void)userdata;
	strcpy(spaced, answer);
	for (char *c = spaced; *c; c++)
		if (*c == ',')
			*c = ' ';
	r = setup_choice_check_key("listen", "address", spaced, ret_error);
	while (r == 0 && *answer && (answer = take_address(answer, &address)))
		if (!inet_address_is_any(&address) && setup_network_has_address(&address) == 0)
			r = setup_fail(ret_error,
				       "no interface of this host has the address %s; allowed: "
				       "its addresses, separated by commas",
				       inet_address_format(&address, text));
	return r;
}

/* The interface that has the default route's address, or NULL. */
static const char *find_interface(const struct setup_host *host)
{
	uint32_t address = inet_address_to_ipv4(&host->default_address);

	for (size_t i = 0; i < host->networks.count; i++) {
		const struct pool_network *network = &host->networks.networks[i];

		if (network->is_connected && network->first <= address && network->last >= address)
			return network->interface;
	}
	return NULL;
}

static bool listens_everywhere(const struct setup_host *host)
{
	const struct configuration *configuration = &host->configuration;

	return configuration->listen_count == 1 && configuration->listen[0].family == AF_INET &&
	       inet_address_is_any(&configuration->listen[0]);
}

/* What saregate.conf has, or what 0.0.0.0 stands for here; "" if that is nothing. */
static void suggest_listen(const struct setup_host *host, char suggestion[PROMPT_ANSWER_SIZE])
{
	const struct configuration *configuration = &host->configuration;
	char text[INET6_ADDRSTRLEN];
	size_t used = 0;

	suggestion[0] = '\0';
	if (listens_everywhere(host)) {
		if (host->default_address.family == AF_INET)
			inet_address_format(&host->default_address, suggestion);
		return;
	}
	for (size_t i = 0; i < configuration->listen_count && used < PROMPT_ANSWER_SIZE; i++)
		used += (size_t)snprintf(suggestion + used, PROMPT_ANSWER_SIZE - used, "%s%s",
					 i > 0 ? "," : "",
					 inet_address_format(&configuration->listen[i], text));
}

static int ask_listen(const struct setup_host *host, struct setup_options *options,
		      struct setup_interview *storage)
{
	char suggestion[PROMPT_ANSWER_SIZE], question[128];
	const char *interface = find_interface(host);
	int r;

	if (options->listen_address || options->interface)
		return 0;
	suggest_listen(host, suggestion);
	snprintf(question, sizeof(question), "address of this host at which clients arrive%s%s%s",
		 listens_everywhere(host) && interface ? " (interface " : "",
		 listens_everywhere(host) && interface ? interface : "",
		 listens_everywhere(host) && interface ? ")" : "");
	r = prompt_ask(question, *suggestion ? suggestion : NULL, check_listen, NULL,
		       storage->listen_address);
	if (r == 0 && strcmp(storage->listen_address, suggestion) != 0)
		options->listen_address = storage->listen_address;
	return r;
}

static int check_public(const char *answer, void *userdata, struct setup_error *ret_error)
{
	(void)userdata;
	return setup_choice_check_public(answer, ret_error);
}

/* Only where a NAT can be in front; what is not known is not guessed. */
static int ask_public(const struct setup_host *host, struct setup_options *options,
		      struct setup_interview *storage)
{
	struct inet_address listen = setup_choice_listen(host, options);
	char text[INET6_ADDRSTRLEN], suggestion[INET6_ADDRSTRLEN];
	int r;

	strcpy(suggestion, host->public_address);
	if (options->public_address || listen.family != AF_INET ||
	    (!*suggestion && !pool_is_private(inet_address_to_ipv4(&listen))))
		return 0;
	printf("  %s is %s address", inet_address_format(&listen, text),
	       pool_is_private(inet_address_to_ipv4(&listen)) ? "a private" : "this host's own");
	if (!*suggestion && host->cloud_source) {
		inet_address_format(&host->cloud_address, suggestion);
		printf(", which a NAT must lead to: %s says\n  that %s is its public one\n",
		       host->cloud_source, suggestion);
	} else {
		puts("; if a NAT stands in front, clients connect to a public one\n"
		     "  of it, which the NAT's administrator, or the cloud's console, knows");
	}
	r = prompt_ask("public address that clients connect to, or none",
		       *suggestion ? suggestion : NULL, check_public, NULL,
		       storage->public_address);
	if (r == 0)
		options->public_address = storage->public_address;
	return r;
}

/* ---- what clients get ------------------------------------------------------------------ */

static int check_pool(const char *answer, void *userdata, struct setup_error *ret_error)
{
	const struct setup_host *host = userdata;
	char ignored[INET6_ADDRSTRLEN];

	return setup_choice_check_pool(host, answer, NULL, ignored, ret_error);
}

static void format_configured_pool(const struct setup_host *host, char text[SETUP_CHOICE_MAX])
{
	struct inet_address first = inet_address_from_ipv4(host->configuration.pool_first_ipv4);
	struct inet_address last = inet_address_from_ipv4(host->configuration.pool_last_ipv4);
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN];

	snprintf(text, SETUP_CHOICE_MAX, "%s-%s", inet_address_format(&first, a),
		 inet_address_format(&last, b));
}

static int ask_pool(struct setup_host *host, struct setup_options *options,
		    struct setup_interview *storage)
{
	char configured[SETUP_CHOICE_MAX], suggestion[SETUP_CHOICE_MAX];
	char ignored[INET6_ADDRSTRLEN];
	const struct pool_network *met;
	int r;

	if (options->pool)
		return 0;
	format_configured_pool(host, configured);
	met = setup_choice_pool(host, suggestion, ignored);
	if (met)
		printf("  the default, %s, meets a network of %s\n", configured, met->interface);
	r = prompt_ask("inner addresses for clients", met ? suggestion : configured, check_pool,
		       host, storage->pool);
	if (r == 0 && (met || strcmp(storage->pool, configured) != 0))
		options->pool = storage->pool;
	return r;
}

static int check_dns(const char *answer, void *userdata, struct setup_error *ret_error)
{
	char spaced[PROMPT_ANSWER_SIZE];

	(void)userdata;
	if (strcmp(answer, SETUP_NONE) == 0)
		return 0;
	strcpy(spaced, answer);
	for (char *c = spaced; *c; c++)
		if (*c == ',')
			*c = ' ';
	if (*spaced && setup_choice_check_key("ppp", "dns", spaced, ret_error) == 0)
		return 0;
	return setup_fail(ret_error,
			  "allowed: one or two IPv4 addresses separated by a comma, or none");
}

/* What saregate.conf has, else the host's own servers, else those that are named. */
static void suggest_dns(const struct setup_host *host, char suggestion[SETUP_CHOICE_MAX])
{
	const uint32_t *configured = host->configuration.dns_ipv4;
	char text[INET6_ADDRSTRLEN];
	size_t used = 0;

	if (configured[0] == 0 && host->is_first) {
		if (!setup_choice_dns(host, suggestion))
			printf("  this host names no DNS server that clients could use; %s are "
			       "those of " SETUP_FALLBACK_DNS_NAME "\n",
			       suggestion);
		return;
	}
	strcpy(suggestion, SETUP_NONE);
	for (size_t i = 0; i < CONFIGURATION_DNS_MAX && configured[i]; i++) {
		struct inet_address address = inet_address_from_ipv4(configured[i]);

		used += (size_t)snprintf(suggestion + used, SETUP_CHOICE_MAX - used, "%s%s",
					 i > 0 ? "," : "", inet_address_format(&address, text));
	}
}

static int ask_dns(const struct setup_host *host, struct setup_options *options,
		   struct setup_interview *storage)
{
	char suggestion[SETUP_CHOICE_MAX];
	bool is_open = host->is_first && host->configuration.dns_ipv4[0] == 0;
	int r;

	if (options->dns)
		return 0;
	suggest_dns(host, suggestion);
	r = prompt_ask("DNS servers for clients, or none", suggestion, check_dns, NULL,
		       storage->dns);
	if (r == 0 && (is_open || strcmp(storage->dns, suggestion) != 0))
		options->dns = storage->dns;
	return r;
}

/* ---- what is in the way ------------------------------------------------------------------ */

/* Asked only if libreswan would not take our `config setup` otherwise. */
static int ask_drop_in(struct setup_options *options)
{
	struct setup_error reason;
	bool yes = false;
	int r;

	if (options->ipsec_drop_in || setup_ipsec_check_files(&reason) < 0 ||
	    setup_ipsec_foresee_config_setup(&reason) == 0)
		return 0;
	puts("  /etc/ipsec.conf has a `config setup` with keys of its own, for which libreswan\n"
	     "  ignores ours. A drop-in of ipsec.service can run it on a file with both, which\n"
	     "  includes /etc/ipsec.conf; otherwise the keys must be added there by hand.");
	r = prompt_yes("add the drop-in", true, &yes);
	options->ipsec_drop_in = yes;
	return r;
}

static int ask_firewalls(struct setup_options *options)
{
	struct foreign_rules missing;
	struct setup_error ignored;
	bool has_ipv6 = options->ipv6_pool && strcmp(options->ipv6_pool, SETUP_NONE) != 0;
	bool yes = false;
	int r;

	if (options->allow_in_firewalls || setup_firewalls_find(has_ipv6, &missing, &ignored) < 0 ||
	    missing.count == 0)
		return 0;
	puts("  another firewall of this host drops what it does not know; these commands let\n"
	     "  clients in, and --undo takes them back:");
	setup_firewalls_show(&missing, "    ", stdout);
	r = prompt_yes("run them", true, &yes);
	options->allow_in_firewalls = yes;
	return r;
}

/* ---- the first user ---------------------------------------------------------------------- */

static int check_user(const char *answer, void *userdata, struct setup_error *ret_error)
{
	const char *wrong = user_name_check(answer);

	(void)userdata;
	return wrong ? setup_fail(ret_error, "%s", wrong) : 0;
}

static int check_password(const char *answer, void *userdata, struct setup_error *ret_error)
{
	const char *wrong = *answer ? setup_user_check_password(answer) : NULL;

	(void)userdata;
	return wrong ? setup_fail(ret_error, "%s", wrong) : 0;
}

static int ask_password(struct setup_user *user)
{
	char answer[PROMPT_ANSWER_SIZE], question[256];
	int r;

	snprintf(question, sizeof(question), "password for %.128s, not shown (empty: one is made)",
		 user->name);
	r = prompt_secret(question, check_password, NULL, answer);
	if (r < 0)
		return r;
	if (*answer)
		r = text_copy(user->password, sizeof(user->password), answer);
	else if (setup_user_generate(user) != COMMAND_DONE)
		r = -ENOSYS;
	explicit_bzero(answer, sizeof(answer));
	return r;
}

static int ask_user(const struct setup_host *host, struct setup_user *user,
		    struct setup_interview *storage)
{
	int r = 0;

	if (!user->name) {
		r = prompt_ask(host->is_first ? "name of the first user, or none"
					      : "name of another user, or none",
			       SETUP_NONE, check_user, NULL, storage->user);
		if (r < 0 || strcmp(storage->user, SETUP_NONE) == 0)
			return r;
		user->name = storage->user;
	}
	return *user->password ? 0 : ask_password(user);
}

int setup_interview_ask(struct setup_host *host, struct setup_options *options,
			struct setup_user *user, struct setup_interview *storage)
{
	int r;

	puts("Enter takes what stands in brackets. Nothing is changed before the last question;\n"
	     "Ctrl-C changes nothing.\n");
	r = ask_listen(host, options, storage);
	if (r == 0)
		r = ask_public(host, options, storage);
	if (r == 0)
		r = ask_pool(host, options, storage);
	if (r == 0)
		r = ask_dns(host, options, storage);
	if (r == 0)
		r = ask_drop_in(options);
	if (r == 0)
		r = ask_firewalls(options);
	if (r == 0)
		r = ask_user(host, user, storage);
	return r;
}
