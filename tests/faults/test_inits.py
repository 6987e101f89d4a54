# SPDX-License-Identifier: LGPL-2.1-or-later
"""F13, F14, F15: first processes that do not listen, are stopped, fork without end, or end before anybody looks."""

import json
import os
import signal
import time

import ground

STARTS = 10_000 if ground.ALL else 120


class Inits(ground.Faults):
    bystanders = ("resting",)

    def setUp(self):
        super().setUp()
        self.cubby("create", "i")
        self.addCleanup(self.run_cubby, "destroy", "-f", "i")

    def start(self, script):
        self.cubby("start", "i", "--", "/bin/sh", "-c", script)
        return json.loads(self.cubby("info", "--json", "i"))["pid"]

    def stops(self, limit, *words):
        began = time.monotonic()
        self.assertEqual(self.run_cubby("stop", *words, "i", timeout=limit + 8).returncode, 0)
        took = time.monotonic() - began
        self.assertLess(took, limit + 4)
        self.assertEqual(self.observed("i"), "stopped")
        return took

    # --- F14 ----------------------------------------------------------------------------------------------------------

    def test_one_that_traps_everything(self):
        pid = self.start("for n in $(seq 1 64); do trap '' $n 2>/dev/null; done; while :; do sleep 1; done")
        # A shell with -c catches SIGINT, and ends of it, until it ignores it.
        status = ground.pathlib.Path(f"/proc/{pid}/status")
        self.wait_for(lambda: int(status.read_text().split("SigIgn:")[1].split()[0], 16) >> 63, 10, "the last trap")
        self.assertGreater(self.stops(1, "-t", "1"), 0.9)

    def test_one_that_is_stopped(self):
        pid = self.start("sleep 1000")
        # The signal needs the id of the container's root.
        self.cubby("unshare", "kill", "-STOP", str(pid))
        self.wait_for(lambda: ground.pathlib.Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0] == "T", 5, "T")
        self.stops(1, "-t", "1")

    def test_one_whose_children_are_deaf(self):
        self.start("for n in 1 2 3 4 5 6 7 8; do (trap '' TERM HUP INT; while :; do sleep 1; done) & done; wait")
        self.stops(1, "-t", "1")
        self.assert_usable("i")

    def test_at_once(self):
        self.start("trap '' TERM PWR; while :; do sleep 1; done")
        self.assertLess(self.stops(0, "-k"), 4)

    # --- F13 ----------------------------------------------------------------------------------------------------------

    def test_fork_bomb(self):
        """Bounded by RLIMIT_NPROC, which counts in the container's own user namespace."""
        self.cubby("config", "set", "i", "lxc.prlimit.nproc", "100")
        # Process 1 must not fork itself: a shell that cannot fork ends.
        pid = self.start("for n in 1 2 3 4 5 6 7 8; do (while :; do sleep 1000 & done) 2>/dev/null & done; exec sleep 1000")
        self.wait_for(lambda: len(ground.descendants(pid)) > 80, 30, "the bomb")
        time.sleep(0.5)
        self.assertLess(len(ground.descendants(pid)), 110)
        self.promptly("info", "resting")
        self.assertLess(self.stops(2, "-k"), 4)
        self.assert_usable("i")

    # --- F15 ----------------------------------------------------------------------------------------------------------

    ENDS = (("true", 0), ("false", 1), ("exit 77", 77), ("kill -9 $$", 137), ("kill -TERM $$", 143), ("kill -SEGV $$", 139))

    def test_ends_at_once(self):
        """In the foreground the status is passed on; in the background it is kept.  No end goes unnoticed."""
        for number in range(STARTS):
            script, code = self.ENDS[number % len(self.ENDS)]
            if number % 2:
                done = self.run_cubby("run", "busybox", "sh", "-c", script, timeout=10)
                self.assertEqual(done.returncode, code, (script, done.stderr))
            else:
                # A process 1 is not killed by its own signals (pid_namespaces(7)): a child of it is, then.
                self.cubby("start", "i", "--", "/bin/sh", "-c", f'sh -c "{script.replace("$", chr(92) + "$")}"; exit $?')
                self.assertEqual(self.run_cubby("wait", "i", "-s", "STOPPED", "-t", "10").returncode, 0)
                self.assertEqual(json.loads(self.cubby("info", "--json", "i"))["last_exit"], code)
            type(self).counted += 1
        self.assert_usable("i")

    def test_leaves_daemons_behind(self):
        """The end of process 1 is the end of the container, whatever it left."""
        done = self.run_cubby("run", "busybox", "sh", "-c", "(setsid sh -c 'sleep 1000 & sleep 1000' &) ; exit 5", timeout=10)
        self.assertEqual(done.returncode, 5)
        self.start("(setsid sh -c 'sleep 1000 & sleep 1000' &) ; exit 0")
        self.assertEqual(self.run_cubby("wait", "i", "-s", "STOPPED", "-t", "10").returncode, 0)
        self.assert_usable("i")

    # --- F5 -----------------------------------------------------------------------------------------------------------

    def test_frozen_holder(self):
        """Of the helpers the holder exists: stopped, it makes its own user's starts wait, for 10 s, and nothing else."""
        holder = next(pid for pid, name in ground.descendants().items() if name == "cubby-holder")
        os.kill(holder, signal.SIGSTOP)
        try:
            began = time.monotonic()
            done = self.run_cubby("start", "i", timeout=30)
            self.assertEqual(done.returncode, 124, done.stderr)
            self.assertIn(str(holder).encode(), done.stderr)
            self.assertLess(time.monotonic() - began, 15)
            self.promptly("ls")
            self.promptly("info", "resting")
        finally:
            os.kill(holder, signal.SIGCONT)
        self.assertEqual(self.assert_usable("i"), "stopped")


if __name__ == "__main__":
    ground.main()
