# SPDX-License-Identifier: GPL-2.0-or-later
# The root file systems that the lab can boot, and how they get here. "host" is this
# machine's own. Any other is a Debian release, made once by mmdebstrap from the
# mirror that apt uses here, with what the lab runs and what the product and its
# package are built with: a folder of the cache named after the release and the list of packages, so
# that a change of the list makes a new one.
# Uses of the runner: $lab, $cache, say(), as_root() of kernels.bash.
# shellcheck shell=bash disable=SC2154

# Names of userlands and the releases behind them.
userlands=("13=trixie")

userland_names() { printf '%s\n' host "${userlands[@]%%=*}"; }

# userland_prepare NAME: makes what is missing, prints the root's folder.
userland_prepare() {
	local entry suite='' packages folder
	[ "$1" != host ] || { echo / && return; }
	for entry in "${userlands[@]}"; do
		[ "${entry%%=*}" != "$1" ] || suite=${entry#*=}
	done
	packages=$("$lab/../../packaging/dependencies" list build runtime guest package | paste -sd ,)
	folder=$cache/userlands/$1-$(cksum <<<"$suite $packages" | cut -d ' ' -f 1)
	mkdir -p "$cache/userlands"
	exec 8>"$cache/userlands/.lock"
	flock 8
	[ -d "$folder" ] || userland_make "$suite" "$packages" "$folder" || return
	touch "$folder.used"
	userlands_forget_old
	exec 8>&-
	echo "$folder"
}

# userland_make SUITE PACKAGES FOLDER: the folder appears whole or not at all.
userland_make() {
	local mirror scratch
	mirror=$(userland_mirror)
	[ -n "$mirror" ] || { say "apt knows no Debian mirror here" && return 1; }
	[ -x /usr/bin/mmdebstrap ] || { say "no mmdebstrap (package mmdebstrap)" && return 1; }
	say "making the userland $1 (once)"
	# mmdebstrap minds folders above the root that others cannot enter
	scratch=$(mktemp -d "$cache/userlands/.make.XXXXXX")
	chmod 755 "$scratch"
	# no documentation: the whole root is read over and over through 9p
	if ! as_root mmdebstrap --quiet --mode=root --variant=minbase --include="$2" \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"$1" "$scratch/root" "$mirror" >"$scratch/log" 2>&1 8>&-; then
		tail -n 20 "$scratch/log" >&2
		as_root rm -rf --one-file-system "$scratch"
		say "cannot make the userland $1"
		return 1
	fi
	# the virtual machine reads it with the rights of whoever started it
	as_root chmod -R a+rX "$scratch/root"
	as_root mv "$scratch/root" "$3"
	rm -rf --one-file-system "$scratch"
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
