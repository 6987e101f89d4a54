# SPDX-License-Identifier: LGPL-2.1-or-later
"""What cubby monitor tells where a run is short, where it is told late, and where a monitor lets it go."""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess

import harness

STOP, WATCH = 3, 13  # frames (monitor/protocol.h)
STOPPED, RUNNING, STOPPING = 0, 2, 3
RUN = ["STARTING", "RUNNING", "STOPPED"]


def frame(kind, payload=b""):
    return struct.pack("=HHI", 1, kind, len(payload)) + payload


def status(state, init, code=None):
    return frame(WATCH, struct.pack("@BBHiiq", state, code is not None, 0, init, code or 0, 1000 + init))


class StandIn:
    """A monitor that this test plays: it holds the mark and listens at the socket."""

    def __init__(self, directory, sockets):
        self.directory, self.path = directory, sockets / "c"
        (directory / "exit").unlink(missing_ok=True)
        self.mark = os.open(directory / "monitor", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.fcntl(self.mark, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        os.write(self.mark, b"\n")  # nobody whom cubby could end

    def listen(self):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.settimeout(30)
        draft = self.path.with_name(".draft")
        self.listener.bind(str(draft))
        self.listener.listen(8)
        draft.rename(self.path)

    def accept(self):
        client, _ = self.listener.accept()
        client.settimeout(30)
        assert client.recv(100) == frame(WATCH)
        return client

    def close(self, code=None):
        """As Session::on_end does (monitor/process/main.cpp); without a code it is killed."""
        if code is not None:
            (self.directory / "exit").write_text(f"{code}\n")
            self.path.unlink()
            (self.directory / "monitor").unlink()
        os.close(self.mark)
        self.listener.close()


class Watch(harness.Cubby):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run([harness.CUBBY, "create", "c", "-t", "busybox"], env=cls.env, check=True, capture_output=True)
        cls.directory = cls.home / ".local/share/lxc/c"

    def start_watch(self, *prefix):
        watching = subprocess.Popen([*prefix, harness.CUBBY, "monitor", "--json"], env=self.env, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(watching.stdout.close)
        self.addCleanup(watching.stderr.close)
        self.addCleanup(watching.wait)
        self.addCleanup(watching.kill)
        self.wait_for(lambda: watching.poll() is not None or self.waits_for_events(watching.pid), what="the watch")
        return watching

    def waits_for_events(self, pid):
        """Whether its loop waits for its directories; that comes last."""
        infos = {path.name: path.read_text() for path in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir()}
        watches = {fd for fd, text in infos.items() if "inotify wd:" in text}
        return watches & {line.split()[1] for text in infos.values() for line in text.splitlines()
                          if line.startswith("tfd:")}

    @contextlib.contextmanager
    def asleep(self, watching):
        """It hears of what happens meanwhile all at once."""
        watching.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            watching.send_signal(signal.SIGCONT)

    def told(self, watching, count):
        """The next changes: "STATE", or "STATE status"."""
        changes = [json.loads(watching.stdout.readline()) for _ in range(count)]
        return [change["state"] + ("" if change["exit_status"] is None else f" {change['exit_status']}")
                for change in changes]

    def nothing_more(self, watching):
        """A further run is what comes next."""
        self.run_briefly(9)
        self.assertEqual(self.told(watching, 3), ["STARTING", "RUNNING", "STOPPED 9"])

    def run_briefly(self, code=0):
        self.cubby("start", "c", "--", "/bin/sh", "-c", f"exit {code}")
        self.wait_for(lambda: self.state("c") == "STOPPED", what="its end")

    def sockets(self):
        """The directory of sockets of this class's containers."""
        self.run_briefly()
        return next(path for path in (pathlib.Path(self.env["XDG_RUNTIME_DIR"]) / "cubby").iterdir()
                    if path.is_dir() and len(path.name) == 16)

    def test_short_runs(self):
        watching = self.start_watch()
        for code in range(20):
            self.run_briefly(code)
            self.assertEqual(self.told(watching, 3), ["STARTING", "RUNNING", f"STOPPED {code}"])

    def test_a_short_run_that_is_told_late(self):
        watching = self.start_watch()
        with self.asleep(watching):
            self.run_briefly(7)
        self.assertEqual(self.told(watching, 3), ["STARTING", "RUNNING", "STOPPED 7"])
        self.nothing_more(watching)

    def test_runs_that_are_told_late(self):
        """The exit status of the last one is not taken for those of the others."""
        watching = self.start_watch()
        with self.asleep(watching):
            for code in (1, 2, 3):
                self.run_briefly(code)
        self.assertEqual(self.told(watching, 9), RUN + RUN + ["STARTING", "RUNNING", "STOPPED 3"])
        self.nothing_more(watching)

    def test_a_restart_that_is_told_late(self):
        self.cubby("start", "c")
        watching = self.start_watch()
        with self.asleep(watching):
            self.cubby("stop", "-k", "c")
            self.run_briefly(4)
            self.cubby("start", "c")
        self.assertEqual(self.told(watching, 2), ["STOPPING", "STOPPED 137"])
        self.assertEqual(self.told(watching, 5), RUN + ["STARTING", "RUNNING"])
        self.cubby("stop", "-k", "c")
        self.assertEqual(self.told(watching, 2), ["STOPPING", "STOPPED 137"])
        self.nothing_more(watching)

    def test_a_failed_start_that_is_told_late(self):
        watching = self.start_watch()
        with self.asleep(watching):
            self.assertNotEqual(self.run_cubby("start", "c", "--", "/nosuch").returncode, 0)
            self.run_briefly(5)
        self.assertEqual(self.told(watching, 6),
                         ["STARTING", "ABORTING", "STOPPED", "STARTING", "RUNNING", "STOPPED 5"])
        self.nothing_more(watching)

    def test_foreground_and_undefined(self):
        watching = self.start_watch()
        tree = self.home / "tree"
        (tree / "bin").mkdir(parents=True)
        shutil.copy(shutil.which("busybox"), tree / "bin/true")
        for late in (False, True):
            with self.asleep(watching) if late else contextlib.nullcontext():
                self.assertEqual(self.run_cubby("start", "-F", "c", "--", "/bin/sh", "-c", "exit 6").returncode, 6)
            self.assertEqual(self.told(watching, 3), ["STARTING", "RUNNING", "STOPPED 6"])
        with self.asleep(watching):
            self.cubby("run", "--rootfs", str(tree), "--name", "loose", "--", "/bin/true")
        self.assertEqual(self.told(watching, 3), RUN)
        self.nothing_more(watching)

    def test_an_end_before_the_watcher_is_served(self):
        sockets = self.sockets()
        watching = self.start_watch()
        monitor = StandIn(self.directory, sockets)
        monitor.listen()
        client, _ = monitor.listener.accept()  # and its frame is never read
        monitor.close(8)
        client.close()
        self.assertEqual(self.told(watching, 3), ["STARTING", "RUNNING", "STOPPED 8"])
        self.nothing_more(watching)

    def test_a_monitor_that_lets_its_watcher_go(self):
        sockets = self.sockets()
        watching = self.start_watch()
        monitor = StandIn(self.directory, sockets)
        monitor.listen()
        for _ in range(3):
            with monitor.accept() as client:
                client.send(status(RUNNING, 77))
        client = monitor.accept()
        client.send(status(STOPPING, 77))
        self.assertEqual(self.told(watching, 3), ["STARTING", "RUNNING", "STOPPING"])
        monitor.close(3)
        client.send(status(STOPPED, 77, 3))
        client.close()
        self.assertEqual(self.told(watching, 1), ["STOPPED 3"])
        self.nothing_more(watching)

    def test_another_run_of_the_same_monitor(self):
        """It was restarted, and its end was not told."""
        sockets = self.sockets()
        watching = self.start_watch()
        monitor = StandIn(self.directory, sockets)
        monitor.listen()
        for init in (77, 78):
            client = monitor.accept()
            client.send(status(RUNNING, init))
            if init == 77:
                client.close()
        self.assertEqual(self.told(watching, 5), ["STARTING", "RUNNING", "STOPPED", "STARTING", "RUNNING"])
        monitor.close()
        client.close()
        self.assertEqual(self.told(watching, 1), ["STOPPED 137"])
        self.nothing_more(watching)

    def test_starts_that_are_killed_at_once(self):
        """Each of them is told, though the kernel tells of a last close before it takes the lock off."""
        watching = self.start_watch()
        names = [f"k{at}" for at in range(8)]
        for name in names:
            self.cubby("copy", "c", name)
            self.addCleanup(self.run_cubby, "destroy", "-f", name)
        marks = []
        for name in names:
            mark = os.open(self.directory.parent / name / "monitor", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.fcntl(mark, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
            # The lock stays with another holder of the open file, as it does for a moment with the kernel itself.
            marks.append((mark, os.open(self.directory.parent / name / "monitor", os.O_RDWR)))
        self.assertEqual(self.told(watching, 8), ["STARTING"] * 8)
        for _, other in marks:
            os.close(other)  # "closed", and locked still
        for mark, _ in marks:
            os.close(mark)
        self.assertEqual(sorted(self.told(watching, 16)), ["ABORTING"] * 8 + ["STOPPED"] * 8)

    def test_watches_that_are_used_up(self):
        """Each user namespace has a limit of its own for those in it."""
        limited = ("unshare", "-Ur", "sh", "-c", 'echo 3 > /proc/sys/user/max_inotify_watches && exec "$@"', "sh")
        watching = self.start_watch(*limited)
        self.assertNotEqual(watching.wait(30), 0)
        self.assertIn("max_inotify_watches", watching.stderr.read())

    def test_watchers_leave_room_for_a_stop(self):
        self.cubby("start", "c")
        path = next(path for path in (pathlib.Path(self.env["XDG_RUNTIME_DIR"]) / "cubby").rglob("c") if path.is_socket())
        answers = []
        for _ in range(80):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.addCleanup(client.close)
            client.settimeout(30)
            client.connect(str(path))
            client.send(frame(WATCH))
            answers.append(struct.unpack_from("=HHI", client.recv(1000))[1])
        self.assertEqual(answers, [WATCH] * 48 + [0] * 32)
        watching = self.start_watch()
        self.assertNotEqual(watching.wait(30), 0)
        self.assertIn("48 others watch this container already", watching.stderr.read())
        self.cubby("stop", "-k", "c")
        self.assertEqual(self.state("c"), "STOPPED")


if __name__ == "__main__":
    harness.main()
