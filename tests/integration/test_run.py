# SPDX-License-Identifier: LGPL-2.1-or-later
"""cubby run: an image or a tree, a command, its exit status, and nothing left behind."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import harness


class Run(harness.Cubby):
    def test_answers_with_the_commands_output(self):
        self.assertEqual(self.cubby("run", "busybox", "--", "echo", "hello"), "hello\n")

    def test_exit_status_is_the_commands(self):
        self.assertEqual(self.run_cubby("run", "busybox", "--", "sh", "-c", "exit 7").returncode, 7)
        self.assertEqual(self.run_cubby("run", "busybox", "--", "sh", "-c", "kill -TERM $$").returncode, 128 + 15)

    def test_leaves_nothing(self):
        self.cubby("run", "busybox", "--", "touch", "/made")
        self.assertEqual(self.listed(), [])
        self.assertEqual(list((self.home / ".local/share/lxc").iterdir()), [])

    def test_keep_leaves_a_container(self):
        self.cubby("run", "--keep", "--name", "kept", "busybox", "--", "sh", "-c", "echo text > /file")
        self.assertEqual([entry["name"] for entry in self.listed()], ["kept"])
        self.assertEqual(self.cubby("run", "kept", "--", "cat", "/file"), "text\n")
        self.cubby("destroy", "kept")

    def test_standard_input_goes_in_only_on_request(self):
        self.assertEqual(self.cubby("run", "busybox", "--", "cat", stdin=b"secret"), "")
        self.assertEqual(self.cubby("run", "-i", "busybox", "--", "cat", stdin=b"text"), "text")

    def test_environment_starts_empty(self):
        lines = self.cubby("run", "-e", "A=b c", "busybox", "--", "env", env={"SECRET": "x"}).splitlines()
        self.assertIn("A=b c", lines)
        self.assertFalse([line for line in lines if line.startswith(("SECRET", "LANG", "XDG"))], lines)

    def test_working_directory_user_and_hostname(self):
        out = self.cubby("run", "-w", "/tmp", "-u", "12:34", "--hostname", "box", "busybox", "--", "sh", "-c",
                         "pwd; id -u; id -g; hostname")
        self.assertEqual(out.split(), ["/tmp", "12", "34", "box"])

    def test_volume_is_seen_and_read_only_when_asked(self):
        with tempfile.TemporaryDirectory(dir=self.home) as folder:
            pathlib.Path(folder, "in").write_text("from outside")
            os.chmod(folder, 0o777)
            self.assertEqual(self.cubby("run", "-v", f"{folder}:/work", "busybox", "--", "cat", "/work/in"), "from outside")
            done = self.run_cubby("run", "-v", f"{folder}:/work:ro", "busybox", "--", "touch", "/work/new")
            self.assertNotEqual(done.returncode, 0)
            self.assertFalse(pathlib.Path(folder, "new").exists())

    def test_keep_id_writes_files_of_the_users_own(self):
        with tempfile.TemporaryDirectory(dir=self.home) as folder:
            out = self.cubby("run", "--userns", "keep-id", "-v", f"{folder}:/work", "busybox", "--", "sh", "-c",
                             "id -u; touch /work/mine")
            self.assertEqual(out.strip(), str(os.getuid()))
            self.assertEqual(pathlib.Path(folder, "mine").stat().st_uid, os.getuid())

    def test_network_none_has_only_loopback(self):
        out = self.cubby("run", "--network", "none", "busybox", "--", "sh", "-c",
                         "ls /sys/class/net; cat /proc/sys/net/ipv4/ping_group_range;"
                         "echo sent | nc -l -p 80 127.0.0.1 & sleep 0.2; nc 127.0.0.1 80 </dev/null")
        self.assertEqual(out.split(), ["lo", "0", "65535", "sent"])

    def test_rootfs_directory(self):
        tree = self.home / "tree"
        (tree / "bin").mkdir(parents=True)
        shutil.copy(shutil.which("busybox"), tree / "bin/busybox")
        (tree / "bin/sh").symlink_to("busybox")
        out = self.cubby("run", "--rootfs", str(tree), "--", "/bin/sh", "-c", "echo $$ in $PWD; busybox id -u")
        self.assertEqual(out.split("\n")[1], "0")
        self.assertEqual(self.listed(), [])

    def test_is_listed_and_stopped_while_it_runs(self):
        with subprocess.Popen([harness.CUBBY, "run", "--name", "r1", "busybox", "--", "sleep", "1000"],
                              env=self.env, stdin=subprocess.DEVNULL) as running:
            self.wait_for(lambda: any(e["name"] == "r1" and e["state"] == "RUNNING" for e in self.listed()))
            self.assertEqual(self.cubby("attach", "r1", "--", "hostname"), "r1\n")
            self.cubby("stop", "-k", "r1")
            self.assertEqual(running.wait(10), 137)
        self.assertEqual(self.listed(), [])

    def test_signals_reach_the_command(self):
        with subprocess.Popen([harness.CUBBY, "run", "busybox", "--", "sh", "-c",
                               "trap 'echo got; exit 3' TERM; echo ready; while :; do sleep 0.1; done"],
                              env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as running:
            self.assertEqual(running.stdout.readline(), "ready\n")
            running.send_signal(signal.SIGTERM)
            self.assertEqual(running.stdout.read(), "got\n")
            self.assertEqual(running.wait(10), 3)

    def test_a_killed_run_leaves_nothing_at_next_use(self):
        with subprocess.Popen([harness.CUBBY, "run", "busybox", "--", "sleep", "1000"], env=self.env,
                              stdin=subprocess.DEVNULL) as running:
            self.wait_for(lambda: any(e["state"] == "RUNNING" for e in self.listed()))
            pid = next(e["pid"] for e in self.listed())
            running.kill()
            running.wait()
        self.wait_for(lambda: not harness.process_exists(pid), what="end of the container")
        self.assertEqual(self.listed(), [])
        self.assertEqual(list((self.home / ".local/share/lxc").iterdir()), [])

    def test_plan_is_timed(self):
        done = self.run_cubby("run", "--timings", "busybox", "--", "true")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("capabilities", (done.stdout + done.stderr).decode())


if __name__ == "__main__":
    harness.main()
