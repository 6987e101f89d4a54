# SPDX-License-Identifier: LGPL-2.1-or-later
"""F10, F11, F12: descriptors, memory and processes run out in the middle of a command."""

import os
import resource

import ground

VERBS = (("create", "v"), ("start", "v"), ("stop", "-k", "v"), ("config", "set", "v", "lxc.uts.name", "v"), ("rename", "v", "v"),
         ("attach", "awake", "--", "true"), ("run", "--name", "v2", "busybox", "true"), ("ls",), ("destroy", "-f", "v"))


class Limits(ground.Faults):
    def sweep(self, kind, values):
        """Every verb under each limit, which its monitor and its container inherit; then INV without one."""
        complete = 0
        for value in values:
            with self.subTest(limit=value):
                self.run_cubby("destroy", "-f", "v")

                def limit(value=value):
                    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                    resource.setrlimit(kind, (value, value))
                answers = [self.under(limit, words) for words in VERBS]
                self.assertNotIn("v2", [entry["name"] for entry in self.listed()])
                self.assert_usable("v")
                complete += all(code == 0 for words, code in zip(VERBS, answers) if words[0] != "rename")
                type(self).counted += len(VERBS)
        self.assertGreater(complete, 0, "no limit was high enough")
        self.assertLess(complete, len(values), "no limit was low enough")

    def under(self, limit, words):
        done = self.run_cubby(*words, preexec_fn=limit, timeout=20)
        if done.returncode > 0 and done.returncode not in (127, 134):  # the loader and abort() speak for themselves
            self.assertTrue(done.stderr.strip(), f"{words} failed without a word")
            self.assertLessEqual(len(done.stderr.strip().splitlines()), 2, done.stderr)
        return done.returncode

    def test_descriptors(self):
        values = [2 + point for point in ground.sample(62, 8)]
        self.sweep(resource.RLIMIT_NOFILE, [*values, 256])

    def test_memory(self):
        """From what the loader alone needs, to plenty."""
        self.sweep(resource.RLIMIT_AS, [point << 20 for point in ground.sample(96, 6)] + [1 << 30])

    def test_memory_runs_out_at_each_mapping(self):
        """What RLIMIT_AS cannot hit exactly: the N-th request for memory fails."""
        for words in (("create", "v"), ("start", "v"), ("destroy", "v")):
            self.run_cubby("destroy", "-f", "v")
            if words[0] != "create":
                self.cubby("create", "v")
            for at in ground.sample(40, 3):
                self.inject(words, "--calls", "mmap", "--errno", "12", "--at", str(at), "--onwards")
                self.assertIn(self.observed("v"), ("absent", "stopped", "running", "broken"))
                self.assert_usable("v")
                if words[0] != "create":
                    self.cubby("create", "v")
                type(self).counted += 1
            self.run_cubby("destroy", "-f", "v")

    def test_processes(self):
        """The kernel counts all tasks of the user, so those that there are anyway come first."""
        there = sum(1 for pid in os.listdir("/proc") if pid.isdigit() and owner(pid) == os.getuid())
        self.sweep(resource.RLIMIT_NPROC, [there + more for more in (0, 1, 2, 4, 8)] + [there + 1000])

    def test_a_fork_that_fails(self):
        for calls in ("clone", "clone3"):
            for words, options in ((("create", "v", "-B", "dir"), ()), (("start", "v"), ()), (("start", "v"), ("--exe", "cubby-monitor")),
                                   (("destroy", "v"), ())):
                if words[0] != "create" and self.observed("v") == "absent":
                    self.cubby("create", "v")
                done = self.inject(words, *options, "--calls", calls, "--errno", "11", "--at", "1", "--onwards")
                if done.returncode != 0:
                    self.assertIn(b"EAGAIN", done.stderr)
                self.assert_usable("v")
                type(self).counted += 1


def owner(pid):
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return None


if __name__ == "__main__":
    ground.main()
