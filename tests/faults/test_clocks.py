# SPDX-License-Identifier: LGPL-2.1-or-later
"""F20: clocks that jump, are far off, or begin at zero."""

import json
import pathlib
import re
import subprocess
import time

import ground
import harness

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Where the time of day is shown or stored, or makes a name; nobody waits by it.
TIME_OF_DAY = {"user-runtime/kernel/delete_tree.cpp", "user-runtime/cli/lxc/log.cpp", "user-runtime/monitor/run_log.cpp"}


class Clocks(ground.Faults):
    bystanders = ("resting",)

    def test_no_wait_by_the_time_of_day(self):
        """A clock that is set must not make a wait longer or shorter: none is measured in it."""
        found = set()
        for folder in ("user-runtime", "netns-helper", "setuid-helpers", "cgroup-delegate"):
            for path in (ROOT / folder).rglob("*.cpp"):
                if re.search(r"CLOCK_REALTIME\b|system_clock|gettimeofday", path.read_text()):
                    found.add(str(path.relative_to(ROOT)))
        self.assertLessEqual(found, TIME_OF_DAY)

    def in_time_namespace(self, *words, boottime, monotonic, timeout=30):
        """A home of its own, as root of a user and time namespace whose monotonic clocks have jumped."""
        home = self.home / f"time{boottime}"
        (home / "run").mkdir(parents=True, mode=0o700, exist_ok=True)
        home.chmod(0o700)
        env = {**self.env, "HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run")}
        script = f'"$@"; code=$?; {harness.BIN}/cubby-holder --stop; exit $code'
        return subprocess.run(["unshare", "--user", "--map-root-user", "--time", f"--boottime={boottime}", f"--monotonic={monotonic}",
                               "--fork", "--", "sh", "-c", script, "sh", harness.CUBBY, *words], env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)

    def test_monotonic_clocks_that_are_far_off(self):
        """A host that has been up for 60 years, and one whose clock has just begun."""
        up = int(time.clock_gettime(time.CLOCK_MONOTONIC))
        for offset in (60 * 365 * 86400, -up + 1):
            done = self.in_time_namespace("run", "busybox", "sh", "-c", "exit 6", boottime=offset, monotonic=offset)
            self.assertEqual(done.returncode, 6, done.stderr)

    def test_a_start_of_another_century_is_shown(self):
        """faketime is no part of this: the files' times are set instead."""
        config = self.lxcpath / "resting/config"
        for moment in (0, 2**31 + 5, 2**32 + 5):
            ground.os.utime(config, (moment, moment))
            self.promptly("info", "resting")
            self.promptly("ls")
        for moment in (0, 2**31 + 5):
            for image in self.images.glob("images/*/meta"):
                ground.os.utime(image, (moment, moment))
            self.assertTrue(json.loads(self.promptly("images", "--json").stdout))

    def test_a_timeout_is_a_duration(self):
        began = time.monotonic()
        self.assertEqual(self.run_cubby("wait", "resting", "-s", "RUNNING", "-t", "1").returncode, 124)
        self.assertTrue(0.9 < time.monotonic() - began < 3)


if __name__ == "__main__":
    ground.main()
