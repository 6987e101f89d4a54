# SPDX-License-Identifier: LGPL-2.1-or-later
"""Poorer hosts: no session, no subordinate ids, a masked /proc, odd umasks and homes."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import harness


class Hosts(harness.Cubby):
    def in_new_home(self, *words, mode=0o700, umask=None, **environment):
        """Runs cubby in a home of its own, with exactly this environment besides PATH."""
        home = tempfile.mkdtemp(prefix="cubby-home-")
        os.chmod(home, mode)
        env = {"HOME": home, "PATH": os.environ["PATH"], **environment}
        self.addCleanup(shutil.rmtree, home, ignore_errors=True)
        self.addCleanup(subprocess.run, [harness.CUBBY, "unshare", "rm", "-rf", home + "/.local"], env=env, check=False,
                        capture_output=True)
        before = (lambda: os.umask(umask)) if umask is not None else None
        return subprocess.run([harness.CUBBY, *words], env=env, capture_output=True, text=True, timeout=60, check=False,
                              stdin=subprocess.DEVNULL, preexec_fn=before)

    def expect(self, done, text):
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, text)

    def test_without_a_runtime_directory(self):
        self.expect(self.in_new_home("run", "busybox", "--", "echo", "x"), "x\n")

    def test_runtime_directory_of_somebody_else(self):
        self.expect(self.in_new_home("run", "busybox", "--", "echo", "x", XDG_RUNTIME_DIR="/proc/1"), "x\n")

    def test_umasks_and_closed_homes(self):
        for umask in (0, 0o027, 0o077, 0o777):
            with self.subTest(umask=oct(umask)):
                done = self.in_new_home("run", "busybox", "--", "sh", "-c", "touch /f && stat -c %a /f", umask=umask,
                                        XDG_RUNTIME_DIR=str(self.runtime))
                self.expect(done, "644\n")

    def hide_newuidmap(self, script):
        """Runs a script where newuidmap cannot gain privileges: no_new_privs, so one single id is all there is."""
        runtime = tempfile.mkdtemp(prefix="cubby-run-")
        self.addCleanup(shutil.rmtree, runtime, ignore_errors=True)
        home = tempfile.mkdtemp(prefix="cubby-home-")
        self.addCleanup(shutil.rmtree, home, ignore_errors=True)
        env = {"HOME": home, "PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": runtime}
        done = subprocess.run(["setpriv", "--no-new-privs", "sh", "-euc", script.replace("cubby", harness.CUBBY)], env=env,
                              capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)
        subprocess.run([str(harness.BIN / "cubby-holder"), "--stop"], env=env, check=False, capture_output=True)
        return done

    def test_one_single_id(self):
        done = self.hide_newuidmap("""
            cubby run busybox -- sh -c 'id -u; touch /f; chown 12:34 /f && echo pretended; stat -c %u /f'
            cubby create s1 -t busybox
            cubby start s1
            cubby attach s1 -- hostname
            cubby stop -k s1
            cubby destroy s1
        """)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.split(), ["0", "pretended", "0", "s1"])

    def test_masked_proc_is_bound_and_said(self):
        # A covered file in /proc, as in a container of Docker: the kernel gives no fresh procfs.
        # A user namespace of another maker has a holder of its own, so a runtime directory of its own.
        runtime = tempfile.mkdtemp(prefix="cubby-run-")
        self.addCleanup(shutil.rmtree, runtime, ignore_errors=True)
        script = (f"mount --bind /dev/null /proc/version; {harness.CUBBY} run busybox -- sh -c "
                  f"'test -e /proc/self/status && echo seen'; code=$?; {harness.BIN}/cubby-holder --stop; exit $code")
        done = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
                              env=self.env | {"XDG_RUNTIME_DIR": runtime}, capture_output=True, text=True, timeout=60,
                              check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "seen\n")
        self.assertIn("/proc is the host's", done.stderr)

    def test_doctor_names_what_is_missing(self):
        done = self.run_cubby("doctor", "--json")
        rows = json.loads(done.stdout)
        rows = rows["rows"] if isinstance(rows, dict) else rows
        self.assertTrue(all({"id", "status", "found"} <= row.keys() for row in rows))
        poor = subprocess.run(["setpriv", "--no-new-privs", harness.CUBBY, "doctor"], env=self.env, capture_output=True,
                              text=True, check=False)
        self.assertIn("newuidmap", poor.stdout)

    def test_install_into_a_prefix_of_ones_own(self):
        build = harness.BIN.parent
        with tempfile.TemporaryDirectory() as prefix:
            subprocess.run(["cmake", "--install", str(build), "--prefix", prefix], check=True, capture_output=True)
            moved = prefix + "-moved"
            os.rename(prefix, moved)
            try:
                done = subprocess.run([moved + "/bin/cubby", "run", "busybox", "--", "echo", "installed"], env=self.env,
                                      capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
                self.assertEqual((done.returncode, done.stdout), (0, "installed\n"), done.stderr)
                self.assertTrue(list(pathlib.Path(moved, "share/man/man1").glob("cubby*.1")))
            finally:
                os.rename(moved, prefix)


class Namespaces(harness.Cubby):
    def make(self, name, *lines):
        self.cubby("create", name, "-t", "busybox")
        self.addCleanup(self.run_cubby, "destroy", "-f", name)
        for key, value in lines:
            self.cubby("config", "set", name, key, value)
        return name

    def ns(self, name, kind):
        return self.cubby("attach", name, "--", "readlink", f"/proc/self/ns/{kind}").strip()

    def test_shared_with_another_container(self):
        self.cubby("start", self.make("a", ("lxc.net.0.type", "empty")))
        self.cubby("start", self.make("b", ("lxc.namespace.share.net", "a"), ("lxc.namespace.share.uts", "a")))
        self.assertEqual(self.ns("a", "net"), self.ns("b", "net"))
        self.assertEqual(self.ns("a", "uts"), self.ns("b", "uts"))
        self.assertNotEqual(self.ns("a", "ipc"), self.ns("b", "ipc"))
        self.assertNotEqual(self.ns("a", "user"), self.ns("b", "user"))

    def from_outside(self, name, kind):
        """As root of the user's own namespace sees it: the container may have somebody else's /proc."""
        pid = json.loads(self.cubby("info", "--json", name))["pid"]
        return self.cubby("unshare", "readlink", f"/proc/{pid}/ns/{kind}").strip()

    def test_every_kind_shared_by_name_and_by_path(self):
        self.cubby("start", self.make("g", ("lxc.net.0.type", "empty"), ("lxc.time.offset.boot", "1000s")))
        pid = json.loads(self.cubby("info", "--json", "g"))["pid"]
        for kind in ("mnt", "pid", "net", "ipc", "uts", "cgroup", "time"):
            for way, source in (("name", "g"), ("path", f"/proc/{pid}/ns/{kind}")):
                with self.subTest(kind=kind, way=way):
                    # Only process 1 of a namespace may be an init.
                    name = self.make(f"s-{kind}-{way}", ("lxc.net.0.type", "empty"), ("lxc.init.cmd", "/bin/sleep 1000"),
                                     (f"lxc.namespace.share.{kind}", source))
                    self.cubby("start", name)
                    for one in ("mnt", "pid", "net", "ipc", "uts", "cgroup"):
                        same = self.assertEqual if one == kind else self.assertNotEqual
                        same(self.from_outside(name, one), self.from_outside("g", one), one)
                    if kind == "time":
                        self.assertEqual(self.from_outside(name, kind), self.from_outside("g", kind))
                    self.cubby("stop", "-k", name)
        self.assertEqual(self.state("g"), "RUNNING")

    def test_kept(self):
        self.cubby("start", self.make("k", ("lxc.namespace.keep", "net uts ipc cgroup")))
        for kind in ("net", "uts", "ipc", "cgroup"):
            self.assertEqual(self.ns("k", kind), os.readlink(f"/proc/self/ns/{kind}"))

    def test_processes_kept(self):
        self.cubby("start", self.make("kp", ("lxc.namespace.keep", "pid"), ("lxc.init.cmd", "/bin/sleep 1000")))
        self.assertEqual(self.ns("kp", "pid"), os.readlink("/proc/self/ns/pid"))
        self.assertNotEqual(self.ns("kp", "mnt"), os.readlink("/proc/self/ns/mnt"))
        self.cubby("stop", "-k", "kp")

    def test_what_cannot_be_kept_without_root(self):
        self.make("kn")
        for kind in ("user", "mnt"):
            self.refused("config", "set", "kn", "lxc.namespace.keep", kind, code=1, says=["cannot be kept", "share"])

    def test_time_offset(self):
        self.cubby("start", self.make("t", ("lxc.time.offset.boot", "1000000s")))
        up = float(self.cubby("attach", "t", "--", "cat", "/proc/uptime").split()[0])
        self.assertGreater(up, 1000000)

    def test_sysctl_limit_and_mount_entry(self):
        folder = self.home / "shared"
        folder.mkdir()
        (folder / "f").write_text("shared")
        self.cubby("start", self.make(
            "m", ("lxc.net.0.type", "empty"), ("lxc.sysctl.net.ipv4.ip_forward", "1"), ("lxc.prlimit.nofile", "123"),
            ("lxc.mount.entry", f"{folder} srv/shared none bind,ro,create=dir 0 0")))
        self.assertEqual(self.cubby("attach", "m", "--", "cat", "/proc/sys/net/ipv4/ip_forward").strip(), "1")
        self.assertIn("123", next(line for line in self.cubby("attach", "m", "--", "cat", "/proc/1/limits").splitlines()
                                  if "open files" in line))
        self.assertEqual(self.cubby("attach", "m", "--", "cat", "/srv/shared/f"), "shared")
        self.assertNotEqual(self.run_cubby("attach", "m", "--", "touch", "/srv/shared/g").returncode, 0)

    def test_mount_target_cannot_lead_out(self):
        outside = self.home / "outside"
        outside.mkdir()
        self.make("e", ("lxc.net.0.type", "empty"))
        self.cubby("start", "e")
        self.cubby("attach", "e", "--", "ln", "-s", str(outside), "/way")
        self.cubby("attach", "e", "--", "ln", "-s", "../../../../../../../../" + str(outside), "/up")
        self.cubby("stop", "-k", "e")
        for target in ("way/x", "up/x"):
            self.cubby("config", "set", "e", "lxc.mount.entry", f"none {target} tmpfs create=dir 0 0")
            self.run_cubby("start", "e")
            self.run_cubby("stop", "-k", "e")
        self.assertEqual(list(outside.iterdir()), [])


if __name__ == "__main__":
    harness.main()
