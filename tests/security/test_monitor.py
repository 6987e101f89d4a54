# SPDX-License-Identifier: LGPL-2.1-or-later
"""Element mon: the long-lived process, its socket, its files and its runtime directory."""

import array
import ctypes
import json
import os
import pathlib
import socket
import struct
import subprocess
import time

import attack
import harness

STATUS, STOP, WAIT, CONSOLE, LOG, DATA, WINDOW = 1, 3, 4, 5, 6, 7, 8
ADD_KEY, KEYCTL = 248, 250


def frame(kind, payload=b"", version=1, length=None):
    return struct.pack("=HHI", version, kind, len(payload) if length is None else length) + payload


class Socket(attack.Attack):
    containers = ("in",)

    def sockets(self):
        return [path for path in (self.runtime / "cubby").rglob("*") if path.is_socket()]

    def connect(self):
        path = next(path for path in self.sockets() if path.name == "in")
        client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(client.close)
        client.settimeout(5)
        client.connect(str(path))
        return client

    def monitor(self):
        return int((self.directory("in") / "monitor").read_text())

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.monitor()}/fd"))

    def resident(self):
        status = pathlib.Path(f"/proc/{self.monitor()}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    def serves(self):
        began = time.monotonic()
        client = self.connect()
        client.send(frame(STATUS))
        self.assertGreater(len(client.recv(65536)), 8)
        client.close()
        self.assertLess(time.monotonic() - began, 1)

    def hostile(self, *frames):
        before = self.descriptors()
        for bytes_ in frames:
            client = self.connect()
            try:
                client.send(bytes_)
                client.recv(65536)
            except OSError:
                pass
            client.close()
            self.serves()
        self.wait_for(lambda: self.descriptors() <= before, what="the monitor's descriptors")

    def test_cve_2024_41110_frame_without_a_body(self):
        self.hostile(b"", b"\0", frame(STOP), frame(WAIT), frame(LOG), frame(WINDOW), frame(DATA))
        self.assertEqual(self.state("in"), "RUNNING")

    def test_cve_2026_34040_frame_that_is_too_long(self):
        self.hostile(frame(STATUS, b"x" * 65536), frame(DATA, b"x" * 60000), b"x" * 131072, b"\xff" * 70000)

    def test_cve_2026_33997_length_that_lies(self):
        self.hostile(*(frame(kind, b"abc", length=length) for kind in (STATUS, STOP, WAIT)
                       for length in (0, 2, 4, 2**31, 2**32 - 1, 65537)))

    def test_lxc_06f626091_body_without_nul(self):
        self.hostile(frame(DATA, b"\x01" * 100), frame(STATUS, b"\xff" * 100), frame(STOP, b"\xff" * 4))
        self.assertEqual(self.state("in"), "RUNNING")

    def test_lxc_19ad80ed8_unknown_types_and_versions(self):
        self.hostile(*(frame(kind) for kind in (0, 9, 10, 255, 0xffff)), *(frame(STATUS, version=v) for v in (0, 2, 0xffff)))

    def test_lxc_06f626091_descriptors_that_nobody_asked_for(self):
        before = self.descriptors()
        null = os.open("/dev/null", os.O_RDWR)
        for count in (1, 3, 4, 100, 253):
            client = self.connect()
            fds = array.array("i", [null] * count)
            client.sendmsg([frame(STATUS)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
            try:
                client.recv(65536)
            except OSError:
                pass
            client.close()
        os.close(null)
        self.serves()
        self.wait_for(lambda: self.descriptors() <= before, what="the monitor's descriptors")

    def test_cve_2018_6560_slow_and_silent_clients(self):
        silent = [self.connect() for _ in range(50)]
        self.serves()
        self.assertEqual(self.cubby("attach", "in", "--", "echo", "served"), "served\n")
        for client in silent:
            client.close()

    def test_cve_2022_1708_reader_that_never_reads(self):
        name = self.make("loud")
        self.cubby("start", name, "--", "/bin/sh", "-c", "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done")
        monitor = int((self.directory(name) / "monitor").read_text())
        path = next(path for path in self.sockets() if path.name == name)
        client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        client.connect(str(path))
        client.send(frame(CONSOLE))
        time.sleep(1.5)
        status = pathlib.Path(f"/proc/{monitor}/status").read_text()
        resident = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
        self.assertLess(resident, 32 * 1024)
        self.assertEqual(self.cubby("attach", name, "--", "echo", "served"), "served\n")
        client.close()
        log = self.directory(name) / "console.log"
        self.assertLess(log.stat().st_size, 2 << 20)

    def test_cve_2022_31030_attach_that_prints_without_end(self):
        done = subprocess.run([harness.CUBBY, "attach", "in", "--", "sh", "-c", "yes | head -c 200000000"], env=self.env,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, timeout=60,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(self.resident(), 32 * 1024)

    def test_cve_2025_64329_attach_and_leave_many_times(self):
        before = self.descriptors()
        for _ in range(100):
            self.run_cubby("attach", "in", "--", "true")
        self.assertLessEqual(self.descriptors(), before)
        self.assertLess(self.resident(), 32 * 1024)

    def test_cve_2022_23471_window_sizes_without_end(self):
        client = self.connect()
        client.send(frame(CONSOLE))
        client.recv(65536)
        client.setblocking(True)
        for number in range(20000):
            client.send(frame(WINDOW, struct.pack("=HH", number & 0xffff, 0xffff)))
        self.serves()
        self.assertLess(self.resident(), 32 * 1024)

    def test_cve_2024_3056_clients_that_stay(self):
        clients = [self.connect() for _ in range(63)]
        for client in clients:
            try:
                client.send(frame(LOG, struct.pack("=I", 1)))
            except OSError:
                pass
        for client in clients:
            client.close()
        self.wait_for(lambda: self.connect() is not None, what="a place for one more client")
        self.serves()

    def test_cve_2013_6436_every_order_in_every_state(self):
        for state in ("absent", "stopped", "running"):
            name = "absent" if state == "absent" else "in" if state == "running" else self.make("stopped")
            for words in (("info", name), ("logs", name), ("attach", name, "--", "true"), ("stop", "-k", "nobody"), ("ls",),
                          ("wait", name, "-s", "STOPPED", "-t", "0"), ("rename", name, name), ("plan", name)):
                done = self.ends(*words)
                self.assertGreaterEqual(done.returncode, 0, f"{words} was killed by a signal")
                self.assertLess(done.returncode, 128, words)
        self.serves()

    def test_cve_2014_3499_socket_is_the_users_alone(self):
        for path in ((self.runtime / "cubby"), *(self.runtime / "cubby").rglob("*")):
            info = path.lstat()
            self.assertEqual(info.st_mode & 0o077, 0, f"{path} {oct(info.st_mode)}")
            self.assertEqual(info.st_uid, os.getuid())

    def test_cve_2020_15257_no_abstract_socket(self):
        ours = self.traces.abstract_sockets()
        self.assertEqual(ours, set())
        for pid in (self.monitor(),):
            links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
            inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
            table = pathlib.Path("/proc/net/unix").read_text().splitlines()[1:]
            abstract = [line for line in table if line.split()[6] in inodes and len(line.split()) > 7 and
                        line.split()[7].startswith("@")]
            self.assertEqual(abstract, [])

    def test_cve_2021_4024_no_network_socket(self):
        links = [os.readlink(f"/proc/{self.monitor()}/fd/{fd}") for fd in os.listdir(f"/proc/{self.monitor()}/fd")]
        inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
        for table in ("tcp", "tcp6", "udp", "udp6", "raw", "packet"):
            for line in pathlib.Path("/proc/net", table).read_text().splitlines()[1:]:
                self.assertFalse(inodes & set(line.split()), f"{table}: {line}")

    def test_cve_2025_54288_a_container_that_calls_its_monitor(self):
        """Whatever it calls itself, it is known by its ids only."""
        self.needs_ids()
        folder = next(path for path in self.sockets() if path.name == "in").parent
        folder.chmod(0o755)
        (folder / "in").chmod(0o777)
        try:
            answer = self.in_image("connect", "/run-host/in", options=("-v", f"{folder}:/run-host"))
        finally:
            folder.chmod(0o700)
            (folder / "in").chmod(0o600)
        self.assertLessEqual(answer["answer"], 0, "the monitor answered a process of a container")

    def test_cve_2019_7304_peer_is_known_by_the_kernels_word(self):
        """A client whose own address looks like a line of credentials."""
        path = next(path for path in self.sockets() if path.name == "in")
        client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        client.bind(f"\0pid=1;uid=0;socket={os.getpid()};")
        client.connect(str(path))
        client.send(frame(STATUS))
        self.assertGreater(len(client.recv(65536)), 8)
        client.close()

    def test_cve_2025_4598_no_core_of_cubby(self):
        limits = pathlib.Path(f"/proc/{self.monitor()}/limits").read_text()
        core = next(line for line in limits.splitlines() if line.startswith("Max core"))
        self.assertEqual(core.split()[4], "0", core)

    def test_cve_2015_1325_a_crash_inside_makes_no_file_outside(self):
        for words in (("attach", "in", "--"), ("run", "busybox", "--")):
            self.run_cubby(*words, "sh", "-c", "ulimit -c unlimited; kill -SEGV $$", cwd=self.work)
        self.assertEqual(list(self.work.iterdir()), [])


class Keyring(attack.Attack):
    containers = ("in",)

    def test_cve_2014_9529_key_of_the_caller_is_not_found(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.syscall(KEYCTL, 1, None) < 0 or libc.syscall(ADD_KEY, b"user", b"probe", b"secret", 6, -3) < 0:
            return harness.skip(self, "nested")
        name = self.make("keys", "cubby.seccomp.default = 0")
        self.cubby("start", name)
        for report in (self.attached(name, "call", "search", "probe"), self.in_image("call", "search", "probe")):
            self.assertLess(report["result"], 0, "the caller's key was found inside")
        own = libc.syscall(KEYCTL, 0, -3, 0)
        self.assertNotEqual(self.attached(name)["keyrings"]["session"], own)
        return None


if __name__ == "__main__":
    attack.main()
