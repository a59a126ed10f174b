/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's firewall as nft prints it, JSON: whatever its chains are called, a command
 * that comes of it is one line, and no word of it ends the quotes that it stands in.
 */
#include "tests/fuzz/fuzz.h"

#include "gateway/foreign_firewall.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	_cleanup_(freep) char *text = fuzz_string(bytes, size);
	struct foreign_command command;
	struct foreign_rules rules;
	char line[1024];

	if (foreign_firewall_find(text, true, &rules) != 0)
		return 0;
	for (size_t i = 0; i < rules.count; i++) {
		if (foreign_rule_command(rules.rules[i], FOREIGN_STEP_ALLOW, 0, &command) != 0)
			continue;
		for (size_t j = 0; command.words[j]; j++)
			assert(!strpbrk(command.words[j], "'\n;"));
		foreign_command_format(command.words, line, sizeof(line));
		assert(*line && !strchr(line, '\n'));
	}
	return 0;
}
