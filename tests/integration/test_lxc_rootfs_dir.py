# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxc-create --dir: a root file system outside of its container's own directory, and what is never removed with it."""

import os
import pathlib
import signal
import subprocess

import harness

BUSYBOX = str(pathlib.Path(__file__).resolve().parents[2] / "templates/busybox")

# Makes something, tells so, and stays.
SLOW = """#!/bin/sh
for arg in "$@"; do case $arg in --rootfs=*) rootfs=${arg#*=} ;; esac; done
touch "$rootfs/half"
echo begun
exec sleep 1000
"""


class RootfsDir(harness.LxcCommands):
    def setUp(self):
        self.above = self.home / "elsewhere"
        self.above.mkdir(exist_ok=True)
        (self.above / "kept").write_text("kept\n")
        self.place = self.above / "root"
        self.addCleanup(self.check_above)

    def check_above(self):
        self.run_cubby("unshare", "rm", "-rf", str(self.place))
        self.assertEqual(os.listdir(self.above), ["kept"])

    def folder(self, name):
        return self.home / ".local/share/lxc" / name

    def made(self, name, *words, template=BUSYBOX, place=None, **more):
        self.lxc("create", "-n", name, "-t", template, "--dir", str(place or self.place), *words, **more)
        self.addCleanup(self.run_cubby, "destroy", "-f", name)

    def refused_dir(self, place, says, *words):
        self.lxc_error("create", "-n", "no", "-t", BUSYBOX, "--dir", str(place), *words, says=says)
        self.assertFalse(self.folder("no").exists())

    def test_lies_there(self):
        self.made("dir")
        self.assertIn(f"\nlxc.rootfs.path = dir:{self.place}\n", (self.folder("dir") / "config").read_text())
        self.assertFalse((self.folder("dir") / "rootfs").exists())
        self.lxc("start", "dir")
        self.lxc("attach", "dir", "--", "touch", "/made-inside")
        self.assertTrue((self.place / "made-inside").exists())
        self.lxc("stop", "-k", "dir")
        self.cubby("rename", "dir", "moved")
        self.addCleanup(self.run_cubby, "destroy", "-f", "moved")
        self.lxc("execute", "moved", "--", "test", "-e", "/made-inside")
        self.lxc("destroy", "moved")
        self.assertFalse(self.place.exists())

    def test_empty_or_nested_or_relative(self):
        self.place.mkdir()
        self.made("empty")
        self.assertTrue((self.place / "bin").exists())
        self.lxc("destroy", "empty")
        # Directories above are made, and stay; a slash at the end is nothing.
        self.made("deep", place=f"{self.place}/a/b/")
        self.assertIn(f"dir:{self.place}/a/b\n", (self.folder("deep") / "config").read_text())
        self.lxc("destroy", "deep")
        self.assertEqual(os.listdir(self.place / "a"), [])
        (self.place / "a").rmdir()
        self.place.rmdir()
        self.made("relative", place="root", cwd=self.above)
        self.assertTrue((self.place / "bin").exists())
        self.lxc("destroy", "relative")

    def test_lxcs_template(self):
        if not pathlib.Path("/usr/share/lxc/templates/lxc-busybox").exists():
            harness.skip(self, "no-lxc")
        self.made("lt", template="busybox")
        self.lxc("start", "lt")
        self.assertEqual(self.lxc("attach", "lt", "--", "hostname"), "lt\n")
        self.lxc("stop", "-k", "lt")
        self.lxc("destroy", "lt")
        self.assertFalse(self.place.exists())
        self.lxc_error("create", "no", "-t", "busybox", "--dir", str(self.place), "--", "--busybox-path", "/nosuch",
                       says="ended with exit status 1")
        self.assertFalse(self.place.exists())

    def test_nothing_of_others(self):
        self.refused_dir(self.above, "has something in it")
        self.refused_dir(self.above / "kept", "is no directory of yours")
        link = self.home / "link"
        link.symlink_to(self.above)
        self.refused_dir(link, "link")
        self.refused_dir("/usr/share/cubby-no", "Permission denied")
        self.refused_dir(self.place, "--dir is for -B dir", "-B", "overlay")
        self.assertEqual((self.above / "kept").read_text(), "kept\n")
        self.assertFalse(self.place.exists())
        self.made("one")
        self.refused_dir(self.place, "is there already and is no directory of yours")
        self.lxc("execute", "one", "--", "test", "-e", "/bin/busybox")

    def killed_half_way(self):
        template = self.home / "lxc-slow"
        template.write_text(SLOW)
        template.chmod(0o755)
        with subprocess.Popen([str(harness.BIN / "lxc/lxc-create"), "-n", "half", "-t", str(template), "--dir",
                               str(self.place)], env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as command:
            self.assertEqual(command.stdout.readline(), b"begun\n")
            self.assertTrue((self.place / "half").exists())
            command.send_signal(signal.SIGKILL)

    def test_killed_half_way(self):
        self.killed_half_way()
        self.refused("info", "half", code=3, says="no container half")
        self.assertFalse(self.place.exists())
        self.assertFalse(self.folder("half").exists())

    def test_killed_and_something_else_there(self):
        self.killed_half_way()
        self.own_directory()
        self.refused("info", "half", code=3, says="no container half")
        self.assertEqual((self.place / "own").read_text(), "mine\n")

    def change_record(self, word, text):
        """In the record "create INODE BORN DRAFT PATH" of the killed create; the word that was there."""
        record = self.folder("half") / "intent"
        words = record.read_text().split(" ")
        self.assertEqual(words[0], "create")
        before, words[word] = words[word], str(text)
        record.write_text(" ".join(words))
        return before

    def own_directory(self):
        """In place of what the killed create has made, which is elsewhere now."""
        aside = self.above / "aside"
        self.place.rename(aside)
        self.addCleanup(self.run_cubby, "unshare", "rm", "-rf", str(aside))
        self.place.mkdir()
        (self.place / "own").write_text("mine\n")
        return aside

    def test_killed_and_its_inode_taken(self):
        """Once a directory is deleted its number is given to the next one; ext4 does that at once."""
        self.killed_half_way()
        aside = self.own_directory()
        self.assertEqual(self.change_record(1, self.place.stat().st_ino), str(aside.stat().st_ino))
        if self.change_record(2, 1) == "0":
            harness.skip(self, "no-birth-times")
        self.refused("info", "half", code=3, says="no container half")
        self.assertEqual((self.place / "own").read_text(), "mine\n")

    def test_killed_where_births_are_not_told(self):
        self.killed_half_way()
        self.change_record(2, 0)
        done = self.run_cubby("info", "half")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"its file system cannot tell: remove it", done.stderr)
        self.assertTrue((self.place / "half").exists())
        self.own_directory()
        self.refused("info", "half", code=3, says="no container half")
        self.assertEqual((self.place / "own").read_text(), "mine\n")
        self.assertFalse(self.folder("half").exists())

    def test_copy_has_its_own(self):
        self.made("orig")
        self.lxc("copy", "orig", "-N", "twin")
        self.addCleanup(self.run_cubby, "destroy", "-f", "twin")
        self.lxc("execute", "twin", "--", "touch", "/only-here")
        self.assertTrue((self.folder("twin") / "rootfs/only-here").exists())
        self.assertFalse((self.place / "only-here").exists())
        self.lxc("destroy", "twin")
        self.lxc("execute", "orig", "--", "test", "-e", "/bin/busybox")

    def test_copy_that_fails_leaves_the_original(self):
        upper = self.home / "layers/upper"
        upper.mkdir(parents=True)
        (upper / "file").write_text("of the original\n")
        self.lxc("create", "-n", "ov", "-t", "none")
        self.addCleanup(self.run_cubby, "destroy", "-f", "ov")
        with (self.folder("ov") / "config").open("a") as config:
            config.write(f"lxc.rootfs.path = overlay:{self.home}:{upper}\n")
        self.lxc_error("copy", "ov", "-N", "twin", says="not in its own directory")
        self.assertFalse(self.folder("twin").exists())
        self.assertEqual((upper / "file").read_text(), "of the original\n")


if __name__ == "__main__":
    harness.main()
