# SPDX-License-Identifier: LGPL-2.1-or-later
"""create, start, attach, stop, rename, destroy of containers that stay."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import time

import harness


class Lifecycle(harness.Cubby):
    def make(self, name):
        self.cubby("create", name, "-t", "busybox")
        self.addCleanup(self.run_cubby, "destroy", "-f", name)

    def test_whole_life(self):
        self.make("p1")
        self.assertEqual(self.state("p1"), "STOPPED")
        self.cubby("start", "p1")
        self.assertEqual(self.state("p1"), "RUNNING")
        self.assertEqual(self.cubby("attach", "p1", "--", "hostname"), "p1\n")
        self.assertEqual(self.cubby("attach", "p1", "--", "cat", "/proc/1/comm"), "init\n")
        self.cubby("stop", "p1")
        self.assertEqual(self.state("p1"), "STOPPED")
        self.cubby("destroy", "p1")
        self.assertFalse((self.home / ".local/share/lxc/p1").exists())

    def test_stop_kills_an_init_that_does_not_listen(self):
        self.make("deaf")
        self.cubby("start", "deaf", "--", "/bin/sh", "-c", "trap '' TERM INT PWR USR1 USR2; while :; do sleep 1; done")
        self.cubby("stop", "-t", "1", "deaf")
        self.assertEqual(self.state("deaf"), "STOPPED")

    def test_a_stop_during_a_reboot_stops(self):
        self.cubby("create", "turn", "-t", "busybox")
        self.addCleanup(self.run_cubby, "destroy", "-f", "turn")
        self.cubby("config", "set", "turn", "lxc.signal.reboot", "SIGUSR1")
        self.cubby("start", "turn", "--", "/bin/sh", "-c",
                   "trap 'touch /told; sleep 1; reboot -f' USR1; touch /ready; while :; do sleep 0.1; done")
        there = lambda path: self.run_cubby("attach", "turn", "--", "test", "-e", path).returncode == 0
        self.wait_for(lambda: there("/ready"), what="/ready")
        self.cubby("lxc-stop", "-r", "-W", "turn")
        self.wait_for(lambda: there("/told"), what="the reboot")
        self.cubby("lxc-stop", "--nokill", "-t", "60", "turn")
        self.assertEqual(self.state("turn"), "STOPPED")

    def test_a_stop_between_two_runs_stops_the_next(self):
        self.cubby("create", "again", "-t", "busybox")
        self.addCleanup(self.run_cubby, "destroy", "-f", "again")
        told = self.home / "told"
        self.cubby("config", "set", "again", "lxc.hook.post-stop", f"sh -c 'echo ended >> {told}; sleep 2'")
        self.cubby("start", "again", "--", "/bin/sh", "-c",
                   "until [ -e /go ]; do sleep 0.1; done; rm /go; reboot -f")
        self.cubby("attach", "again", "--", "touch", "/go")
        self.wait_for(told.exists, what="the first end")
        self.cubby("stop", "-k", "again")
        self.assertEqual(self.state("again"), "STOPPED")
        self.assertEqual(told.read_text().split(), ["ended", "ended"])

    def test_twenty_at_once(self):
        names = [f"many{number}" for number in range(20)]
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            list(pool.map(self.make, names))
            list(pool.map(lambda name: self.cubby("start", name), names))
            self.assertEqual({self.state(name) for name in names}, {"RUNNING"})
            list(pool.map(lambda name: self.cubby("stop", "-k", name), names))
        self.assertEqual({self.state(name) for name in names}, {"STOPPED"})

    def test_a_gigabyte_goes_through_attach(self):
        self.make("big")
        self.cubby("start", "big")
        size = 1 << 30
        expected = hashlib.sha256()
        block = bytes(1 << 20)
        for _ in range(size >> 20):
            expected.update(block)
        with subprocess.Popen(["head", "-c", str(size), "/dev/zero"], stdout=subprocess.PIPE) as source:
            done = subprocess.run([harness.CUBBY, "attach", "big", "--", "sha256sum"], stdin=source.stdout, env=self.env,
                                  capture_output=True, timeout=120, check=True)
        self.assertEqual(done.stdout.split()[0].decode(), expected.hexdigest())
        with subprocess.Popen([harness.CUBBY, "attach", "big", "--", "head", "-c", str(size), "/dev/zero"],
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=self.env) as sink:
            got = hashlib.sha256()
            while block := sink.stdout.read(1 << 20):
                got.update(block)
        self.assertEqual(got.hexdigest(), expected.hexdigest())

    def test_attach_user_status_and_signal(self):
        self.make("at")
        self.cubby("start", "at")
        self.assertEqual(self.run_cubby("attach", "at", "--", "sh", "-c", "exit 9").returncode, 9)
        self.assertEqual(self.run_cubby("attach", "at", "--", "sh", "-c", "kill -9 $$").returncode, 137)
        out = self.cubby("attach", "-u", "12:34", "-w", "/tmp", "-e", "X=y", "at", "--", "sh", "-c",
                         "id -u; id -g; pwd; echo $X")
        self.assertEqual(out.split(), ["12", "34", "/tmp", "y"])

    def test_runs_on_when_the_holder_is_killed(self):
        self.make("h1")
        self.cubby("start", "h1")
        holders = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and self.is_our_holder(pid)]
        self.assertEqual(len(holders), 1)
        harness.kill(holders[0])
        self.wait_for(lambda: not self.is_our_holder(str(holders[0])))
        self.assertEqual(self.cubby("attach", "h1", "--", "hostname"), "h1\n")
        self.make("h2")
        self.cubby("start", "h2")
        self.assertEqual(self.cubby("attach", "h2", "--", "hostname"), "h2\n")

    def is_our_holder(self, pid):
        try:
            if pathlib.Path("/proc", pid, "comm").read_text().strip() != "cubby-holder":
                return False
            if pathlib.Path("/proc", pid, "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return False
            sockets = pathlib.Path("/proc/net/unix").read_text()
            holder = next((line for line in sockets.splitlines() if line.endswith("/holder") and str(self.runtime) in line), None)
            links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
            return any(str(self.runtime) in link for link in links) or holder is not None
        except OSError:
            return False

    def test_killed_monitor_takes_its_container_along(self):
        self.make("m1")
        self.cubby("start", "m1")
        init = json.loads(self.cubby("info", "--json", "m1"))["pid"]
        monitor = int((self.home / ".local/share/lxc/m1/monitor").read_text())
        harness.kill(monitor)
        self.wait_for(lambda: not harness.process_exists(init), what="end of the container")
        self.assertEqual(self.state("m1"), "STOPPED")
        self.cubby("start", "m1")
        self.assertEqual(self.state("m1"), "RUNNING")

    def test_survives_the_loss_of_the_runtime_directory(self):
        self.make("lost")
        self.cubby("start", "lost")
        shutil.rmtree(self.runtime / "cubby")
        self.assertEqual(self.state("lost"), "RUNNING")
        self.assertEqual(self.cubby("attach", "lost", "--", "hostname"), "lost\n")
        self.cubby("stop", "lost")

    def test_run_with_a_lost_runtime_directory(self):
        """It is asked for a new socket by a signal, which its command must not see."""
        # Not the shell's own signal, that of a child's end.
        script = "for n in $(seq 1 64); do test $n = 17 || trap \"echo $n >> /tmp/seen\" $n; done; while :; do sleep 0.1; done"
        with subprocess.Popen([harness.CUBBY, "run", "--name", "fore", "busybox", "sh", "-c", script], env=self.env,
                              stdin=subprocess.DEVNULL) as run:
            try:
                self.wait_for(lambda: self.run_cubby("attach", "fore", "--", "true").returncode == 0)
                shutil.rmtree(self.runtime / "cubby")
                self.assertIn("fore", [entry["name"] for entry in self.listed() if entry["state"] == "RUNNING"])
                self.assertEqual(self.state("fore"), "RUNNING")
                self.assertEqual(self.run_cubby("attach", "fore", "--", "cat", "/tmp/seen").stdout, b"")
            finally:
                self.cubby("stop", "-k", "fore")
            self.assertEqual(run.wait(10), 137)

    def test_rename(self):
        self.make("old")
        self.addCleanup(self.run_cubby, "destroy", "-f", "new")
        self.cubby("rename", "old", "new")
        self.assertEqual([e["name"] for e in self.listed() if e["name"] in ("old", "new")], ["new"])
        self.cubby("start", "new")
        self.assertEqual(self.cubby("attach", "new", "--", "hostname"), "new\n")
        self.cubby("stop", "-k", "new")

    def test_wait(self):
        self.make("w1")
        with subprocess.Popen([harness.CUBBY, "wait", "w1", "-s", "RUNNING", "-t", "20"], env=self.env) as waiting:
            self.cubby("start", "w1")
            self.assertEqual(waiting.wait(20), 0)
        with subprocess.Popen([harness.CUBBY, "wait", "w1", "-s", "STOPPED", "-t", "20"], env=self.env) as waiting:
            self.cubby("stop", "-k", "w1")
            self.assertEqual(waiting.wait(20), 0)
        self.assertEqual(self.run_cubby("wait", "w1", "-s", "RUNNING", "-t", "0").returncode, 124)

    def test_logs_show_the_console(self):
        self.make("l1")
        self.cubby("start", "l1", "--", "/bin/sh", "-c", "echo from the console; sleep 1000")
        self.wait_for(lambda: "from the console" in self.cubby("logs", "l1"))
        self.cubby("stop", "-k", "l1")
        self.assertIn("from the console", self.cubby("logs", "l1"))

    def test_config_set_get_unset(self):
        self.make("c1")
        self.cubby("config", "set", "c1", "lxc.uts.name", "other")
        self.assertEqual(self.cubby("config", "get", "c1", "lxc.uts.name").strip(), "other")
        self.cubby("start", "c1")
        self.assertEqual(self.cubby("attach", "c1", "--", "hostname"), "other\n")
        self.cubby("stop", "-k", "c1")
        self.cubby("config", "unset", "c1", "lxc.uts.name")
        self.refused("config", "set", "c1", "lxc.uts.nmae", "x", code=2, says="lxc.uts.name")

    def test_plan_prints_and_changes_nothing(self):
        self.make("pl")
        steps = json.loads(self.cubby("plan", "--json", "pl"))["steps"]
        self.assertEqual(steps[-1]["phase"], "child_exec")
        phases = [step["phase"] for step in steps]
        order = ["host_prepare", "parent_idmap", "child_userns", "parent_cgroup", "parent_net", "child_net", "child_mounts",
                 "child_pivot", "child_tree", "child_identity", "child_privileges", "child_exec"]
        self.assertEqual(phases, sorted(phases, key=order.index))
        self.assertEqual(self.state("pl"), "STOPPED")

    def test_interrupted_create_and_destroy_are_ended(self):
        self.make("i1")
        directory = self.home / ".local/share/lxc/i1"
        (directory / "intent").write_text("destroy")
        self.refused("start", "i1", code=3, says="i1")
        self.assertFalse(directory.exists())

    def test_unshare_sees_and_removes_files_of_the_container(self):
        self.make("u1")
        self.cubby("start", "u1")
        self.cubby("attach", "u1", "--", "sh", "-c", "mkdir /deep && chmod 700 /deep && touch /deep/file")
        self.cubby("stop", "-k", "u1")
        delta = self.home / ".local/share/lxc/u1/overlay/delta/deep"
        self.assertEqual(self.cubby("unshare", "ls", str(delta)), "file\n")


if __name__ == "__main__":
    harness.main()
