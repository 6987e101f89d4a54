# SPDX-License-Identifier: LGPL-2.1-or-later
"""F2, F29, F30, F34, F36 and F10's half of the monitor: it is killed, stopped, crowded, talked nonsense to, or replaced."""

import json
import os
import pathlib
import random
import resource
import signal
import socket
import struct
import subprocess
import time

import ground
import harness

# The header of monitor/protocol.h: version, type, length of the payload.
HEADER = struct.Struct("=HHI")
STATUS, WAIT, CONSOLE, LOG = 1, 4, 5, 6


class MonitorFaults(ground.Faults):
    def setUp(self):
        super().setUp()
        self.cubby("create", "m")
        self.addCleanup(self.run_cubby, "destroy", "-f", "m")

    def start(self, *init):
        self.cubby("start", "m", *(("--", *init) if init else ()))
        self.monitor = int((self.lxcpath / "m/monitor").read_text())
        return self.monitor

    def socket_path(self):
        return next(path for path in self.runtime.rglob("m") if path.is_socket())

    def connect(self, *frames):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(client.close)
        for limit in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            client.setsockopt(socket.SOL_SOCKET, limit, struct.pack("@ll", 5, 0))
        client.connect(str(self.socket_path()))
        for frame in frames:
            client.send(frame)
        return client

    def fds(self):
        """How many descriptors the monitor has; its /proc is the holder's root's to read."""
        return len(self.cubby("unshare", "ls", f"/proc/{self.monitor}/fd").split())

    def cpu_ticks(self):
        return sum(int(field) for field in pathlib.Path(f"/proc/{self.monitor}/stat").read_text().rsplit(")")[-1].split()[11:13])

    # --- F2 -----------------------------------------------------------------------------------------------------------

    def test_killed_while_running(self):
        for _ in range(5):
            monitor = self.start()
            init = json.loads(self.cubby("info", "--json", "m"))["pid"]
            harness.kill(monitor)
            self.wait_for(lambda: init not in ground.processes(), 1, "the end of the container")
            info = json.loads(self.promptly("info", "--json", "m").stdout)
            self.assertEqual((info["state"], info["last_exit"]), ("STOPPED", 137))
            self.assertIn("m", [entry["name"] for entry in self.listed()])
        self.assertEqual(self.assert_usable("m"), "stopped")

    def test_an_exit_of_an_earlier_run_is_not_shown_for_a_later_one(self):
        self.cubby("start", "m", "--", "/bin/sh", "-c", "exit 3")  # it may have ended by now
        self.promptly("wait", "m", "-s", "STOPPED", "-t", "5")
        self.assertEqual(json.loads(self.cubby("info", "--json", "m"))["last_exit"], 3)
        self.start("/bin/sleep", "1000")
        self.assertIsNone(json.loads(self.cubby("info", "--json", "m"))["last_exit"])

    # --- F36 ----------------------------------------------------------------------------------------------------------

    def test_stopped_monitor(self):
        monitor = self.start()
        os.kill(monitor, signal.SIGSTOP)
        began = time.monotonic()
        for words, code in ((("attach", "m", "--", "true"), 125), (("stop", "m"), 124)):
            done = self.run_cubby(*words, timeout=12)
            self.assertEqual(done.returncode, code, (words, done.stderr))
            self.assertIn(b"does not answer", done.stderr)
        self.assertLess(time.monotonic() - began, 20)
        entry = next(entry for entry in json.loads(self.run_cubby("ls", "--json", timeout=12).stdout) if entry["name"] == "m")
        self.assertIn("does not answer", entry["broken"])
        self.promptly("start", "m", code=4)
        # What --force is elsewhere: -k ends a monitor that does not answer, and its container with it.
        self.assertEqual(self.run_cubby("stop", "-k", "m", timeout=12).returncode, 0)
        self.assertEqual(self.observed("m"), "stopped")

    def test_stopped_monitor_with_a_full_queue(self):
        """connect(2) waits without end where the queue of a stopped listener is full (unix(7))."""
        monitor = self.start()
        os.kill(monitor, signal.SIGSTOP)
        crowd = []
        try:
            for _ in range(200):
                client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                client.setblocking(False)
                crowd.append(client)
                try:
                    client.connect(str(self.socket_path()))
                except BlockingIOError:
                    break
            else:
                self.fail("the queue did not fill")
            done = self.run_cubby("info", "m", timeout=12)
            self.assertEqual(done.returncode, 124, done.stderr)
        finally:
            for client in crowd:
                client.close()
            os.kill(monitor, signal.SIGCONT)
        self.wait_for(lambda: self.run_cubby("info", "m").returncode == 0, 5, "an answer")
        self.assertEqual(self.assert_usable("m"), "running")

    def test_stopped_monitor_does_not_keep_its_container_from_being_destroyed(self):
        os.kill(self.start(), signal.SIGSTOP)
        self.assertEqual(self.run_cubby("destroy", "-f", "m", timeout=15).returncode, 0)
        self.assertEqual(self.observed("m"), "absent")
        self.assert_clean()

    # --- F10, F30 -----------------------------------------------------------------------------------------------------

    def test_a_thousand_clients(self):
        self.start()
        self.cubby("info", "m")
        before = self.fds()
        crowd = []
        for _ in range(1000):
            crowd.append(self.connect())
        self.promptly("attach", "m", "--", "true")  # among a thousand that say nothing
        for client in crowd:
            client.close()
        self.wait_for(lambda: self.fds() <= before, 5, "the end of the clients' descriptors")
        self.assertEqual(self.observed("m"), "running")

    def test_clients_that_misbehave(self):
        self.start("/bin/sh", "-c", "while :; do echo line; sleep 0.01; done")
        before = self.fds()
        dice = random.Random(1)
        crowd = []
        for number in range(50):
            kind = number % 5
            if kind == 0:  # garbage
                crowd.append(self.connect(dice.randbytes(dice.randrange(1, 3000))))
            elif kind == 1:  # dies in the middle of a request
                crowd.append(self.connect(HEADER.pack(1, STATUS, 0)))
                crowd.pop().close()
            elif kind == 2:  # wants a stream and never reads
                crowd.append(self.connect(HEADER.pack(1, CONSOLE, 0), HEADER.pack(1, LOG, 4) + struct.pack("=I", 1)))
            elif kind == 3:  # lies about the length
                crowd.append(self.connect(HEADER.pack(1, WAIT, 4000) + b"x"))
            else:  # sends descriptors that nobody asked for
                client = self.connect()
                with open("/dev/null", "rb") as null:
                    socket.send_fds(client, [HEADER.pack(1, STATUS, 0)], [null.fileno()] * 8)
                crowd.append(client)
            self.promptly("info", "m")
        self.promptly("attach", "m", "--", "true")
        for client in crowd:
            client.close()
        self.wait_for(lambda: self.fds() <= before, 5, f"{before} descriptors again")
        self.assertEqual(self.assert_usable("m"), "running")

    def test_no_descriptors_left(self):
        """EMFILE in accept: the monitor neither spins nor dies, and serves again afterwards."""
        monitor = self.start()
        used = self.fds()
        self.cubby("unshare", "prlimit", f"--nofile={used + 3}:", "--pid", str(monitor))
        crowd = [self.connect() for _ in range(20)]
        time.sleep(0.2)
        before = self.cpu_ticks()
        time.sleep(1)
        self.assertLess(self.cpu_ticks() - before, 20, "it spins")
        for client in crowd:
            client.close()
        self.wait_for(lambda: self.run_cubby("info", "m").returncode == 0, 5, "an answer")
        self.cubby("unshare", "prlimit", "--nofile=1024:", "--pid", str(monitor))
        self.assertEqual(self.assert_usable("m"), "running")

    # --- F29 ----------------------------------------------------------------------------------------------------------

    def test_a_reader_that_is_stuck_does_not_hold_the_container(self):
        megabytes = 32 if not ground.ALL else 10240
        self.start("/bin/sh", "-c", f"head -c {megabytes}m /dev/zero; echo all written; sleep 1000")
        self.connect(HEADER.pack(1, CONSOLE, 0))
        self.wait_for(lambda: b"all written" in self.run_cubby("logs", "m").stdout[-100:], 60 + megabytes / 10, "the end of it")
        self.assertEqual(self.observed("m"), "running")

    def test_a_log_that_cannot_grow_does_not_hold_the_container(self):
        log = self.lxcpath / "m/console.log"
        log.unlink(missing_ok=True)
        self.cubby("config", "set", "m", "lxc.console.logfile", "/dev/full")
        self.start("/bin/sh", "-c", "for n in 1 2 3 4 5 6 7 8; do head -c 100000 /dev/zero; done; echo all written; sleep 1000")
        self.wait_for(lambda: b"all written" in self.run_cubby("logs", "m").stdout[-100:], 20, "the end of it")

    # --- F34 ----------------------------------------------------------------------------------------------------------

    def test_another_version_is_refused_by_number(self):
        self.start()
        client = self.connect(HEADER.pack(2, STATUS, 0))
        self.assertEqual(client.recv(100), b"", "a monitor answered a request of version 2")
        self.assertEqual(self.observed("m"), "running")

    def test_a_monitor_of_another_version_is_left_alone(self):
        """A stand-in that speaks version 2 on the container's socket: each command says so and ends."""
        self.start()
        path = self.socket_path()
        path.unlink()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(path))
            listener.listen(8)
            for words in (("info", "m"), ("stop", "m")):
                with subprocess.Popen([harness.CUBBY, *words], env=self.env, stderr=subprocess.PIPE) as command:
                    client, _ = listener.accept()
                    client.recv(1000)
                    client.send(HEADER.pack(2, STATUS, 0))
                    error = command.stderr.read()
                    client.close()
                self.assertEqual(command.returncode, 69, error)
                self.assertIn(b"version 2", error)
        path.unlink()
        self.assertEqual(self.observed("m"), "running")  # the socket is asked back from the monitor

    def test_programs_replaced_while_a_container_runs(self):
        """An upgrade puts new files under the old names: a running monitor needs none of them."""
        place = self.home / "bin"
        place.mkdir()
        for name in ("cubby", "cubby-monitor", "cubby-init", "cubby-holder", "cubby-ranges"):
            (place / name).write_bytes((harness.BIN / name).read_bytes())
            (place / name).chmod(0o755)
        subprocess.run([place / "cubby", "start", "m"], env=self.env, check=True, timeout=30)
        for name in place.iterdir():
            fresh = name.with_suffix(".new")
            fresh.write_bytes(b"#!/bin/false\n")
            fresh.rename(name)
        self.promptly("attach", "m", "--", "true")
        self.promptly("stop", "-k", "m")
        self.assertEqual(self.observed("m"), "stopped")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    ground.main()
