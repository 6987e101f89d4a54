# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keys of which other tests only see that they are read: what each does to a running container."""

import os
import socket
import subprocess

import harness

# Writes the name of each signal that it gets into /got, and lives on.
LISTENER = ("lxc.init.cmd = /bin/sh -c 'for s in HUP INT USR1 USR2 TERM; do trap \"echo $s >> /got\" $s; done; "
            ": > /got; echo ready; while :; do sleep 0.1; done'")


class KeyEffects(harness.Configured):
    def inside(self, script):
        return self.cubby("attach", "c", "--", "sh", "-c", script)

    def listening(self, *lines):
        self.started(LISTENER, *lines)
        self.wait_for(lambda: self.run_cubby("attach", "c", "--", "test", "-e", "/got").returncode == 0, what="/got")

    def got(self):
        """What the listener wrote, of a container that runs no more."""
        [path] = self.home.glob(".local/share/lxc/c/**/got")
        return self.cubby("unshare", "cat", str(path)).split()

    def test_size_of_dev(self):
        self.started("lxc.autodev.tmpfs.size = 1048576")
        blocks, size = self.inside("stat -f -c '%b %S' /dev").split()
        self.assertEqual(int(blocks) * int(size), 1 << 20)

    def test_read_only_root(self):
        self.started("lxc.rootfs.options = ro")
        self.assertEqual(self.inside("touch /x 2>/dev/null || echo read-only"), "read-only\n")
        self.assertEqual(self.inside("touch /dev/shm/x && echo elsewhere not"), "elsewhere not\n")

    def test_number_of_ptys(self):
        self.started("lxc.pty.max = 2")
        opened = "sh -c 'exec 3<>/dev/ptmx 4<>/dev/ptmx{} && echo {}' 2>/dev/null || echo none left"
        self.assertEqual(self.inside(opened.format("", "two")), "two\n")
        self.assertEqual(self.inside(opened.format(" 5<>/dev/ptmx", "three")), "none left\n")

    def test_size_of_the_consoles_history(self):
        lines = [line for line in self.plain.splitlines() if not line.startswith("lxc.console.")]
        self.config.write_text("\n".join([*lines, "lxc.console.buffer.size = 4096", "lxc.init.cmd = /bin/sh -c "
                                          "'seq 1 5000; echo all told; exec sleep 1000'\n"]))
        self.cubby("start", "c")
        self.wait_for(lambda: "all told" in self.cubby("logs", "c"), what="its output")
        kept = self.cubby("logs", "c")
        self.assertLessEqual(len(kept), 4096)
        self.assertIn("\n5000\n", kept.replace("\r", ""))
        self.assertNotIn("\n1000\n", kept.replace("\r", ""))

    def test_namespaces_that_are_not_made(self):
        self.started("lxc.namespace.clone = user pid mount ipc", "lxc.uts.name =")
        mine = {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in ("uts", "net", "cgroup", "ipc", "mnt", "pid")}
        others = {kind: self.inside(f"readlink /proc/1/ns/{kind}").strip() for kind in mine}
        for kind, link in mine.items():
            with self.subTest(kind=kind):
                (self.assertEqual if kind in ("uts", "net", "cgroup") else self.assertNotEqual)(others[kind], link)

    def test_clock(self):
        self.started("lxc.time.offset.monotonic = 1000s")
        [line] = [line for line in self.inside("cat /proc/1/timens_offsets").splitlines() if line.startswith("monotonic")]
        self.assertEqual(line.split(), ["monotonic", "1000", "0"])

    def test_signal_of_a_halt(self):
        self.listening("lxc.signal.halt = SIGUSR1")
        self.assertNotEqual(self.run_cubby("lxc-stop", "--nokill", "-t", "1", "c").returncode, 0)
        self.wait_for(lambda: self.inside("cat /got") == "USR1\n", what="the signal")
        self.cubby("stop", "-t", "0", "c")

    def test_signal_of_a_reboot(self):
        self.listening("lxc.signal.reboot = SIGUSR2")
        self.run_cubby("lxc-stop", "-r", "-W", "c")
        self.wait_for(lambda: self.inside("cat /got") == "USR2\n", what="the signal")

    def test_signal_of_a_stop(self):
        self.listening("lxc.signal.stop = SIGHUP")
        self.cubby("stop", "-k", "c")  # the listener lives on, and is killed then
        self.assertEqual(self.state("c"), "STOPPED")
        self.assertEqual(self.got(), ["HUP"])

    def test_limit_of_user_namespaces(self):
        self.started("cubby.limit.user_namespaces = 7", "cubby.nesting = 1")
        self.assertEqual(self.inside("cat /proc/sys/user/max_user_namespaces"), "7\n")

    def test_reaper(self):
        self.started("cubby.init.reaper = 1", "lxc.init.cmd = /bin/sleep 1000")
        self.assertEqual(self.inside("cat /proc/1/comm"), "cubby-init\n")
        self.assertIn("sleep", self.inside("cat /proc/[0-9]*/comm"))

    def test_system_log(self):
        """Its socket is a file of the host's: here of a mount namespace with a /dev of the test's own."""
        dev = self.home / "host/dev"
        dev.mkdir(parents=True)
        log = dev.parent / "log"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as taken:
            taken.bind(str(log))
            taken.settimeout(60)
            made = (f"mount -t tmpfs none {dev} && mkdir {dev}/pts {dev}/shm && cd /dev && for node in null zero full random "
                    f"urandom tty fuse net; do if [ -d $node ]; then mkdir {dev}/$node; else : > {dev}/$node; fi; "
                    f"mount --rbind $node {dev}/$node; done; ln -s pts/ptmx {dev}/ptmx; mount --bind pts {dev}/pts; "
                    f": > {dev}/log; mount --bind {log} {dev}/log; mount --rbind {dev} /dev; cd /; ")
            self.configure("lxc.log.syslog = local3", "lxc.log.level = INFO")
            script = f"{made} {harness.CUBBY} start c -- /bin/true; {harness.CUBBY} stop -k c 2>/dev/null; true"
            subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script], env=self.env,
                           check=True, capture_output=True, timeout=60)
            line = taken.recv(4096).decode()
        self.assertRegex(line, r"^<15[0-9]>")  # local3 is facility 19: 8 * 19 and the level
        self.assertIn("c: ", line)


if __name__ == "__main__":
    harness.main()
