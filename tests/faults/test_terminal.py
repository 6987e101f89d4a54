# SPDX-License-Identifier: LGPL-2.1-or-later
"""F31: the terminal goes, changes its size all the time, or is left raw."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import ground
import harness


class Terminals(ground.Faults):
    def setUp(self):
        super().setUp()
        self.new_terminal()

    def new_terminal(self):
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.running = None

    def tearDown(self):
        self.end_terminal()

    def end_terminal(self):
        if self.running and self.running.poll() is None:
            self.running.kill()
        if self.running:
            self.running.wait()
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)

    def on_terminal(self, *words):
        def controlling():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.running = subprocess.Popen([harness.CUBBY, *words], env={**self.env, "TERM": "xterm"}, stdin=self.slave,
                                        stdout=self.slave, stderr=self.slave, preexec_fn=controlling)
        return self.running

    def read_until(self, text, seconds=10):
        """What the terminal shows, up to `text`."""
        seen = b""
        limit = time.monotonic() + seconds
        while text not in seen:
            ready, _, _ = select.select([self.master], [], [], max(0, limit - time.monotonic()))
            self.assertTrue(ready, f"{text} did not come: {seen[-300:]}")
            seen += os.read(self.master, 65536)
        return seen

    def attach(self):
        self.on_terminal("attach", "awake", "--", "/bin/sh", "-c", "echo rea''dy; while read line; do eval \"$line\"; done")
        self.read_until(b"ready")

    def is_raw(self):
        return not termios.tcgetattr(self.slave)[3] & termios.ICANON

    def ends(self, seconds=5):
        self.running.wait(seconds)
        self.wait_for(lambda: self.only_quiet(self.running.pid), seconds, "the end of the attached process")
        self.promptly("attach", "awake", "--", "true")

    def test_the_terminal_goes(self):
        """As when ssh drops: the attach ends, what it attached ends, the container lives."""
        self.attach()
        os.close(self.slave)
        os.close(self.master)
        self.slave = self.master = -1
        self.ends()

    def test_killed_in_raw_mode(self):
        """Nobody restores the terminal of a process that was killed by -9, but what it attached ends with it."""
        self.attach()
        self.wait_for(self.is_raw, 5, "raw mode")
        self.running.kill()
        self.ends()

    def test_attached_process_killed(self):
        self.attach()
        self.wait_for(self.is_raw, 5, "raw mode")
        os.write(self.master, b"kill -9 $$\n")
        self.assertEqual(self.running.wait(5), 137)
        self.assertEqual(termios.tcgetattr(self.slave), self.before)
        self.ends()

    def test_ended_by_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            self.attach()
            self.wait_for(self.is_raw, 5, "raw mode")
            self.running.send_signal(number)
            os.write(self.master, b"exit 0\n")  # where the shell itself does not end by it
            self.running.wait(5)
            self.assertEqual(termios.tcgetattr(self.slave), self.before, number)
            self.ends()
            self.end_terminal()  # the end of its session's leader hangs it up
            self.new_terminal()

    def test_storm_of_sizes(self):
        self.attach()
        for number in range(2000):
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 20 + number % 50, 80 + number % 100, 0, 0))
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 111, 0, 0))
        time.sleep(0.2)
        os.write(self.master, b"stty size\n")
        self.read_until(b"33 111")
        os.write(self.master, b"exit 7\n")
        self.assertEqual(self.running.wait(5), 7)

    def test_suspend_key_is_the_containers(self):
        self.attach()
        os.write(self.master, b"\x1a")
        time.sleep(0.3)
        self.assertIsNone(self.running.poll())
        self.assertNotIn("T", ground.pathlib.Path(f"/proc/{self.running.pid}/stat").read_text().split(")")[-1].split()[0])
        self.running.kill()
        self.ends()

    def test_console_left_and_lost(self):
        self.on_terminal("console", "awake")
        self.wait_for(self.is_raw, 5, "raw mode")
        os.write(self.master, b"\x01q")
        self.assertEqual(self.running.wait(5), 0)
        self.assertEqual(termios.tcgetattr(self.slave), self.before)
        self.on_terminal("console", "awake")
        self.wait_for(self.is_raw, 5, "raw mode")
        os.close(self.slave)
        os.close(self.master)
        self.slave = self.master = -1
        self.ends()


if __name__ == "__main__":
    ground.main()
