# SPDX-License-Identifier: LGPL-2.1-or-later
"""F6, F7: the disk or its inodes are used up at any point of create, config, start, log and destroy."""

import subprocess

import ground
import harness
import own_space


class FullDisk(ground.Faults):
    bystanders = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_image()

    @classmethod
    def make_image(cls):
        """The image is made once, on a disk with room; a tmpfs comes over the containers then."""
        for verb in ("create", "destroy"):
            subprocess.run([harness.CUBBY, verb, "first"], env=cls.env, check=True, capture_output=True)

    def small(self, options):
        own_space.mount_tmpfs(self.lxcpath, f"mode=0700,{options}")
        self.addCleanup(own_space.unmount, self.lxcpath)
        type(self).counted += 1

    def creates(self, words):
        done = self.run_cubby(*words)
        if done.returncode == 0:
            self.assertEqual(self.observed("v"), "stopped")
            return True
        error = done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, 1, error)
        self.assertIn("ENOSPC", error)
        self.assertEqual(self.observed("v"), "absent")
        self.assertEqual(self.traces(), [], error)
        return False

    def sweep(self, words, option, first, last, step):
        """From far too small to enough, with every size between them that matters."""
        sizes = range(first, last, step)
        succeeded = 0
        for index in ground.sample(len(sizes), 20):
            size = sizes[index - 1]
            with self.subTest(size=size, words=words):
                self.small(f"{option}={size}")
                if self.creates(words):
                    succeeded += 1
                    # What was made on a nearly full disk can be removed from it, whatever became of the start.
                    self.run_cubby("config", "set", "v", "lxc.environment", "X=" + "x" * 3000)
                    self.assertEqual(self.observed("v"), "stopped")
                    self.run_cubby("start", "v")
                    self.promptly("destroy", "-f", "v")
                    self.assertEqual(self.traces(), [])
                own_space.unmount(self.lxcpath)
        self.assertGreater(succeeded, 0, "it never had room")
        self.assertLess(succeeded, len(ground.sample(len(sizes), 20)), "it always had room")

    def test_space_for_an_overlay(self):
        self.sweep(("create", "v"), "size", 4096, 40 * 4096, 4096)

    def test_space_for_a_copy(self):
        self.sweep(("create", "v", "-B", "dir"), "size", 65536, 4 << 20, 4096)

    def test_inodes(self):
        self.sweep(("create", "v"), "nr_inodes", 2, 30, 1)
        self.sweep(("create", "v", "-B", "dir"), "nr_inodes", 2, 700, 1)

    def filled(self, command):
        """A whole container on a disk that is full to the last byte, and of inodes where it can be."""
        for fill in ("space", "inodes"):
            with self.subTest(fill=fill):
                self.small("size=1m,nr_inodes=200")
                self.cubby("create", "v")
                before = (self.lxcpath / "v/config").read_bytes()
                try:
                    if fill == "space":
                        with open(self.lxcpath / "filler", "wb", buffering=0) as filler:
                            while True:
                                filler.write(b"x" * 4096)
                    for number in range(1000):
                        (self.lxcpath / f"filler{number}").touch()
                except OSError:
                    pass
                command()
                if (self.lxcpath / "v/config").exists():
                    self.assertEqual((self.lxcpath / "v/config").read_bytes(), before)
                    self.promptly("destroy", "-f", "v")
                self.assertEqual(self.observed("v"), "absent")
                self.assertEqual([name for name in self.traces() if not name.startswith("filler")], [])
                own_space.unmount(self.lxcpath)

    def test_destroy_needs_no_room(self):
        self.filled(lambda: self.promptly("destroy", "v"))

    def test_config_keeps_the_old_text(self):
        def change():
            done = self.run_cubby("config", "set", "v", "lxc.environment", "X=" + "x" * 5000)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(b"ENOSPC", done.stderr)
        self.filled(change)

    def test_start_says_so_or_runs(self):
        def start():
            done = self.run_cubby("start", "v", timeout=10)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertEqual(self.observed("v"), "running" if done.returncode == 0 else "stopped")
        self.filled(start)

    def test_space_for_an_image(self):
        for size in range(64, 6000, 64 if ground.ALL else 1400):
            type(self).counted += 1
            own_space.mount_tmpfs(self.home / ".local/share/cubby", f"mode=0700,size={size}k")
            done = self.run_cubby("create", "v")
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertEqual(self.observed("v"), "stopped" if done.returncode == 0 else "absent")
            self.run_cubby("destroy", "-f", "v")
            own_space.unmount(self.home / ".local/share/cubby")


if __name__ == "__main__":
    own_space.enter()
    ground.main()
