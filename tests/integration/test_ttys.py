# SPDX-License-Identifier: LGPL-2.1-or-later
"""The terminals beside the console: lxc.tty.max and lxc.tty.dir, and who may be at one."""

import fcntl
import os
import pty
import select
import struct
import termios
import time

import harness

ECHO = "while read line </dev/tty{0}; do echo \"{0} got $line at $(stty size </dev/tty{0})\" >/dev/tty{0}; done"


class Joined:
    """A command on a pty of its own."""

    def __init__(self, test, *command, rows=24, columns=80):
        self.test = test
        self.seen = b""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, test.env)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        test.addCleanup(os.close, self.master)

    def wait_for(self, text, again=b"", seconds=60):
        """Reads until `text` was shown; types `again` now and then."""
        limit = time.monotonic() + seconds
        while text.encode() not in self.seen:
            self.test.assertLess(time.monotonic(), limit, self.seen)
            if select.select([self.master], [], [], 0.5)[0]:
                try:
                    self.seen += os.read(self.master, 4096)
                except OSError:
                    self.test.fail(self.seen)
            else:
                self.type(again)
        return self.seen.decode()

    def type(self, text):
        os.write(self.master, text)

    def leave(self):
        self.type(b"\x01q")
        return self.end()

    def end(self):
        """Its exit status, once all that it shows has been read."""
        try:
            while os.read(self.master, 4096):
                pass
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class Ttys(harness.LxcCommands):
    def started(self, name, *lines):
        self.cubby("create", name, "-t", "busybox")
        self.addCleanup(self.run_cubby, "destroy", "-f", name)
        config = self.home / ".local/share/lxc" / name / "config"
        config.write_text(config.read_text() + "".join(f"{line}\n" for line in lines))
        self.cubby("start", name, "--", "/bin/sh", "-c", f"{ECHO.format(1)} & {ECHO.format(2)} & exec sleep 1000")

    def cubby_at(self, name, tty, **size):
        return Joined(self, str(harness.CUBBY), "console", name, "-t", str(tty), **size)

    def lxc_at(self, name, *words):
        return Joined(self, str(harness.BIN / "lxc/lxc-console"), "-n", name, *words)

    def test_terminals_of_the_container(self):
        self.started("own", "lxc.tty.max = 2")
        self.assertEqual(self.cubby("exec", "own", "--", "sh", "-c", "cd /dev && ls tty[0-9]*"), "tty1\ntty2\n")
        self.assertEqual(self.cubby("exec", "own", "--", "sh", "-c", "stat -c %t /dev/tty1 /dev/tty2"), "88\n88\n")
        told = self.cubby("exec", "own", "--", "sh", "-c", "tr '\\0' '\\n' </proc/1/environ | grep ^container_ttys=")
        self.assertEqual(told, "container_ttys=pts/1 pts/2\n")
        self.assertIn("as /dev/tty2", self.cubby("plan", "own"))

    def test_bytes_both_ways_and_size(self):
        self.started("both", "lxc.tty.max = 2")
        for tty in (1, 2):
            at = self.cubby_at("both", tty, rows=31, columns=97)
            at.wait_for("leave the console")
            at.type(b"hello\n")
            at.wait_for(f"{tty} got hello at 31 97")
            self.assertEqual(at.leave(), 0)
        self.assertEqual(self.state("both"), "RUNNING")

    def test_attach_logs_its_terminal(self):
        self.started("logged")
        log = self.home / "attach.log"
        log.write_text("before\n")
        at = Joined(self, str(harness.BIN / "lxc/lxc-attach"), "-n", "logged", "-L", str(log), "--", "sh", "-c",
                    "test -t 1 && echo seen; exit 4")
        self.assertEqual(at.end(), 4)
        self.assertEqual(log.read_bytes(), b"before\nseen\r\n")

    def test_one_at_a_time(self):
        self.started("busy", "lxc.tty.max = 2")
        first = self.lxc_at("busy", "-t", "1")
        first.wait_for("Connected to tty 1")
        refused = self.cubby_at("busy", 1)
        refused.wait_for("console busy: somebody is at that terminal")
        self.assertNotEqual(refused.end(), 0)
        second = self.lxc_at("busy")
        second.wait_for("Connected to tty 2")
        third = self.lxc_at("busy")
        third.wait_for("somebody is at each of its terminals")
        self.assertEqual(third.end(), 1)
        self.assertEqual(first.leave(), 0)
        again = self.lxc_at("busy")
        again.wait_for("Connected to tty 1")
        self.cubby("stop", "-k", "busy")
        self.assertEqual((again.end(), second.end()), (0, 0))

    def test_one_that_is_not_there(self):
        self.started("few", "lxc.tty.max = 1")
        none = self.cubby_at("few", 2)
        none.wait_for("it has 1 terminals beside its console (lxc.tty.max), and no number 2")
        self.assertNotEqual(none.end(), 0)

    def test_without_any_it_is_the_console(self):
        self.started("none")
        console = self.lxc_at("none")
        console.wait_for("Connected to tty 0")
        self.assertEqual(console.leave(), 0)

    def test_in_a_directory_of_their_own(self):
        self.started("dir", "lxc.tty.max = 2", "lxc.tty.dir = lxc")
        shown = self.cubby("exec", "dir", "--", "sh", "-c", "readlink /dev/tty1; readlink /dev/tty2; stat -c %t /dev/lxc/tty2")
        self.assertEqual(shown, "lxc/tty1\nlxc/tty2\n88\n")

    def test_beside_those_that_it_may_open_itself(self):
        # As LXC's busybox template has it: one of its own, which an attach with a terminal takes.
        self.started("one", "lxc.tty.max = 1", "lxc.pty.max = 1")
        at = Joined(self, str(harness.CUBBY), "exec", "one", "--", "tty")
        self.assertIn("/dev/pts/2", at.wait_for("/dev/pts/"))
        self.assertEqual(at.end(), 0)

    def test_after_a_restart(self):
        self.started("again", "lxc.tty.max = 1")
        self.cubby("stop", "-k", "again")
        self.cubby("start", "again", "--", "/bin/sh", "-c", ECHO.format(1) + " & exec sleep 1000")
        at = self.cubby_at("again", 1)
        at.wait_for("leave the console")
        at.type(b"x\n")
        at.wait_for("1 got x")
        self.assertEqual(at.leave(), 0)


if __name__ == "__main__":
    harness.main()
