# SPDX-License-Identifier: GPL-2.0-or-later
# The root file systems that the lab can boot, and how they get here. "host" is this
# machine's own. Any other is a Debian release, made once by mmdebstrap from the
# mirror that apt uses here: either a folder with what the lab runs and what the product
# and its package are built with, or for systemd a disk without any of that. Each is in
# a folder of the cache named after the release and what went into it, so that a change
# makes a new one.
# Uses of the runner: $lab, $cache, say(), as_root() of kernels.bash.
# shellcheck shell=bash disable=SC2154

# Names of userlands and the releases behind them.
userlands=("12=bookworm" "13=trixie")

userland_names() { printf '%s\n' host "${userlands[@]%%=*}"; }

userland_suite() {
	local entry
	for entry in "${userlands[@]}"; do
		[ "${entry%%=*}" != "$1" ] || echo "${entry#*=}"
	done
}

# userland_prepare NAME: makes what is missing, prints the root's folder.
userland_prepare() {
	local packages
	[ "$1" != host ] || { echo / && return; }
	packages=$("$lab/../../packaging/dependencies" list build runtime guest package | paste -sd ,)
	userland_cached "$1" "$packages" userland_make "$packages"
}

# disk_prepare NAME: the same for a disk, prints its folder: "disk" is a file system with
# a Debian as its installer leaves it; "apt" is what apt knows there and has installed.
disk_prepare() { userland_cached "disk-$1" "$(declare -f disk_make)" disk_make; }

# userland_cached NAME CONTENTS COMMAND...: prints the folder that COMMAND... SUITE FOLDER
# has made, now or before, for these contents.
userland_cached() {
	local suite folder
	suite=$(userland_suite "${1#disk-}")
	folder=$cache/userlands/$1-$(cksum <<<"$suite $2" | cut -d ' ' -f 1)
	mkdir -p "$cache/userlands"
	exec 8>"$cache/userlands/.lock"
	flock 8
	[ -d "$folder" ] || "${@:3}" "$suite" "$folder" || return
	touch "$folder.used"
	userlands_forget_old
	exec 8>&-
	echo "$folder"
}

# bootstrap SUITE SCRATCH OPTION...: makes SCRATCH/root.
bootstrap() {
	local suite=$1 scratch=$2 mirror
	mirror=$(userland_mirror)
	[ -n "$mirror" ] || { say "apt knows no Debian mirror here" && return 1; }
	[ -x /usr/bin/mmdebstrap ] || { say "no mmdebstrap (package mmdebstrap)" && return 1; }
	say "making the userland $suite (once)"
	if ! as_root mmdebstrap --quiet --mode=root "${@:3}" "$suite" "$scratch/root" "$mirror" \
		>"$scratch/log" 2>&1 8>&-; then
		tail -n 20 "$scratch/log" >&2
		as_root rm -rf --one-file-system "$scratch"
		say "cannot make the userland $suite"
		return 1
	fi
}

# mmdebstrap minds folders above the root that others cannot enter
userland_scratch() {
	local scratch
	scratch=$(mktemp -d "$cache/userlands/.make.XXXXXX")
	chmod 755 "$scratch"
	echo "$scratch"
}

# userland_make PACKAGES SUITE FOLDER: the folder appears whole or not at all.
userland_make() {
	local scratch
	scratch=$(userland_scratch)
	# no documentation: the whole root is read over and over through 9p
	bootstrap "$2" "$scratch" --variant=minbase --include="$1" \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' || return
	# the virtual machine reads it with the rights of whoever started it
	as_root chmod -R a+rX "$scratch/root"
	as_root mv "$scratch/root" "$3"
	rm -rf --one-file-system "$scratch"
}

# disk_make SUITE FOLDER: the same. What mmdebstrap takes over from this machine is made
# what an installer would have asked for.
disk_make() {
	local scratch
	scratch=$(userland_scratch)
	mkdir "$scratch/made"
	# shellcheck disable=SC2016 # $1 is for the hook
	bootstrap "$1" "$scratch" --variant=important --skip=cleanup/apt/lists \
		--customize-hook='echo gateway >"$1/etc/hostname"' \
		--customize-hook='echo "127.0.0.1 localhost gateway" >"$1/etc/hosts"' \
		--customize-hook=': >"$1/etc/resolv.conf"' || return
	mkdir -p "$scratch/made/apt"/{etc,lib/lists/partial}
	cp -r "$scratch/root/etc/apt/." "$scratch/made/apt/etc/"
	as_root cp "$scratch/root/var/lib/apt/lists"/*_* "$scratch/made/apt/lib/lists/"
	cp "$scratch/root/var/lib/dpkg/status" "$scratch/made/apt/status"
	as_root mke2fs -q -t ext4 -d "$scratch/root" "$scratch/made/disk" 3G >&2 &&
		as_root chmod -R a+rX "$scratch/made" &&
		mv "$scratch/made" "$2"
	as_root rm -rf --one-file-system "$scratch"
	[ -d "$2" ]
}

# The mirror from which apt takes Debian itself on this machine.
userland_mirror() {
	# shellcheck disable=SC2016 # $(...) is for apt
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
		awk -F '|' '$1 == "Debian" && $2 == "Debian" && !found { print $3; found = 1 }'
}

# What was made from other lists of packages, once nobody has used it for a week:
# another source tree may boot from it now.
userlands_forget_old() {
	local used
	find "$cache/userlands" -maxdepth 1 -name '*.used' -mtime +7 | while read -r used; do
		as_root rm -rf --one-file-system "${used%.used}"
		rm -f "$used"
	done
}
