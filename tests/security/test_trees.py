# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elements cp and storage: trees that are copied and deleted while they are full of links."""

import os
import stat
import subprocess

import attack
from template_made import LINKS, TemplateMade


class Trees(TemplateMade):
    def test_cve_2019_10152_copy_of_a_tree_with_links_out(self):
        self.assertEqual(self.create(self.links()).returncode, 0)
        for name, target in LINKS.items():
            self.assertEqual(os.readlink(self.rootfs_of("copied") / f"link-{name}"), target.format(out=self.out))

    def test_cve_2019_18466_directories_that_are_links(self):
        done = self.create(f"mkdir d; ln -s {self.out} d/l; ln -s {self.out}/folder var; mkdir -p x/y; ln -s ../../.. x/y/z")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.rootfs_of("copied") / "d/l").is_symlink())

    def test_cve_2020_1726_hard_links_stay_inside(self):
        done = self.create("echo one > a; ln a b; mkdir d; ln a d/c; ln -s a s; ln s t 2>/dev/null || true")
        self.assertEqual(done.returncode, 0, done.stderr)
        root = self.rootfs_of("copied")
        self.assertEqual((root / "a").stat().st_ino, (root / "d/c").stat().st_ino)
        self.assertEqual((root / "a").stat().st_nlink, 3)

    def test_cve_2023_0778_fifos_and_sockets_do_not_block(self):
        done = self.create("mkfifo fifo; mkfifo 'odd name'")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(stat.S_ISFIFO((self.rootfs_of("copied") / "fifo").lstat().st_mode))

    def test_cve_2022_4122_times_and_modes_through_links(self):
        done = self.create(f"ln -s {self.out}/file l; touch -h -d @1 l; ln -s {self.out}/folder m; chmod 0700 bin; chmod 4755 bin/busybox")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(stat.S_IMODE((self.rootfs_of("copied") / "bin").stat().st_mode), 0o700)

    def test_cve_2022_4123_files_that_nobody_may_read(self):
        done = self.create("mkdir closed; echo x > closed/f; chmod 0 closed/f closed")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_cve_2021_41089_modes_of_the_copy_are_the_tree_s(self):
        done = self.create("mkdir open; chmod 0777 open; mkdir sticky; chmod 1777 sticky; mkdir set; chmod 2755 set")
        self.assertEqual(done.returncode, 0, done.stderr)
        root = self.rootfs_of("copied")
        for name, mode in (("open", 0o777), ("sticky", 0o1777), ("set", 0o2755)):
            self.assertEqual(stat.S_IMODE((root / name).stat().st_mode), mode, name)

    def test_cve_2021_41103_set_id_files_belong_to_mapped_ids(self):
        self.needs_ids()
        done = self.create("cp bin/busybox s; chmod 6755 s")
        self.assertEqual(done.returncode, 0, done.stderr)
        info = (self.rootfs_of("copied") / "s").lstat()
        self.assertNotIn(info.st_uid, (0, os.getuid()))

    def test_cve_2017_9780_set_id_of_a_template(self):
        self.needs_ids()
        done = self.create("cp bin/busybox s; chown 0:0 s; chmod 4755 s; cp bin/busybox t; chown 5:5 t; chmod 2755 t", backing="overlay")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(stat.S_IMODE(self.directory("copied").stat().st_mode), 0o700)
        store = self.home / ".local/share/cubby/images"
        for path in store.glob("*/sha256-*/rootfs/[st]"):
            self.assertNotIn(path.lstat().st_uid, (0, os.getuid()))

    def test_cve_2021_37701_names_that_need_care(self):
        names = ("new\nline", "-rf", "*", "a b", "\\x", "x" * 255, ".hidden", "é", "\x1b[31m")
        script = "\n".join(f"printf x > './{name}'" for name in names)
        self.assertEqual(self.create(script).returncode, 0)
        seen = {path.name for path in self.rootfs_of("copied").iterdir()}
        self.assertLessEqual(set(names), seen)

    def test_cve_2025_4517_paths_beyond_path_max(self):
        # Neither half is longer than a path may be; together they are.
        done = self.create("p=; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do p=$p$(printf '%0200d' $n)/; done; "
                           f"mkdir -p A/$p B/$p; ln -s {self.out} B/${{p}}end; mv B A/$p")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.cubby("destroy", "copied")

    def test_cve_2026_34079_destroy_of_a_tree_of_links(self):
        self.assertEqual(self.create(self.links()).returncode, 0)
        self.cubby("destroy", "copied")
        self.assertFalse(self.directory("copied").exists())

    def test_cve_2026_96283_destroy_of_closed_directories(self):
        self.assertEqual(self.create("mkdir -p a/b/c; touch a/b/c/f; chmod 0 a/b/c a/b a").returncode, 0)
        self.cubby("destroy", "copied")
        self.assertFalse(self.directory("copied").exists())

    def test_cve_2024_23653_directory_of_the_container_is_a_link(self):
        self.assertEqual(self.create("true").returncode, 0)
        hidden = self.directory("hidden-away")
        self.directory("copied").rename(hidden)
        self.directory("copied").symlink_to(str(self.out))
        for words in (("start", "copied"), ("destroy", "-f", "copied"), ("info", "copied")):
            self.run_cubby(*words)
        self.directory("copied").unlink(missing_ok=True)
        hidden.rename(self.directory("copied"))

    def test_cve_2026_48749_rootfs_is_a_link(self):
        self.assertEqual(self.create("true").returncode, 0)
        self.rootfs_of("copied").rename(self.rootfs_of("copied").with_name("real"))
        self.rootfs_of("copied").symlink_to(str(self.out))
        self.cubby("destroy", "copied")

    def test_cve_2024_23650_swap_during_destroy(self):
        """A directory changes places with a link out while the tree is deleted."""
        for _ in range(3):
            folder = self.work / "tree"
            (folder / "a").mkdir(parents=True)
            for number in range(300):
                (folder / "a" / str(number)).mkdir()
                (folder / "a" / str(number) / "f").write_text("")
            swap = self.work / "swap"
            swap.symlink_to(str(self.out))
            name = self.make("race")
            config = self.directory(name) / "config"
            moved = self.directory(name) / "rootfs"
            folder.rename(moved)
            config.write_text(config.read_text() + f"\nlxc.rootfs.path = dir:{moved}\n")
            with self.racing(moved / "a", swap, seconds=0.5):
                self.run_cubby("destroy", "-f", name)
            self.run_plain("destroy", "-f", name)
            subprocess.run(["rm", "-rf", str(swap)], check=True)

    def test_cve_2017_12424_swap_during_a_copy(self):
        """--rootfs of a tree that changes meanwhile: the copy, where one is made, stays inside."""
        root = self.rootfs("a")
        (root / "a/f").write_text("")
        (root / "swap").symlink_to(str(self.out))
        with self.racing(root / "a", root / "swap", seconds=0.7) as race:
            while race.goes_on():
                self.run_cubby("run", "--rootfs", str(root), "--", "true")

    def test_cve_2023_0386_overlay_over_hostile_lower_directories(self):
        done = self.create(self.links() + "\nmkdir w; touch w/.wh..wh..opq w/.wh.x", backing="overlay")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.cubby("start", "copied", "--", "/bin/sleep", "100")
        shown = self.cubby("attach", "copied", "--", "/bin/ls", "/")
        self.assertIn("link-out", shown)

    def test_cve_2019_10152_twin_links_inside_are_kept_and_work(self):
        self.assertEqual(self.create("mkdir real; echo text > real/f; ln -s /real abs; ln -s real rel").returncode, 0)
        self.cubby("start", "copied", "--", "/bin/sleep", "100")
        for way in ("/abs/f", "/rel/f"):
            self.assertEqual(self.cubby("attach", "copied", "--", "/bin/cat", way), "text\n")


if __name__ == "__main__":
    attack.main()
