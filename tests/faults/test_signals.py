# SPDX-License-Identifier: LGPL-2.1-or-later
"""F37: SIGINT, SIGTERM and SIGPIPE at every system call of a command, to it alone or to its whole group."""

import signal

import ground
import sweeps


class Signals(sweeps.Sweeps):
    def interrupt(self, words, prepare, expect, limit=6, names=("victim",), also=()):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
            # As a terminal does it: to everything in the foreground, the monitor before its setsid too.
            group = ("--group",) if number == signal.SIGINT else ()
            # SIGPIPE may be ignored from some point on.
            codes = (128 + number, *also, *((0,) if number == signal.SIGPIPE else ()))
            self.sweep(words, prepare, ("--signal", str(int(number)), *group), limit, expect, names, codes)

    def test_create(self):
        self.interrupt(("create", "victim"), (), ("absent", "stopped", "broken"), 8)

    def test_destroy(self):
        self.interrupt(("destroy", "victim"), (self.CREATE,), ("absent", "stopped", "broken"), 6)

    def test_rename(self):
        self.interrupt(("rename", "victim", "fresh"), (self.CREATE,), (("stopped", "absent"), ("absent", "stopped")),
                       names=("victim", "fresh"))

    def test_config(self):
        self.interrupt(("config", "set", "victim", "lxc.uts.name", "x"), (self.CREATE,), ("stopped",), 4)

    def test_start(self):
        self.interrupt(self.START, (self.CREATE,), ("stopped", "running"), 6)

    def test_stop(self):
        self.interrupt(("stop", "-k", "victim"), (self.CREATE, self.START), ("stopped", "running", "stopping"), 4)

    def test_run_and_attach(self):
        """From some point on the signal is the command's, which may have ended already, and its status is passed on."""
        self.interrupt(("run", "--name", "victim", "busybox", "true"), (), ("absent",), 6, also=(0, 125))
        self.interrupt(("attach", "victim", "--", "true"), (self.CREATE, self.START), ("running",), 5, also=(0, 125))


if __name__ == "__main__":
    ground.main()
