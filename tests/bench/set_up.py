#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast tunnels come up, beside xl2tpd, and what they cost.

    tests/bench/set_up.py BUILD-DIRECTORY [launcher|control-plane]...

Prints tables and gives no verdict; README.md says how to read them. `launcher` needs
root and /usr/sbin/xl2tpd; `control-plane` runs as anybody. All on loopback.
"""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

LAUNCHER_COUNTS = (100, 500, 900, 5000)
CONTROL_COUNTS = (100, 1000, 5000, 20000)
IDLE_COUNT = 5000
IDLE_SECONDS = 10
PORT = 17010
NOBODY = 65534
SPARE_DESCRIPTORS = 200
SPARE_TERMINALS = 50
DESCRIPTORS_A_CALL = 7  # socket, pty, channel, pidfd; until the launcher has them two more
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

CONFIGURATION = """\
[listen]
address = 127.0.0.1
port = {port}
[ipsec]
protection = off
[l2tp]
tunnels-maximum = 60000
half-open-maximum = 60000
half-open-per-client = 60000
[data-path]
kind = {path}
[ppp]
pool = 10.128.0.10-10.129.255.250
local-address = 10.128.0.1
[users]
database = {folder}/users.db
[history]
database =
[control]
bus = none
launcher = {launcher}
[log]
level = error
"""

XL2TPD_CONFIGURATION = """\
[global]
port = {port}
listen-addr = 127.0.0.1
[lns default]
assign ip = no
require authentication = no
pppoptfile = {folder}/options
"""


class Process:
    """A server under test; knows what the kernel has counted for it."""

    def __init__(self, command, folder, name, **options):
        self.log = os.path.join(folder, name + ".log")
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=log, **options)
        self.pid = self.child.pid

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def resident_bytes(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
        return 0

    def stop(self):
        if self.child.poll() is not None:
            return
        self.child.terminate()
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def wait_for(condition, what, process=None):
    limit = time.monotonic() + 20
    while not condition():
        ended = process is not None and process.child.poll() is not None
        if ended or time.monotonic() > limit:
            if process is not None:
                with open(process.log, encoding="utf-8", errors="replace") as log:
                    sys.stderr.write(log.read()[-2000:])
            raise SystemExit(f"set_up.py: waited in vain for {what}")
        time.sleep(0.02)


def port_is_bound(port):
    with open("/proc/net/udp", encoding="ascii") as table:
        return any(f":{port:04X} " in line for line in table)


def as_nobody():
    """What Popen wants, so that a server has no rights."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


class Bench:
    def __init__(self, build):
        self.build = os.path.realpath(build)
        self.folder = tempfile.mkdtemp()
        os.chmod(self.folder, 0o755)
        self.servers = []

    def start(self, command, name, **options):
        server = Process(command, self.folder, name, **options)
        self.servers.append(server)
        return server

    def close(self):
        for server in self.servers:
            server.stop()
        shutil.rmtree(self.folder)

    def program(self, name):
        """Where nobody can run it: the build may lie below a folder of root's."""
        copy = os.path.join(self.folder, os.path.basename(name))
        if not os.path.exists(copy):
            shutil.copy(os.path.join(self.build, name), copy)
        return copy

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def launcher_socket(self):
        return os.path.join(self.folder, "launcher.socket")

    def load(self, tunnels, timeout=120):
        return subprocess.Popen(
            [self.program("tests/bench/l2tp-load"), "--tunnels", str(tunnels), "--hold",
             "--timeout", str(timeout), "127.0.0.1", str(PORT)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def start_saregated(self, program, path):
        home = os.path.join(self.folder, "home")
        shutil.rmtree(home, ignore_errors=True)
        os.mkdir(home)
        if os.geteuid() == 0:
            os.chown(home, NOBODY, NOBODY)
        configuration = self.write("saregate.conf", CONFIGURATION.format(
            port=PORT, path=path, folder=home, launcher=self.launcher_socket()))
        daemon = self.start([self.program(program), "--foreground", "--config", configuration],
                            "saregated", **as_nobody())
        wait_for(lambda: port_is_bound(PORT), "saregated", daemon)
        return daemon

    def start_launcher(self):
        socket = self.launcher_socket()
        launcher = self.start([self.program("gateway/saregate-launcher"), "--listen", socket,
                               "--user", "nobody", "--pppd",
                               self.program("tests/bench/stub-pppd"), "--stub"], "launcher")
        wait_for(lambda: os.path.exists(socket), "saregate-launcher", launcher)
        return launcher

    def start_xl2tpd(self):
        self.write("options", "")
        configuration = self.write("xl2tpd.conf", XL2TPD_CONFIGURATION.format(
            port=PORT, folder=self.folder))
        stub = self.program("tests/bench/stub-pppd")
        command = (f"mount --bind {stub} /usr/sbin/pppd && exec /usr/sbin/xl2tpd -D "
                   f"-c {configuration} -s /dev/null -p {self.folder}/xl2tpd.pid "
                   f"-C {self.folder}/xl2tpd-control")
        daemon = self.start(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                             command], "xl2tpd")
        wait_for(lambda: port_is_bound(PORT), "xl2tpd", daemon)
        return daemon


def raise_descriptors(wanted):
    """As many as there may be; the rest is told by who cannot have more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), max(hard, wanted)))
    except (PermissionError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def measure(bench, daemon, tunnels):
    """Figures of one load, with what the server used for it and holds afterwards."""
    resident, cpu = daemon.resident_bytes(), daemon.cpu_seconds()
    load = bench.load(tunnels)
    figures = json.loads(load.stdout.readline() or b'{"up": 0}')
    up = max(figures["up"], 1)
    figures["bytes"] = (daemon.resident_bytes() - resident) / up
    figures["cpu-usec"] = (daemon.cpu_seconds() - cpu) * 1e6 / up
    return figures, load


def end(load):
    load.stdin.close()
    load.wait()


def row(name, values, width=12):
    print(f"  {name:34}" + "".join(f"{value:>{width}}" for value in values))


def rows(name, results):
    row(name + ", calls/s", [f"{result['rate']:.0f}" for result in results])
    row("  p50, ms", [f"{result['p50-msec']:.1f}" for result in results])
    row("  p99, ms", [f"{result['p99-msec']:.1f}" for result in results])
    row("  came up, of these still up", [f"{result['up']}, {result['still-up']}"
                                         for result in results])


def free_terminals():
    figures = {}
    for name in ("max", "nr"):
        with open("/proc/sys/kernel/pty/" + name, encoding="ascii") as file:
            figures[name] = int(file.read())
    return figures["max"] - figures["nr"] - SPARE_TERMINALS


def launcher(bench):
    if os.geteuid() != 0:
        raise SystemExit("set_up.py: launcher needs root: a pppd is started for each call")
    descriptors = raise_descriptors(
        max(LAUNCHER_COUNTS) * DESCRIPTORS_A_CALL + SPARE_DESCRIPTORS)
    limit = min((descriptors - SPARE_DESCRIPTORS) // DESCRIPTORS_A_CALL, free_terminals())
    counts = [min(count, limit) for count in LAUNCHER_COUNTS]
    ours, theirs = [], []
    for count in counts:
        os.makedirs(os.path.join(bench.folder, "home"), exist_ok=True)
        for results, start in ((ours, True), (theirs, False)):
            if start:
                # As with its socket unit: it is there when saregated looks for it.
                helper = bench.start_launcher()
                daemon = bench.start_saregated("tests/bench/saregated-stub", "userspace")
            else:
                daemon, helper = bench.start_xl2tpd(), None
            figures, load = measure(bench, daemon, count)
            results.append(figures)
            end(load)
            daemon.stop()
            if helper:
                helper.stop()
            wait_for(lambda: not port_is_bound(PORT), "the end of a server")
    print("Set-up through the launcher: a socket, a pty and a stub for pppd each")
    row("", counts)
    rows("saregated", ours)
    rows("xl2tpd", theirs)
    row("saregated / xl2tpd", [f"{a['rate'] / b['rate']:.1f}" if b["rate"] else "-"
                               for a, b in zip(ours, theirs)])


def echo_rate(bench, *sockets):
    """Clients a second of a server that only echoes, with one socket or with so many."""
    command = [bench.program("tests/bench/bench_udp_echo"), *map(str, sockets)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def idle_share(daemon):
    begun = daemon.cpu_seconds()
    time.sleep(IDLE_SECONDS)
    return (daemon.cpu_seconds() - begun) / IDLE_SECONDS


def control_plane(bench):
    descriptors = raise_descriptors(max(CONTROL_COUNTS) + SPARE_DESCRIPTORS)
    counts = [min(count, descriptors - SPARE_DESCRIPTORS) for count in CONTROL_COUNTS]
    results, bare, idle = [], [], None
    for count in counts:
        daemon = bench.start_saregated("gateway/saregated", "null")
        # its first set-up pays for what is there once
        end(measure(bench, daemon, 1)[1])
        figures, load = measure(bench, daemon, count)
        results.append(figures)
        if count == IDLE_COUNT:
            idle = idle_share(daemon)
        end(load)
        daemon.stop()
        bare.append(echo_rate(bench, count))
    limit = echo_rate(bench)
    print("Control plane alone: no pppd, no IPsec, a socket each")
    row("", counts)
    rows("saregated", results)
    row("  share of the rate at 100", [f"{result['rate'] / results[0]['rate']:.2f}"
                                       for result in results])
    row("  share of bare UDP echo", [f"{result['rate'] / limit:.2f}" for result in results])
    row("bare UDP echo, a socket each, /s", [f"{rate:.0f}" for rate in bare])
    row("  share of its rate at 100", [f"{rate / bare[0]:.2f}" for rate in bare])
    row("  saregated's share of it", [f"{result['rate'] / rate:.2f}"
                                      for result, rate in zip(results, bare)])
    row("saregated, CPU a set-up, us", [f"{result['cpu-usec']:.0f}" for result in results])
    row("  memory a tunnel and call, bytes", [f"{result['bytes']:.0f}" for result in results])
    print(f"  bare UDP echo, three round trips each: {limit:.0f} clients/s")
    if idle is not None:
        print(f"  idle with {IDLE_COUNT} tunnels: {100 * idle:.2f} % of a processor")


PARTS = {"launcher": launcher, "control-plane": control_plane}


def main():
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(PARTS):
        print(__doc__, file=sys.stderr)
        return 2
    bench = Bench(sys.argv[1])
    try:
        for part in sys.argv[2:] or PARTS:
            PARTS[part](bench)
    finally:
        bench.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
