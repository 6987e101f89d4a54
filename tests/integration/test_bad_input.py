# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input: one line that names the thing and the next step, a fixed exit code, nothing left behind."""

import pathlib
import subprocess

import harness


class BadInput(harness.Cubby):
    def tearDown(self):
        lxc = self.home / ".local/share/lxc"
        self.assertEqual([entry.name for entry in lxc.iterdir()] if lxc.exists() else [], [])

    def test_unknown_command_and_option(self):
        self.refused("strat", "p1", code=2, says=["strat", "start"])
        self.refused("ls", "--jsno", code=2, says="--jsno")

    def test_bad_name(self):
        for name in ("../up", ".hidden", "a/b", "x" * 65, "", "tab\there"):
            error = self.refused("create", name, "-t", "busybox", code=2, says="name")
            self.assertNotIn("\t", error)

    def test_missing_container_and_image(self):
        self.refused("start", "nobody", code=3, says=["nobody", "cubby create"])
        self.refused("attach", "nobody", "--", "true", code=125, says="nobody")
        self.refused("create", "p1", "-t", "nosuch", code=3, says="nosuch")
        self.refused("run", "nosuch", "--", "true", code=125, says="nosuch")

    def test_command_that_is_not_there(self):
        done = self.run_cubby("run", "busybox", "--", "nosuch")
        self.assertEqual(done.returncode, 127)
        self.assertIn(b"nosuch", done.stderr)
        self.assertEqual(self.run_cubby("run", "busybox", "--", "/etc/passwd").returncode, 126)

    def test_id_map_that_the_host_does_not_allow(self):
        config = self.home / "foreign.conf"
        config.write_text("lxc.idmap = u 0 0 65536\nlxc.idmap = g 0 0 65536\n")
        self.refused("create", "p1", "-t", "busybox", "-f", str(config), code=1, says=["lxc.idmap", "/etc/subuid"])

    def test_configuration_errors_name_file_and_line(self):
        config = self.home / "bad.conf"
        config.write_text("# fine\nlxc.uts.name = a\nlxc.cap.dorp = sys_admin\n")
        self.refused("create", "p1", "-t", "busybox", "-f", str(config), code=1, says=["bad.conf:3", "lxc.cap.drop"])
        config.write_text("lxc.seccomp.profile = /etc/no-such-policy\n")
        self.refused("create", "p1", "-t", "busybox", "-f", str(config), code=1, says="lxc.seccomp.profile")

    def test_rootfs_without_the_command(self):
        empty = self.home / "empty"
        empty.mkdir()
        done = self.run_cubby("run", "--rootfs", str(empty), "--", "/sbin/init")
        self.assertEqual(done.returncode, 127)
        self.assertIn(b"/sbin/init", done.stderr)
        self.refused("run", "--rootfs", str(self.home / "absent"), "--", "true", code=125, says="absent")

    def test_rootfs_without_init(self):
        self.cubby("create", "p1", "-t", "busybox")
        self.cubby("config", "set", "p1", "lxc.init.cmd", "/sbin/absent")
        self.refused("start", "p1", code=3, says=["p1", "/sbin/absent"])
        self.assertEqual(self.state("p1"), "STOPPED")
        self.cubby("destroy", "p1")

    def test_wrong_state(self):
        self.cubby("create", "p1", "-t", "busybox")
        self.refused("create", "p1", "-t", "busybox", code=4, says="p1")
        self.refused("attach", "p1", "--", "true", code=125, says=["p1", "cubby start p1"])
        self.cubby("start", "p1")
        self.refused("start", "p1", code=4, says="running")
        self.refused("destroy", "p1", code=4, says=["running", "-f"])
        self.refused("rename", "p1", "p2", code=4, says="running")
        self.cubby("destroy", "-f", "p1")

    def test_full_disk(self):
        # In the user's own namespaces: a home on a tmpfs that is too small, swept until a create succeeds.
        script = f"""
            set -u
            mount -t tmpfs -o size=$1 none {self.home}/small || exit 90
            mkdir {self.home}/small/home && export HOME={self.home}/small/home
            export XDG_RUNTIME_DIR={self.home}/small-run
            {harness.CUBBY} create full -t busybox; code=$?
            ls -A {self.home}/small/home/.local/share/lxc 2>/dev/null
            {harness.BIN}/cubby-holder --stop
            exit $code
        """
        (self.home / "small").mkdir()
        (self.home / "small-run").mkdir(mode=0o700)
        refusals = 0
        for size in ("64k", "256k", "1m", "2m", "64m"):
            done = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", size],
                                  env=self.env, capture_output=True, text=True,
                                  timeout=60, check=False)
            if done.returncode == 90:
                harness.skip(self, "nested")
            if done.returncode == 0:
                self.assertEqual(done.stdout.strip(), "full")
                break
            refusals += 1
            self.assertEqual(done.stdout.strip(), "", f"left behind with {size}: {done.stdout}")
            last = done.stderr.strip().splitlines()[-1]
            self.assertIn("cubby:", last)
            self.assertRegex(last, "space|ENOSPC|quota")
        self.assertGreater(refusals, 0)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    harness.main()
