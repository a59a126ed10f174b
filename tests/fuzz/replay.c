/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a fuzz target in an ordinary build: with the files that are named, or
 * with all of its corpus, as one test in TAP. A file that does harm ends the
 * program, with the file's name as the last line.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#define INPUT_MAXIMUM 65536

/* Return: bytes read, or negative errno. */
static ssize_t read_file(const char *path, uint8_t *buffer, size_t capacity)
{
	FILE *file = fopen(path, "re");
	ssize_t size;

	if (!file)
		return -errno;
	size = (ssize_t)fread(buffer, 1, capacity, file);
	if (ferror(file) || !feof(file))
		size = -EFBIG;
	fclose(file);
	return size;
}

static int run(const char *path)
{
	static uint8_t buffer[INPUT_MAXIMUM];
	_cleanup_(freep) uint8_t *bytes = NULL;
	ssize_t size = read_file(path, buffer, sizeof(buffer));

	if (size < 0)
		return (int)size;
	/* Of that very size: a step beyond the end is seen. */
	bytes = malloc(size > 0 ? (size_t)size : 1);
	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, buffer, (size_t)size);
	printf("# %s\n", path);
	fflush(stdout);
	return LLVMFuzzerTestOneInput(bytes, (size_t)size);
}

static int run_files(char **paths)
{
	for (; *paths; paths++) {
		int r = run(*paths);

		if (r < 0) {
			fprintf(stderr, "%s: %s\n", *paths, strerror(-r));
			return EXIT_FAILURE;
		}
	}
	return EXIT_SUCCESS;
}

/* The folder of "fuzz_header" is tests/fuzz/corpus/header. Return: files run, or negative errno. */
static int run_corpus(const char *name)
{
	const char *top = getenv("top_srcdir");
	struct dirent **entries = NULL;
	char folder[PATH_MAX / 2], path[PATH_MAX];
	int count, ran = 0, r = 0;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", top ? top : ".", name);
	count = scandir(folder, &entries, NULL, alphasort);
	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && r == 0) {
			r = run(path);
			ran++;
		}
		free(entries[i]);
	}
	free(entries);
	return r < 0 ? r : ran;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *program = slash ? slash + 1 : argv[0];
	const char *name = strncmp(program, "fuzz_", 5) == 0 ? program + 5 : program;
	int ran;

	if (argc > 1)
		return run_files(argv + 1);
	puts("1..1");
	ran = run_corpus(name);
	if (ran > 0)
		printf("ok 1 - the corpus of %s does no harm\n# %d files\n", name, ran);
	else
		printf("not ok 1 - the corpus of %s does no harm\n# %s\n", name,
		       ran < 0 ? strerror(-ran) : "it is empty");
	return ran > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
