#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks ADDRESS for an L2TP tunnel in cleartext, until it is killed.

usage: knock.py ADDRESS

Prints "answer HEX" for each packet that comes back and "refused" for each port
unreachable, and "knocked COUNT" after each hundred requests that have left.
"""
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../gateway"))
from l2tp_client import SCCRQ, avp, control  # noqa: E402

PAUSE_SECONDS = 0.05


def request():
    return control(0, 0, 0, 0, b"".join((
        avp(0, struct.pack("!H", SCCRQ)), avp(2, b"\x01\x00"), avp(3, struct.pack("!I", 3)),
        avp(7, b"knock"), avp(9, struct.pack("!H", 7)), avp(10, struct.pack("!H", 4)))))


def main():
    knocks = 0
    knocker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    knocker.settimeout(PAUSE_SECONDS)
    knocker.connect((sys.argv[1], 1701))
    while True:
        try:
            knocker.send(request())
            knocks += 1
            if knocks % 100 == 0:
                print("knocked", knocks)
            print("answer", knocker.recv(2048).hex())
        except socket.timeout:
            continue
        except ConnectionRefusedError:
            print("refused")
            time.sleep(PAUSE_SECONDS)
        except OSError:
            # nobody has that address yet
            time.sleep(PAUSE_SECONDS)


main()
