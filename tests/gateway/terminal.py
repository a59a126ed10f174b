#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sits at a terminal: terminal.py COMMAND [ARGUMENT...], with a script on standard input.

    ? PATTERN   wait until the program has written this regular expression
    > TEXT      type TEXT and Enter
    ^ C         type Ctrl-C, or Ctrl-D
    . off       the terminal must not echo now

What the program wrote goes to standard output; the exit status is the program's, 128
and the signal's number if one ended it, 99 if it did not do what the script waits for.
"""
import os
import pty
import re
import select
import sys
import termios

PATIENCE_SECONDS = 60


class Terminal:
    def __init__(self, command):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)
        self.written = ""
        self.seen = 0

    def read(self):
        """Takes what there is; False at the end."""
        if not select.select([self.master], [], [], PATIENCE_SECONDS)[0]:
            self.fail("silence")
        try:
            chunk = os.read(self.master, 4096).decode(errors="replace")
        except OSError:
            return False
        self.written += chunk
        return bool(chunk)

    def fail(self, why):
        print(self.written.replace("\r\n", "\n"))
        print(f"terminal: {why}", file=sys.stderr)
        os.kill(self.pid, 9)
        sys.exit(99)

    def wait_for(self, pattern):
        while not (found := re.compile(pattern).search(self.written, self.seen)):
            if not self.read():
                self.fail(f"it ended before it wrote: {pattern}")
        self.seen = found.end()

    def type(self, text):
        os.write(self.master, text.encode())

    def step(self, kind, argument):
        if kind == "?":
            self.wait_for(argument)
        elif kind == ">":
            self.type(argument + "\n")
        elif kind == "^":
            self.type(chr(ord(argument) - 64))
        elif kind == ".":
            if termios.tcgetattr(self.master)[3] & termios.ECHO:
                self.fail("the terminal echoes")
        else:
            self.fail(f"no such step: {kind}")

    def end(self):
        while self.read():
            pass
        print(self.written.replace("\r\n", "\n"), end="")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def main():
    script = [line.rstrip("\n").partition(" ") for line in sys.stdin if line.strip()]
    terminal = Terminal(sys.argv[1:])
    for kind, _, argument in script:
        terminal.step(kind, argument)
    status = terminal.end()
    sys.exit(status if status >= 0 else 128 - status)


main()
