# SPDX-License-Identifier: LGPL-2.1-or-later
"""Element tmpl: a template is trusted as a program of the user's; what it leaves behind is not."""

import os
import subprocess

import attack
import harness
from template_made import TemplateMade


class Templates(TemplateMade):
    def test_cve_2014_6408_security_settings_of_an_image(self):
        self.left_out("lxc.apparmor.profile = unconfined", "lxc.cap.keep = sys_admin", "lxc.seccomp.profile = /x",
                      "cubby.seccomp.default = 0", "lxc.no_new_privs = 0", "lxc.idmap = u 0 0 1")

    def test_cve_2026_33897_hooks_of_an_image(self):
        self.left_out(f"lxc.hook.pre-start = /bin/touch {self.out}/new", f"lxc.hook.mount = /bin/touch {self.out}/new",
                      f"lxc.hook.start-host = /bin/touch {self.out}/new")

    def test_cve_2022_23648_mounts_of_an_image(self):
        self.left_out("lxc.mount.entry = / host none rbind,create=dir 0 0", "lxc.include = /etc/passwd",
                      "lxc.rootfs.path = dir:/", "lxc.mount.fstab = /etc/fstab")

    def test_cve_2026_53492_settings_of_an_image_that_name_paths(self):
        self.left_out(f"lxc.console.logfile = {self.out}/file", "lxc.namespace.share.net = /proc/1/ns/net",
                      "lxc.proc.oom_score_adj = 1", "lxc.sysctl.kernel.hostname = x")

    def left_out(self, *lines):
        script = "\n".join(f"echo '{line}' >> \"$path/config\"" for line in lines)
        done = self.create(script)
        self.assertEqual(done.returncode, 0, done.stderr)
        config = (self.directory("copied") / "config").read_text().splitlines()
        for line in lines:
            self.assertNotIn(line, config)
        self.cubby("start", "copied", "--", "/bin/sleep", "100")
        self.assertEqual(self.cubby("attach", "copied", "--", "/bin/cat", "/proc/self/status").count("Seccomp:\t2"), 1)

    def test_cve_2014_6408_twin_allowed_settings_are_taken(self):
        self.assertEqual(self.create("echo 'lxc.environment = FROM=image' >> \"$path/config\"").returncode, 0)
        self.assertIn("lxc.environment = FROM=image", (self.directory("copied") / "config").read_text())

    def test_cve_2026_48749_template_leaves_a_link_as_root(self):
        for target in ("/", str(self.out), ".."):
            done = self.create(f"cd /; rm -rf \"$root\" 2>/dev/null; mv \"$root\" \"$root.x\" 2>/dev/null; ln -s {target} \"$root\" || true")
            if done.returncode == 0:
                self.assertFalse(self.rootfs_of("copied").is_symlink())
            self.run_plain("destroy", "-f", "copied")

    def test_cve_2024_29068_configuration_is_a_fifo(self):
        self.odd_config("mkfifo \"$path/config\"")

    def test_cve_2024_29069_configuration_is_a_link(self):
        self.odd_config(f"ln -s {self.out}/secret \"$path/config\"")

    def test_cve_2024_1724_configuration_is_a_directory(self):
        self.odd_config("mkdir \"$path/config\"")

    def odd_config(self, script):
        self.addCleanup(self.forget_images)
        self.addCleanup(self.run_plain, "destroy", "-f", "copied")
        done = self.ends("create", "copied", "-t", self.template(script))
        self.assertNotIn(b"canary", done.stderr)
        if done.returncode == 0:
            self.assertNotIn("canary", (self.directory("copied") / "config").read_text())

    def test_cve_2026_41648_configuration_of_a_gibibyte(self):
        done = self.create("truncate -s 1G \"$path/config\"")
        self.assertNotEqual(done.returncode, 0)

    def test_cve_2026_23954_template_names_that_are_paths(self):
        for name in ("../busybox", "a/b", ".", "..", "", "-x", "../../../bin/sh", "recipes/../busybox", "x" * 300, "a\nb"):
            done = self.run_cubby("create", "copied", "-t", name)
            self.assertNotEqual(done.returncode, 0, name)
            self.assertFalse(self.directory("copied").exists(), name)

    def test_cve_2026_48755_arguments_are_words(self):
        self.arguments("--x=$(touch {out}/new)", "; touch {out}/new", "`touch {out}/new`", "--to-command=touch {out}/new")

    def test_cve_2026_62867_arguments_with_control_characters(self):
        self.arguments("a\nb", "\x1b[31m", "--a=b\nsetting=lxc.cap.keep = all")

    def arguments(self, *words):
        self.addCleanup(self.forget_images)
        for word in words:
            self.run_cubby("create", "copied", "-t", self.template("true"), "--", word.format(out=self.out))
            self.run_plain("destroy", "-f", "copied")
            shown = self.run_cubby("images", "ls").stdout
            self.assertNotIn(b"\x1b", shown)

    def test_cve_2014_9356_programs_of_the_callers_path(self):
        """Tools that lie first in the caller's PATH are not what a template, or cubby, runs."""
        self.path_traps("sh", "busybox", "cp", "ln", "mkdir")

    def test_cve_2014_9357_decompressors_of_the_callers_path(self):
        self.path_traps("xz", "unxz", "gzip", "tar", "zstd")

    def test_cve_2026_41567_helpers_of_the_callers_path(self):
        self.path_traps("cubby-holder", "cubby-init", "cubby-monitor", "cubby-ranges")

    def path_traps(self, *names):
        folder = self.work / "path"
        folder.mkdir()
        for name in names:
            (folder / name).write_text(f"#!/bin/sh\ntouch {self.out}/trapped\nexit 1\n")
            (folder / name).chmod(0o755)
        self.addCleanup(self.forget_images)
        self.addCleanup(self.run_plain, "destroy", "-f", "copied")
        path = {"PATH": f"{folder}:{self.env['PATH']}"}
        self.assertEqual(self.run_cubby("create", "copied", "-t", self.template("true"), env=path).returncode, 0)
        self.cubby("run", "busybox", "--", "true", env=path)

    def test_cve_2014_9358_identities_of_images_that_are_paths(self):
        for word in ("../x", "sha256-../../x", "/", "sha256-", "sha256:x", "", "..", "a/b"):
            self.assertNotEqual(self.run_cubby("images", "rm", word).returncode, 0, word)

    def test_cve_2021_20291_template_that_fails_at_every_step(self):
        for script in ("exit 1", "exit 2", "exit 3", "exit 77", "kill -9 $$", "rm -rf bin etc; exit 1",
                       "mkdir -p a/b; chmod 0 a/b a; exit 1", "kill -SEGV $$"):
            done = self.create(script)
            self.assertNotEqual(done.returncode, 0, script)
            self.assertLess(done.returncode, 128)
            self.assertFalse(self.directory("copied").exists(), script)
        self.assertEqual(self.ends("run", "busybox", "--", "true").returncode, 0)

    def test_cve_2020_10696_template_does_not_see_the_home(self):
        self.needs_ids()
        closed = self.work / "closed"
        closed.mkdir(mode=0o700)
        (closed / "secret").write_text("canary")
        done = self.create(f"cat {closed}/secret > stolen 2>/dev/null || true; cat {self.out}/secret >> stolen 2>/dev/null || true")
        self.assertEqual(done.returncode, 0, done.stderr)
        stolen = self.rootfs_of("copied") / "stolen"
        self.assertEqual(stolen.read_text() if os.access(stolen, os.R_OK) else "", "")

    def test_cve_2024_9675_template_has_no_descriptors_of_cubby(self):
        done = self.create("ls -l /proc/self/fd > fds; env > env")
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = subprocess.run([harness.CUBBY, "unshare", "cat", str(self.rootfs_of("copied") / "fds")], env=self.env,
                               capture_output=True, text=True, check=True).stdout
        numbers = {int(line.split(" -> ")[0].split()[-1]) for line in shown.splitlines() if " -> " in line}
        self.assertLessEqual(numbers, {0, 1, 2, 3, 4}, shown)
        self.assertNotIn("images", "".join(line for line in shown.splitlines() if "building" not in line and "logs" not in line
                                           and "fds" not in line))

    def test_cve_2024_11218_template_has_no_environment_of_the_caller(self):
        self.addCleanup(self.forget_images)
        self.addCleanup(self.run_plain, "destroy", "-f", "copied")
        done = self.run_cubby("create", "copied", "-t", self.template("env > env"), "-B", "dir", env={"SECRET": "hidden"})
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = subprocess.run([harness.CUBBY, "unshare", "cat", str(self.rootfs_of("copied") / "env")], env=self.env,
                               capture_output=True, text=True, check=True).stdout
        self.assertNotIn("hidden", shown)


if __name__ == "__main__":
    attack.main()
