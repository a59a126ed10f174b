/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup's memory, JSON: what can be read is read the same once it was written. */
#include "tests/fuzz/fuzz.h"

#include "gateway/setup_state.h"

static void check_same(const char *a, const char *b)
{
	assert(!a == !b && (!a || strcmp(a, b) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	_cleanup_(freep) char *text = fuzz_string(bytes, size);
	_cleanup_(freep) char *written = NULL;
	_cleanup_(setup_state_done) struct setup_state state = { 0 }, again = { 0 };

	if (setup_state_parse(text, &state) != 0)
		return 0;
	assert(setup_state_format(&state, &written) == 0);
	assert(setup_state_parse(written, &again) == 0);
	assert(strcmp(state.connections, again.connections) == 0);
	assert(strcmp(state.public_address, again.public_address) == 0);
	assert(state.forwarding_was_on == again.forwarding_was_on);
	assert(state.ipsec_was_enabled == again.ipsec_was_enabled);
	check_same(state.configuration_before, again.configuration_before);
	check_same(state.configuration_after, again.configuration_after);
	return 0;
}
