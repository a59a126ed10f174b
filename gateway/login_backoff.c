/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose failures count for what, and whom they hold back. Pure. */
#include "gateway/login_backoff.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_USEC UINT64_C(1000000)

struct login_backoff {
	struct login_failures tables[LOGIN_PARTY_COUNT_]; /* [LOGIN_PARTY_NONE] is not used */
	uint64_t seed;
};

static const struct {
	const char *name;
	const char *reason;
	size_t maximum;
} parties[LOGIN_PARTY_COUNT_] = {
	[LOGIN_PARTY_NONE] = { "none", "", 0 },
	[LOGIN_PARTY_CLIENT] = { "client", "held back: too many failed log-ins of this client",
				 LOGIN_CLIENTS_MAX },
	[LOGIN_PARTY_USER_THERE] = { "user-there",
				     "held back: too many failed log-ins of this user from this "
				     "address",
				     LOGIN_USERS_THERE_MAX },
	[LOGIN_PARTY_USER] = { "user", "held back: too many failed log-ins of this user",
			       LOGIN_USERS_MAX },
	[LOGIN_PARTY_ADDRESS] = { "address", "held back: too many failed log-ins from this address",
				  LOGIN_ADDRESSES_MAX },
	[LOGIN_PARTY_DEVICE] = { "device", "held back: too many failed log-ins of this device",
				 LOGIN_DEVICES_MAX },
};

const char *login_party_name(enum login_party party)
{
	return parties[party].name;
}

const char *login_party_reason(enum login_party party)
{
	return parties[party].reason;
}

int login_backoff_new(uint64_t seed, struct login_backoff **ret_backoff)
{
	struct login_backoff *backoff = calloc(1, sizeof(*backoff));
	int error = backoff ? 0 : -ENOMEM;

	for (int party = LOGIN_PARTY_NONE + 1; party < LOGIN_PARTY_COUNT_ && !error; party++)
		error = login_failures_init(&backoff->tables[party], parties[party].maximum, seed);
	if (error) {
		login_backoff_free(backoff);
		return error;
	}
	backoff->seed = seed;
	*ret_backoff = backoff;
	return 0;
}

void login_backoff_free(struct login_backoff *backoff)
{
	if (!backoff)
		return;
	for (size_t i = 0; i < ELEMENTS(backoff->tables); i++)
		login_failures_done(&backoff->tables[i]);
	free(backoff);
}

/* What an attempt is to a party. */
static struct login_key make_key(const struct login_backoff *backoff, enum login_party party,
				 const struct login_attempt *attempt)
{
	struct login_key key = { 0 };

	switch (party) {
	case LOGIN_PARTY_CLIENT:
		key.number = attempt->reference;
		if (attempt->reference)
			break;
		key.number = attempt->outer.port;
		key.address = attempt->outer.address;
		break;
	case LOGIN_PARTY_DEVICE:
		key.number =
			l2tp_lookup_mix_bytes(backoff->seed, (const uint8_t *)attempt->ike_identity,
					      strlen(attempt->ike_identity));
		key.address = attempt->outer.address;
		text_copy(key.user, sizeof(key.user), attempt->user);
		break;
	case LOGIN_PARTY_USER_THERE:
		key.address = attempt->outer.address;
		text_copy(key.user, sizeof(key.user), attempt->user);
		break;
	case LOGIN_PARTY_USER:
		text_copy(key.user, sizeof(key.user), attempt->user);
		break;
	case LOGIN_PARTY_ADDRESS:
		key.address = attempt->outer.address;
		break;
	case LOGIN_PARTY_NONE:
	case LOGIN_PARTY_COUNT_:
		break;
	}
	return key;
}

static struct login_weights make_weights(const struct login_backoff_settings *settings,
					 enum login_party party)
{
	struct login_weights weights = {
		.free_failures = settings->failures_per_client,
		.forgive_usec = settings->forgive_after_seconds * SECOND_USEC,
		.delay_maximum_usec = settings->delay_maximum_seconds * SECOND_USEC,
	};

	if (party == LOGIN_PARTY_USER)
		weights.free_failures = settings->failures_per_user;
	if (party == LOGIN_PARTY_ADDRESS)
		weights.free_failures = settings->failures_per_address;
	return weights;
}

/* Its entry of a device that is known, or NULL. */
static struct login_entry *known_device(struct login_backoff *backoff,
					const struct login_attempt *attempt, uint64_t now_usec)
{
	struct login_key key = make_key(backoff, LOGIN_PARTY_DEVICE, attempt);

	if (!attempt->user[0])
		return NULL;
	return login_failures_find(&backoff->tables[LOGIN_PARTY_DEVICE], &key, now_usec);
}

static bool is_held(struct login_backoff *backoff, enum login_party party,
		    const struct login_attempt *attempt, uint64_t now_usec)
{
	struct login_key key = make_key(backoff, party, attempt);
	const struct login_entry *entry =
		login_failures_find(&backoff->tables[party], &key, now_usec);

	return entry && entry->held_until_usec > now_usec;
}

enum login_party login_backoff_check(struct login_backoff *backoff,
				     const struct login_backoff_settings *settings,
				     const struct login_attempt *attempt, uint64_t now_usec)
{
	const struct login_entry *device;

	if (settings->delay_maximum_seconds == 0)
		return LOGIN_PARTY_NONE;
	if (is_held(backoff, LOGIN_PARTY_CLIENT, attempt, now_usec))
		return LOGIN_PARTY_CLIENT;
	device = known_device(backoff, attempt, now_usec);
	if (device)
		return device->held_until_usec > now_usec ? LOGIN_PARTY_DEVICE : LOGIN_PARTY_NONE;
	if (attempt->user[0] && is_held(backoff, LOGIN_PARTY_USER_THERE, attempt, now_usec))
		return LOGIN_PARTY_USER_THERE;
	if (attempt->user[0] && is_held(backoff, LOGIN_PARTY_USER, attempt, now_usec))
		return LOGIN_PARTY_USER;
	if (is_held(backoff, LOGIN_PARTY_ADDRESS, attempt, now_usec))
		return LOGIN_PARTY_ADDRESS;
	return LOGIN_PARTY_NONE;
}

/* Without memory a failure is not counted: the log-in has failed all the same. */
static void count(struct login_backoff *backoff, enum login_party party,
		  const struct login_backoff_settings *settings,
		  const struct login_attempt *attempt, uint64_t now_usec)
{
	struct login_weights weights = make_weights(settings, party);
	struct login_key key = make_key(backoff, party, attempt);
	struct login_key seen = { .number = attempt->reference, .address = attempt->outer.address };
	struct login_entry *entry = login_failures_get(&backoff->tables[party], &key, now_usec);

	text_copy(seen.user, sizeof(seen.user), attempt->user);
	if (entry)
		login_failures_add(&backoff->tables[party], entry, &weights, &seen, now_usec);
}

void login_backoff_failed(struct login_backoff *backoff,
			  const struct login_backoff_settings *settings,
			  const struct login_attempt *attempt, uint64_t now_usec)
{
	count(backoff, LOGIN_PARTY_CLIENT, settings, attempt, now_usec);
	count(backoff, LOGIN_PARTY_ADDRESS, settings, attempt, now_usec);
	if (!attempt->user[0])
		return;
	if (known_device(backoff, attempt, now_usec)) {
		count(backoff, LOGIN_PARTY_DEVICE, settings, attempt, now_usec);
		return;
	}
	count(backoff, LOGIN_PARTY_USER_THERE, settings, attempt, now_usec);
	count(backoff, LOGIN_PARTY_USER, settings, attempt, now_usec);
}

void login_backoff_succeeded(struct login_backoff *backoff, const struct login_attempt *attempt,
			     uint64_t now_usec)
{
	struct login_failures *devices = &backoff->tables[LOGIN_PARTY_DEVICE];
	struct login_key key = make_key(backoff, LOGIN_PARTY_DEVICE, attempt);
	struct login_entry *entry = login_failures_get(devices, &key, now_usec);

	if (entry)
		login_failures_keep(devices, entry, now_usec + LOGIN_DEVICE_KEPT_USEC, now_usec);
}

/* ---- as a whole ----------------------------------------------------------------- */

static struct login_entry *entry_at(const struct login_failures *table, size_t index)
{
	return (struct login_entry *)((char *)table->ends.elements[index] -
				      offsetof(struct login_entry, end));
}

static bool is_about(const struct login_entry *entry, const char *user,
		     const struct inet_address *address)
{
	if (!user && !address)
		return true;
	if (user && (strcmp(entry->key.user, user) == 0 || strcmp(entry->seen.user, user) == 0))
		return true;
	return address && (inet_address_equal(&entry->key.address, address) ||
			   inet_address_equal(&entry->seen.address, address));
}

/* Entries stay until they would have gone: most of a large table has nothing to forgive. */
static size_t forgive_table(struct login_failures *table, const char *user,
			    const struct inet_address *address, uint64_t now_usec)
{
	size_t forgiven = 0;

	for (size_t i = 0; i < table->ends.count; i++) {
		struct login_entry *entry = entry_at(table, i);

		if (entry->forgiven_usec <= now_usec || !is_about(entry, user, address))
			continue;
		forgiven++;
		entry->forgiven_usec = 0;
		entry->held_until_usec = 0;
	}
	return forgiven;
}

size_t login_backoff_forgive(struct login_backoff *backoff, const char *user,
			     const struct inet_address *address, uint64_t now_usec)
{
	size_t forgiven = 0;

	for (size_t i = 0; i < ELEMENTS(backoff->tables); i++)
		forgiven += forgive_table(&backoff->tables[i], user, address, now_usec);
	return forgiven;
}

int login_backoff_walk(struct login_backoff *backoff, const struct login_backoff_settings *settings,
		       uint64_t now_usec,
		       int (*each)(void *userdata, const struct login_held *held), void *userdata)
{
	for (size_t party = 0; party < ELEMENTS(backoff->tables); party++) {
		const struct login_failures *table = &backoff->tables[party];
		struct login_weights weights = make_weights(settings, (enum login_party)party);

		for (size_t i = 0; i < table->ends.count; i++) {
			const struct login_entry *entry = entry_at(table, i);
			const struct login_held held = {
				.party = (enum login_party)party,
				.reference = entry->seen.number,
				.address = &entry->seen.address,
				.user = entry->seen.user,
				.failures = login_failures_count(entry, &weights, now_usec),
				.left_usec = entry->held_until_usec - now_usec,
			};
			int result;

			if (entry->held_until_usec <= now_usec)
				continue;
			result = each(userdata, &held);
			if (result)
				return result;
		}
	}
	return 0;
}
