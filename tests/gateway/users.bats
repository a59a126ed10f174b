#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Users as an administrator manages them: the commands against a saregated of the test's
# own, and the same over D-Bus.
# shellcheck disable=SC2154,SC2034,SC2030,SC2031 # folder, saregate...: daemon-host; stderr: run
bats_require_minimum_version 1.5.0

load daemon-on-bus

# add NAME ARGUMENT...
add() { printf 'correct horse\n' | "$saregate" user add "$@" --password-stdin; }

# refused PATTERN COMMAND...: status 1, one line on stderr that matches, none on stdout
refused() {
	local pattern=$1
	shift
	run --separate-stderr "$@"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	# shellcheck disable=SC2053 # a pattern
	[[ $stderr == $pattern ]] || {
		echo "$stderr"
		return 1
	}
}

# json PYTHON COMMAND...: what it prints is `it`
json() {
	local check=$1
	shift
	"$@" | python3 -c "import json, sys
it = json.load(sys.stdin)
$check"
}

call() { busctl --system call org.saregate.Gateway1 /org/saregate/Gateway1 org.saregate.Gateway1 "$@"; }

# add_pool NAME FIRST-LAST: to the configuration that the daemon runs with
add_pool() {
	printf '[pool %s]\nrange = %s\n' "$@" >>"$folder/saregate.conf"
	run -0 "$saregate" reload
	[[ $output != *'users or groups have a pool'* ]]
}

@test "a user's attributes are set, shown, and taken away again" {
	add_pool second 10.90.0.10-10.90.0.20
	add alice --ipv4 10.89.0.20 --ipv6 fd00::20 --pool second --dns 192.0.2.1,192.0.2.2 \
		--sessions-maximum 2 --idle-timeout 15m --session-timeout 8h --expires 2100-01-31 \
		--comment "Alice in the office"
	json 'assert list(it) == ["name", "created", "enabled", "expires", "ipv4", "ipv6", "pool", "dns", "sessions_maximum", "idle_timeout", "session_timeout", "comment", "sessions", "group"], list(it)
assert it["created"] > 1600000000 and it["expires"] > 4100000000, it
del it["created"], it["expires"]
assert it == {"name": "alice", "enabled": True, "group": "", "ipv4": "10.89.0.20",
    "ipv6": "fd00::20", "pool": "second", "dns": "192.0.2.1 192.0.2.2", "sessions_maximum": 2,
    "idle_timeout": 900, "session_timeout": 28800, "comment": "Alice in the office",
    "sessions": 0}, it' "$saregate" user show alice --json
	run -0 "$saregate" user show alice
	grep -q '^idle-timeout  *15m00s$' <<<"$output"
	grep -q '^expires  *2100-02-01 00:00$' <<<"$output"
	run -0 "$saregate" user set alice --ipv4 '' --idle-timeout 0 --expires never --dns ''
	[ "$output" = "changed user alice; sessions ended: 0" ]
	json 'assert (it["ipv4"], it["idle_timeout"], it["expires"], it["dns"]) == ("", 0, 0, ""), it
assert it["session_timeout"] == 28800, it' "$saregate" user show alice --json
}

@test "what is wrong is refused with one line, and nothing is changed" {
	add alice --ipv4 10.89.0.20
	refused '*user bob: there is no user of that name' "$saregate" user set bob --comment x
	refused '*user bob: there is no user of that name' "$saregate" user show bob
	refused '*user bob: there is no user of that name' "$saregate" user disable bob
	refused '*user bob: there is no user of that name' "$saregate" user passwd bob --generate
	refused '*user alice: group: there is no group of that name*' \
		"$saregate" user set alice --group staff
	refused "*user bob: ipv4, ipv6: the address is another user's" \
		"$saregate" user add bob --generate --ipv4 10.89.0.20
	refused '*user alice: there is a user of that name already' \
		"$saregate" user add alice --generate
	json 'assert [u["name"] for u in it] == ["alice"], it' "$saregate" user list --json
}

@test "users are listed as a table, with their state" {
	add alice --comment "in the office"
	add bob --enabled no
	add carol --expires 2001-01-01
	run -0 "$saregate" user list
	[[ ${lines[0]} =~ ^NAME\ +STATE\ +GROUP\ +ADDRESS\ +EXPIRES\ +SESSIONS\ +CREATED\ +COMMENT$ ]]
	[[ ${lines[1]} =~ ^alice\ +enabled\ .*\ in\ the\ office$ ]]
	[[ ${lines[2]} =~ ^bob\ +disabled\  ]]
	[[ ${lines[3]} =~ ^carol\ +expired\ +-\ +-\ +2001-01-02\ 00:00\  ]]
}

@test "a comment in another script is shown where the locale is UTF-8, and as ? elsewhere" {
	add zoe --comment 'Zoë, 山'
	run -0 env LC_ALL=C.UTF-8 "$saregate" user list
	[[ ${lines[1]} == *' Zoë, 山' ]]
	run -0 env LC_ALL=C.UTF-8 "$saregate" user show zoe
	[[ $output == *'comment           Zoë, 山'* ]]
	run -0 env LC_ALL=C "$saregate" user list
	[[ ${lines[1]} == *' Zo??, ???' ]]
}

@test "status and doctor have colours on a terminal" {
	terminal() {
		run env -u NO_COLOR TERM=xterm python3 "$top_srcdir/tests/gateway/terminal.py" "$saregate" \
			"$@" </dev/null
	}
	terminal status
	local state=$'state +\e\\[1;3[23]m(running|degraded)\e\\[0m'
	[[ $output =~ $state ]]
	terminal doctor --verbose
	local finding=$'\e\\[1;3[123]m(error|warning|good)\e\\[0m: '
	[[ $output =~ $finding ]]
}

@test "more users than one answer holds are all listed, once" {
	stop_daemon
	python3 - "$folder/users.db" <<-'PYTHON'
		import sqlite3, sys
		database = sqlite3.connect(sys.argv[1])
		database.executemany("INSERT INTO user (name, nt_hash, created) VALUES (?, zeroblob(16), 1)",
		                     [("user%04d" % i,) for i in range(3000)])
		database.commit()
	PYTHON
	[ "$(id -u)" != 0 ] || chown 65534 "$folder"/users.db*
	start_daemon
	json 'assert [u["name"] for u in it] == ["user%04d" % i for i in range(3000)]
assert all(u["created"] == 1 and u["enabled"] is True and len(u) == 14 for u in it)' \
		"$saregate" user list --json
	json 'assert it == [], it' "$saregate" user list --group nobody --json
	[ "$(call ListUsers ssu '' '' 0 | cut -d ' ' -f 2)" = 2000 ]
}

@test "groups are added, changed, shown and deleted" {
	run -0 "$saregate" group add staff --networks 192.168.1.0/24,10.0.0.0/8 --idle-timeout 1h
	[ "$output" = "added group staff" ]
	json 'assert it[0].pop("created") > 1600000000
assert it == [{"name": "staff", "members": 0, "client_to_client": False, "pool": "", "dns": "",
    "networks": "192.168.1.0/24 10.0.0.0/8", "sessions_maximum": 0, "idle_timeout": 3600,
    "session_timeout": 0, "comment": ""}], it' "$saregate" group list --json
	refused '*group staff: there is a group of that name already' "$saregate" group add staff
	refused '*group others: there is no group of that name' \
		"$saregate" group set others --comment x
	refused '*group others: there is no group of that name' "$saregate" group show others
	add alice --group staff
	run -0 "$saregate" group set staff --client-to-client yes --networks none
	[ "$output" = "changed group staff; sessions ended: 0" ]
	run -0 "$saregate" group list
	[[ ${lines[1]} =~ ^staff\ +1\ +-\ +-\ +none\ +yes\ +-\ +1h00m\ +-\ +-$ ]]
	run -0 "$saregate" group show staff
	grep -q '^networks  *none$' <<<"$output"
	json 'assert [u["name"] for u in it] == ["alice"], it' \
		"$saregate" user list --group staff --json
	refused '*group staff: the group has members: *' "$saregate" group del staff
	"$saregate" user set alice --group ''
	run -0 "$saregate" group del staff
	[ "$output" = "deleted group staff" ]
	json 'assert it == [], it' "$saregate" group list --json
}

@test "a pool that there is not is refused with the names of those that there are" {
	local names='default, guests, staff'
	add_pool guests 10.90.0.10-10.90.0.20
	add_pool staff 10.91.0.10-10.91.0.20
	add bob
	refused "*user alice: pool: there is no pool \"gests\"; allowed: nothing, $names" \
		"$saregate" user add alice --generate --pool gests
	refused "*user bob: pool: there is no pool \"Guests\"; allowed: nothing, $names" \
		"$saregate" user set bob --pool Guests
	refused "*group visitors: pool: there is no pool \"gests\"; allowed: nothing, $names" \
		"$saregate" group add visitors --pool gests
	"$saregate" group add visitors --pool guests
	refused "*group visitors: pool: there is no pool \"gests\"; allowed: nothing, $names" \
		"$saregate" group set visitors --pool gests
	file $'name,nt_hash,pool\neve,0123456789abcdef0123456789abcdef,gests\n'
	run -1 --separate-stderr "$saregate" user import "$folder/file"
	[[ $stderr == *"file:2: eve: pool: there is no pool \"gests\"; allowed: nothing, $names"* ]]
	json 'assert [(u["name"], u["pool"]) for u in it] == [("bob", "")], it' \
		"$saregate" user list --json
	json 'assert [(g["name"], g["pool"]) for g in it] == [("visitors", "guests")], it' \
		"$saregate" group list --json
	"$saregate" user set bob --pool default
	"$saregate" user set bob --pool staff
	# the pool goes, the user's name for it stays until somebody changes it
	sed -i '/^\[pool staff\]/,$d' "$folder/saregate.conf"
	run -0 "$saregate" reload
	grep -q '^pool.range ' <<<"$output"
	grep -q 'users or groups have a pool that is not there' <<<"$output"
	"$saregate" user set bob --comment x
	json 'assert (it["pool"], it["comment"]) == ("staff", "x"), it' \
		"$saregate" user show bob --json
	"$saregate" user set bob --pool ''
	refused '*allowed: nothing, default, guests' "$saregate" user set bob --pool staff
}

@test "status has each pool with its size, and what of it is in use" {
	add_pool guests 10.90.0.10-10.90.0.20
	add alice --ipv4 10.90.0.12
	json 'assert it["pools"] == [
    {"name": "default", "range": "10.89.0.10-10.89.3.250", "size": 1009, "free": 1009},
    {"name": "guests", "range": "10.90.0.10-10.90.0.20", "size": 11, "free": 10}], it
assert (it["pool"], it["pool_free"]) == ("10.89.0.10-10.89.3.250", 1009), it' \
		"$saregate" status --json
	run -0 "$saregate" status
	grep -qx 'pools        default: 10.89.0.10-10.89.3.250, 0 of 1009 in use' <<<"$output"
	grep -qx '             guests: 10.90.0.10-10.90.0.20, 1 of 11 in use' <<<"$output"
}

@test "a user is shown with what the group says, and that it does" {
	"$saregate" group add staff --idle-timeout 1h --dns 192.0.2.1 --pool default \
		--networks 10.0.0.0/8 --sessions-maximum 3 --comment "for all"
	add alice --dns 192.0.2.2
	run -0 "$saregate" user show alice
	run ! grep -q 'group)\|networks' <<<"$output"
	"$saregate" user set alice --group staff
	run -0 "$saregate" user show alice
	grep -qx 'idle-timeout      1h00m (of the group)' <<<"$output"
	grep -qx 'pool              default (of the group)' <<<"$output"
	grep -qx 'sessions-maximum  3 (of the group)' <<<"$output"
	grep -qx 'networks          10.0.0.0/8 (of the group)' <<<"$output"
	grep -qx 'client-to-client  no (of the group)' <<<"$output"
	grep -qx 'dns               192.0.2.2' <<<"$output"
	grep -qx 'session-timeout   -' <<<"$output"
	grep -qx 'comment           -' <<<"$output"
	json 'assert (it["idle_timeout"], it["dns"]) == (0, "192.0.2.2"), it' \
		"$saregate" user show alice --json
}

@test "a user is disabled and enabled" {
	add alice
	run -0 "$saregate" user disable alice
	[ "$output" = "disabled user alice; sessions ended: 0" ]
	json 'assert it["enabled"] is False' "$saregate" user show alice --json
	run -0 "$saregate" user enable alice
	[ "$output" = "enabled user alice; sessions ended: 0" ]
	json 'assert it["enabled"] is True' "$saregate" user show alice --json
}

# The NT hash of "correct horse", for CheckPassword.
hash_of() {
	python3 - "$1" <<-'PYTHON'
		import subprocess, sys
		digest = subprocess.run(["openssl", "dgst", "-provider", "legacy", "-md4", "-binary"],
		                        input=sys.argv[1].encode("utf-16-le"), stdout=subprocess.PIPE).stdout
		print(len(digest), *digest)
	PYTHON
}

@test "a password is changed from standard input, and made, and never shown otherwise" {
	add alice --comment hers
	printf 'other horse\n' | "$saregate" user passwd alice --password-stdin
	# shellcheck disable=SC2046 # numbers
	[ "$(call CheckPassword say alice $(hash_of 'other horse'))" = "b true" ]
	json 'assert set(it) == {"name", "password"} and len(it["password"]) == 24, it' \
		"$saregate" user passwd alice --generate --json
	# shellcheck disable=SC2046
	[ "$(call CheckPassword say alice $(hash_of 'other horse'))" = "b false" ]
	json 'assert it["comment"] == "hers"' "$saregate" user show alice --json
	run ! grep -qF 'other horse' "$folder/log" "$folder/users.db"
}

@test "saregated itself refuses what no attribute may have" {
	call AddUser 'saya{ss}' alice 16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 1 comment x
	run call SetUser 'sa{ss}' alice 2 comment y ipv4 nonsense
	[[ $output == *"ipv4: the value is no IPv4 address; allowed: nothing, or an IPv4 address"* ]]
	run call SetUser 'sa{ss}' alice 1 weight 5
	[[ $output == *"there is no such attribute"* ]]
	run call AddUser 'saya{ss}' bob 2 1 2 0
	[[ $output == *"an NT hash has 16 bytes"* ]]
	[ "$(call SetUser 'sa{ss}' alice 1 idle-timeout 2h)" = "u 0" ]
	run -0 call GetUser s alice
	[[ $output == *'"comment" s "x"'* && $output == *'"idle-timeout" u 7200'* ]]
}

@test "hashes are for root and the daemon's own user alone" {
	add alice
	[ "$(call ExportUsers ssu '' '' 0 | grep -c nt-hash)" = 1 ]
	[ "$(call ListUsers ssu '' '' 0 | grep -c nt-hash)" = 0 ]
	[ "$(id -u)" = 0 ] || skip "needs root, to become somebody else"
	chmod 711 "$folder"
	run setpriv --reuid daemon --regid daemon --clear-groups busctl --system call \
		org.saregate.Gateway1 /org/saregate/Gateway1 org.saregate.Gateway1 \
		ExportUsers ssu '' '' 0
	[ "$status" -ne 0 ]
	[[ $output == *"Access denied"* ]]
}

# file TEXT: for import, readable by us alone
file() {
	(umask 077 && printf '%s' "$1" >"$folder/file")
	echo "$folder/file"
}

@test "chap-secrets of pppd are imported, with their addresses" {
	run -0 "$saregate" user import "$(file '# client server secret addresses
alice	*	"correct horse"	*
"bob" saregate tr\ick 10.89.0.30
')"
	[ "$output" = "added 2 users" ]
	json 'assert [(u["name"], u["ipv4"]) for u in it] == [("alice", ""), ("bob", "10.89.0.30")], it' \
		"$saregate" user list --json
	# shellcheck disable=SC2046 # numbers
	[ "$(call CheckPassword say alice $(hash_of 'correct horse'))" = "b true" ]
	# shellcheck disable=SC2046
	[ "$(call CheckPassword say bob $(hash_of 'trick'))" = "b true" ]
}

@test "CSV is imported by its titles" {
	run -0 "$saregate" user import "$(file 'name,password,comment,idle_timeout,expires
alice,correct horse,"says ""hi"", twice",15m,2100-01-31
bob,b,,,
')"
	json 'assert (it["comment"], it["idle_timeout"]) == ("says \"hi\", twice", 900), it
assert it["expires"] > 4100000000, it' "$saregate" user show alice --json
	refused '*/file: line 1: there is no column "weight"; allowed: name, password*' \
		"$saregate" user import "$(file 'name,password,weight
')"
}

@test "each user that is refused is told with its line, and nothing is changed" {
	add carol --ipv4 10.89.0.30
	file 'name,nt_hash,ipv4,group
alice,0123456789abcdef0123456789abcdef,10.89.0.20,
a b,0123456789abcdef0123456789abcdef,,
bob,0123,,
carol,0123456789abcdef0123456789abcdef,,
dave,0123456789abcdef0123456789abcdef,300.1.1.1,
erin,0123456789abcdef0123456789abcdef,10.89.0.20,
frank,0123456789abcdef0123456789abcdef,,nogroup
grace,0123456789abcdef0123456789abcdef
'
	run -1 --separate-stderr "$saregate" user import "$folder/file"
	[ "$output" = "" ]
	diff - <(echo "${stderr//$folder\//}") <<-'TEXT'
		file:3: a user name has 1 to 128 printable ASCII characters, without space, quote, / and :, and one \ at most, inside
		file:4: an NT hash has 32 hexadecimal digits
		file:5: carol: there is a user of that name already
		file:6: ipv4: the value is no IPv4 address; allowed: nothing, or an IPv4 address that a host can have
		file:7: erin: ipv4, ipv6: the address is another user's
		file:8: frank: group: there is no group of that name: saregate group add
		file:9: has fewer cells than there are titles
		saregate: file: 7 users refused, none added: mend them, or add the others with --partial
	TEXT
	json 'assert [u["name"] for u in it] == ["carol"], it' "$saregate" user list --json
	json 'assert it == {"added": 1, "refused": 7}, it' \
		"$saregate" user import "$folder/file" --partial --json
	json 'assert [u["name"] for u in it] == ["alice", "carol"], it' "$saregate" user list --json
}

@test "what one gateway exports another one imports, and only its owner reads the file" {
	add alice --ipv4 10.89.0.20 --dns 192.0.2.1 --comment "Jörg" --enabled no
	add bob
	run -0 "$saregate" user export "$folder/users.json"
	[ "$(stat -c %a "$folder/users.json")" = 600 ]
	refused '*' "$saregate" user export "$folder/users.json"
	"$saregate" user list --json >"$folder/before"
	"$saregate" user del alice
	"$saregate" user del bob
	run -0 "$saregate" user import "$folder/users.json"
	python3 -c 'import json, sys
before, after = (json.load(open(name)) for name in sys.argv[1:])
for user in before + after: del user["created"]
assert before == after, (before, after)' "$folder/before" <("$saregate" user list --json)
	# shellcheck disable=SC2046 # numbers
	[ "$(call CheckPassword say alice $(hash_of 'correct horse'))" = "b true" ]
	chmod 644 "$folder/users.json"
	refused '*others may read it*' "$saregate" user import "$folder/users.json"
	refused '*is no JSON as*' "$saregate" user import "$(file '{ "users": 5 }')"
}

@test "a daemon that is killed in the middle of an import has changed nothing" {
	local i
	add alice
	python3 -c 'for i in range(60000): print("user%05d * secret" % i)' |
		(umask 077 && cat >"$folder/file")
	"$saregate" user import "$folder/file" 3>&- &
	# its journal grows while it writes
	wait_for sh -c "[ \$(stat -c %s '$folder/users.db-wal') -gt 200000 ]"
	kill -9 "$daemon"
	wait "$daemon" || true
	wait $! || true
	start_daemon
	i=$("$saregate" user list --json | grep -c '"name"')
	[ "$i" = 1 ] || [ "$i" = 60001 ]
}

@test "a busy database is told, and nothing is changed" {
	add alice
	python3 - "$folder/users.db" "$folder/held" <<-'PYTHON' 3>&- &
		import sqlite3, sys, time
		database = sqlite3.connect(sys.argv[1])
		database.execute("BEGIN IMMEDIATE")
		open(sys.argv[2], "w").close()
		time.sleep(60)
	PYTHON
	blocker=$!
	wait_for test -e "$folder/held"
	refused '*another program holds the user database: find it*' \
		"$saregate" user set alice --comment x
	kill "$blocker"
	wait "$blocker" || true
	json 'assert it["comment"] == ""' "$saregate" user show alice --json
	"$saregate" user set alice --comment x
}
