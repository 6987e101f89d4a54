# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxc.console.path: a terminal or a file of the host's that shows a container's console, or none."""

import os
import pty
import select
import termios
import time

import harness


class ConsolePath(harness.Configured):
    def setUp(self):
        self.master, self.peer = pty.openpty()
        self.addCleanup(lambda: os.close(self.master))

    def shown(self, text, seconds=30):
        seen = b""
        limit = time.monotonic() + seconds
        while text.encode() not in seen:
            self.assertLess(time.monotonic(), limit, seen)
            if select.select([self.master], [], [], 0.2)[0]:
                seen += os.read(self.master, 4096)
        return seen.decode()

    def start(self, *lines, script):
        self.configure(*lines)
        self.cubby("start", "c", "--", "/bin/sh", "-c", script)

    def test_a_terminal_shows_it_and_types_into_it(self):
        before = termios.tcgetattr(self.peer)
        termios.tcsetwinsize(self.peer, (31, 97))
        self.start(f"lxc.console.path = {os.ttyname(self.peer)}",
                   script="stty size; read line; echo got: $line; read line; exit 3")
        self.shown("31 97")
        os.write(self.master, b"typed here\r")
        self.shown("got: typed here\r\n")
        self.assertEqual(termios.tcgetattr(self.peer)[3] & (termios.ICANON | termios.ECHO), 0)
        self.assertIn("got: typed here", self.cubby("logs", "c"))  # and everybody else sees it as ever
        os.write(self.master, b"end\r")
        self.cubby("wait", "c", "-s", "STOPPED", "-t", "30")
        self.wait_for(lambda: termios.tcgetattr(self.peer) == before, what="the terminal's own settings")
        os.close(self.peer)

    def test_the_container_lives_on_without_it(self):
        self.start(f"lxc.console.path = {os.ttyname(self.peer)}", script="echo ready; while :; do sleep 0.1; echo tick; done")
        self.shown("ready")
        os.close(self.peer)
        self.master, gone = os.open("/dev/null", os.O_RDWR), self.master
        os.close(gone)
        ticks = lambda: self.cubby("logs", "c").count("tick")
        before = ticks()
        self.wait_for(lambda: ticks() > before + 2)
        self.assertEqual(self.state("c"), "RUNNING")

    def test_a_file_grows(self):
        os.close(self.peer)
        path = self.home / "shown"
        path.write_text("before\n")
        self.start(f"lxc.console.path = {path}", script="echo one; echo two; sleep 1000")
        self.wait_for(lambda: b"two\r\n" in path.read_bytes())
        self.assertEqual(path.read_bytes(), b"before\none\r\ntwo\r\n")

    def test_none(self):
        os.close(self.peer)
        self.start("lxc.console.path = none", script="ls /dev/console 2>/dev/null; test -t 0 && exit 9; sleep 1000")
        self.assertEqual(self.state("c"), "RUNNING")
        self.assertEqual(self.cubby("logs", "c"), "")
        self.assertEqual(self.cubby("attach", "c", "--", "sh", "-c", "test -e /dev/console || echo none"), "none\n")

    def test_what_cannot_show_anything(self):
        os.close(self.peer)
        fifo = self.home / "fifo"
        os.mkfifo(fifo)
        for path, says in ((fifo, "neither a terminal nor a file"), ("/no/such/folder/x", "/no/such/folder/x")):
            self.configure(f"lxc.console.path = {path}")
            error = self.run_cubby("start", "c").stderr.decode()
            self.assertIn(f"{says}", error)
            self.assertIn("lxc.console.path", error)
            self.assertEqual(self.state("c"), "STOPPED")


if __name__ == "__main__":
    harness.main()
