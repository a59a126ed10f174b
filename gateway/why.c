/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines and events become attempts. Pure. */
#include "gateway/why.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_USEC UINT64_C(1000000)
/* A device that is refused at once tries again; within so long it is the same attempt. */
#define SAME_ATTEMPT_USEC (60 * SECOND_USEC)

struct why {
	struct why_attempt *attempts[WHY_ATTEMPTS_MAX];
	size_t count;
	struct why_attempt *asking; /* whose IKE was the last to ask for IPsec, or NULL */
};

int why_new(struct why **ret_why)
{
	*ret_why = calloc(1, sizeof(**ret_why));
	return *ret_why ? 0 : -ENOMEM;
}

void why_free(struct why *why)
{
	if (!why)
		return;
	for (size_t i = 0; i < why->count; i++)
		free(why->attempts[i]);
	free(why);
}

void why_freep(struct why **why)
{
	why_free(*why);
}

size_t why_count(const struct why *why)
{
	return why->count;
}

const struct why_attempt *why_attempt(const struct why *why, size_t index)
{
	return why->attempts[index];
}

static uint64_t begin_of(const struct why_attempt *attempt)
{
	return attempt->step_count ? attempt->steps[0].usec : 0;
}

static uint64_t end_of(const struct why_attempt *attempt)
{
	return attempt->step_count ? attempt->steps[attempt->step_count - 1].usec : 0;
}

static struct why_attempt *add_attempt(struct why *why, const struct inet_endpoint *outer)
{
	struct why_attempt *attempt = calloc(1, sizeof(*attempt));

	if (!attempt)
		return NULL;
	attempt->outer = *outer;
	if (why->count == WHY_ATTEMPTS_MAX) {
		if (why->asking == why->attempts[0])
			why->asking = NULL;
		free(why->attempts[0]);
		why->count--;
		memmove(why->attempts, why->attempts + 1, why->count * sizeof(why->attempts[0]));
	}
	why->attempts[why->count++] = attempt;
	return attempt;
}

/* ---- steps ---------------------------------------------------------------------- */

static void add_step(struct why_attempt *attempt, uint64_t usec, enum why_stage stage,
		     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* One of the last steps once more: retries go round in two. */
static struct why_step *find_repeated(struct why_attempt *attempt, const struct why_step *step)
{
	for (size_t back = 1; back <= 2 && back <= attempt->step_count; back++) {
		struct why_step *last = &attempt->steps[attempt->step_count - back];

		if (last->stage == step->stage && strcmp(last->text, step->text) == 0)
			return last;
	}
	return NULL;
}

/* A repeated one is counted. Of too many the last gives way: the beginning and the end stay. */
static void add_step(struct why_attempt *attempt, uint64_t usec, enum why_stage stage,
		     const char *format, ...)
{
	struct why_step step = { .usec = usec, .stage = stage, .times = 1 };
	struct why_step *repeated;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(step.text, sizeof(step.text), format, arguments);
	va_end(arguments);
	repeated = find_repeated(attempt, &step);
	if (repeated) {
		repeated->times++;
	} else if (attempt->step_count == WHY_STEPS_MAX) {
		attempt->steps_left_out++;
		attempt->steps[WHY_STEPS_MAX - 1] = step;
	} else {
		attempt->steps[attempt->step_count++] = step;
	}
}

/* What a stranger said, quoted. */
static const char *quote(const struct pluto_log_line *line, char text[WHY_TEXT_MAX])
{
	return text_quote(line->text, line->text_size, text, WHY_TEXT_MAX / 2);
}

/* The same without quotes, for what is pluto's own words but for what it was told. */
static const char *plain(const struct pluto_log_line *line, char text[WHY_TEXT_MAX])
{
	quote(line, text);
	memmove(text, text + 1, strlen(text));
	if (*text && text[strlen(text) - 1] == '"')
		text[strlen(text) - 1] = '\0';
	return text;
}

/* ---- what a line is ----------------------------------------------------------------- */

/* How its text is shown. */
enum showing {
	SHOWING_NOTHING, /* of it: the step says all */
	SHOWING_PLAIN,
	SHOWING_QUOTED, /* a stranger's own words */
	SHOWING_GROUP,
	SHOWING_PORT,
};

/* Lines without a step of their own have no text. */
static const struct {
	enum why_stage stage;
	uint32_t sight;
	const char *text;
	enum showing showing;
	bool at_the_door; /* pluto made no state for it */
} lines[PLUTO_LOG_EVENT_COUNT_] = {
	[PLUTO_LOG_RESPONDING] = { WHY_STAGE_IKE, 0, "the device begins, from port ", SHOWING_PORT,
				   false },
	[PLUTO_LOG_GROUP_REFUSED] = { WHY_STAGE_IKE, 0, "offer refused: Diffie-Hellman group ",
				      SHOWING_GROUP, false },
	[PLUTO_LOG_VALUE_REFUSED] = { WHY_STAGE_IKE, WHY_SAW_OTHER_OFFER,
				      "offer refused: ", SHOWING_PLAIN, false },
	[PLUTO_LOG_OFFER_REFUSED] = { WHY_STAGE_IKE, 0, "offer refused: ", SHOWING_PLAIN, false },
	[PLUTO_LOG_NO_IKE_PROPOSAL] = { WHY_STAGE_IKE, WHY_SAW_NO_PROPOSAL, "no offer is taken",
					SHOWING_NOTHING, false },
	[PLUTO_LOG_SENT_R1] = { WHY_STAGE_IKE, 0, "an offer is taken", SHOWING_NOTHING, false },
	[PLUTO_LOG_SENT_R2] = { WHY_STAGE_IKE, WHY_SAW_ANSWER, "keys are exchanged",
				SHOWING_NOTHING, false },
	[PLUTO_LOG_NO_ANSWER] = { WHY_STAGE_IKE, WHY_SAW_NO_ANSWER,
				  "nothing that counts comes back", SHOWING_NOTHING, false },
	[PLUTO_LOG_GIVEN_UP] = { WHY_STAGE_IKE, WHY_SAW_GIVEN_UP, "given up: no answer",
				 SHOWING_NOTHING, false },
	[PLUTO_LOG_WRONG_KEY] = { WHY_STAGE_IKE, WHY_SAW_WRONG_KEY,
				  "what comes is made with another key", SHOWING_NOTHING, false },
	[PLUTO_LOG_PEER_ID] = { WHY_STAGE_IKE, 0, "the key is right; identity ", SHOWING_QUOTED,
				false },
	[PLUTO_LOG_IKE_UP] = { WHY_STAGE_IKE, WHY_SAW_IKE_UP, "up: ", SHOWING_PLAIN, false },
	[PLUTO_LOG_PROPOSED] = { WHY_STAGE_IPSEC, 0, "asked for: ", SHOWING_PLAIN, false },
	[PLUTO_LOG_NO_CONNECTION] = { WHY_STAGE_IPSEC, WHY_SAW_NO_CONNECTION,
				      "refused: ", SHOWING_PLAIN, false },
	[PLUTO_LOG_IPSEC_OFFER] = { WHY_STAGE_IPSEC, WHY_SAW_IPSEC_OFFER, "an offer is taken",
				    SHOWING_NOTHING, false },
	[PLUTO_LOG_NO_ESP_PROPOSAL] = { WHY_STAGE_IPSEC, WHY_SAW_NO_ESP,
					"no offer for ESP is taken", SHOWING_NOTHING, false },
	[PLUTO_LOG_IPSEC_UP] = { WHY_STAGE_IPSEC, WHY_SAW_IPSEC_UP, "up: ", SHOWING_PLAIN, false },
	[PLUTO_LOG_PEER_DELETES] = { WHY_STAGE_IPSEC, WHY_SAW_PEER_DELETE, "the device ends it",
				     SHOWING_NOTHING, false },
	[PLUTO_LOG_TRAFFIC] = { WHY_STAGE_IPSEC, 0, "carried ", SHOWING_PLAIN, false },
	[PLUTO_LOG_DEAD] = { WHY_STAGE_IPSEC, WHY_SAW_DEAD,
			     "dead: no answer to the gateway's probes", SHOWING_NOTHING, false },
	[PLUTO_LOG_NOT_AUTHORIZED] = { WHY_STAGE_IKE, WHY_SAW_NOT_AUTHORIZED,
				       "refused:", SHOWING_PLAIN, true },
	[PLUTO_LOG_AGGRESSIVE] = { WHY_STAGE_IKE, WHY_SAW_AGGRESSIVE,
				   "refused: it asks for Aggressive Mode", SHOWING_NOTHING, true },
	[PLUTO_LOG_IKEV2] = { WHY_STAGE_IKE, WHY_SAW_IKEV2, "refused: it speaks IKEv2",
			      SHOWING_NOTHING, true },
	[PLUTO_LOG_MALFORMED] = { WHY_STAGE_IKE, WHY_SAW_MALFORMED, "dropped: no IKE at all",
				  SHOWING_NOTHING, true },
};

/* Fit for a terminal. */
static const char *show_text(const struct pluto_log_line *line, char text[WHY_TEXT_MAX])
{
	text[0] = '\0';
	switch (lines[line->event].showing) {
	case SHOWING_NOTHING:
		break;
	case SHOWING_PLAIN:
		plain(line, text);
		break;
	case SHOWING_QUOTED:
		quote(line, text);
		break;
	case SHOWING_GROUP:
		if (line->number == 2)
			snprintf(text, WHY_TEXT_MAX, "MODP1024");
		else if (line->number)
			snprintf(text, WHY_TEXT_MAX, "%u", line->number);
		else
			plain(line, text);
		break;
	case SHOWING_PORT:
		snprintf(text, WHY_TEXT_MAX, "%u", line->peer.port);
		break;
	}
	return text;
}

/* ---- whose line it is ------------------------------------------------------------ */

static bool is_at(const struct why_attempt *attempt, const struct pluto_log_line *line)
{
	return inet_address_equal(&attempt->outer.address, &line->peer.address);
}

static bool has_state(const struct why_attempt *attempt, uint32_t state)
{
	for (size_t i = 0; i < ELEMENTS(attempt->states); i++)
		if (attempt->states[i] == state)
			return true;
	return false;
}

static void add_state(struct why_attempt *attempt, uint32_t state)
{
	for (size_t i = 0; i < ELEMENTS(attempt->states); i++)
		if (attempt->states[i] == 0) {
			attempt->states[i] = state;
			return;
		}
	/* A rekeyed one: the newest of its IPsec SAs. */
	attempt->states[ELEMENTS(attempt->states) - 1] = state;
}

/* The newest attempt with this state, for a restarted pluto counts anew. */
static struct why_attempt *find_by_state(struct why *why, const struct pluto_log_line *line)
{
	for (size_t i = why->count; i-- > 0;)
		if (is_at(why->attempts[i], line) && has_state(why->attempts[i], line->state))
			return why->attempts[i];
	return NULL;
}

/* IPsec's state is a new one, right behind what its IKE asked for; or of its instance. */
static struct why_attempt *find_by_instance(struct why *why, const struct pluto_log_line *line)
{
	struct why_attempt *found = why->asking;

	if (found && (!is_at(found, line) || found->instance != line->instance))
		found = NULL;
	for (size_t i = why->count; i-- > 0 && !found;)
		if (is_at(why->attempts[i], line) && why->attempts[i]->instance == line->instance)
			found = why->attempts[i];
	if (found)
		add_state(found, line->state);
	return found;
}

/* What is refused at once has no state. */
static struct why_attempt *find_refused(struct why *why, uint64_t usec,
					const struct pluto_log_line *line, uint32_t sight)
{
	for (size_t i = why->count; i-- > 0;)
		if (is_at(why->attempts[i], line) && (why->attempts[i]->seen & sight) &&
		    usec < end_of(why->attempts[i]) + SAME_ATTEMPT_USEC)
			return why->attempts[i];
	return add_attempt(why, &line->peer);
}

static struct why_attempt *begin(struct why *why, const struct pluto_log_line *line)
{
	struct why_attempt *attempt = add_attempt(why, &line->peer);

	if (attempt) {
		attempt->instance = line->instance;
		add_state(attempt, line->state);
	}
	return attempt;
}

static struct why_attempt *find(struct why *why, uint64_t usec, const struct pluto_log_line *line)
{
	struct why_attempt *attempt;

	if (line->event == PLUTO_LOG_RESPONDING)
		return begin(why, line);
	if (lines[line->event].at_the_door)
		return find_refused(why, usec, line, lines[line->event].sight);
	if (line->state == 0)
		return NULL;
	attempt = find_by_state(why, line);
	return attempt || line->instance == 0 ? attempt : find_by_instance(why, line);
}

/* ---- what pluto tells --------------------------------------------------------------- */

static uint32_t sight_of_offer(bool is_group_2)
{
	return is_group_2 ? WHY_SAW_GROUP_2 : WHY_SAW_OTHER_OFFER;
}

/* Certificates, or a password for IKE itself. */
static bool names_other_method(const char *text)
{
	return strstr(text, "RSASIG") || strstr(text, "ECDSA") || strstr(text, "xauth=yes") ||
	       strstr(text, "XAUTH");
}

/* A rekeyed client has two SAs for a while: the last one counts. */
static void end_sa(struct why_attempt *attempt, uint64_t usec, const struct pluto_log_line *line)
{
	if (!memmem(line->text, line->text_size, "QUICK_R2", strlen("QUICK_R2")) ||
	    attempt->sa_count == 0 || --attempt->sa_count > 0)
		return;
	attempt->seen |= WHY_SAW_IPSEC_END;
	add_step(attempt, usec, WHY_STAGE_IPSEC, "ended");
}

/* What a line says beyond its step. */
static void note(struct why_attempt *attempt, const struct pluto_log_line *line)
{
	char text[WHY_TEXT_MAX];

	plain(line, text);
	if (line->event == PLUTO_LOG_GROUP_REFUSED)
		attempt->seen |= sight_of_offer(line->number == 2);
	if (line->event == PLUTO_LOG_OFFER_REFUSED)
		attempt->seen |= sight_of_offer(strstr(text, "MODP1024"));
	if (line->event == PLUTO_LOG_NOT_AUTHORIZED && names_other_method(text))
		attempt->seen |= WHY_SAW_OTHER_METHOD;
	if (line->event == PLUTO_LOG_PEER_ID)
		snprintf(attempt->identity, sizeof(attempt->identity), "%.*s",
			 (int)sizeof(attempt->identity) - 1, text);
	if (line->event == PLUTO_LOG_SWITCHED)
		attempt->instance = line->number;
	if (line->event == PLUTO_LOG_IPSEC_UP) {
		attempt->seen &= ~(uint32_t)(WHY_SAW_IPSEC_END | WHY_SAW_PEER_DELETE);
		attempt->spi = line->number;
		attempt->sa_count++;
	}
}

static void end_all(struct why *why, uint64_t usec)
{
	for (size_t i = 0; i < why->count; i++) {
		struct why_attempt *attempt = why->attempts[i];

		if ((attempt->seen & WHY_SAW_IPSEC_UP) && !(attempt->seen & WHY_SAW_IPSEC_END)) {
			attempt->seen |= WHY_SAW_IPSEC_END;
			add_step(attempt, usec, WHY_STAGE_IPSEC, "ended: pluto stopped");
		}
		/* The numbers are given anew. */
		memset(attempt->states, 0, sizeof(attempt->states));
		attempt->instance = 0;
	}
}

int why_take_pluto(struct why *why, uint64_t usec, const struct pluto_log_line *line)
{
	struct why_attempt *attempt;
	char text[WHY_TEXT_MAX];

	if (line->event == PLUTO_LOG_STOPS) {
		end_all(why, usec);
		return 0;
	}
	if (line->peer.address.family == AF_UNSPEC)
		return 0;
	attempt = find(why, usec, line);
	if (!attempt)
		return line->event == PLUTO_LOG_RESPONDING ? -ENOMEM : 0;
	attempt->by_pluto = true;
	if (line->event == PLUTO_LOG_PROPOSED)
		why->asking = attempt;
	note(attempt, line);
	attempt->seen |= lines[line->event].sight;
	if (lines[line->event].text)
		add_step(attempt, usec, lines[line->event].stage, "%s%s", lines[line->event].text,
			 show_text(line, text));
	if (line->event == PLUTO_LOG_DELETED)
		end_sa(attempt, usec, line);
	return 0;
}

/* ---- what saregated tells --------------------------------------------------------------- */

static const struct {
	enum why_stage stage;
	uint32_t sight;
	const char *format; /* of the event's text */
	bool is_cause;
} events[CLIENT_EVENT_COUNT_] = {
	[CLIENT_EVENT_TUNNEL] = { WHY_STAGE_L2TP, WHY_SAW_TUNNEL, "tunnel: host name ", false },
	[CLIENT_EVENT_TUNNEL_FAILED] = { WHY_STAGE_L2TP, WHY_SAW_TUNNEL_FAILED,
					 "no tunnel: ", true },
	[CLIENT_EVENT_TUNNEL_CLOSED] = { WHY_STAGE_L2TP, WHY_SAW_TUNNEL_CLOSED, "tunnel: ", false },
	[CLIENT_EVENT_CALL_REFUSED] = { WHY_STAGE_L2TP, WHY_SAW_CALL_REFUSED,
					"call refused: ", true },
	[CLIENT_EVENT_PPP] = { WHY_STAGE_PPP, WHY_SAW_PPP, "begins: ", false },
	[CLIENT_EVENT_LOGIN_REFUSED] = { WHY_STAGE_LOGIN, WHY_SAW_LOGIN_REFUSED,
					 "refused: ", true },
	[CLIENT_EVENT_LOGIN_ACCEPTED] = { WHY_STAGE_LOGIN, WHY_SAW_LOGIN, "accepted: ", false },
	[CLIENT_EVENT_UP] = { WHY_STAGE_SESSION, WHY_SAW_UP, "up: ", false },
	[CLIENT_EVENT_ENDED] = { WHY_STAGE_SESSION, WHY_SAW_ENDED, "ended: ", true },
	[CLIENT_EVENT_FAILED] = { WHY_STAGE_PPP, WHY_SAW_FAILED, "ended: ", true },
	[CLIENT_EVENT_TRAFFIC] = { WHY_STAGE_SESSION, 0, "carried ", false },
};

enum client_event_kind client_event_of_name(const char *name)
{
	for (int kind = 0; kind < CLIENT_EVENT_COUNT_; kind++)
		if (strcmp(client_event_name((enum client_event_kind)kind), name) == 0)
			return (enum client_event_kind)kind;
	return CLIENT_EVENT_COUNT_;
}

/* A refused log-in says more than the end that follows from it. */
static void take_cause(struct why_attempt *attempt, const struct client_event *event)
{
	if (event->kind == CLIENT_EVENT_FAILED &&
	    (attempt->seen & (WHY_SAW_LOGIN_REFUSED | WHY_SAW_CALL_REFUSED)))
		return;
	snprintf(attempt->cause, sizeof(attempt->cause), "%s", event->text);
}

/* A new call in the same IPsec begins anew: what the last one came to is over. */
static void forget_last_call(struct why_attempt *attempt)
{
	attempt->seen &= ~(uint32_t)(WHY_SAW_CALL_REFUSED | WHY_SAW_LOGIN_REFUSED | WHY_SAW_LOGIN |
				     WHY_SAW_UP | WHY_SAW_ENDED | WHY_SAW_FAILED | WHY_SAW_PPP |
				     WHY_SAW_TUNNEL_CLOSED | WHY_SAW_TUNNEL_FAILED);
	attempt->cause[0] = '\0';
}

static void take_event(struct why_attempt *attempt, const struct client_event *event)
{
	char quoted[WHY_TEXT_MAX];

	if (event->kind >= CLIENT_EVENT_COUNT_)
		return;
	/* Escaped by saregated; once more is safe whoever answered on the bus. */
	for (const char *c = event->text; *c; c++)
		if (*c < ' ' || *c > '~')
			return;
	snprintf(quoted, sizeof(quoted), "%s", event->text);
	if (event->kind == CLIENT_EVENT_TUNNEL || event->kind == CLIENT_EVENT_PPP)
		forget_last_call(attempt);
	add_step(attempt, event->realtime_usec, events[event->kind].stage, "%s%s",
		 events[event->kind].format, quoted);
	if (events[event->kind].is_cause)
		take_cause(attempt, event);
	attempt->seen |= events[event->kind].sight;
}

/*
 * The attempt whose IPsec this is: by the SPI that the gateway sends with, which pluto
 * tells, too; or a rekeyed one: the last from that address with that identity before it.
 */
static struct why_attempt *find_by_trace(struct why *why, const struct client_trace *trace)
{
	uint64_t begin = trace->event_count ? trace->events[0].realtime_usec : 0;

	for (size_t i = why->count; i-- > 0;)
		if (trace->spi && why->attempts[i]->spi == trace->spi)
			return why->attempts[i];
	for (size_t i = why->count; i-- > 0;) {
		const struct why_attempt *attempt = why->attempts[i];

		if ((attempt->seen & WHY_SAW_IPSEC_UP) && begin_of(attempt) <= begin &&
		    inet_address_equal(&attempt->outer.address, &trace->outer.address) &&
		    strcmp(attempt->identity, trace->ike_identity) == 0)
			return why->attempts[i];
	}
	return NULL;
}

static int by_time(const void *a, const void *b)
{
	const struct why_step *one = a, *other = b;

	return (one->usec > other->usec) - (one->usec < other->usec);
}

static void sort_attempts(struct why *why)
{
	for (size_t i = why->count; i-- > 1;) {
		struct why_attempt *last = why->attempts[i];

		if (begin_of(why->attempts[i - 1]) <= begin_of(last))
			return;
		why->attempts[i] = why->attempts[i - 1];
		why->attempts[i - 1] = last;
	}
}

/* Nothing in it can harm a terminal. */
static void copy_fit(char target[CLIENT_NAME_MAX], const char *source)
{
	size_t length = strnlen(source, CLIENT_NAME_MAX - 1);

	if (length == 0)
		return;
	for (size_t i = 0; i < length; i++)
		target[i] = (char)(source[i] < ' ' || source[i] > '~' ? '?' : source[i]);
	target[length] = '\0';
}

int why_take_trace(struct why *why, const struct client_trace *trace)
{
	struct why_attempt *attempt = find_by_trace(why, trace);
	bool is_new = !attempt;

	if (is_new)
		attempt = add_attempt(why, &trace->outer);
	if (!attempt)
		return -ENOMEM;
	attempt->outer.port = trace->outer.port;
	for (size_t i = 0; i < trace->event_count; i++)
		take_event(attempt, &trace->events[i]);
	qsort(attempt->steps, attempt->step_count, sizeof(attempt->steps[0]), by_time);
	copy_fit(attempt->identity, trace->ike_identity);
	copy_fit(attempt->user, trace->user);
	if (is_new)
		sort_attempts(why);
	return 0;
}

bool why_is_about(const struct why_attempt *attempt, const char *who)
{
	struct inet_address address;

	if (strcmp(attempt->user, who) == 0 || strcmp(attempt->identity, who) == 0)
		return true;
	return inet_address_parse(who, &address) == 0 &&
	       inet_address_equal(&address, &attempt->outer.address);
}
