# SPDX-License-Identifier: GPL-2.0-or-later
# What a package is built from. Uses of the caller: $source_folder.
# shellcheck shell=bash disable=SC2154

# export_source FOLDER: the last commit; where git knows of none, as in an unpacked
# release, what is there but for what was built.
export_source() {
	local git=(git -C "$source_folder" -c "safe.directory=$source_folder")
	mkdir -p "$1"
	if [ -e "$source_folder/.git" ]; then
		"${git[@]}" archive HEAD | tar -x -C "$1"
	else
		tar -c -C "$source_folder" --exclude ./build --exclude ./dist . | tar -x -C "$1"
	fi
}
