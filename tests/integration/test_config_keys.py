# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keys whose meaning shows inside, configurations of LXC 1.0 and 2.0, and the fragments that images include."""

import json
import pathlib
import subprocess

import harness

SOURCE = pathlib.Path(__file__).resolve().parents[2]


class ConfigKeys(harness.Configured):
    def inside(self, script):
        return self.cubby("attach", "c", "--", "sh", "-c", script)

    def first_process(self, name):
        return self.inside(f"grep ^{name} /proc/1/status").split()[1:]

    def test_ids_of_the_first_process(self):
        self.started("lxc.init.uid = 5", "lxc.init.gid = 6", "lxc.init.groups = 7,8", "lxc.init.cwd = /tmp",
                     "lxc.init.cmd = /bin/sleep 1000")
        self.assertEqual(self.first_process("Uid:")[:2], ["5", "5"])
        self.assertEqual(self.first_process("Gid:")[:2], ["6", "6"])
        self.assertEqual(self.first_process("Groups:"), ["7", "8"])
        self.assertEqual(self.inside("readlink /proc/1/cwd"), "/tmp\n")

    def test_environment(self):
        self.started("lxc.environment = A=1", "lxc.environment.runtime = B=two words")
        words = self.inside("tr '\\0' '\\n' < /proc/1/environ").splitlines()
        self.assertIn("A=1", words)
        self.assertIn("B=two words", words)
        self.assertIn("container=lxc", words)

    def test_architecture(self):
        self.started("lxc.arch = i686", "lxc.init.cmd = /bin/sh -c 'uname -m > /arch; exec sleep 1000'")
        self.wait_for(lambda: self.run_cubby("attach", "c", "--", "test", "-s", "/arch").returncode == 0, what="/arch")
        self.assertIn(self.inside("cat /arch").strip(), ("i686", "armv8l"))

    def test_core_scheduling(self):
        self.configure("lxc.sched.core = 1")
        done = self.run_cubby("start", "c")
        if done.returncode != 0:
            # A kernel without it: the start is refused, never done without.
            self.assertIn(b"lxc.sched.core", done.stderr)

    def test_a_relative_bind_is_of_the_containers_own(self):
        self.started("lxc.mount.entry = etc srv none bind,relative,ro,create=dir 0 0",
                     "lxc.mount.entry = not/there opt none bind,relative,optional 0 0")
        self.assertEqual(self.inside("cat /srv/passwd"), self.inside("cat /etc/passwd"))
        self.assertEqual(self.inside("touch /srv/x 2>/dev/null || echo read-only"), "read-only\n")

    def test_a_relative_bind_never_leaves_the_root(self):
        (self.home / "secret").write_text("secret\n")
        self.cubby("start", "c")
        self.inside(f"ln -s ../../../../../../..{self.home} /out")
        self.cubby("stop", "-k", "c")
        self.configure("lxc.mount.entry = out srv none bind,relative,create=dir 0 0")
        self.run_cubby("start", "c")
        done = self.run_cubby("attach", "c", "--", "cat", "/srv/secret")
        self.assertNotIn(b"secret\n", done.stdout)

    def test_a_configuration_of_lxc_1(self):
        old = (self.plain.replace("lxc.rootfs.path =", "lxc.rootfs =").replace("lxc.uts.name =", "lxc.utsname =")
               .replace("lxc.idmap =", "lxc.id_map =").replace("lxc.net.0.type =", "lxc.network.type ="))
        self.assertNotEqual(old, self.plain)
        old += ("lxc.network.flags = up\nlxc.pts = 512\nlxc.kmsg = 0\nlxc.haltsignal = SIGTERM\n"
                "lxc.limit.nofile = 333\nlxc.cgroup.memory.limit_in_bytes = 512M\n")
        self.config.write_text(old)
        self.cubby("start", "c")
        self.assertEqual(self.inside("hostname"), "c\n")
        self.assertEqual(self.inside("grep 'open files' /proc/1/limits").split()[3], "333")
        self.assertEqual(self.cubby("config", "get", "c", "lxc.cgroup2.memory.max"), "536870912\n")
        self.assertEqual(self.cubby("config", "get", "c", "lxc.utsname"), "c\n")
        # What is not set anew stays as it was written.
        self.cubby("config", "set", "c", "lxc.ephemeral", "0")
        self.assertTrue(self.config.read_text().startswith(old))

    def test_what_has_no_effect_is_reported(self):
        self.started("lxc.cgroup2.memory.max = 512M", "lxc.monitor.signal.pdeath = SIGTERM", "lxc.start.auto = 1", "lxc.group = web")
        unsupported = json.loads(self.cubby("info", "--json", "c"))["unsupported"]
        self.assertEqual([line.partition(": ")[0] for line in unsupported],
                         ["lxc.cgroup2.memory.max", "lxc.monitor.signal.pdeath"])

    def test_the_fragments_of_images(self):
        shared = SOURCE / "templates/config"
        for name in ("common.conf", "userns.conf", "nesting.conf", "debian.common.conf", "ubuntu.userns.conf",
                     "archlinux.common.conf", "voidlinux.common.conf", "oci.common.conf"):
            for place in ("/usr/share/lxc/config/", "LXC_TEMPLATE_CONFIG/"):
                with self.subTest(place + name):
                    self.configure(f"lxc.include = {place}{name}", "lxc.init.cmd = /bin/sleep 1000")
                    self.cubby("start", "c")
                    self.cubby("stop", "-k", "c")
        self.assertTrue((shared / "common.conf").exists())

    def test_all_that_an_image_includes_at_once(self):
        self.started("lxc.include = LXC_TEMPLATE_CONFIG/common.conf", "lxc.include = LXC_TEMPLATE_CONFIG/userns.conf",
                     "lxc.include = /usr/share/lxc/config/common.conf.d/", "lxc.arch = x86_64",
                     "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp")
        self.assertEqual(self.inside("test -d /sys/fs/cgroup && echo there"), "there\n")
        self.assertEqual(self.cubby("config", "get", "c", "lxc.cap.drop"), "")

    def test_a_name_of_the_hosts_alone_is_the_hosts(self):
        self.configure("lxc.include = /usr/share/lxc/config/no-such-file.conf")
        self.refused("start", "c", code=1, says="no-such-file.conf")

    def test_debians_own_common_conf(self):
        # As Debian's liblxc-common 5.0.2 has it, in words of our own: the same keys and values.
        path = self.home / "debian-common.conf"
        devices = "".join(f"lxc.cgroup{v}.devices.{line}\n" for v in ("", "2") for line in
                          ("deny = a", "allow = c *:* m", "allow = b *:* m", "allow = c 1:3 rwm", "allow = c 136:* rwm"))
        path.write_text("lxc.tty.dir = lxc\nlxc.pty.max = 1024\nlxc.tty.max = 4\n"
                        "lxc.cap.drop = mac_admin mac_override sys_time sys_module sys_rawio\n"
                        "lxc.hook.clone = /usr/share/lxc/hooks/clonehostname\n" + devices +
                        "lxc.mount.auto = cgroup:mixed proc:mixed sys:mixed\n"
                        "lxc.mount.entry = /sys/fs/fuse/connections sys/fs/fuse/connections none bind,optional 0 0\n"
                        "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp\n"
                        "lxc.include = /usr/share/lxc/config/common.conf.d/\n")
        self.started(f"lxc.include = {path}")
        self.assertEqual(self.inside("echo yes"), "yes\n")

    def test_the_log_names_the_failure(self):
        log = self.home / "log"
        self.configure(f"lxc.log.file = {log}", "lxc.init.cmd = /no/such/program")
        self.assertNotEqual(self.run_cubby("start", "c").returncode, 0)
        self.assertIn("/no/such/program", log.read_text())
        self.configure("lxc.log.level = INFO")
        self.cubby("start", "c")
        self.assertIn("running as process", (self.config.parent / "c.log").read_text())


if __name__ == "__main__":
    harness.main()
