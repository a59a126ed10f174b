/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A backup from a stranger: what is accepted fits its bounds, and can be written again. */
#include "tests/fuzz/fuzz.h"

#include "gateway/backup_archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	_cleanup_(freep) char *text = fuzz_string(bytes, size);
	_cleanup_(freep) char *again = NULL;
	_cleanup_(backup_done) struct backup backup = { 0 };
	char error[BACKUP_ERROR_MAX];

	if (backup_parse(text, &backup, error) != 0)
		return 0;
	assert(*backup.pre_shared_key && !strpbrk(backup.pre_shared_key, "\"\n"));
	assert(!backup.users == (backup.users_size == 0));
	assert(backup_format(&backup, &again) == 0);
	return 0;
}
