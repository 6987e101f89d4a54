# SPDX-License-Identifier: LGPL-2.1-or-later
"""F12's namespaces, F19, F27, F38: the host's policy takes something away that every start uses."""

import json
import pathlib
import socket
import subprocess
import time

import filters
import ground
import harness

SYSCTL = pathlib.Path("/proc/sys/user")


class Host(ground.Faults):
    bystanders = ("resting",)

    def setUp(self):
        super().setUp()
        self.cubby("create", "h")

    def in_user_namespace(self, before, *words, timeout=30):
        """cubby as root of a user namespace of its own, where its sysctls are its own too, in a home of its own."""
        home = self.home / "inside"
        for folder in (home, home / "run"):
            folder.mkdir(mode=0o700, exist_ok=True)
        env = {**self.env, "HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run")}
        script = f'{before}; "$@"; code=$?; {harness.BIN}/cubby-holder --stop; exit $code'
        return subprocess.run(["unshare", "--user", "--map-root-user", "--", "sh", "-c", script, "sh", harness.CUBBY, *words],
                              env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)

    # --- F12 ----------------------------------------------------------------------------------------------------------

    def test_each_kind_of_namespace_forbidden(self):
        whole = self.in_user_namespace("true", "run", "busybox", "true")
        self.assertEqual(whole.returncode, 0, whole.stderr)
        for kind in ("user", "mnt", "pid", "ipc", "uts", "cgroup"):
            with self.subTest(kind):
                done = self.in_user_namespace(f"echo 0 > {SYSCTL}/max_{kind}_namespaces", "run", "busybox", "true")
                error = done.stderr.decode(errors="replace")
                if done.returncode == 0:
                    self.assertIn(kind, ("cgroup",), "it ran without what it needs")
                    continue
                self.assertEqual(done.returncode, 125, error)
                self.assertRegex(error, rf"user\.max_({kind}|\{{[a-z,]*{kind}[a-z,]*\}})_namespaces")
        again = self.in_user_namespace("true", "ls", "--json")
        self.assertEqual(json.loads(again.stdout), [], "half a run was left")

    # --- F19 ----------------------------------------------------------------------------------------------------------

    def test_no_inotify(self):
        done = self.in_user_namespace(f"echo 0 > {SYSCTL}/max_inotify_instances; echo 0 > {SYSCTL}/max_inotify_watches",
                                      "run", "busybox", "echo", "it runs")
        self.assertEqual((done.returncode, done.stdout), (0, b"it runs\n"), done.stderr)

    # --- F27 ----------------------------------------------------------------------------------------------------------

    def test_a_bus_that_never_answers(self):
        """Nothing of cubby speaks to it yet, and nothing may begin to wait for it."""
        path = self.runtime / "bus"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as bus:
            bus.bind(str(path))
            bus.listen(16)
            env = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}", "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={path}"}
            began = time.monotonic()
            for words in (("start", "h"), ("stop", "-k", "h")):
                self.assertEqual(self.run_cubby(*words, env=env, timeout=10).returncode, 0)
            self.assertLess(time.monotonic() - began, 4)
        path.unlink()

    # --- F38 ----------------------------------------------------------------------------------------------------------

    NEEDED = ("openat2", "clone3", "pidfd_open", "setns", "open_tree", "move_mount", "fsopen", "mount_setattr", "execveat",
              "memfd_create", "pidfd_send_signal", "unshare", "close_range", "landlock_create_ruleset")

    def test_each_call_forbidden(self):
        """ENOSYS as of an old kernel, EPERM as of an outer container's filter: refused in a line, or done without it."""
        for call in self.NEEDED:
            for answer in (filters.ENOSYS, filters.EPERM):
                with self.subTest(call=call, answer=answer):
                    done = self.run_cubby("start", "h", preexec_fn=filters.denial(call, answer), timeout=20)
                    error = done.stderr.decode(errors="replace")
                    type(self).counted += 1
                    if done.returncode == 0:
                        self.assertEqual(self.observed("h"), "running")
                        monitor = int((self.lxcpath / "h/monitor").read_text())
                        if self.run_cubby("stop", "-k", "h").returncode != 0:
                            harness.kill(monitor)  # it inherited the filter, and so cannot send signals
                        self.wait_for(lambda: self.observed("h") == "stopped", 5, "its end")
                        continue
                    self.assertIn(done.returncode, (1, 69), error)
                    self.assertEqual(len(error.strip().splitlines()), 1, error)
                    self.assertEqual(self.observed("h"), "stopped")
                    self.await_idle("h")
        self.assertEqual(self.assert_usable("h"), "stopped")

    def test_old_kernel_is_told_from_failure(self):
        for words in (("start", "h"), ("doctor",)):
            done = self.run_cubby(*words, preexec_fn=filters.denial("openat2", filters.ENOSYS))
            self.assertEqual(done.returncode, 69, done.stderr)
            self.assertIn(b"openat2", done.stderr)

    def test_doctor_names_the_sysctl(self):
        done = self.in_user_namespace(f"echo 0 > {SYSCTL}/max_user_namespaces", "doctor")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"user.max_user_namespaces", done.stdout + done.stderr)


if __name__ == "__main__":
    ground.main()
