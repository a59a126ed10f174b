/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From ports to inodes in /proc/net/udp, from there to processes. I/O. */
#include "gateway/udp_sockets.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static void closedirp(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

static bool is_among(uint16_t port, const uint16_t *ports, size_t port_count)
{
	for (size_t i = 0; i < port_count; i++)
		if (ports[i] == port)
			return true;
	return false;
}

/* Lines look like "  12: 00000000:01F4 00000000:0000 07 ... UID TIMEOUT INODE ...". */
static int read_table(const char *path, const uint16_t *ports, size_t port_count,
		      struct udp_sockets *sockets)
{
	_cleanup_(fclosep) FILE *table = fopen(path, "re");
	char line[512];

	/* A kernel without IPv6 has no second table. */
	if (!table)
		return errno == ENOENT ? 0 : -errno;
	while (sockets->count < UDP_SOCKETS_MAX && fgets(line, sizeof(line), table)) {
		unsigned long long inode;
		unsigned int port, uid;

		/* NOLINTNEXTLINE(cert-err34-c): the kernel's own numbers. */
		if (sscanf(line, " %*[0-9]: %*[0-9A-Fa-f]:%4X %*s %*s %*s %*s %*s %u %*u %llu",
			   &port, &uid, &inode) == 3 &&
		    is_among((uint16_t)port, ports, port_count))
			sockets->entries[sockets->count++] = (struct udp_socket){
				.port = (uint16_t)port,
				.uid = uid,
				.inode = inode,
			};
	}
	return 0;
}

static void name_process(struct udp_socket *found, const char *pid)
{
	_cleanup_(fclosep) FILE *file = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	file = fopen(path, "re");
	if (!file || !fgets(found->program, sizeof(found->program), file))
		return;
	found->program[strcspn(found->program, "\n")] = '\0';
	for (char *c = found->program; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
}

/* The process is written down for those of the sockets that it holds. */
static void look_at_process(struct udp_sockets *sockets, const char *name, pid_t pid)
{
	_cleanup_(closedirp) DIR *descriptors = NULL;
	const struct dirent *entry;
	char path[64], target[64];

	snprintf(path, sizeof(path), "/proc/%.16s/fd", name);
	descriptors = opendir(path);
	while (descriptors && (entry = readdir(descriptors))) {
		ssize_t size =
			readlinkat(dirfd(descriptors), entry->d_name, target, sizeof(target) - 1);
		unsigned long long inode;

		if (size <= 0)
			continue;
		target[size] = '\0';
		/* NOLINTNEXTLINE(cert-err34-c): the kernel's own numbers. */
		if (sscanf(target, "socket:[%llu]", &inode) != 1)
			continue;
		for (size_t i = 0; i < sockets->count; i++) {
			struct udp_socket *found = &sockets->entries[i];

			if (found->inode != inode || found->pid != 0)
				continue;
			found->pid = pid;
			name_process(found, name);
		}
	}
}

int udp_sockets_find(const uint16_t *ports, size_t port_count, struct udp_sockets *ret_sockets)
{
	static const char *const tables[] = { "/proc/self/net/udp", "/proc/self/net/udp6" };
	_cleanup_(closedirp) DIR *processes = NULL;
	struct udp_sockets sockets = { 0 };
	const struct dirent *entry;
	uint32_t pid;

	for (size_t i = 0; i < ELEMENTS(tables); i++) {
		int r = read_table(tables[i], ports, port_count, &sockets);

		if (r < 0)
			return r;
	}
	processes = sockets.count > 0 ? opendir("/proc") : NULL;
	while (processes && (entry = readdir(processes)))
		if (text_parse_u32(entry->d_name, 1, INT32_MAX, &pid) == 0)
			look_at_process(&sockets, entry->d_name, (pid_t)pid);
	*ret_sockets = sockets;
	return 0;
}
