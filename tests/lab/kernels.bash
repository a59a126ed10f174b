# SPDX-License-Identifier: GPL-2.0-or-later
# The kernels that the lab can boot, and how they get here. Each is a Debian
# package, unpacked, never installed, into a folder of the cache that is named
# after the package and its version: what is there once is not fetched again.
#
# Folder of a kernel: vmlinuz, modules/VERSION/..., initramfs-SUM (SUM is that of
# guest/initramfs, so that a change of it makes a new one).
# Uses of the runner: $lab, $cache, say().
# shellcheck shell=bash disable=SC2154

# Names of kernels and the package that depends on the newest build of each; the
# first is the default.
kernels=(
	6.12=linux-image-6.12-amd64
	6.1=linux-image-amd64
)

# What the initial file system loads to reach its root.
initramfs_modules=(virtio_pci 9pnet_virtio 9p overlay virtio_blk ext4)

kernel_names() { printf '%s\n' "${kernels[@]%%=*}"; }

# kernel_prepare NAME: fetches what is missing, prints the kernel's folder.
kernel_prepare() {
	local package version folder
	mkdir -p "$cache/kernels"
	exec 9>"$cache/kernels/.lock"
	flock 9
	if package=$(kernel_package "$1"); then
		version=$(apt-cache policy "$package" | awk '$1 == "Candidate:" { print $2 }')
		folder=$cache/kernels/$package-$version
		[ -d "$folder" ] || kernel_fetch "$package" "$folder" || return
	else
		folder=$(kernel_cached "$1") || {
			say "no package for kernel $1 is known to apt, and none is cached"
			return 1
		}
	fi
	ln -sfn "$folder" "$cache/kernels/$1"
	initramfs_prepare "$folder" || return
	exec 9>&-
	echo "$folder"
}

# Prints the concrete package behind a kernel's name, refreshing apt's lists if
# they do not know it.
kernel_package() {
	local entry meta='' package
	for entry in "${kernels[@]}"; do
		[ "${entry%%=*}" != "$1" ] || meta=${entry#*=}
	done
	package=$(package_dependency "$meta")
	if [ -z "$package" ]; then
		as_root apt-get update -q >&2 || true
		package=$(package_dependency "$meta")
	fi
	[ -n "$package" ] && echo "$package"
}

package_dependency() {
	apt-cache depends "$1" 2>/dev/null |
		awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }'
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# The folder that served this kernel last time.
kernel_cached() {
	[ -d "$cache/kernels/$1" ] && realpath "$cache/kernels/$1"
}

# kernel_fetch PACKAGE FOLDER: the folder appears whole or not at all.
kernel_fetch() {
	local scratch version
	say "fetching $1 (once)"
	scratch=$(mktemp -d "$cache/kernels/.fetch.XXXXXX")
	if ! (cd "$scratch" && apt-get download -q "$1" >download.log 2>&1); then
		cat "$scratch/download.log" >&2
		rm -rf "$scratch"
		say "cannot download $1"
		return 1
	fi
	mkdir "$scratch/package" "$scratch/kernel"
	dpkg-deb --fsys-tarfile "$scratch"/*.deb |
		tar -x -C "$scratch/package" --wildcards './boot/vmlinuz-*' '*lib/modules/*'
	version=$(basename "$scratch"/package/boot/vmlinuz-*)
	version=${version#vmlinuz-}
	mv "$scratch/package/boot/vmlinuz-$version" "$scratch/kernel/vmlinuz"
	depmod -b "$scratch/package" "$version"
	mv "$(find "$scratch/package" -type d -path '*lib/modules')" "$scratch/kernel/modules"
	mv "$scratch/kernel" "$2"
	rm -rf "$scratch"
}

initramfs_path() {
	echo "$1/initramfs-$(cksum <"$lab/guest/initramfs" | cut -d ' ' -f 1)"
}

# initramfs_prepare FOLDER: busybox, guest/initramfs as /init and the modules that
# it loads, in the order in which it loads them.
initramfs_prepare() {
	local image scratch version file name
	image=$(initramfs_path "$1")
	[ ! -e "$image" ] || return 0
	[ -x /bin/busybox ] || { say "no /bin/busybox (package busybox-static)"; return 1; }
	scratch=$(mktemp -d "$1/.initramfs.XXXXXX")
	mkdir -p "$scratch"/root/{bin,proc,dev,modules,host,upper,new}
	cp /bin/busybox "$scratch/root/bin/busybox"
	install -m 755 "$lab/guest/initramfs" "$scratch/root/init"
	version=$(ls "$1/modules")
	# modprobe looks below lib/modules of the folder that it is given
	mkdir "$scratch/lib"
	ln -s "$1/modules" "$scratch/lib/modules"
	for name in "${initramfs_modules[@]}"; do
		/sbin/modprobe -d "$scratch" -S "$version" --show-depends "$name" 2>/dev/null |
			awk '$1 == "insmod" { print $2 }'
	done | awk '!seen[$0]++' | while read -r file; do
		name=$(basename "$file" .xz)
		case $file in
		*.xz) xz -dc "$file" >"$scratch/root/modules/$name" ;;
		*) cp "$file" "$scratch/root/modules/$name" ;;
		esac
		echo "$name" >>"$scratch/root/modules/order"
	done
	(cd "$scratch/root" && find . | cpio --quiet -o -H newc | gzip -1) >"$scratch/image"
	mv "$scratch/image" "$image"
	rm -rf "$scratch"
}
