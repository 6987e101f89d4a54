# SPDX-License-Identifier: LGPL-2.1-or-later
"""A container that takes too much: processes, namespaces, inotify instances."""

import json
import pathlib
import subprocess
import time

import harness

BOMB = "b() { b | b & }; b; sleep 1000"


class Limits(harness.Configured):
    def read(self, path):
        return self.cubby("attach", "c", "--", "cat", path).strip()

    def test_defaults(self):
        self.started()
        self.assertEqual(self.read("/proc/sys/user/max_user_namespaces"), "0")
        for kind in ("mnt", "pid", "net"):
            self.assertEqual(self.read(f"/proc/sys/user/max_{kind}_namespaces"), "256")
        self.assertEqual(self.read("/proc/sys/user/max_inotify_instances"), "96")
        for pid in ("1", "self"):
            limits = self.read(f"/proc/{pid}/limits")
            line = next(line for line in limits.splitlines() if line.startswith("Max processes"))
            self.assertLessEqual(int(line.split()[2]), 2048)
        pid_max = int(self.read("/proc/sys/kernel/pid_max"))
        host = int(pathlib.Path("/proc/sys/kernel/pid_max").read_text("ascii"))
        self.assertIn(pid_max, (2048, host))

    def test_given_ones(self):
        self.started("cubby.limit.processes = 400", "cubby.limit.namespaces = 3", "cubby.limit.inotify_instances = 7")
        self.assertEqual(self.read("/proc/sys/user/max_mnt_namespaces"), "3")
        self.assertEqual(self.read("/proc/sys/user/max_inotify_instances"), "7")
        self.assertIn("Max processes             400", self.read("/proc/self/limits"))
        plan = self.cubby("plan", "c")
        for text in ("kernel/pid_max=400", "user/max_mnt_namespaces=3", "limit of resource 6: at most 400"):
            self.assertIn(text, plan)
        # Three namespaces, each held by one process, and no fourth.
        script = "for n in 1 2 3; do unshare -m sleep 100 & done; sleep 1; unshare -m true; echo $?"
        out = self.cubby("attach", "c", "--", "sh", "-c", script + "; kill $(jobs -p)")
        self.assertNotEqual(out.strip(), "0")

    def test_no_limit(self):
        self.started("cubby.limit.processes = 0")
        host = int(pathlib.Path("/proc/sys/kernel/pid_max").read_text("ascii"))
        self.assertGreaterEqual(int(self.read("/proc/sys/kernel/pid_max")), host)
        own = pathlib.Path("/proc/self/limits").read_text("ascii")
        wanted = next(line for line in own.splitlines() if line.startswith("Max processes"))
        self.assertIn(wanted, self.read("/proc/1/limits"))

    def test_prlimit_goes_before(self):
        self.started("lxc.prlimit.nproc = 300", "cubby.limit.processes = 1000")
        self.assertIn("Max processes             300", self.read("/proc/1/limits"))

    def test_nesting_is_by_choice(self):
        self.started()
        self.assertNotEqual(self.run_cubby("attach", "c", "--", "unshare", "-U", "true").returncode, 0)
        self.cubby("stop", "-k", "c")
        # Without the filter, the limit says no.
        self.started("cubby.seccomp.default = 0")
        self.assertNotEqual(self.run_cubby("attach", "c", "--", "unshare", "-U", "true").returncode, 0)
        self.cubby("stop", "-k", "c")
        self.started("cubby.nesting = 1")
        self.cubby("attach", "c", "--", "unshare", "-U", "true")
        self.assertEqual(self.read("/proc/sys/user/max_user_namespaces"), "256")

    def processes_of(self, first, count):
        """How many processes on the host have a user id of the container's."""
        total = 0
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                uid = next(line for line in status.read_text("utf-8", "replace").splitlines() if line.startswith("Uid:"))
            except (OSError, StopIteration):
                continue
            total += first <= int(uid.split()[1]) < first + count
        return total

    def test_fork_bomb(self):
        # How long the same takes here and now with nothing inside, since other work may keep the machine busy.
        self.started()
        pid = json.loads(self.cubby("info", "--json", "c"))["pid"]
        words = pathlib.Path(f"/proc/{pid}/uid_map").read_text("ascii").split()  # as seen from here: inside, host, count
        begin = time.monotonic()
        self.cubby("stop", "-k", "c")
        self.quiet = time.monotonic() - begin
        self.before = self.processes_of(int(words[1]), int(words[2]))  # of other containers of this user
        self.started("cubby.limit.processes = 512", f"lxc.init.cmd = /bin/sh -c '{BOMB}'")
        self.check_bomb(int(words[1]), int(words[2]))

    def check_bomb(self, first, count):
        most = 0
        limit = time.monotonic() + 20
        while time.monotonic() < limit and most < 400:
            most = max(most, self.processes_of(first, count))
        self.assertGreaterEqual(most, 400, "the bomb did not go off")
        # The host works on: the same user starts programs, and the container is asked and stopped.
        begin = time.monotonic()
        subprocess.run(["/bin/true"], check=True, timeout=10)
        self.assertEqual(self.state("c"), "RUNNING")
        self.assertLess(time.monotonic() - begin, 5)
        for _ in range(20):
            most = max(most, self.processes_of(first, count))
        self.assertLessEqual(most, 520)
        begin = time.monotonic()
        self.cubby("stop", "-k", "c")
        took = time.monotonic() - begin
        print(f"fork bomb: at most {most} processes, stop -k took {took:.2f} s, of a quiet one {self.quiet:.2f} s")
        self.assertLess(took, 2 + 20 * self.quiet)
        self.assertLessEqual(self.processes_of(first, count), self.before)


if __name__ == "__main__":
    harness.main()
