# SPDX-License-Identifier: LGPL-2.1-or-later
"""That A0 can fail: each thing that a test must not leave behind is left behind once, and seen."""

import os
import subprocess

import attack
import harness
from traces import snapshot


class A0(attack.Attack):
    def test_every_change_of_out_is_seen(self):
        changes = {
            "a new file": (lambda: (self.out / "new").touch(), lambda: (self.out / "new").unlink()),
            "a mode": (lambda: (self.out / "file").chmod(0o600), lambda: (self.out / "file").chmod(0o666)),
            "a time": (lambda: os.utime(self.out / "secret", ns=(1, 1)), None),
            "a link": (lambda: os.link(self.out / "program", self.work / "link"), lambda: (self.work / "link").unlink()),
            "an attribute": (lambda: os.setxattr(self.out / "file", "user.canary", b"dead"), None),
            "a content": (lambda: (self.out / "folder/inner").write_text("dead"), None),
        }
        for what, (change, undo) in changes.items():
            before = snapshot(self.out)
            change()
            self.assertNotEqual(snapshot(self.out), before, what)
            if undo:
                undo()

    def test_everything_left_behind_is_seen(self):
        before = self.traces.look(self)
        (self.home / "left").touch()
        (self.runtime / "left").touch()
        (self.temporary / "left").touch()
        self.prepare("create", "left", "-t", "busybox")
        self.prepare("start", "left", "--", "/bin/sleep", "1000")
        seen = "\n".join(self.traces.new_since(before, self))
        for path in (self.home, self.runtime, self.temporary):
            self.assertIn(f"{path}/left", seen)
            (path / "left").unlink()
        self.assertIn("cubby-monitor", seen)
        self.assertIn(" sleep", seen)
        self.run_plain("destroy", "-f", "left")

    def assert_a0(self, before, canaries):
        """The first test changes OUT on purpose."""
        self.assertEqual(self.traces.new_since(before, self), [])


class Modes(attack.Attack):
    def test_shims_do_what_they_say(self):
        done = subprocess.run([str(harness.PROBE), "shim", "openat2", "--", harness.CUBBY, "ls"], env=self.env,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, attack.UNAVAILABLE, done.stderr)
        self.assertIn("openat2", done.stderr)
        # PIDFD_GET_INFO of a pidfd: ENOTTY under the shim, whatever the kernel.
        script = ("import fcntl, os\nfd = os.pidfd_open(os.getpid())\ntry:\n    fcntl.ioctl(fd, 0xc048ff0b, bytes(72))\n"
                  "except OSError as why:\n    print(why.errno)")
        done = subprocess.run([str(harness.PROBE), "shim", "pidfd", "--", "python3", "-c", script], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.stdout, "25\n")


if __name__ == "__main__":
    attack.main()
