#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""saregated's part towards the launcher, played for its tests.

usage: launcher_client.py SOCKET PID SCENARIO

SOCKET is the launcher's, PID its process. A scenario is a function below; it
ends with exit status 0, or with the assertion that did not hold. The pppd is
stub-pppd, whose behaviour the number of the interface chooses.
"""

import errno
import os
import signal
import socket
import struct
import sys
import time

VERSION = 4
START, STOP, HOOK = 1, 2, 3
STARTED, REFUSED, EXITED = 64, 65, 66
PPPOL2TP, TTY = 0, 1
IGNORES_TERM = 2000
PATIENCE = 30  # seconds, for a machine under load


def message(kind, *fields):
    return struct.pack(f"={2 + len(fields)}I", VERSION, kind, *fields)


def start_message(call, unit, channel=PPPOL2TP):
    return message(START, call, unit, 1280, 1280, 30, 4, 0, channel, 0)


def hook_message(session, event, user=b"alice", cause=b""):
    """A session of alice's is up (0) or down (1)."""
    end = (61, 1000, 2000) if event else (0, 0, 0)
    return struct.pack(
        "=6I16s2I4Q136s40s16s256s256s", VERSION, HOOK, session, event, 0x0A59000A, 0,
        bytes([203, 0, 113, 11]), 4500, 0, 0, *end, user, b"staff", b"kernel", b"CN=phone", cause)


class Pair:
    """What a call is started with; ours is the plugin's other end."""

    def __init__(self):
        self.session, self.session_peer = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.plugin, self.ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.ours.settimeout(PATIENCE)

    def descriptors(self):
        return [self.session.fileno(), self.plugin.fileno()]

    def close_sent(self):
        self.session.close()
        self.plugin.close()


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(path)

    def send(self, data, descriptors=()):
        ancillary = []
        if descriptors:
            packed = struct.pack(f"={len(descriptors)}i", *descriptors)
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, packed)]
        self.socket.sendmsg([data], ancillary)

    def receive(self):
        data = self.socket.recv(256)
        assert data, "the launcher has closed the connection"
        fields = struct.unpack(f"={len(data) // 4}I", data)
        assert fields[0] == VERSION
        return fields[1:]

    def expect_closed(self):
        try:
            assert self.socket.recv(256) == b""
        except ConnectionResetError:
            pass
        self.socket.close()

    def start(self, call, unit):
        """Starts a call that must start; returns its process and our end."""
        pair = Pair()
        self.send(start_message(call, unit), pair.descriptors())
        pair.close_sent()
        kind, answered, pid = self.receive()
        assert (kind, answered) == (STARTED, call), (kind, answered, pid)
        return pid, pair.ours

    def start_ready(self, call, unit):
        pid, ours = self.start(call, unit)
        assert ours.recv(4096).startswith(b"ready ")
        return pid, ours

    def expect_refusal(self, call, unit, error, descriptors=None, channel=PPPOL2TP):
        pair = Pair()
        self.send(
            start_message(call, unit, channel),
            pair.descriptors() if descriptors is None else descriptors,
        )
        pair.close_sent()
        got = self.receive()
        assert got == (REFUSED, call, error), f"{got} instead of {errno.errorcode[error]}"

    def settle(self):
        """All requests before this one, with their descriptors, are done with."""
        self.expect_refusal(0, 0, errno.EINVAL, [])


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def descriptor_count(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


# --- Scenarios ---------------------------------------------------------------------


def malformed_requests_end_the_connection(path, _):
    good = start_message(1, 1)
    stop = message(STOP, 1)
    bad = [good[:size] for size in range(1, len(good))] + [good + b"\0", good * 3]
    bad += [stop[:size] for size in range(1, len(stop))] + [stop + b"\0"]
    bad += [struct.pack("=3I", 1, STOP, 1), message(3, 1), message(0, 1), message(STARTED, 1, 1)]
    bad += [message(EXITED, 1, 1, 0, 0), message(START, 1, 10**8, 1280, 1280, 30, 4, 0, 0)]
    bad += [message(START, 1, 1, 575, 1280, 30, 4, 0, 0)]
    bad += [message(START, 1, 1, 1280, 1501, 30, 4, 0, 0)]
    bad += [message(START, 1, 1, 1280, 1280, 30, 4, 2, 0)]
    bad += [message(START, 1, 1, 1280, 1280, 30, 4, 0, 2), b"\xff" * len(good)]
    hook = hook_message(1, 1)
    bad += [hook[:-1], hook + b"\0", hook_message(0, 1), hook_message(1, 2), hook_message(1, 1, b"")]
    bad += [hook_message(1, 1, b"a\nLD_PRELOAD=b"), hook_message(1, 1, b"a" * 136)]
    bad += [hook_message(1, 0, cause=b"idle")]
    for request in bad:
        client = Client(path)
        pair = Pair()
        client.send(request, pair.descriptors())
        pair.close_sent()
        client.expect_closed()
        assert pair.ours.recv(1) == b"", "a descriptor stayed with the launcher"


def a_call_is_started_and_stopped(path, _):
    client = Client(path)
    pid, ours = client.start(7, 42)
    words = ours.recv(4096).split()
    assert words[:3] == [b"ready", b"nodetach", b"plugin"], words
    assert b"sg42" in words
    client.send(message(STOP, 7))
    assert client.receive() == (EXITED, 7, pid, 5, 0)
    assert ours.recv(1) == b"", "the plugin's socket is open somewhere"
    client.send(message(STOP, 7))  # crossed the end: nothing comes of it
    client.start_ready(7, 42)


def ends_of_every_kind_are_told(path, _):
    client = Client(path)
    for code in (0, 1, 19, 255):
        pid, _ = client.start(code, 1000 + code)
        assert client.receive() == (EXITED, code, pid, code, 0)
    pid, _ = client.start_ready(3, 3)
    os.kill(pid, signal.SIGKILL)
    assert client.receive() == (EXITED, 3, pid, 0, signal.SIGKILL)


def a_pppd_that_ignores_sigterm_is_killed_meanwhile_others_are_served(path, _):
    client = Client(path)
    pid, _ = client.start_ready(1, IGNORES_TERM)
    begin = time.monotonic()
    client.send(message(STOP, 1))
    other, _ = client.start_ready(2, 2)
    client.send(message(STOP, 2))
    assert client.receive() == (EXITED, 2, other, 5, 0)
    assert time.monotonic() - begin < 4.5, "the launcher waited"
    assert client.receive() == (EXITED, 1, pid, 0, signal.SIGKILL)
    assert time.monotonic() - begin > 4.5, "there was no grace"


def numbers_in_use_are_refused(path, _):
    client = Client(path)
    pid, _ = client.start_ready(1, 1)
    client.expect_refusal(1, 2, errno.EEXIST)
    client.expect_refusal(2, 1, errno.EEXIST)
    client.start_ready(2, 2)
    client.send(message(STOP, 1))
    assert client.receive() == (EXITED, 1, pid, 5, 0)
    client.start_ready(3, 1)


def descriptors_that_are_others_are_refused(path, launcher):
    client = Client(path)
    pair = Pair()
    session, plugin = pair.descriptors()
    stream = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)[0]
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    null = os.open("/dev/null", os.O_RDONLY)
    client.settle()
    before = descriptor_count(launcher)
    client.expect_refusal(1, 1, errno.EINVAL, [session])
    client.expect_refusal(1, 1, errno.EINVAL, [session, plugin, plugin])
    client.expect_refusal(1, 1, errno.ENOTSOCK, [null, plugin])
    client.expect_refusal(1, 1, errno.ENOTSOCK, [session, null])
    client.expect_refusal(1, 1, errno.EPROTOTYPE, [udp.fileno(), plugin])
    client.expect_refusal(1, 1, errno.EPROTOTYPE, [session, udp.fileno()])
    client.expect_refusal(1, 1, errno.EPROTOTYPE, [session, stream.fileno()])
    client.settle()
    assert descriptor_count(launcher) == before


def a_terminal_that_is_no_pty_is_refused(path, launcher):
    client = Client(path)
    pair = Pair()
    session, plugin = pair.descriptors()
    null = os.open("/dev/null", os.O_RDONLY)
    master, slave = os.openpty()
    client.settle()
    before = descriptor_count(launcher)
    for wrong in (session, null, master):
        client.expect_refusal(1, 1, errno.ENOTTY, [wrong, plugin], TTY)
    client.expect_refusal(1, 1, errno.ENOTSOCK, [slave, plugin])
    client.settle()
    assert descriptor_count(launcher) == before


def a_pty_becomes_the_terminal_of_pppd(path, _):
    client = Client(path)
    pair = Pair()
    master, slave = os.openpty()
    client.send(start_message(7, 42, TTY), [slave, pair.plugin.fileno()])
    pair.close_sent()
    kind, call, pid = client.receive()
    assert (kind, call) == (STARTED, 7)
    words = pair.ours.recv(4096).split()
    assert b"pppol2tp.so" not in words and b"local" in words, words
    assert os.readlink(f"/proc/{pid}/fd/0") == os.ttyname(slave)
    assert "3" not in os.listdir(f"/proc/{pid}/fd")
    client.send(message(STOP, 7))
    assert client.receive() == (EXITED, 7, pid, 5, 0)
    os.close(master)


def a_session_that_is_no_pppol2tp_socket_is_refused(path, _):
    client = Client(path)
    client.expect_refusal(1, 1, errno.EPROTOTYPE)


def a_pppd_that_cannot_be_run_is_refused_with_the_reason(path, launcher):
    client = Client(path)
    client.settle()
    before = descriptor_count(launcher)
    for _ in range(20):
        client.expect_refusal(1, 1, errno.ENOENT)
    client.settle()
    assert descriptor_count(launcher) == before


def calls_end_with_their_client(path, launcher):
    def turn():
        client = Client(path)
        pids = [client.start_ready(call, call)[0] for call in range(10)]
        client.socket.close()
        wait_until(lambda: not any(map(is_alive, pids)), "pppds live without saregated")
        client = Client(path)
        client.settle()
        return descriptor_count(launcher)

    turn()  # the first one makes the loop's own descriptors
    assert turn() == turn()


def a_new_saregated_takes_over_and_finds_nothing_of_the_old(path, _):
    old = Client(path)
    pids = [old.start_ready(call, call)[0] for call in range(5)]
    pids.append(old.start_ready(6, IGNORES_TERM)[0])
    new = Client(path)
    old.expect_closed()
    # The same numbers: answered once every old pppd has ended, the stubborn one too.
    pid, _ = new.start_ready(1, 1)
    assert not any(map(is_alive, pids))
    new.send(message(STOP, 1))
    assert new.receive() == (EXITED, 1, pid, 5, 0)


def other_users_are_sent_away(path, _):
    """As root: by the mode of the socket, and were it open to all, by their uid."""
    old = Client(path)
    for mode, hopeful in ((0o600, False), (0o666, True)):
        os.chmod(path, mode)
        child = os.fork()
        if child == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            try:
                Client(path).expect_closed()
                os._exit(0 if hopeful else 1)
            except PermissionError:
                os._exit(1 if hopeful else 0)
        assert os.waitpid(child, 0)[1] == 0, oct(mode)
    os.chmod(path, 0o600)
    old.start_ready(1, 1)  # was not disturbed


def sigterm_ends_the_pppds_and_then_the_launcher(path, launcher):
    client = Client(path)
    pids = [client.start_ready(call, call)[0] for call in range(5)]
    pids.append(client.start_ready(6, IGNORES_TERM)[0])
    os.kill(launcher, signal.SIGTERM)
    wait_until(lambda: not is_alive(launcher), "the launcher does not end")
    assert not any(map(is_alive, pids))


def nothing_is_left_of_a_thousand_calls(path, launcher):
    client = Client(path)

    def turn(call):
        pid, ours = client.start(call, 1000)
        assert client.receive() == (EXITED, call, pid, 0, 0)
        ours.close()

    for call in range(100):
        turn(call)
    client.settle()
    descriptors, resident = descriptor_count(launcher), resident_kib(launcher)
    for call in range(100, 1100):
        turn(call)
    client.settle()
    assert descriptor_count(launcher) == descriptors
    # A sanitizer keeps what was freed for a while.
    grown = resident_kib(launcher) - resident
    limit = 30000 if os.environ.get("SANITIZED") else 500
    assert grown < limit, f"{grown} KiB more"


def empty_messages_leave_no_descriptors(path, launcher):
    keeper = Pair()
    client = Client(path)
    client.start_ready(1, 1)
    client.socket.close()
    client = Client(path)
    client.settle()  # the old one is gone
    before = descriptor_count(launcher)
    client.socket.close()
    for _ in range(20):
        client = Client(path)
        client.send(b"", keeper.descriptors())
        client.expect_closed()
    client = Client(path)
    client.settle()
    assert descriptor_count(launcher) == before


def no_end_is_lost_on_a_client_that_does_not_read(path, launcher):
    client = Client(path)
    count = 600
    sent = 0
    client.socket.setblocking(False)
    while sent < count:
        pair = Pair()
        try:
            client.send(start_message(sent, 10000 + sent), pair.descriptors())
            sent += 1
        except BlockingIOError:
            time.sleep(0.01)
        pair.close_sent()
    wait_until(lambda: not children(launcher), "pppds do not end")
    client.socket.setblocking(True)
    client.socket.settimeout(PATIENCE)
    started, ended = set(), set()
    while len(ended) < count:
        kind, call, *_ = client.receive()
        (started if kind == STARTED else ended).add(call)
        assert kind == STARTED or (kind == EXITED and call in started), (kind, call)
    assert len(started) == count


def a_session_comes_and_goes(path, _):
    client = Client(path)
    client.send(hook_message(12, 0))
    client.send(hook_message(12, 1, cause=b"ended by the administrator"))
    client.settle()


def sessions_go_and_so_does_saregated(path, _):
    client = Client(path)
    client.start_ready(7, 42)
    for session in range(1, 101):
        client.send(hook_message(session, 1))
    client.socket.close()


def many_sessions_come_at_once(path, _):
    client = Client(path)
    for session in range(1, 1201):
        client.send(hook_message(session, 0))
    client.settle()
    client.start_ready(7, 42)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return file.read().split()


def main():
    path, launcher, name = sys.argv[1:]
    globals()[name](path, int(launcher))


main()
