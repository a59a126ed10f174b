# SPDX-License-Identifier: GPL-2.0-or-later
# Random bytes between many clients and one server, both ways at the same time, over
# one TCP connection each. Each client has bytes of its own for either direction, and
# sums are compared at both ends: whatever is lost or crosses shows.
# Files: NAME.up and NAME.down, what was sent; NAME.got, what came; NAME.sum, what the
# server saw.
# shellcheck shell=bash

exchange_folder=/tmp/lab-exchange
exchange_port=82
exchange_address=10.20.0.80

# exchange_start SERVER MEGABYTES NAME...: makes the bytes and serves them. A
# connection's first 16 bytes say whose it is.
exchange_start() {
	local server=$1 bytes=$(($2 * 1048576)) name log
	shift 2
	log=$(log_lines "$server/exchange")
	rm -rf "$exchange_folder"
	mkdir "$exchange_folder"
	for name in "$@"; do
		{ printf '%-16s' "$name" && head -c $((bytes - 16)) /dev/urandom; } \
			>"$exchange_folder/$name.up"
		head -c $bytes /dev/urandom >"$exchange_folder/$name.down"
	done
	host_spawn "$server" exchange python3 -u -c '
import hashlib, socket, sys, threading

folder, port, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def serve(connection):
    first = connection.recv(16, socket.MSG_WAITALL)
    path = folder + "/" + first.decode().strip()
    with open(path + ".down", "rb") as file:
        sender = threading.Thread(target=connection.sendfile, args=(file,))
        sender.start()
        sum, left = hashlib.sha256(first), size - len(first)
        while left and (data := connection.recv(min(left, 65536))):
            sum.update(data)
            left -= len(data)
        sender.join()
    with open(path + ".sum", "w") as file:
        file.write(sum.hexdigest())
    connection.close()

listener = socket.create_server(("", port), backlog=64)
print("serves")
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],)).start()
' "$exchange_folder" $exchange_port $bytes
	wait_until 20 "the server on $server" logged "$log" "$server/exchange" serves
}

# exchange NAME [SECONDS]: a client's part; it ends when the server has all.
exchange() {
	rm -f "$exchange_folder/$1".{got,sum}
	# shellcheck disable=SC2016
	on "$1" timeout "${2:-240}" busybox sh -c 'exec busybox nc "$1" "$2" <"$3.up" >"$3.got"' \
		exchange $exchange_address $exchange_port "$exchange_folder/$1"
}

# exchange_check NAME...: fails unless each one's bytes came whole to both ends.
exchange_check() {
	local name
	for name in "$@"; do
		echo "$(<"$exchange_folder/$name.sum")  $exchange_folder/$name.up"
		sha256sum "$exchange_folder/$name.down" | sed 's/down$/got/'
	done | sha256sum --quiet --check
}

# exchange_stop SERVER
exchange_stop() {
	host_stop "$1" exchange
	rm -rf "$exchange_folder"
}
