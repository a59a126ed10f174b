/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate.conf read again by a gateway at work. What can fail comes first and
 * leaves all as it was; then the parts, who look at the gateway's configuration,
 * find another one. I/O.
 */
#include "gateway/gateway_parts.h"

#include "base/cleanup.h"
#include "gateway/firewall_text.h"
#include "gateway/log.h"
#include "gateway/text_file.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

/* What `saregate setup` writes beside saregate.conf. */
#define FIREWALL_FILE     "firewall.nft"
#define FIREWALL_SIZE_MAX 65536

static const char firewall_note[] =
	"the firewall is not made for these values: run `saregate setup`";
static const char listen_note[] =
	"libreswan has a connection for each listen address: run `saregate setup`";
static const char pool_note[] =
	"users or groups have a pool that is not there, and are refused: saregate user set, "
	"saregate group set";

static bool has_changed(const struct configuration_changes *changes, const char *section,
			const char *name)
{
	const struct configuration_key *key = configuration_key_find(section, name);

	for (size_t i = 0; i < changes->count; i++)
		if (changes->keys[i] == key)
			return true;
	return false;
}

/* ---- what only root can do -------------------------------------------------------- */

static bool file_holds(const char *path, const char *text)
{
	_cleanup_(freep) char *found = NULL;
	char error_text[TEXT_FILE_ERROR_MAX];

	return text_file_read(path, FIREWALL_SIZE_MAX, false, &found, error_text) == 0 &&
	       strcmp(found, text) == 0;
}

static bool firewall_is_made_for(const char *configuration_path,
				 const struct configuration *configuration)
{
	const char *slash = strrchr(configuration_path, '/');
	int folder = slash ? (int)(slash + 1 - configuration_path) : 0;
	_cleanup_(freep) char *text = NULL;
	char path[PATH_MAX];

	if (firewall_text(configuration, &text) < 0)
		return true;
	snprintf(path, sizeof(path), "%.*s" FIREWALL_FILE, folder, configuration_path);
	return file_holds(path, text);
}

static void add_note(struct reload_report *report, const char *note)
{
	assert(report->note_count < RELOAD_NOTES_MAX);
	report->notes[report->note_count++] = note;
}

static int find_missing_pool(void *userdata, const char *pool)
{
	return configuration_pool_exists(userdata, pool) ? 0 : -ENOENT;
}

/* A look at all users: only when pools have changed. */
static bool a_pool_is_missed(const struct gateway *gateway, struct configuration_changes *changes)
{
	return has_changed(changes, CONFIGURATION_POOL_SECTION, "range") &&
	       user_database_walk_pools(gateway->users, find_missing_pool, &changes->after) ==
		       -ENOENT;
}

static void add_notes(const struct gateway *gateway, struct reload_report *report)
{
	struct configuration_changes *changes = &report->changes;

	report->note_count = 0;
	if (a_pool_is_missed(gateway, changes))
		add_note(report, pool_note);
	if (!gateway_is_protected(gateway))
		return;
	if (!firewall_is_made_for(gateway->configuration_path, &changes->file))
		add_note(report, firewall_note);
	if (has_changed(changes, "listen", "address"))
		add_note(report, listen_note);
}

/* ---- the parts ---------------------------------------------------------------------- */

/* Routes to one address in two directions would meet at the session's interface. */
static int check_local_address(const struct gateway *gateway,
			       const struct configuration_changes *changes,
			       char ret_error[RELOAD_ERROR_MAX])
{
	char text[CONFIGURATION_VALUE_MAX];
	const struct configuration_key *key = configuration_key_find("ppp", "local-address");

	if (!sessions_have_address(gateway->sessions, changes->after.local_ipv4))
		return 0;
	key->format(key, &changes->after, text);
	snprintf(ret_error, RELOAD_ERROR_MAX,
		 "%s: local-address: %.64s is the address of a session: see saregate session list",
		 gateway->configuration_path, text);
	return -EBUSY;
}

static int change_listeners(struct gateway *gateway, const struct configuration *configuration,
			    char ret_error[RELOAD_ERROR_MAX])
{
	char error_text[256];
	int error = l2tp_service_change_listeners(gateway->service, configuration, error_text);

	if (error)
		snprintf(ret_error, RELOAD_ERROR_MAX, "%s: address: %s",
			 gateway->configuration_path, error_text);
	return error;
}

static int prepare_pools(const struct gateway *gateway, const struct configuration *configuration,
			 struct address_pools **ret_pools, char ret_error[RELOAD_ERROR_MAX])
{
	int error = sessions_prepare_pools(gateway->sessions, configuration, ret_pools);

	if (error)
		snprintf(ret_error, RELOAD_ERROR_MAX, "%s: pools: %s", gateway->configuration_path,
			 strerror(-error));
	return error;
}

/* Sets *@ret_secrets if there are any. */
static int read_secrets(const struct configuration *configuration,
			struct tunnel_secrets **ret_secrets, char ret_error[RELOAD_ERROR_MAX])
{
	char error_text[TUNNEL_SECRETS_ERROR_MAX] = "out of memory";
	int error;

	if (!configuration->tunnel_secrets[0])
		return 0;
	error = tunnel_secrets_load(configuration->tunnel_secrets, ret_secrets, error_text);
	if (error)
		snprintf(ret_error, RELOAD_ERROR_MAX, "%s", error_text);
	return error;
}

static void take_secrets(struct gateway *gateway, struct tunnel_secrets *secrets)
{
	if (!secrets)
		return;
	l2tp_service_change_secrets(gateway->service, secrets);
	tunnel_secrets_free(gateway->secrets);
	gateway->secrets = secrets;
}

static int change_parts(struct gateway *gateway, const struct configuration_changes *changes,
			char ret_error[RELOAD_ERROR_MAX])
{
	_cleanup_(address_pools_freep) struct address_pools *pools = NULL;
	_cleanup_(tunnel_secrets_freep) struct tunnel_secrets *secrets = NULL;
	int error = check_local_address(gateway, changes, ret_error);

	if (!error)
		error = read_secrets(&changes->after, &secrets, ret_error);
	if (!error)
		error = prepare_pools(gateway, &changes->after, &pools, ret_error);
	if (!error)
		error = change_listeners(gateway, &changes->after, ret_error);
	if (error)
		return error;
	/* Which network goes with an address is asked of what is in force. */
	gateway->configuration = changes->after;
	sessions_take_pools(gateway->sessions, TAKE_PTR(pools));
	take_secrets(gateway, TAKE_PTR(secrets));
	l2tp_service_change_settings(gateway->service, &changes->after);
	log_open(changes->after.log_level);
	return 0;
}

/* ---- as a whole ------------------------------------------------------------------------ */

static void tell_change(const struct configuration_changes *changes,
			const struct configuration_key *key)
{
	char before[CONFIGURATION_VALUE_MAX], file[CONFIGURATION_VALUE_MAX];
	char name[CONFIGURATION_NAME_MAX];

	configuration_key_full_name(key, name);
	key->format(key, &changes->before, before);
	key->format(key, &changes->file, file);
	if (key->effect == CONFIGURATION_EFFECT_RESTART)
		log_warning("reload: %s stays \"%s\" until systemctl restart saregated", name,
			    before);
	else
		log_info("reload: %s is \"%s\", was \"%s\"", name, file, before);
}

static void tell(const struct reload_report *report)
{
	for (size_t i = 0; i < report->changes.count; i++)
		tell_change(&report->changes, report->changes.keys[i]);
	for (size_t i = 0; i < report->note_count; i++)
		log_warning("reload: %s", report->notes[i]);
	if (report->changes.count == 0)
		log_info("reload: nothing has changed");
}

static void remember_restarts(struct gateway *gateway, const struct configuration_changes *changes)
{
	gateway->restart_count = 0;
	for (size_t i = 0; i < changes->count; i++)
		if (changes->keys[i]->effect == CONFIGURATION_EFFECT_RESTART)
			gateway->restart_keys[gateway->restart_count++] = changes->keys[i];
}

static int reload(struct gateway *gateway, struct reload_report *ret_report,
		  char ret_error[RELOAD_ERROR_MAX])
{
	struct configuration file;
	int error = configuration_load(gateway->configuration_path, &file, ret_error);

	if (error == -ENOMEM)
		snprintf(ret_error, RELOAD_ERROR_MAX, "out of memory");
	if (error)
		return error;
	configuration_compare(&gateway->configuration, &file, &ret_report->changes);
	error = change_parts(gateway, &ret_report->changes, ret_error);
	if (error)
		return error;
	add_notes(gateway, ret_report);
	remember_restarts(gateway, &ret_report->changes);
	return 0;
}

int gateway_reload(struct gateway *gateway, struct reload_report *ret_report,
		   char ret_error[RELOAD_ERROR_MAX])
{
	int error;

	if (gateway->stop_timer) {
		snprintf(ret_error, RELOAD_ERROR_MAX, "the gateway stops");
		return -ESHUTDOWN;
	}
	sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)gateway_now_usec(gateway));
	error = reload(gateway, ret_report, ret_error);
	if (error)
		log_error("reload: nothing is changed: %s", ret_error);
	else
		tell(ret_report);
	sd_notify(false, "READY=1");
	return error;
}
