# SPDX-License-Identifier: LGPL-2.1-or-later
"""Element mon: the runtime directory and the files that the monitor writes."""

import ctypes
import os
import struct
import subprocess
import time

import attack
import harness


class RuntimeDirectory(attack.Attack):
    def with_runtime(self, prepare):
        runtime = self.work / "runtime"
        runtime.mkdir(mode=0o700)
        prepare(runtime / "cubby")
        done = self.run_cubby("run", "busybox", "--", "true", env={"XDG_RUNTIME_DIR": str(runtime)})
        self.run_plain_in(runtime)
        return done

    def run_plain_in(self, runtime):
        subprocess.run([str(harness.BIN / "cubby-holder"), "--stop"], env=self.env | {"XDG_RUNTIME_DIR": str(runtime)},
                       check=False, capture_output=True)
        subprocess.run(["rm", "-rf", str(runtime)], check=False)

    def refused_at(self, prepare):
        done = self.with_runtime(prepare)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("runtime directory", done.stderr.decode())

    def test_cve_2015_1331_runtime_directory_is_a_link(self):
        self.refused_at(lambda place: place.symlink_to(str(self.out)))

    def test_cve_2015_1331_runtime_directory_is_open_to_all(self):
        def put(place):
            place.mkdir()
            place.chmod(0o777)
        self.refused_at(put)

    def test_cve_2018_19295_runtime_directory_is_a_file_or_fifo(self):
        self.refused_at(lambda place: place.write_text(""))
        self.refused_at(os.mkfifo)

    def test_cve_2018_12021_runtime_directory_is_readable(self):
        def put(place):
            place.mkdir()
            place.chmod(0o750)
        self.refused_at(put)

    def test_cve_2015_1331_twin_it_is_made_where_it_is_missing(self):
        done = self.with_runtime(lambda place: None)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_cve_2021_44731_directory_is_taken_away_during_starts(self):
        name = self.make("gone")
        hidden = self.runtime / "hidden"
        for _ in range(5):
            with subprocess.Popen([*self.prefix, harness.CUBBY, "start", name], env=self.env, stdin=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as starting:
                for place in (self.runtime / "cubby").iterdir():
                    if place.is_dir():
                        place.rename(hidden)
                        place.symlink_to(str(self.out))
                        time.sleep(0.02)
                        place.unlink()
                        hidden.rename(place)
                starting.wait(30)
            self.run_cubby("stop", "-k", name)

    def test_cve_2022_3328_nothing_in_shared_directories(self):
        self.shared_directories(lambda: self.run_cubby("run", "busybox", "--", "true"))

    def test_cve_2026_33711_nothing_predictable_in_tmp(self):
        name = self.make("tmp")

        def life():
            for words in (("start", name), ("attach", name, "--", "true"), ("stop", "-k", name), ("info", name)):
                self.run_cubby(*words)
        self.shared_directories(life)

    def shared_directories(self, work):
        libc = ctypes.CDLL(None, use_errno=True)
        watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        for place in ("/tmp", "/dev/shm", "/var/tmp", str(self.temporary)):
            libc.inotify_add_watch(watch, place.encode(), 0x100)  # IN_CREATE
        work()
        seen = b""
        try:
            seen = os.read(watch, 1 << 20)
        except BlockingIOError:
            pass
        os.close(watch)
        names = []
        while seen:
            _, _, _, length = struct.unpack("iIII", seen[:16])
            names.append(seen[16:16 + length].rstrip(b"\0").decode())
            seen = seen[16 + length:]
        # Other tests of this user make their own homes there.
        ours = [one for one in names if "cubby" in one and not one.startswith(("cubby-home-", "cubby-run-", "cubby-tmp-", "cubby-test-"))]
        self.assertEqual(ours, [])


class Files(attack.Attack):
    """What the monitor writes, replaced in advance."""

    def replaced(self, put, names=("exit", "console.log", "monitor", "storage", "intent")):
        for file in names:
            with self.subTest(file=file):
                name = self.make("files")
                put(self.directory(name) / file)
                for words in (("start", name), ("stop", "-k", name), ("info", name), ("logs", name)):
                    self.ends(*words)
                self.run_plain("stop", "-k", name)
                subprocess.run(["rm", "-rf", str(self.directory(name) / file)], check=True)
                self.run_plain("destroy", "-f", name)

    def test_cve_2026_48750_files_are_links_out(self):
        self.replaced(lambda place: (place.unlink(missing_ok=True), place.symlink_to(str(self.out / "file"))))

    def test_cve_2026_48750_files_are_dangling_links(self):
        self.replaced(lambda place: (place.unlink(missing_ok=True), place.symlink_to(str(self.out / "new"))))

    def test_cve_2026_48750_files_are_fifos(self):
        self.replaced(lambda place: (place.unlink(missing_ok=True), os.mkfifo(place)))

    def test_cve_2026_48750_files_are_directories(self):
        self.replaced(lambda place: (place.unlink(missing_ok=True), place.mkdir()))

    def test_cve_2026_48750_twin_log_is_kept_and_turned(self):
        name = self.make("turn", "lxc.console.size = 65536", "lxc.console.rotate = 1")
        self.cubby("start", name, "--", "/bin/sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x; echo the end; sleep 1000")
        self.wait_for(lambda: "the end" in self.cubby("logs", name), what="the output")
        folder = self.directory(name)
        self.assertLessEqual((folder / "console.log").stat().st_size, 65536 + 8192)
        self.assertTrue((folder / "console.log.1").exists())

    def test_cve_2025_54293_names_of_logs_that_leave(self):
        for name in ("../../x", "a/../../x", ".", "..", "", "x/console.log", "x" * 256, "a\tb", "/etc/passwd"):
            for words in (("logs", name), ("console", name), ("info", name)):
                self.assertEqual(self.run_cubby(*words).returncode, 2, words)

    def test_cve_2021_20291_lock_that_is_held(self):
        name = self.make("lock")
        with subprocess.Popen(["flock", str(self.directory(name)), "sleep", "1"]) as holder:
            time.sleep(0.2)
            self.ends("start", name)
            holder.wait()
        self.assertEqual(self.state(name) in ("RUNNING", "STOPPED"), True)

    def test_cve_2011_1485_number_of_a_dead_monitor(self):
        name = self.make("dead")
        self.cubby("start", name)
        monitor = int((self.directory(name) / "monitor").read_text())
        harness.kill(monitor)
        self.wait_for(lambda: not harness.process_exists(monitor), what="the monitor's end")
        (self.directory(name) / "monitor").write_text(f"{os.getpid()}\n")
        self.assertEqual(self.run_cubby("attach", name, "--", "true").returncode, 125)
        self.run_cubby("stop", "-k", name)

    def test_cve_2019_6133_mark_without_a_lock(self):
        name = self.make("mark")
        for text in ("", "x", "-1", "0", "99999999999999999999", "1\n", str(2**31), "\0" * 32, "1" * 5000):
            (self.directory(name) / "monitor").write_text(text)
            self.assertEqual(self.state(name), "STOPPED", text[:20])


if __name__ == "__main__":
    attack.main()
