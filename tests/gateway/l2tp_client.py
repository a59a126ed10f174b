#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A scripted L2TP client (LAC) for tests: says what it is told, prints what it hears.

usage: l2tp_client.py [--local-port PORT] ADDRESS PORT STEP...

Steps, in order:
  secret TEXT    from now on: challenges the peer, which must know it, and answers with it
  connect        SCCRQ, SCCRP, SCCCN; prints "connected TUNNEL-ID"
  call           ICRQ, ICRP, ICCN; prints "call SESSION-ID"
  lac-call       the same as a LAC that answered a modem does it: numbers, proxy LCP and
                 authentication, then a WEN
  wait-end       waits for CDN or StopCCN, acknowledges, prints "cdn RESULT" or "stopccn RESULT"
  hang-up        StopCCN, waits for its acknowledgement
  hostile COUNT  COUNT malformed or misplaced datagrams; prints "answers N"
Repeats what is not acknowledged, as a real one does (RFC 2661, 5.8); fails (exit 1) when
an answer does not come within 5 s. tests/lab/clients/windows.py grows from it.
"""
import hashlib
import os
import random
import socket
import struct
import sys
import time

CONTROL = 0xC802
SCCRQ, SCCRP, SCCCN, STOPCCN, HELLO, ICRQ, ICRP, ICCN, CDN, WEN = 1, 2, 3, 4, 6, 10, 11, 12, 14, 15
WAIT_SECONDS = 5
FIRST_REPETITION_SECONDS = 1
TUNNEL_ID, SESSION_ID = 1, 1


def avp(kind, value, mandatory=True):
    return struct.pack("!HHH", (0x8000 if mandatory else 0) | (6 + len(value)), 0, kind) + value


def control(tunnel, session, ns, nr, avps=b""):
    return struct.pack("!HHHHHH", CONTROL, 12 + len(avps), tunnel, session, ns, nr) + avps


def avps_of(packet):
    """Attribute type -> value, of a control message that we trust to be well formed."""
    found, position = {}, 12
    while position + 6 <= len(packet):
        flags, _vendor, kind = struct.unpack_from("!HHH", packet, position)
        found[kind] = packet[position + 6:position + (flags & 0x3FF)]
        position += flags & 0x3FF
    return found


class Client:
    def __init__(self, address, port, local_port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind(("", local_port))
        self.socket.connect((address, port))
        self.wait_seconds = WAIT_SECONDS
        self.tunnel_id, self.session_id = TUNNEL_ID, SESSION_ID
        self.secret = None
        self.forget()

    def forget(self):
        """As after a crash: no tunnel, and nobody is told."""
        self.ns = self.nr = 0
        self.peer_tunnel = self.peer_session = 0
        self.sent = None

    def send(self, session, avps):
        """A message that is repeated until it is acknowledged: the window is 1."""
        self.await_acknowledgement()
        self.sent = control(self.peer_tunnel, session, self.ns, self.nr, avps)
        self.ns = (self.ns + 1) & 0xFFFF
        self.pause = FIRST_REPETITION_SECONDS
        self.repeat_at = time.monotonic() + self.pause
        self.socket.send(self.sent)

    def acknowledge(self):
        self.socket.send(control(self.peer_tunnel, 0, self.ns, self.nr))

    def repeat(self):
        if self.sent and time.monotonic() >= self.repeat_at:
            self.socket.send(self.sent)
            self.pause = min(2 * self.pause, 8)
            self.repeat_at = time.monotonic() + self.pause

    def data(self, packet):
        """A data packet: nobody's here."""

    def receive(self, deadline):
        """The next control packet; data goes to data(). Repeats what waits to be repeated."""
        while True:
            self.repeat()
            wait = deadline - time.monotonic()
            if wait <= 0:
                raise socket.timeout
            self.socket.settimeout(min(wait, 0.5))
            try:
                packet = self.socket.recv(2048)
            except socket.timeout:
                continue
            if len(packet) >= 12 and packet[0] & 0x80:
                self.take_acknowledgement(packet)
                return packet
            self.data(packet)

    def take_acknowledgement(self, packet):
        tunnel, nr = struct.unpack_from("!H4xH", packet, 4)
        if tunnel == self.tunnel_id and nr == self.ns:
            self.sent = None

    def await_acknowledgement(self):
        deadline = time.monotonic() + self.wait_seconds
        while self.sent:
            self.receive(deadline)

    def expect(self, *kinds):
        """The next control message of one of these kinds; others are acknowledged."""
        deadline = time.monotonic() + self.wait_seconds
        while True:
            packet = self.receive(deadline)
            if len(packet) == 12:
                continue
            tunnel, ns = struct.unpack_from("!H2xH", packet, 4)
            if tunnel != self.tunnel_id or ns != self.nr:
                if tunnel == self.tunnel_id and self.peer_tunnel and (ns - self.nr) & 0x8000:
                    self.acknowledge()
                continue
            self.nr = (self.nr + 1) & 0xFFFF
            found = avps_of(packet)
            kind = struct.unpack("!H", found[0])[0]
            if kind in kinds:
                return kind, found
            self.acknowledge()

    def connect(self):
        self.ns = self.nr = self.peer_tunnel = self.peer_session = 0
        challenge = os.urandom(16)
        self.send(0, avp(0, struct.pack("!H", SCCRQ)) + avp(2, b"\x01\x00") +
                  avp(3, struct.pack("!I", 3)) + avp(7, b"test client") +
                  avp(9, struct.pack("!H", self.tunnel_id)) + avp(10, struct.pack("!H", 4)) +
                  (avp(11, challenge) if self.secret else b""))
        found = self.expect(SCCRP)[1]
        self.peer_tunnel = struct.unpack("!H", found[9])[0]
        response = b""
        if self.secret:
            if found[13] != self.response(SCCRP, challenge):
                sys.exit("the peer does not know the secret")
            response = avp(13, self.response(SCCCN, found[11]))
        self.send(0, avp(0, struct.pack("!H", SCCCN)) + response)
        print("connected", self.peer_tunnel, flush=True)

    def response(self, kind, challenge):
        """To a challenge, in a message of this kind (RFC 2661, 5.1.1)."""
        return hashlib.md5(bytes([kind]) + self.secret + challenge).digest()

    def call(self):
        self.send(0, avp(0, struct.pack("!H", ICRQ)) + avp(14, struct.pack("!H", self.session_id)) +
                  avp(15, struct.pack("!I", 1)))
        found = self.expect(ICRP)[1]
        self.peer_session = struct.unpack("!H", found[14])[0]
        self.send(self.peer_session, avp(0, struct.pack("!H", ICCN)) +
                  avp(24, struct.pack("!I", 10000000)) + avp(19, struct.pack("!I", 1)))
        print("call", self.peer_session, flush=True)

    def lac_call(self):
        self.send(0, avp(0, struct.pack("!H", ICRQ)) + avp(14, struct.pack("!H", self.session_id)) +
                  avp(15, struct.pack("!I", 1)) + avp(21, b"5551234") + avp(22, b"\x1b5550000"))
        found = self.expect(ICRP)[1]
        self.peer_session = struct.unpack("!H", found[14])[0]
        confreq = b"\x01\x04\x05\x78"
        self.send(self.peer_session, avp(0, struct.pack("!H", ICCN)) +
                  avp(24, struct.pack("!I", 33600)) + avp(19, struct.pack("!I", 2)) +
                  avp(26, confreq, False) + avp(27, confreq, False) + avp(28, confreq, False) +
                  avp(29, struct.pack("!H", 3), False) + avp(30, b"alice", False) +
                  avp(32, struct.pack("!H", 1), False) + avp(33, b"hunter2", False))
        self.await_acknowledgement()
        self.send(self.peer_session, avp(0, struct.pack("!H", WEN)) +
                  avp(34, struct.pack("!HIIIIII", 0, 7, 0, 0, 0, 0, 0)))
        self.await_acknowledgement()

    def wait_end(self):
        self.wait_seconds = 30
        kind, found = self.expect(CDN, STOPCCN)
        self.acknowledge()
        result = struct.unpack_from("!H", found[1])[0]
        print("cdn" if kind == CDN else "stopccn", result, flush=True)

    def hang_up(self):
        self.send(0, avp(0, struct.pack("!H", STOPCCN)) +
                  avp(9, struct.pack("!H", self.tunnel_id)) + avp(1, struct.pack("!H", 1)))
        self.await_acknowledgement()
        print("hung up", flush=True)

    def hostile(self, count):
        """Nothing of this may be answered."""
        generator = random.Random(1701)
        good = control(0, 0, 0, 0, avp(0, struct.pack("!H", SCCRQ)) + avp(2, b"\x01\x00") +
                       avp(3, struct.pack("!I", 3)) + avp(7, b"x") +
                       avp(9, struct.pack("!H", 7)))
        kinds = [
            lambda: b"",
            lambda: generator.randbytes(generator.randrange(1, 12)),
            lambda: good[:generator.randrange(1, len(good))],
            lambda: control(0, 0, 0, 0, avp(0, struct.pack("!H", HELLO))),
            lambda: control(0, 0, 0, 0, avp(0, struct.pack("!H", ICRQ))),
            lambda: control(generator.randrange(1, 65536), 0, 0, 0),
            lambda: control(0, 0, 0, 0, struct.pack("!HHH", 0x8005, 0, 0)),
            lambda: control(0, 0, 0, 0, struct.pack("!HHH", 0x83FF, 0, 0)),
            lambda: struct.pack("!HHH", 0x0002, generator.randrange(65536), 1) + b"\xff\x03",
            lambda: b"\xc8\x03" + good[2:],
        ]
        for number in range(count):
            self.socket.send(kinds[number % len(kinds)]())
        self.socket.settimeout(1)
        answers = 0
        try:
            while self.socket.recv(2048):
                answers += 1
        except socket.timeout:
            pass
        print("answers", answers, flush=True)


def main(arguments):
    local_port = 0
    if arguments[0] == "--local-port":
        local_port = int(arguments[1])
        arguments = arguments[2:]
    client = Client(arguments[0], int(arguments[1]), local_port)
    steps = iter(arguments[2:])
    for step in steps:
        if step == "hostile":
            client.hostile(int(next(steps)))
        elif step == "secret":
            client.secret = next(steps).encode()
        else:
            {"connect": client.connect, "call": client.call, "lac-call": client.lac_call,
             "wait-end": client.wait_end, "hang-up": client.hang_up}[step]()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except socket.timeout:
        sys.exit("no answer in time")
