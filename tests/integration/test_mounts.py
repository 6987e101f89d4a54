# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mounts and devices that a running container is given and that are taken from it again."""

import os
import pathlib
import tempfile

import harness


class Mounts(harness.LxcCommands):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cubby_of_class("create", "m")
        cls.cubby_of_class("start", "m")

    @classmethod
    def cubby_of_class(cls, *words):
        harness.subprocess.run([harness.CUBBY, *words], env=cls.env, check=True, stdin=harness.subprocess.DEVNULL)

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="cubby-mounts-"))
        self.place.chmod(0o755)
        (self.place / "file").write_text("of the host\n")
        self.addCleanup(harness.shutil.rmtree, self.place)

    def inside(self, script):
        return self.cubby("attach", "m", "--", "sh", "-c", script)

    def mounted(self, path):
        return any(line.split()[1] == path for line in self.inside("cat /proc/mounts").splitlines())

    def test_a_directory_comes_and_goes(self):
        self.cubby("mount", "m", str(self.place), "/new/place")
        self.assertEqual(self.inside("cat /new/place/file"), "of the host\n")
        (self.place / "later").write_text("seen too\n")
        self.assertEqual(self.inside("cat /new/place/later"), "seen too\n")
        self.cubby("umount", "m", "/new/place")
        self.assertFalse(self.mounted("/new/place"))
        self.assertEqual(self.inside("ls /new/place"), "")
        self.assertNotIn("/new/place", pathlib.Path("/proc/self/mounts").read_text())

    def test_read_only_by_root_of_the_container(self):
        self.place.chmod(0o777)
        self.cubby("mount", "-o", "ro,noexec", "m", str(self.place), "/ro")
        self.assertEqual(self.inside("touch /ro/x 2>/dev/null || echo refused"), "refused\n")
        self.cubby("umount", "m", "/ro")

    def test_a_file_and_a_relative_source(self):
        self.cubby("mount", "m", os.path.relpath(self.place / "file"), "/etc/of-the-host")
        self.assertEqual(self.inside("cat /etc/of-the-host"), "of the host\n")
        self.cubby("umount", "m", "/etc/of-the-host")
        self.assertEqual(self.inside("cat /etc/of-the-host"), "")

    def test_in_use_goes_from_the_tree_at_once(self):
        self.cubby("mount", "m", str(self.place), "/busy")
        self.inside("(cd /busy; sleep 30 >/dev/null 2>&1 </dev/null & ) ")
        self.cubby("umount", "m", "/busy")
        self.assertFalse(self.mounted("/busy"))

    def test_a_new_file_system_is_the_containers(self):
        self.cubby("mount", "-t", "tmpfs", "-o", "size=1m,nodev", "m", "scratch", "/scratch")
        self.assertIn("size=1024k", self.inside("grep ' /scratch ' /proc/mounts"))
        self.assertEqual(self.inside("stat -c %u:%g /scratch"), "0:0\n")
        self.cubby("umount", "m", "/scratch")

    def test_links_inside_lead_nowhere_else(self):
        """A target's links are the container's, and count from its root."""
        self.inside(f"mkdir -p /real; ln -sfn /real /link; ln -sfn {self.place} /out; ln -sfn ../../../../etc /up")
        self.cubby("mount", "m", str(self.place), "/link/below")
        self.assertEqual(self.inside("cat /real/below/file"), "of the host\n")
        self.cubby("umount", "m", "/link/below")
        self.cubby("mount", "m", str(self.place), "/up/below")
        self.assertEqual(self.inside("cat /etc/below/file"), "of the host\n")
        self.cubby("umount", "m", "/up/below")
        self.run_cubby("mount", "m", "/usr", "/out/below")
        self.assertEqual(sorted(os.listdir(self.place)), ["file"])

    def test_what_cannot_be(self):
        for words, code, says in (
            (("mount", "m", "/no/such/source", "/x"), 3, "/no/such/source"),
            (("mount", "m", str(self.place), "x"), 2, "TARGET"),
            (("mount", "-o", "relative", "m", "etc", "/x"), 2, "relative"),
            (("mount", "-o", "wrong", "m", "/usr", "/x"), 2, "has no option 'wrong'"),
            (("mount", "-t", "ext4", "m", "none", "/x"), 1, "ext4"),
            (("umount", "m", "/etc"), 2, "nothing that can be unmounted is at /etc"),
            (("umount", "m", "/"), 2, "is not a path inside the container"),
        ):
            self.refused(*words, code=code, says=says)
        self.assertEqual(self.inside("ls -d /x 2>/dev/null || echo none"), "none\n")
        self.refused("mount", "none", "/usr", "/x", code=3, says="no container none")
        self.cubby("create", "stopped")
        self.refused("mount", "stopped", "/usr", "/x", code=4, says="not running")

    def test_devices(self):
        self.cubby("device", "m", "add", "/dev/full", "/dev/filled")
        self.assertEqual(self.inside("echo x > /dev/filled 2>/dev/null || echo full"), "full\n")
        self.cubby("device", "m", "del", "/dev/full", "/dev/filled")
        self.assertEqual(self.inside("ls /dev/filled 2>/dev/null || echo gone"), "gone\n")
        self.refused("device", "m", "add", "/etc/passwd", code=2, says="/etc/passwd is not a device")
        self.refused("device", "m", "more", "/dev/null", code=2, says="neither add nor del")
        self.refused("device", "m", "add", "lo", code=69, says="network interface lo")

    def test_lxc_device(self):
        self.assertEqual(self.lxc("device", "-n", "m", "add", "/dev/zero", "/dev/nought"), "")
        self.assertEqual(self.inside("head -c 3 /dev/nought | wc -c").strip(), "3")
        self.lxc("device", "m", "del", "/dev/zero", "/dev/nought")
        self.lxc_error("device", "none", "add", "/dev/zero", says="no container none")


if __name__ == "__main__":
    harness.main()
