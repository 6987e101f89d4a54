# SPDX-License-Identifier: LGPL-2.1-or-later
"""F24, F26, F28: directories that are links, swapped, gone, full or somebody else's, and files that a crash left."""

import json
import os
import shutil
import threading

import ground
import harness
import own_space


class Places(ground.Faults):
    """As root of a mount namespace of its own, where a file system can be anything."""

    bystanders = ()

    def setUp(self):
        super().setUp()
        self.cubby("create", "p")
        self.folder = self.lxcpath / "p"

    # --- F24 ----------------------------------------------------------------------------------------------------------

    def test_a_link_instead_of_a_container(self):
        real = self.home / "elsewhere"
        self.folder.rename(real)
        self.folder.symlink_to(real)
        for words in (("start", "p"), ("info", "p"), ("config", "set", "p", "lxc.uts.name", "x"), ("destroy", "-f", "p")):
            self.assertNotEqual(self.run_cubby(*words, timeout=10).returncode, 0, words)
        self.assertNotIn("p", [entry["name"] for entry in self.listed()])
        self.assertTrue((real / "config").exists(), "a link was followed and what it leads to changed")
        self.folder.unlink()
        real.rename(self.folder)
        self.assert_usable("p")

    def test_swapped_while_it_runs(self):
        self.cubby("start", "p")
        real = self.lxcpath / "kept"
        self.folder.rename(real)
        self.cubby("create", "p", "-t", "none", "-B", "dir")
        self.run_cubby("stop", "-k", "p")
        self.run_cubby("destroy", "-f", "p")
        self.assertTrue((real / "config").exists(), "the one that was moved away was touched")
        if not self.folder.exists():
            real.rename(self.folder)
        self.run_cubby("stop", "-k", "p")
        self.assert_usable("p")

    def test_swapped_all_the_time(self):
        """A racer puts a link to a directory of somebody else's under the name; nothing of that may go."""
        precious = self.home / "precious"
        (precious / "overlay").mkdir(parents=True)
        for name in ("config", "monitor", "overlay/file"):
            (precious / name).write_text("precious")
        trap = self.lxcpath / "trap"
        stop = threading.Event()

        def race():
            while not stop.is_set():
                try:
                    if not trap.is_symlink():
                        trap.symlink_to(precious)
                    os.rename(self.folder, self.lxcpath / "aside")
                    os.rename(trap, self.folder)
                    os.rename(self.folder, trap)
                    os.rename(self.lxcpath / "aside", self.folder)
                except OSError:
                    pass
        racer = threading.Thread(target=race)
        racer.start()
        try:
            for _ in range(400 if ground.ALL else 8):
                for words in (("config", "set", "p", "lxc.uts.name", "x"), ("start", "p"), ("stop", "-k", "p"), ("destroy", "-f", "p")):
                    self.run_cubby(*words, timeout=30)
                    type(self).counted += 1
        finally:
            stop.set()
            racer.join()
        for name in ("config", "monitor", "overlay/file"):
            self.assertEqual((precious / name).read_text(), "precious")
        trap.unlink(missing_ok=True)
        if self.folder.is_symlink():
            self.folder.unlink()
        for name in ("aside", "p"):
            self.run_cubby("destroy", "-f", name)
        self.assert_usable("p")

    def test_odd_file_systems(self):
        """Containers on nosuid, nodev and noexec mounts run or are refused in a line; on a read-only one nothing changes."""
        self.run_cubby("destroy", "-f", "p")
        for options in ("nosuid", "nodev", "noexec", "nosuid,nodev,noexec"):
            with self.subTest(options):
                own_space.mount_tmpfs(self.lxcpath, f"mode=0700,{options}")
                self.addCleanup(own_space.unmount, self.lxcpath)
                done = self.run_cubby("create", "p", "-B", "dir")
                self.assertIn(done.returncode, (0, 1, 69), done.stderr)
                if done.returncode == 0:
                    self.assertIn(self.run_cubby("start", "p", timeout=15).returncode, (0, 1, 69))
                self.run_cubby("destroy", "-f", "p")
                self.assertEqual(self.traces(), [])
                own_space.unmount(self.lxcpath)

    def test_read_only(self):
        before = (self.folder / "config").read_bytes()
        ground.subprocess.run(["mount", "--bind", self.lxcpath, self.lxcpath], check=True)
        self.addCleanup(own_space.unmount, self.lxcpath)
        ground.subprocess.run(["mount", "-o", "remount,bind,ro", self.lxcpath], check=True)
        for words in (("create", "q"), ("start", "p"), ("config", "set", "p", "lxc.uts.name", "x"), ("rename", "p", "q"),
                      ("destroy", "p")):
            done = self.run_cubby(*words, timeout=10)
            self.assertEqual(done.returncode, 1, (words, done.stderr))
            self.assertIn(b"EROFS", done.stderr)
        self.assertEqual(self.observed("p"), "stopped")
        self.assertEqual((self.folder / "config").read_bytes(), before)

    # --- F26 ----------------------------------------------------------------------------------------------------------

    def test_runtime_directory_that_is_not_ours(self):
        for spoil in (lambda path: path.chmod(0o777), lambda path: (path.rmdir(), path.symlink_to("/tmp")), lambda path: (path.rmdir(), path.touch())):
            runtime = self.home / "spoilt"
            runtime.mkdir(mode=0o700)
            (runtime / "cubby").mkdir(mode=0o700)
            spoil(runtime / "cubby")
            done = self.run_cubby("start", "p", env={"XDG_RUNTIME_DIR": str(runtime)}, timeout=10)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(b"spoilt", done.stderr)
            shutil.rmtree(runtime)
        self.assertEqual(self.observed("p"), "stopped")

    def test_runtime_directory_taken_away_again_and_again(self):
        self.cubby("start", "p")
        for _ in range(5):
            shutil.rmtree(self.runtime / "cubby")
            self.assertEqual(self.observed("p"), "running")
            self.promptly("attach", "p", "--", "true")
        shutil.rmtree(self.runtime / "cubby")
        self.promptly("stop", "-k", "p")
        self.assertEqual(self.observed("p"), "stopped")

    def test_runtime_directory_that_is_full(self):
        own_space.mount_tmpfs(self.runtime, "mode=0700,size=4k,nr_inodes=2")
        self.addCleanup(own_space.unmount, self.runtime)
        done = self.run_cubby("start", "p", timeout=15)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.run_cubby("stop", "-k", "p")
        own_space.unmount(self.runtime)
        self.assertEqual(self.observed("p"), "stopped")

    # --- F28 ----------------------------------------------------------------------------------------------------------

    def test_files_of_before_the_crash(self):
        """A mark, a socket and a lock that nobody holds, with the pid of a process that lives and is another."""
        self.cubby("start", "p")
        self.promptly("stop", "-k", "p")
        (self.folder / "monitor").write_text(f"{os.getpid()}\n")
        (self.folder / "storage").touch()
        (self.folder / "exit").write_text("999999999999\n")
        sockets = next(path for path in (self.runtime / "cubby").iterdir() if path.is_dir())
        (sockets / "p").write_text("not a socket")
        self.assertEqual(self.observed("p"), "stopped")
        self.promptly("stop", "-k", "p", code=4)
        self.assertTrue(harness.process_exists(os.getpid()))
        self.promptly("info", "p")
        self.assertEqual(self.assert_usable("p"), "stopped")

    def test_intents_that_nobody_wrote(self):
        for text, state in (("rename p q", "stopped"), ("rename q p", "stopped"), ("rename", "stopped"), ("rename ../x /", "stopped"),
                            ("nonsense", "broken"), ("x" * 100_000, "stopped"), ("\0\0", "broken")):
            with self.subTest(text[:20]):
                (self.folder / "intent").write_text(text)
                self.assertIn(self.observed("p"), (state, "broken"))
                self.run_cubby("start", "p", timeout=5)
                self.run_cubby("stop", "-k", "p", timeout=5)
                self.promptly("destroy", "-f", "p", code=(0, 3))
                self.assertFalse(self.folder.exists())
                self.cubby("create", "p")

    def test_a_name_that_lost_its_directory(self):
        self.cubby("start", "p")
        monitor = int((self.folder / "monitor").read_text())
        self.cubby("unshare", "rm", "-rf", str(self.folder))
        entry = [entry for entry in json.loads(self.promptly("ls", "--json").stdout) if entry["name"] == "p"]
        self.assertTrue(entry, "a container that runs is not listed")
        self.promptly("stop", "-k", "p")
        self.wait_for(lambda: monitor not in ground.processes(), 5, "the end of its monitor")
        self.assertEqual(self.observed("p"), "absent")


if __name__ == "__main__":
    own_space.enter()
    ground.main()
