/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking on standard input and output. With read(): a stdio buffer would keep a copy
 * of a secret that nobody wipes. Signals are let in only while an answer is waited
 * for, so that none is lost and the terminal is always put back. I/O.
 */
#include "gateway/prompt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define ENDING_SIGNALS (sizeof(ending_signals) / sizeof(ending_signals[0]))

bool prompt_is_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* That poll() ends is all that it does. */
static void wake(int number)
{
	(void)number;
}

/* How signals were before a question. */
struct signals {
	sigset_t mask;
	struct sigaction actions[ENDING_SIGNALS];
};

static void hold_signals(struct signals *ret_before)
{
	const struct sigaction action = { .sa_handler = wake };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ENDING_SIGNALS; i++) {
		sigaddset(&set, ending_signals[i]);
		sigaction(ending_signals[i], &action, &ret_before->actions[i]);
	}
	sigprocmask(SIG_BLOCK, &set, &ret_before->mask);
}

static void release_signals(const struct signals *before)
{
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
	for (size_t i = 0; i < ENDING_SIGNALS; i++)
		sigaction(ending_signals[i], &before->actions[i], NULL);
}

/* Return: 1 if a byte was read; 0 at the end of input; -EINTR; other negative errno. */
static int read_byte(const struct signals *signals, char *ret_byte)
{
	struct pollfd waiting = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t got;

	if (ppoll(&waiting, 1, NULL, &signals->mask) < 0)
		return -errno;
	got = read(STDIN_FILENO, ret_byte, 1);
	return got < 0 ? -errno : (int)got;
}

/* Return: 0; -E2BIG for a line that is too long; -EINTR if there is no more to come. */
static int read_line(const struct signals *signals, char ret_line[PROMPT_ANSWER_SIZE])
{
	size_t used = 0;
	char byte = '\0';
	int r;

	while ((r = read_byte(signals, &byte)) == 1 && byte != '\n') {
		if (used < PROMPT_ANSWER_SIZE)
			ret_line[used] = byte;
		used++;
	}
	explicit_bzero(&byte, sizeof(byte));
	if (r != 1)
		return -EINTR;
	if (used >= PROMPT_ANSWER_SIZE)
		return -E2BIG;
	ret_line[used] = '\0';
	return strlen(ret_line) == used ? 0 : -E2BIG;
}

static void print_question(const char *question, const char *suggestion)
{
	if (suggestion)
		printf("%s [%s]: ", question, suggestion);
	else
		printf("%s: ", question);
	fflush(stdout);
}

/* Signals are held before the question is seen: who sees it may answer with one. */
static int ask_once(const char *question, const char *suggestion, char ret_line[PROMPT_ANSWER_SIZE])
{
	struct signals before;
	int r;

	hold_signals(&before);
	print_question(question, suggestion);
	r = read_line(&before, ret_line);
	release_signals(&before);
	if (r == -EINTR)
		putchar('\n');
	return r;
}

/* The echo is off before the question is seen: what is typed after it is not lost. */
static int ask_once_without_echo(const char *question, char ret_line[PROMPT_ANSWER_SIZE])
{
	struct termios before, silent;
	struct signals signals;
	int r;

	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return -EINTR;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	hold_signals(&signals);
	r = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) < 0 ? -EINTR : 0;
	if (r == 0) {
		print_question(question, NULL);
		r = read_line(&signals, ret_line);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	}
	release_signals(&signals);
	putchar('\n');
	return r;
}

static void trim(char *text)
{
	size_t start = strspn(text, " \t");
	size_t size = strlen(text + start);

	memmove(text, text + start, size + 1);
	while (size > 0 && strchr(" \t", text[size - 1]))
		text[--size] = '\0';
}

/* Whether the answer can be taken; says why not. */
static bool is_right(int r, const char *answer, prompt_check_fn check, void *userdata)
{
	struct setup_error error;

	if (r == -E2BIG)
		printf("  too long; allowed: less than %d characters\n", PROMPT_ANSWER_SIZE);
	if (r < 0)
		return false;
	if (!check || check(answer, userdata, &error) == 0)
		return true;
	printf("  %s\n", error.text);
	return false;
}

int prompt_ask(const char *question, const char *suggestion, prompt_check_fn check, void *userdata,
	       char ret_answer[PROMPT_ANSWER_SIZE])
{
	int r;

	do {
		r = ask_once(question, suggestion, ret_answer);
		if (r == -EINTR)
			return r;
		if (r == 0)
			trim(ret_answer);
		if (r == 0 && !*ret_answer && suggestion)
			snprintf(ret_answer, PROMPT_ANSWER_SIZE, "%s", suggestion);
	} while (!is_right(r, ret_answer, check, userdata));
	return 0;
}

static int check_yes(const char *answer, void *userdata, struct setup_error *ret_error)
{
	static const char *const words[] = { "y", "yes", "n", "no" };

	(void)userdata;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(answer, words[i]) == 0)
			return 0;
	return setup_fail(ret_error, "allowed: yes or no");
}

int prompt_yes(const char *question, bool suggestion, bool *ret_yes)
{
	char answer[PROMPT_ANSWER_SIZE];
	int r;

	r = prompt_ask(question, suggestion ? "yes" : "no", check_yes, NULL, answer);
	if (r == 0)
		*ret_yes = answer[0] == 'y' || answer[0] == 'Y';
	return r;
}

/* The first time, until it is right. */
static int ask_secret(const char *question, prompt_check_fn check, void *userdata,
		      char ret_secret[PROMPT_ANSWER_SIZE])
{
	int r;

	do {
		r = ask_once_without_echo(question, ret_secret);
		if (r == -EINTR)
			return r;
	} while (!is_right(r, ret_secret, check, userdata));
	return 0;
}

int prompt_secret(const char *question, prompt_check_fn check, void *userdata,
		  char ret_secret[PROMPT_ANSWER_SIZE])
{
	char again[PROMPT_ANSWER_SIZE] = "";
	bool is_same = false;
	int r = 0;

	while (r == 0 && !is_same) {
		r = ask_secret(question, check, userdata, ret_secret);
		if (r == 0 && !*ret_secret)
			break;
		if (r == 0)
			r = ask_secret("once more", NULL, NULL, again);
		is_same = r == 0 && strcmp(ret_secret, again) == 0;
		if (r == 0 && !is_same)
			puts("  the two are not the same");
		explicit_bzero(again, sizeof(again));
	}
	if (r < 0)
		explicit_bzero(ret_secret, PROMPT_ANSWER_SIZE);
	return r;
}
