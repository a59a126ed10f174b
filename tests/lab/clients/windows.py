#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An L2TP client with the habits of the one in Windows: UDP 1701 to 1701, small tunnel ids
that come again, byte for byte the same SCCRQ each time, and a new connection right behind
the last one. IPsec is the host's own (pluto). Of PPP it speaks LCP, which is enough to see
whose packets a call carries: it knows its own by a magic number.

usage: windows.py ADDRESS STEP...

Steps, in order:
  connect ID     a tunnel that we call ID; prints "connected THEIR-ID"
  call           a call in it, which we call by the number of calls so far; prints
                 "call THEIR-ID"
  lcp            LCP up: our Configure-Request holds a magic number of our own and is
                 acknowledged with just that, theirs is taken as it is; prints "lcp"
  echo COUNT     COUNT LCP Echo-Requests, 50 ms apart; prints "echoed ANSWERED of COUNT"
  hang-up        StopCCN, waits for its acknowledgement; prints "hung up"
  vanish         forgets the tunnel and tells nobody
  hold           answers what comes until CDN or StopCCN; prints "cdn RESULT" or "stopccn RESULT"
  inject TUNNEL SESSION COUNT SOURCE DESTINATION
                 2 x COUNT data packets with somebody else's ids, with and without the L bit,
                 each an ICMP echo request; prints "injected NUMBER"
Whatever was meant for somebody else and came to us is said at once: "FOREIGN ...".
Exit status 1 if an answer does not come in time.
"""
import os
import random
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../gateway"))
import l2tp_client  # noqa: E402

LCP = 0xC021
CONFIGURE_REQUEST, CONFIGURE_ACK, ECHO_REQUEST, ECHO_REPLY = 1, 2, 9, 10
OPTION_MAGIC = 5
# Longer than a gateway takes to give up the tunnel that an identical SCCRQ once opened.
WAIT_SECONDS = 20
ECHO_PAUSE_SECONDS = 0.05


def data_packet(tunnel, session, frame, with_length=False):
    """RFC 2661, section 3.1: the header of a data message, with the L bit or without."""
    if with_length:
        return struct.pack("!HHHH", 0x4002, 8 + len(frame), tunnel, session) + frame
    return struct.pack("!HHH", 0x0002, tunnel, session) + frame


def data_of(packet):
    """Tunnel id, session id and PPP frame of a data message."""
    flags = struct.unpack_from("!H", packet)[0]
    position = 4 if flags & 0x4000 else 2
    tunnel, session = struct.unpack_from("!HH", packet, position)
    position += 4
    if flags & 0x0800:
        position += 4
    if flags & 0x0200:
        position += 2 + struct.unpack_from("!H", packet, position)[0]
    return tunnel, session, packet[position:]


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def echo_request(source, destination, number):
    """An IPv4 packet that a host answers, as a PPP frame."""
    icmp = struct.pack("!BBHHH", 8, 0, 0, 0x5A17, number)
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(icmp), number, 0, 64, 1, 0,
                         socket.inet_aton(source), socket.inet_aton(destination))
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return b"\xff\x03\x00\x21" + header + icmp


class WindowsClient(l2tp_client.Client):
    def __init__(self, address):
        super().__init__(address, 1701, 1701)
        self.wait_seconds = WAIT_SECONDS
        self.session_id = 0
        self.answered = set()

    def forget(self):
        super().forget()
        self.magic = random.SystemRandom().randbytes(4)
        self.ours_is_acknowledged = self.theirs_is_acknowledged = False

    def send_lcp(self, code, identifier, body):
        frame = struct.pack("!BBHBBH", 0xFF, 3, LCP, code, identifier, 4 + len(body)) + body
        self.socket.send(data_packet(self.peer_tunnel, self.peer_session, frame))

    def configure_request(self):
        self.send_lcp(CONFIGURE_REQUEST, 1, bytes((OPTION_MAGIC, 6)) + self.magic)

    def data(self, packet):
        if len(packet) < 14:
            return
        tunnel, session, frame = data_of(packet)
        if (tunnel, session) != (self.tunnel_id, self.session_id):
            return
        if frame[:2] == b"\xff\x03":
            frame = frame[2:]
        if len(frame) < 6 or struct.unpack_from("!H", frame)[0] != LCP:
            return
        code, identifier, size = struct.unpack_from("!BBH", frame, 2)
        self.lcp_packet(code, identifier, frame[6:2 + size])

    def lcp_packet(self, code, identifier, body):
        if code == CONFIGURE_REQUEST:
            self.send_lcp(CONFIGURE_ACK, identifier, body)
            self.theirs_is_acknowledged = True
        elif code == ECHO_REQUEST:
            self.send_lcp(ECHO_REPLY, identifier, self.magic)
        elif code == CONFIGURE_ACK:
            if body[2:] == self.magic:
                self.ours_is_acknowledged = True
            else:
                print("FOREIGN configure-ack", body.hex(), flush=True)
        elif code == ECHO_REPLY:
            # the sender's magic number, then what we sent
            if body[4:8] == self.magic:
                self.answered.add(body[8:])
            else:
                print("FOREIGN echo-reply", body.hex(), flush=True)

    def listen(self, until, seconds):
        """Handles what comes until a condition holds; control messages are acknowledged."""
        deadline = time.monotonic() + seconds
        while not until() and time.monotonic() < deadline:
            try:
                packet = self.receive(min(deadline, time.monotonic() + 0.05))
            except socket.timeout:
                continue
            if len(packet) > 12 and struct.unpack_from("!H", packet, 8)[0] == self.nr:
                self.nr = (self.nr + 1) & 0xFFFF
                self.acknowledge()

    def connect_as(self, identifier):
        self.forget()
        self.tunnel_id = identifier
        self.session_id += 1
        self.connect()

    def is_open(self):
        return self.ours_is_acknowledged and self.theirs_is_acknowledged

    def lcp(self):
        deadline = time.monotonic() + self.wait_seconds
        while not self.is_open():
            if time.monotonic() >= deadline:
                raise socket.timeout
            if not self.ours_is_acknowledged:
                self.configure_request()
            self.listen(self.is_open, 1)
        print("lcp", flush=True)

    def echo(self, count):
        self.answered = set()
        for number in range(count):
            self.send_lcp(ECHO_REQUEST, number & 0xFF,
                          self.magic + self.magic + struct.pack("!I", number))
            self.listen(lambda: False, ECHO_PAUSE_SECONDS)
        self.listen(lambda: len(self.answered) >= count, 2)
        print("echoed", len(self.answered), "of", count, flush=True)

    def inject(self, tunnel, session, count, source, destination):
        for number in range(count):
            frame = echo_request(source, destination, number)
            self.socket.send(data_packet(tunnel, session, frame))
            self.socket.send(data_packet(tunnel, session, frame, with_length=True))
            time.sleep(0.01)
        print("injected", 2 * count, flush=True)


def main(arguments):
    client = WindowsClient(arguments[0])
    steps = iter(arguments[1:])
    for step in steps:
        if step == "connect":
            client.connect_as(int(next(steps)))
        elif step == "echo":
            client.echo(int(next(steps)))
        elif step == "inject":
            client.inject(int(next(steps)), int(next(steps)), int(next(steps)), next(steps),
                          next(steps))
        else:
            {"call": client.call, "lcp": client.lcp, "hang-up": client.hang_up,
             "vanish": client.forget, "hold": client.wait_end}[step]()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except socket.timeout:
        sys.exit("no answer in time")
