# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real Debian, from the mirror that this host's apt uses."""

import subprocess

import harness


class Debian(harness.Cubby):
    def test_packages_and_users_are_real(self):
        made = self.run_cubby("create", "d1", "-t", "debian", timeout=800)
        if made.returncode != 0 and b"mirror" in made.stderr and b"answer" in made.stderr:
            harness.skip(self, "no-mirror")
        self.assertEqual(made.returncode, 0, made.stderr.decode(errors="replace")[-2000:])
        self.cubby("start", "d1")
        self.cubby("attach", "d1", "--", "sh", "-c", "apt-get update && apt-get install -y hello", timeout=400)
        self.assertEqual(self.cubby("attach", "d1", "--", "hello"), "Hello, world!\n")
        who = self.cubby("attach", "d1", "--", "su", "-", "nobody", "-s", "/bin/sh", "-c", "id")
        self.assertIn("uid=65534(nobody)", who)
        self.cubby("stop", "-t", "20", "d1")
        self.cubby("destroy", "d1")
        self.assertFalse((self.home / ".local/share/lxc/d1").exists())


if __name__ == "__main__":
    harness.main()
