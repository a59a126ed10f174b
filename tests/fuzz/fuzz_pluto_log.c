/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of pluto's log, which hold what strangers said, and what is made of them. */
#include "gateway/why.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

/* Nothing of it may harm a terminal. */
static void check_text(const char *text)
{
	for (; *text; text++)
		assert(*text >= ' ' && *text <= '~');
}

static void check_attempt(const struct why_attempt *attempt)
{
	struct why_verdict verdict;

	check_text(attempt->identity);
	assert(attempt->step_count <= WHY_STEPS_MAX);
	for (size_t i = 0; i < attempt->step_count; i++)
		check_text(attempt->steps[i].text);
	why_judge(attempt, &verdict);
	check_text(verdict.cause);
	check_text(verdict.remedy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct why *why;

	if (why_new(&why) < 0)
		return 0;
	while (size > 0) {
		const char *end = memchr(text, '\n', size);
		size_t length = end ? (size_t)(end - text) : size;
		struct pluto_log_line line;

		if (pluto_log_read(text, length, &line)) {
			assert(line.text >= text || line.text_size == 0);
			assert(line.text_size <= length);
			why_take_pluto(why, 1, &line);
		}
		length += end != NULL;
		text += length;
		size -= length;
	}
	for (size_t i = 0; i < why_count(why); i++)
		check_attempt(why_attempt(why, i));
	why_free(why);
	return 0;
}
