# SPDX-License-Identifier: GPL-2.0-or-later
# A small web server: / is a page, /ten-megabytes is just that, at random.
# shellcheck shell=bash

webserver_folder=/tmp/lab-www

# webserver_start HOST: serves on port 80 of all addresses of a host.
webserver_start() {
	if [ ! -d $webserver_folder ]; then
		mkdir $webserver_folder
		echo "a page from $1" >$webserver_folder/index.html
		head -c 10485760 /dev/urandom >$webserver_folder/ten-megabytes
	fi
	host_spawn "$1" webserver busybox httpd -f -p 80 -h $webserver_folder
	wait_until 10 "web server on $1" on "$1" curl -fsS http://127.0.0.1/
}

# webserver_sha256: of /ten-megabytes.
webserver_sha256() { sha256sum $webserver_folder/ten-megabytes | cut -d ' ' -f 1; }

webserver_stop() { host_stop "$1" webserver; }
