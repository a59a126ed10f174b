#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets crafted with scapy for the engine (ENGINE in the environment): taken or
refused as RFC 2661 says? What the engine answers is taken apart by scapy, too, and
by an implementation of hiding (4.3) of our own here. Tells in TAP."""
import hashlib
import os
import struct
import subprocess

try:
    from scapy.layers.l2tp import L2TP
    from scapy.packet import Raw
except ImportError:
    print("1..0 # SKIP python3-scapy is not installed")
    raise SystemExit(0)

SECRET = b"secret"
PLAIN, WITH_SECRET = 0, 3
CONTROL = "control+length+sequence"
SCCRQ, SCCRP, SCCCN, STOPCCN, HELLO = 1, 2, 3, 4, 6
OCRQ, OCRP, OCCN, ICRQ, ICRP, ICCN, CDN, WEN, SLI = 7, 8, 9, 10, 11, 12, 14, 15, 16


def avp(kind, value=b"", mandatory=True, hidden=False, vendor=0, length=None, reserved=0):
    length = 6 + len(value) if length is None else length
    flags = mandatory << 15 | hidden << 14 | reserved << 10 | length
    return struct.pack("!HHH", flags, vendor, kind) + value


def u16(value):
    return struct.pack("!H", value)


def u32(value):
    return struct.pack("!I", value)


def crypt(kind, vector, text, decrypt):
    """A hidden value (4.3), either way."""
    result = b""
    mask = hashlib.md5(u16(kind) + SECRET + vector).digest()
    for i in range(0, len(text), 16):
        block = bytes(a ^ b for a, b in zip(text[i:i + 16], mask))
        result += block
        mask = hashlib.md5(SECRET + (text[i:i + 16] if decrypt else block)).digest()
    return result


VECTOR = bytes(range(16))
RANDOM_VECTOR = avp(36, VECTOR)


def hidden(kind, value, inner=None, mandatory=True):
    text = u16(len(value) if inner is None else inner) + value
    text += b"p" * (-len(text) % 16)
    return avp(kind, crypt(kind, VECTOR, text, False), mandatory, True)


def message(kind, *avps, mandatory=True):
    return avp(0, u16(kind), mandatory) + b"".join(avps)


def control(payload, tunnel=0, session=0, ns=0, nr=0, hdr=CONTROL, version=2):
    packet = L2TP(hdr=hdr, version=version, tunnel_id=tunnel, session_id=session, ns=ns, nr=nr)
    return bytes(packet / Raw(payload)) if payload else bytes(packet)


def avps_of(payload):
    """Type: value, unhidden; of our own."""
    found, vector = {}, b""
    while payload:
        flags, vendor, kind = struct.unpack("!HHH", payload[:6])
        length = flags & 0x3ff
        assert 6 <= length <= len(payload) and vendor == 0 and not flags & 0x3c00
        value = payload[6:length]
        if kind == 36:
            vector = value
        if flags & 0x4000:
            text = crypt(kind, vector, value, True)
            inner = struct.unpack("!H", text[:2])[0]
            assert inner <= len(text) - 2
            value = text[2:2 + inner]
        assert kind not in found
        found[kind] = value
        payload = payload[length:]
    return found


class Answer:
    """What the engine sent, as scapy reads it."""

    def __init__(self, text):
        self.packet = L2TP(bytes.fromhex(text))
        assert bytes(self.packet) == bytes.fromhex(text), "scapy would write it differently"
        assert str(self.packet.hdr) == "sequence+length+control" and self.packet.version == 2
        self.avps = avps_of(bytes(self.packet.payload))
        self.type = struct.unpack("!H", self.avps[0])[0] if self.avps else None

    def number(self, kind):
        return int.from_bytes(self.avps[kind], "big")

    def result(self):
        """Result and Error Code."""
        return struct.unpack("!HH", self.avps[1][:4]) if len(self.avps[1]) >= 4 else \
            (struct.unpack("!H", self.avps[1])[0], None)


class Engine:
    """The engine on its pipe, and another one if it has died."""

    def __init__(self):
        self.process = None

    def write(self, line):
        if not self.process or self.process.poll() is not None:
            self.process = subprocess.Popen([os.environ["ENGINE"]], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def read(self):
        line = self.process.stdout.readline()
        assert line, f"the engine died, status {self.process.wait()}"
        return line.split()

    def end(self):
        self.process.stdin.close()
        return self.process.wait()


ENGINE = Engine()


class Client:
    """A client with an LNS of its own, which knows no more than what it was told."""

    def __init__(self, number=PLAIN):
        self.number, self.ns, self.nr = number, 0, 0
        self.tunnel = self.session = 0
        ENGINE.write("reset")

    def give(self, packet):
        """The verdict, and what was sent meanwhile."""
        answers = []
        ENGINE.write(f"receive {self.number} {packet.hex()}")
        while True:
            word, value = ENGINE.read()
            if word == "verdict":
                return value, answers
            answers.append(Answer(value))

    def send(self, payload, session=None, tunnel=None, **header):
        session = self.session if session is None else session
        tunnel = self.tunnel if tunnel is None else tunnel
        verdict, answers = self.give(control(payload, tunnel, session, self.ns, self.nr, **header))
        self.ns += 1 if payload else 0
        for answer in answers:
            if answer.type is not None and answer.packet.ns == self.nr:
                self.nr += 1
            if answer.type == SCCRP:
                self.tunnel = answer.number(9)
            if answer.type == ICRP:
                self.session = answer.number(14)
        return verdict, [answer.type for answer in answers], answers


REQUIRED = {
    SCCRQ: [avp(2, u16(0x100)), avp(7, b"client"), avp(3, u32(3)), avp(9, u16(7))],
    SCCCN: [],
    ICRQ: [avp(14, u16(5)), avp(15, u32(1))],
    ICCN: [avp(24, u32(1000000)), avp(19, u32(1))],
    CDN: [avp(1, u16(1)), avp(14, u16(5))],
    STOPCCN: [avp(9, u16(7)), avp(1, u16(1))],
    HELLO: [],
    WEN: [avp(34, bytes(26))],
    SLI: [avp(35, bytes(10))],
    OCRQ: [avp(14, u16(9)), avp(15, u32(1)), avp(16, u32(1)), avp(17, u32(2)), avp(18, u32(1)),
           avp(19, u32(1)), avp(21, b"123")],
}
OPTIONAL = {
    SCCRQ: [(4, u32(0)), (10, u16(4)), (5, bytes(8)), (6, u16(0x690)), (8, b"vendor")],
    SCCCN: [(13, bytes(16))],
    ICRQ: [(18, u32(1)), (25, u32(1)), (22, b"0123"), (21, b"456"), (23, b"7")],
    ICCN: [(26, b"\1"), (27, b"\2"), (28, b"\3"), (29, u16(2)), (30, b"me"), (31, b"c"),
           (32, u16(1)), (33, b"r"), (37, b"group"), (38, u32(1)), (39, b"")],
    CDN: [(12, u16(16) + b"\0advisory")],
    OCRQ: [(23, b"7")],
}
# What each is answered with in the state in which it belongs.
ANSWER = {SCCRQ: SCCRP, SCCCN: None, ICRQ: ICRP, ICCN: None, CDN: None, STOPCCN: None,
          HELLO: None, WEN: None, SLI: None, OCRQ: CDN}
BEFORE = {SCCRQ: [], SCCCN: [SCCRQ], HELLO: [SCCRQ, SCCCN], STOPCCN: [SCCRQ, SCCCN],
          OCRQ: [SCCRQ, SCCCN], ICRQ: [SCCRQ, SCCCN], ICCN: [SCCRQ, SCCCN, ICRQ]}
OF_TUNNEL = {SCCRQ, SCCCN, HELLO, STOPCCN, OCRQ, ICRQ}


def client_before(kind):
    client = Client()
    for step in BEFORE.get(kind, [SCCRQ, SCCCN, ICRQ, ICCN]):
        client.send(message(step, *REQUIRED[step]), session=0 if step in OF_TUNNEL else None)
    return client


def expect(got, wanted):
    assert got == wanted, f"got {got}, not {wanted}"


def give(kind, *avps, **header):
    """One message in the state in which it belongs."""
    payload = message(kind, *REQUIRED[kind], *avps)
    return client_before(kind).send(payload, session=0 if kind in OF_TUNNEL else None, **header)


def every_message_is_answered_as_its_state_says():
    for kind in REQUIRED:
        expect(give(kind)[:2], ("accepted", [ANSWER[kind]]))


def every_optional_avp_is_taken_mandatory_or_not():
    for kind, optional in OPTIONAL.items():
        for mandatory in (True, False):
            expect(give(kind, *(avp(*pair, mandatory) for pair in optional))[:2],
                   ("accepted", [ANSWER[kind]]))


def avps_stand_in_any_order_but_for_the_first():
    payload = message(SCCRQ, *reversed(REQUIRED[SCCRQ]))
    expect(Client().send(payload)[:2], ("accepted", [SCCRP]))
    payload = avp(9, u16(7)) + message(SCCRQ, *REQUIRED[SCCRQ][:3])
    expect(Client().send(payload)[:2], ("malformed", []))


def an_unknown_avp_counts_by_its_mandatory_bit():
    for stranger in (dict(kind=99), dict(kind=20), dict(kind=9, vendor=9, value=u16(1)),
                     dict(kind=8, reserved=1, value=b"x"), dict(kind=8, reserved=8)):
        for kind in (SCCRQ, SCCCN, HELLO):
            verdict, types, answers = give(kind, avp(**stranger))
            expect(types, [STOPCCN])
            expect(answers[0].result(), (2, 8))
            expect(give(kind, avp(**stranger, mandatory=False))[:2],
                   ("accepted", [ANSWER[kind]]))
        for kind in (ICRQ, ICCN, WEN, SLI):
            verdict, types, answers = give(kind, avp(**stranger))
            expect((verdict, types, answers[0].result()), ("accepted", [CDN], (2, 8)))
        for kind in (CDN, STOPCCN):  # it ends anyway
            expect(give(kind, avp(**stranger))[:2], ("accepted", [None]))


def an_avp_of_impossible_length_spoils_the_message():
    for kind in REQUIRED:
        for length in (0, 1, 5, 8, 1023):
            expect(give(kind, avp(8, b"x", length=length))[:2], ("malformed", []))
        expect(give(kind, b"\x80\x06\0\0\0")[:2], ("malformed", []))


def a_value_of_the_wrong_size_is_not_understood():
    for kind, value in ((2, b"\1"), (3, u16(3)), (9, u32(7)), (10, b"\0")):
        avps = [avp(kind, value)] + [one for one in REQUIRED[SCCRQ]
                                     if one[4:6] != u16(kind) or kind == 9]
        verdict, types, _ = Client().send(message(SCCRQ, *avps))
        expect((verdict, types), ("refused", [STOPCCN]))


def an_unknown_message_type_counts_by_its_mandatory_bit():
    for kind in (0, 5, 13, 17, 99, 65535):
        client = client_before(HELLO)
        verdict, types, answers = client.send(message(kind))
        expect((verdict, types, answers[0].result()[0]), ("accepted", [STOPCCN], 2))
        expect(client_before(HELLO).send(message(kind, mandatory=False))[:2],
               ("accepted", [None]))


def messages_of_the_other_side_are_refused():
    for kind, answer in ((SCCRP, STOPCCN), (ICRP, CDN), (OCRP, CDN), (OCCN, CDN)):
        client = client_before(WEN)
        session = 0 if kind == SCCRP else None
        verdict, types, _ = client.send(message(kind, avp(14, u16(5))), session=session)
        expect((verdict, types), ("accepted", [answer]))


def the_header_of_a_control_message_is_as_the_rfc_has_it():
    good = message(SCCRQ, *REQUIRED[SCCRQ])
    for hdr in ("control+sequence", "control+length", "control", CONTROL + "+offset"):
        packet = bytes(L2TP(hdr=hdr, tunnel_id=0, session_id=0) / Raw(good))
        expect(Client().give(packet), ("malformed", []))
    for version in (0, 1, 3, 15):
        expect(Client().send(good, version=version)[:2], ("malformed", []))
    # Reserved bits and the priority bit are ignored (3.1).
    for bit in ("res00", "res03", "res06", "res09", "priority"):
        expect(Client().send(good, hdr=CONTROL + "+" + bit)[:2], ("accepted", [SCCRP]))


def length_decides_where_a_message_ends():
    good = control(message(SCCRQ, *REQUIRED[SCCRQ]))
    expect(Client().give(good + b"behind it")[0], "accepted")
    for size in range(len(good)):
        expect(Client().give(good[:size]), ("malformed", []))
    for length in (0, 11, len(good) + 1, 65535):
        expect(Client().give(good[:2] + u16(length) + good[4:]), ("malformed", []))


def the_protocol_version_is_1():
    for version, wanted in ((0x0100, SCCRP), (0x0107, SCCRP), (0x0200, STOPCCN), (0, STOPCCN)):
        avps = [avp(2, u16(version))] + REQUIRED[SCCRQ][1:]
        _, types, answers = Client().send(message(SCCRQ, *avps))
        expect(types, [wanted])
        if wanted == STOPCCN:
            expect(answers[0].result(), (5, 0x0100))


def sequence_numbers_decide_what_is_handled():
    client = client_before(HELLO)
    hello = message(HELLO)
    verdict, answers = client.give(control(hello, client.tunnel, 0, 2, 1))
    expect((verdict, answers[0].packet.nr), ("accepted", 3))
    verdict, answers = client.give(control(hello, client.tunnel, 0, 2, 1))
    expect((verdict, answers[0].packet.nr), ("duplicate", 3))
    expect(client.give(control(hello, client.tunnel, 0, 4, 1)), ("accepted", []))
    expect(client.give(control(b"", client.tunnel, 4242, 9, 1)), ("accepted", []))
    verdict, answers = client.give(control(hello, client.tunnel, 0, 3, 1))
    expect((verdict, answers[0].packet.nr), ("accepted", 5))


def data_comes_with_every_header():
    for hdr in ("", "length", "sequence", "priority", "length+sequence", "offset",
                "length+sequence+offset+priority"):
        client = client_before(WEN)
        packet = L2TP(hdr=hdr, tunnel_id=client.tunnel, session_id=client.session)
        expect(client.give(bytes(packet / Raw(b"\xff\x03\xc0\x21")))[0], "data")
    client = client_before(WEN)
    packet = L2TP(hdr="offset", tunnel_id=client.tunnel, session_id=client.session, offset=99)
    expect(client.give(bytes(packet / Raw(b"short")))[0], "malformed")


def with_secret(*avps):
    client = Client(WITH_SECRET)
    return client, client.send(message(SCCRQ, *avps))


def a_challenge_is_answered_and_ours_must_be():
    challenge = b"a challenge from scapy"
    for avps in ((*REQUIRED[SCCRQ], avp(11, challenge)),
                 (*REQUIRED[SCCRQ][:2], RANDOM_VECTOR,
                  hidden(3, u32(3)), hidden(9, u16(7)), hidden(11, challenge))):
        client, (verdict, types, answers) = with_secret(*avps)
        expect((verdict, types), ("accepted", [SCCRP]))
        expect(answers[0].avps[13], hashlib.md5(b"\2" + SECRET + challenge).digest())
        expect(answers[0].packet.tunnel_id, 7)
        right = hashlib.md5(b"\3" + SECRET + answers[0].avps[11]).digest()
        expect(client.send(message(SCCCN, avp(13, right)))[:2], ("accepted", [None]))
        _, types, answers = client.send(message(ICRQ, *REQUIRED[ICRQ]))
        expect(types, [ICRP])
        assert answers[0].number(14) != 0 and 36 in answers[0].avps
    for wrong in ([], [avp(13, bytes(16))], [avp(13, b"short")]):
        client, _ = with_secret(*REQUIRED[SCCRQ], avp(11, challenge))
        _, types, answers = client.send(message(SCCCN, *wrong))
        expect(types, [STOPCCN])


def what_does_not_unhide_counts_as_unknown():
    for spoiled in (RANDOM_VECTOR + hidden(8, b"x", inner=15), RANDOM_VECTOR + hidden(8, b"x", 65535),
                    RANDOM_VECTOR + avp(8, b"", hidden=True), RANDOM_VECTOR + avp(8, b"\0", hidden=True),
                    hidden(8, b"no vector before it")):
        _, (verdict, types, answers) = with_secret(*REQUIRED[SCCRQ], spoiled)
        expect((verdict, types, answers[0].result()), ("refused", [STOPCCN], (2, 8)))
    # Without a secret nothing hidden is understood.
    verdict, types, answers = Client().send(
        message(SCCRQ, *REQUIRED[SCCRQ], RANDOM_VECTOR, hidden(8, b"vendor")))
    expect((verdict, types, answers[0].result()), ("refused", [STOPCCN], (2, 8)))


TESTS = [value for name, value in list(globals().items())
         if "_" in name and callable(value) and name not in
         ("avps_of", "client_before", "with_secret")]


def main():
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print(f"ok {number} - {test.__name__}", flush=True)
        except (AssertionError, KeyError, IndexError, OSError) as error:
            failed += 1
            line = error.__traceback__.tb_next.tb_lineno
            print(f"not ok {number} - {test.__name__}\n# line {line}: {error}", flush=True)
    return 1 if failed or ENGINE.end() != 0 else 0


if __name__ == "__main__":
    raise SystemExit(main())
