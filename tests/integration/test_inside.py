# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a process inside a container has and does not have, looked at from inside."""

import json
import os
import pathlib
import pty
import select
import signal
import subprocess
import time

import harness


class Inside(harness.Cubby):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run([harness.CUBBY, "create", "in", "-t", "busybox"], env=cls.env, check=True, capture_output=True)
        subprocess.run([harness.CUBBY, "start", "in"], env=cls.env, check=True, capture_output=True)

    ways = (("run", "busybox", "--"), ("attach", "in", "--"))

    def each_way(self):
        for way in self.ways:
            with self.subTest(way=way[0]):
                yield way

    def test_only_three_descriptors(self):
        extra = os.open("/etc/passwd", os.O_RDONLY)
        self.addCleanup(os.close, extra)
        for way in self.each_way():
            out = self.cubby(*way, "sh", "-c", "for f in /proc/self/fd/*; do echo ${f##*/}; done", pass_fds=(extra,))
            # The shell's own glob holds the directory open while it reads it.
            self.assertLessEqual(set(out.split()), {"0", "1", "2", "3"})
            out = self.cubby(*way, "sh", "-c", f"test -e /proc/self/fd/{extra} && echo leaked; true", pass_fds=(extra,))
            if extra > 3:
                self.assertEqual(out, "")

    def test_a_directory_is_never_handed_in(self):
        directory = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, directory)
        done = subprocess.run([harness.CUBBY, "run", "-i", "busybox", "--", "true"], stdin=directory, env=self.env,
                              capture_output=True, timeout=60, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"directory", done.stderr)

    def test_capabilities_of_a_command(self):
        status = self.cubby("run", "busybox", "--", "cat", "/proc/self/status")
        sets = {line.split(":")[0]: int(line.split()[1], 16) for line in status.splitlines() if line.startswith("Cap")}
        allowed = sum(1 << cap for cap in (0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 31))
        self.assertEqual(sets["CapInh"], 0)
        self.assertEqual(sets["CapAmb"], 0)
        for name in ("CapPrm", "CapEff", "CapBnd"):
            self.assertEqual(sets[name] & ~allowed, 0, name)

    def test_a_normal_user_has_no_capabilities(self):
        for way in (("run", "-u", "1000", "busybox", "--"), ("attach", "-u", "1000", "in", "--")):
            status = self.cubby(*way, "cat", "/proc/self/status")
            for line in status.splitlines():
                if line.startswith(("CapPrm", "CapEff", "CapInh", "CapAmb")):
                    self.assertEqual(int(line.split()[1], 16), 0, line)

    def test_no_host_groups(self):
        for way in self.each_way():
            status = self.cubby(*way, "cat", "/proc/self/status")
            groups = next(line for line in status.splitlines() if line.startswith("Groups:")).split()[1:]
            self.assertNotIn("65534", groups)

    def test_seccomp_is_on_and_refuses_nested_namespaces(self):
        for way in self.each_way():
            status = self.cubby(*way, "cat", "/proc/self/status")
            self.assertIn("Seccomp:\t2", status)
            done = self.run_cubby(*way, "unshare", "-U", "true")
            self.assertNotEqual(done.returncode, 0)

    def test_own_namespaces(self):
        kinds = ("user", "mnt", "pid", "ipc", "uts", "cgroup")
        host = {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in kinds}
        for way in self.each_way():
            for kind in kinds:
                inside = self.cubby(*way, "readlink", f"/proc/self/ns/{kind}").strip()
                self.assertNotEqual(inside, host[kind])

    def test_the_way_to_the_host_is_gone(self):
        for way in self.each_way():
            mounts = self.cubby(*way, "cat", "/proc/self/mountinfo").splitlines()
            points = [line.split()[4] for line in mounts]
            self.assertEqual(len([point for point in points if point == "/"]), 1)
            self.assertFalse([point for point in points if "oldroot" in point or "pivot" in point])
            self.assertEqual(self.cubby(*way, "readlink", "/proc/self/cwd").strip(), "/")

    def test_kernel_files_are_masked_or_read_only(self):
        for way in self.each_way():
            self.assertEqual(self.cubby(*way, "sh", "-c", "cat /proc/keys /proc/timer_list 2>/dev/null"), "")
            self.assertNotEqual(self.run_cubby(*way, "sh", "-c", "echo b > /proc/sysrq-trigger").returncode, 0)
            self.assertNotEqual(self.run_cubby(*way, "sh", "-c", "echo x > /proc/sys/kernel/domainname").returncode, 0)

    def test_session_keyring_is_not_the_callers(self):
        for way in self.each_way():
            self.assertEqual(self.cubby(*way, "sh", "-c", "grep -c _ses /proc/keys 2>/dev/null || true").strip(), "0")

    def test_device_nodes_are_the_devices(self):
        out = self.cubby("run", "busybox", "--", "sh", "-c", "cd /dev; stat -c '%n %t:%T' null zero full random urandom tty")
        self.assertEqual(out.splitlines(), ["null 1:3", "zero 1:5", "full 1:7", "random 1:8", "urandom 1:9", "tty 5:0"])

    def test_program_that_entered_is_sealed(self):
        # PID 1 of a run is cubby-init: its executable is a sealed memory file, not a file of the host.
        out = self.cubby("run", "busybox", "--", "sh", "-c", "readlink /proc/1/exe; (echo x > /proc/1/exe) 2>&1; true")
        self.assertIn("memfd:cubby-init", out.splitlines()[0])
        self.assertGreater(len(out.splitlines()), 1)

    def on_terminal(self, *words, typed=()):
        """Runs cubby on a fresh pty; its output and exit status. `typed`: pairs of what to wait for, since what was typed
        last, and what to type then."""
        typed = list(typed)
        pid, master = pty.fork()
        if pid == 0:
            os.execve(harness.CUBBY, [harness.CUBBY, *words], self.env)
        out = b""
        seen = 0
        limit = time.monotonic() + 60
        while True:
            if not select.select([master], [], [], max(0, limit - time.monotonic()))[0]:
                os.kill(pid, signal.SIGKILL)
                self.fail(f"it waits for ever: {out.decode(errors='replace')!r}")
            try:
                block = os.read(master, 65536)
            except OSError:
                break
            if not block:
                break
            out += block
            if typed and typed[0][0] in out[seen:]:
                seen = len(out)
                os.write(master, typed.pop(0)[1])
        _, status = os.waitpid(pid, 0)
        os.close(master)
        return out.decode(errors="replace"), os.waitstatus_to_exitcode(status)

    def test_a_terminal_is_a_fresh_one_with_a_name_and_size(self):
        for words in (("run", "-i", "-t", "busybox", "--", "sh", "-c", "tty; test -c /dev/tty && echo x > /dev/tty; exit 5"),
                      ("attach", "in", "--", "sh", "-c", "tty; echo x > /dev/tty; exit 5")):
            out, code = self.on_terminal(*words)
            self.assertIn("/dev/pts/", out)
            self.assertEqual(code, 5, out)

    def test_typing_reaches_the_shell(self):
        out, code = self.on_terminal("attach", "in", "--", "sh", typed=[(b"#", b"echo $((40+2)); exit 6\n")])
        self.assertIn("42", out)
        self.assertEqual(code, 6)

    def test_the_callers_terminal_never_enters(self):
        # Nothing inside may hold the caller's own terminal, with or without a pty (CVE-2016-10124).
        for words in (("run", "-i", "-t", "busybox", "--"), ("run", "-i", "busybox", "--"), ("attach", "-T", "in", "--")):
            pid, master = pty.fork()
            if pid == 0:
                os.execve(harness.CUBBY, [harness.CUBBY, *words, "sh", "-c", "stat -L -c 'at %d:%i' /proc/self/fd/0 /proc/self/fd/1"],
                          self.env)
            status = os.stat(os.readlink(f"/proc/{pid}/fd/0")) if os.path.exists(f"/proc/{pid}/fd/0") else None
            out = b""
            while True:
                try:
                    block = os.read(master, 4096)
                except OSError:
                    break
                if not block:
                    break
                out += block
            os.waitpid(pid, 0)
            os.close(master)
            seen = [line.split()[1] for line in out.decode().splitlines() if line.startswith("at ")]
            self.assertEqual(len(seen), 2, out)
            if status is not None:
                self.assertNotIn(f"{status.st_dev}:{status.st_ino}", seen)

    def test_console_is_joined_and_left(self):
        self.cubby("create", "con", "-t", "busybox")
        self.addCleanup(self.run_cubby, "destroy", "-f", "con")
        self.cubby("start", "con", "--", "/bin/sh", "-c", "echo ready; exec sh")
        self.wait_for(lambda: "ready" in self.cubby("logs", "con"))
        out, code = self.on_terminal("console", "con", typed=[(b"", b"\n"), (b"#", b"echo $((6*7))\n"), (b"42", b"\x01q")])
        self.assertEqual(code, 0, out)
        self.assertIn("42", out)
        self.assertEqual(self.state("con"), "RUNNING")

    def test_a_login_on_the_console_has_it_as_its_terminal(self):
        """Process 1, an init, leaves the console to it: ^C ends what was typed there, not the container."""
        self.cubby("create", "boot", "-t", "busybox")
        self.addCleanup(self.run_cubby, "destroy", "-f", "boot")
        self.cubby("start", "boot")
        self.cubby("attach", "boot", "--", "passwd", "-d", "root")
        before = json.loads(self.cubby("info", "--json", "boot"))["pid"]
        out, code = self.on_terminal("console", "boot", typed=[
            (b"", b"\n"), (b"login:", b"root\n"), (b"#", b"sh -c 'echo g\"\"o; exec sleep 1000'\n"), (b"go", b"\x03"),
            (b"#", b"echo $((6*7)); tty\n"), (b"42", b"\x01q")])
        self.assertEqual(code, 0, out)
        self.assertIn("42", out)
        self.assertNotIn("job control", out)
        self.assertEqual(json.loads(self.cubby("info", "--json", "boot"))["pid"], before)
        self.assertNotIn("TIOCSCTTY", self.cubby("logs", "boot"))

    def test_a_command_in_a_user_namespace_has_the_keyboards_signals(self):
        script = "trap 'echo caught; exit 3' INT; echo rea''dy; while :; do sleep 0.1; done"
        out, code = self.on_terminal("lxc-usernsexec", "--", "sh", "-c", script, typed=[(b"ready", b"\x03")])
        self.assertEqual((code, "caught" in out), (3, True), out)

    def test_pipes_keep_their_bytes_beside_a_terminal(self):
        out, code = self.on_terminal("attach", "-T", "in", "--", "sh", "-c", "printf 'a\\nb\\n'; exit 4")
        self.assertEqual(code, 4)
        self.assertIn("a", out)


if __name__ == "__main__":
    harness.main()
