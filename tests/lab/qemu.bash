# SPDX-License-Identifier: GPL-2.0-or-later
# The qemu backend: boots a kernel of kernels.bash with shares of the host: the root
# of userlands.bash, the host's whole file system if that is another one, the
# kernel's modules, all read-only, and the run's output folder. A root that is a disk
# is the run's own copy: that and the output folder are all that the machine can
# change. No network device. The first serial port is the console (a log), the second
# carries what the script prints.
# Uses of kernels.bash: initramfs_path().
# shellcheck shell=bash

# Arguments for one 9p share: qemu_share TAG PATH [OPTIONS]. A comma in a path is
# doubled, as qemu wants it.
qemu_share() {
	printf '%s\n' -fsdev "local,id=$1,path=${2//,/,,},security_model=none${3:+,$3}" \
		-device "virtio-9p-pci,fsdev=$1,mount_tag=$1"
}

# What the machine gets as its root: a disk, which systemd boots, or a share.
qemu_root() {
	if [ -f "$1" ]; then
		# what the machine wrote need not survive this host
		printf '%s\n' -drive "file=${1//,/,,},format=raw,if=virtio,cache=unsafe"
	else
		qemu_share root "$1" readonly=on,multidevs=remap
	fi
}

# qemu_run KERNEL-FOLDER ROOT OUTPUT TIMEOUT STEADY: returns when the machine has
# ended, or would boot again, 124 if it had to be ended after TIMEOUT seconds. It has one
# processor: two of them, emulated, wait for each other at every change of a page table,
# and two machines side by side, of two each, took twice as long. STEADY is a word, or
# empty: its clock counts instructions, 2 ns each.
qemu_run() {
	local shares parameters='' processors=(-accel 'tcg,thread=single' -smp 1)
	[ -z "$5" ] || processors+=(-icount shift=1)
	[ ! -f "$2" ] || parameters=' lab.disk systemd.show_status=true'
	mapfile -t shares < <(
		qemu_root "$2"
		[ "$2" = / ] || qemu_share host / readonly=on,multidevs=remap
		qemu_share modules "$1/modules" readonly=on
		qemu_share output "$3"
	)
	timeout --foreground --kill-after=5 "$4" qemu-system-x86_64 \
		-nodefaults -no-user-config -no-reboot -display none \
		-machine q35 -cpu max "${processors[@]}" -m 2048 \
		-kernel "$1/vmlinuz" -initrd "$(initramfs_path "$1")" \
		-append "console=ttyS0 quiet loglevel=4 panic=-1 random.trust_cpu=on mitigations=off$parameters" \
		-chardev "file,id=console,path=${3//,/,,}/console.log" -serial chardev:console \
		-chardev stdio,id=script,signal=off -serial chardev:script \
		"${shares[@]}" </dev/null
}
