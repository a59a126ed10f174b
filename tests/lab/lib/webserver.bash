# SPDX-License-Identifier: GPL-2.0-or-later
# A small web server: / is a page, /ten-megabytes is just that, at random.
# Uses of road.bash: log_lines logged.
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

# webserver_download CLIENT ADDRESS: /ten-megabytes comes to a client whole.
webserver_download() {
	[ "$(on "$1" curl -fsS --max-time 120 "http://$2/ten-megabytes" | sha256sum |
		cut -d ' ' -f 1)" = "$(webserver_sha256)" ]
}

# webserver_upload CLIENT HOST ADDRESS: the same bytes go from a client to a host whole.
webserver_upload() {
	local log
	log=$(log_lines "$2/upload")
	host_spawn "$2" upload python3 -u -c '
import hashlib, socket
listener = socket.create_server(("", 81))
print("listening")
sha256, (client, _) = hashlib.sha256(), listener.accept()
while data := client.recv(65536):
    sha256.update(data)
print(sha256.hexdigest())'
	wait_until 10 "a listener on $2" logged "$log" "$2/upload" listening
	on "$1" timeout 120 bash -c "cat $webserver_folder/ten-megabytes >/dev/tcp/$3/81"
	wait_until 30 "all of it on $2" logged "$log" "$2/upload" "^$(webserver_sha256)\$"
}

webserver_stop() { host_stop "$1" webserver; }
