#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The first message of IKEv1's Main Mode (RFC 2409) with offers that no libreswan of Debian
would make, as old devices do.

usage: ike.py ADDRESS GROUP...

One offer for each Diffie-Hellman group by its number (2 is MODP1024): AES256, SHA1,
pre-shared key. Sends it from port 500, prints what comes back: "refused" with the number of
the notification, "taken", or "no answer".
"""
import os
import socket
import struct
import sys

NO_PAYLOAD, SECURITY_ASSOCIATION, TRANSFORM, NOTIFICATION = 0, 1, 3, 11
MAIN_MODE = 2
KEY_IKE = 1
# attributes of a transform, RFC 2409, appendix A
ENCRYPTION, HASH, METHOD, GROUP, LIFE_TYPE, LIFE, KEY_LENGTH = 1, 2, 3, 4, 11, 12, 14
AES_CBC, SHA1, PRE_SHARED_KEY, SECONDS = 7, 2, 1, 1
WAIT_SECONDS = 10


def attribute(kind, value):
    return struct.pack("!HH", 0x8000 | kind, value)


def transform(number, is_last, group):
    body = struct.pack("!BBH", number, KEY_IKE, 0) + b"".join((
        attribute(ENCRYPTION, AES_CBC), attribute(KEY_LENGTH, 256), attribute(HASH, SHA1),
        attribute(METHOD, PRE_SHARED_KEY), attribute(GROUP, group),
        attribute(LIFE_TYPE, SECONDS), attribute(LIFE, 28800)))
    return struct.pack("!BBH", NO_PAYLOAD if is_last else TRANSFORM, 0, 4 + len(body)) + body


def security_association(groups):
    transforms = b"".join(transform(number + 1, number == len(groups) - 1, group)
                          for number, group in enumerate(groups))
    # one proposal, number 1, for ISAKMP itself, without an SPI
    proposal = struct.pack("!BBHBBBB", NO_PAYLOAD, 0, 8 + len(transforms), 1, 1, 0,
                           len(groups)) + transforms
    # domain of interpretation: IPsec; situation: identity only
    body = struct.pack("!II", 1, 1) + proposal
    return struct.pack("!BBH", NO_PAYLOAD, 0, 4 + len(body)) + body


def main(address, *groups):
    payload = security_association([int(group) for group in groups])
    packet = os.urandom(8) + bytes(8) + struct.pack(
        "!BBBBII", SECURITY_ASSOCIATION, 0x10, MAIN_MODE, 0, 0, 28 + len(payload)) + payload
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.bind(("", 500))
        connection.settimeout(WAIT_SECONDS)
        connection.sendto(packet, (address, 500))
        try:
            answer = connection.recv(4096)
        except socket.timeout:
            print("no answer")
            return
    if answer[16] == NOTIFICATION:
        print("refused", struct.unpack_from("!H", answer, 28 + 10)[0])
    else:
        print("taken")


if __name__ == "__main__":
    main(*sys.argv[1:])
