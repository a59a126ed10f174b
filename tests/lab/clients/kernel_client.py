#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An L2TP client on the kernel's own L2TP, over IPv4 or IPv6 (xl2tpd knows IPv4 only).

usage: kernel_client.py ADDRESS PPPD-OPTION...

Makes one tunnel and one call to UDP 1701 of ADDRESS, from UDP 1701, and starts pppd on a
PPPoL2TP socket with these options. Answers the gateway's messages until pppd ends, TERM
comes or the gateway closes tunnel or call, which it prints as "cdn RESULT" or "stopccn
RESULT". IPsec is the host's own (pluto).
"""
import ctypes
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../gateway"))
import l2tp_client  # noqa: E402

# linux/socket.h, linux/if_pppox.h
AF_PPPOX, PX_PROTO_OL2TP = 24, 1
libc = ctypes.CDLL(None, use_errno=True)


def sockaddr_of(peer):
    """struct sockaddr_in or sockaddr_in6 of what getpeername() said."""
    family = socket.AF_INET6 if ":" in peer[0] else socket.AF_INET
    start = struct.pack("=H", family) + struct.pack("!H", peer[1])
    if family == socket.AF_INET6:
        return start + struct.pack("!I", 0) + socket.inet_pton(family, peer[0]) + bytes(4)
    return start + socket.inet_pton(family, peer[0]) + bytes(8)


def pppol2tp_socket(udp, local, remote):
    """A socket for (tunnel id, session id) pairs; session 0 is the tunnel itself."""
    result = socket.socket(AF_PPPOX, socket.SOCK_DGRAM, PX_PROTO_OL2TP)
    head = struct.pack("=HIii", AF_PPPOX, PX_PROTO_OL2TP, 0, udp.fileno())
    ids = struct.pack("=HHHH", *local, *remote)
    peer = sockaddr_of(udp.getpeername())
    # struct pppol2tp_addr has the address first, pppol2tpin6_addr last
    address = head + (ids + peer if len(peer) == 28 else peer + ids)
    if libc.connect(result.fileno(), address, len(address)) < 0:
        raise OSError(ctypes.get_errno(), "PPPoL2TP: " + os.strerror(ctypes.get_errno()))
    return result


def main(address, options):
    client = l2tp_client.Client(address, 1701, 1701)
    client.connect()
    client.call()
    local, remote = l2tp_client.TUNNEL_ID, client.peer_tunnel
    tunnel = pppol2tp_socket(client.socket, (local, 0), (remote, 0))
    session = pppol2tp_socket(client.socket, (local, l2tp_client.SESSION_ID),
                              (remote, client.peer_session))
    pppd = subprocess.Popen(["pppd", "plugin", "pppol2tp.so", "pppol2tp", str(session.fileno()),
                             "nodetach", *options], pass_fds=[session.fileno()])
    signal.signal(signal.SIGTERM, lambda *_: pppd.terminate())
    client.await_acknowledgement()
    ended = os.pidfd_open(pppd.pid)
    while True:
        if ended in select.select([client.socket, ended], [], [])[0]:
            client.hang_up()
            return
        packet = client.receive(time.monotonic() + l2tp_client.WAIT_SECONDS)
        if len(packet) <= 12 or struct.unpack_from("!H", packet, 8)[0] != client.nr:
            continue
        client.nr = (client.nr + 1) & 0xFFFF
        client.acknowledge()
        found = l2tp_client.avps_of(packet)
        kind = struct.unpack("!H", found[0])[0]
        if kind in (l2tp_client.CDN, l2tp_client.STOPCCN):
            print("cdn" if kind == l2tp_client.CDN else "stopccn",
                  struct.unpack_from("!H", found[1])[0], flush=True)
            pppd.terminate()
            pppd.wait()
            return


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2:])
    except socket.timeout:
        sys.exit("no answer in time")
