# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every attack stands on: a container of one's own to be hostile in, and the proof that nothing outside changed.

Beside the containers lies OUT, a tree of canaries that everybody may write to, so that only cubby's way of opening paths
protects it.  After every test, whatever it did, A0 is asserted: OUT is as it was to the last attribute, the home, the
temporary and the runtime directory hold nothing new, and no process, mount or socket of the test is left.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "integration"))
import harness  # noqa: E402
from traces import Traces, snapshot  # noqa: E402

RACE_SECONDS = float(os.environ.get("CUBBY_RACE_SECONDS", "1.5"))
RACE_SWAPS = int(os.environ.get("CUBBY_RACE_SWAPS", "20000"))
EPERM, ENOENT, EACCES, EEXIST, EROFS, ELOOP, ENOSYS, ETXTBSY = 1, 2, 13, 17, 30, 40, 38, 26
UNAVAILABLE = 69
SINGLE_ID = harness.MODE == "no-subids"


class Refused(Exception):
    """In the mode without openat2: cubby refused cleanly, which is all that a test can ask for there."""


class Attack(harness.Cubby):
    containers = ()  # names of containers that the class keeps running; made from busybox, with the probe at /tools

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home.chmod(0o755)
        cls.temporary = pathlib.Path(tempfile.mkdtemp(prefix="cubby-tmp-"))
        cls.env["TMPDIR"] = str(cls.temporary)
        cls.tools = cls.home / "tools"
        cls.tools.mkdir()
        cls.tools.chmod(0o755)
        shutil.copy(harness.PROBE, cls.tools / "probe")
        (cls.tools / "probe").chmod(0o755)
        # The shims forbid newuidmap: the holder is made before they begin, as on a host that boots into such a kernel.
        cls.prefix = harness.MODES[harness.MODE] if SINGLE_ID else ()
        cls.prepare("run", "busybox", "--", "true")
        for name in cls.containers:
            cls.prepare("create", name, "-t", "busybox")
            cls.prepare("config", "set", name, "lxc.mount.entry", cls.tools_entry())
            cls.prepare("start", name, "--", "/bin/sleep", "100000")
        cls.make_out()
        cls.traces = Traces(cls)
        cls.prefix = harness.MODES[harness.MODE]

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        shutil.rmtree(cls.temporary, ignore_errors=True)

    @classmethod
    def prepare(cls, *words):
        subprocess.run([*cls.prefix, harness.CUBBY, *words], env=cls.env, check=True, capture_output=True, timeout=120,
                       stdin=subprocess.DEVNULL)

    @classmethod
    def tools_entry(cls):
        return f"{cls.tools} tools none bind,ro,create=dir 0 0"

    @classmethod
    def make_out(cls):
        cls.out = cls.home / "OUT"
        (cls.out / "folder").mkdir(parents=True)
        for name, mode in (("file", 0o666), ("secret", 0o600), ("folder/inner", 0o666), ("program", 0o755)):
            (cls.out / name).write_text(f"canary {name}\n")
            (cls.out / name).chmod(mode)
        (cls.out / "link").symlink_to("file")
        os.setxattr(cls.out / "file", "user.canary", b"alive")
        (cls.out / "folder").chmod(0o777)
        cls.out.chmod(0o777)

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="work-", dir=self.home))
        self.work.chmod(0o755)
        before = self.traces.look(self)
        canaries = snapshot(self.out)
        self.addCleanup(self.assert_a0, before, canaries)  # the first: it runs when all others have
        self.addCleanup(self.remove_work)

    def _callTestMethod(self, method):
        try:
            method()
        except Refused:
            pass

    def subTest(self, *words, **more):
        # Where each command is refused, the first one ends the test, and a sub-test would take that for an error.
        return contextlib.nullcontext() if harness.MODE == "no-openat2" else super().subTest(*words, **more)

    def remove_work(self):
        subprocess.run([harness.CUBBY, "unshare", "rm", "-rf", str(self.work)], env=self.env, check=False,
                       capture_output=True)
        shutil.rmtree(self.work, ignore_errors=True)

    def assert_a0(self, before, canaries):
        self.assertEqual(snapshot(self.out), canaries, "A0: OUT was changed")
        limit = time.monotonic() + 30
        while (left := self.traces.new_since(before, self)) and time.monotonic() < limit:
            time.sleep(0.02)
        self.assertEqual(left, [], "A0: the test left something behind")

    def run_cubby(self, *words, **more):
        done = super().run_cubby(*words, **more)
        if harness.MODE == "no-openat2" and self.prefix:
            error = done.stderr.decode(errors="replace")
            if "openat2" in error:
                self.assertIn(done.returncode, (UNAVAILABLE, 125), error)
                self.assertEqual(len(error.strip().splitlines()), 1, f"not one line: {error!r}")
                self.assertEqual(done.stdout, b"")
                raise Refused
        return done

    def needs_ids(self):
        if SINGLE_ID:
            harness.skip(self, "single-id")

    # What there is to attack with and from.

    def rootfs(self, *names):
        """A root file system of the user's own: busybox, the probe in /tools, and these folders."""
        root = self.work / "ROOT"
        subprocess.run(["rm", "-rf", str(root)], check=True)
        for folder in ("bin", "tools", "etc", "tmp", *names):
            (root / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(shutil.which("busybox"), root / "bin/busybox")
        for applet in ("sh", "cat", "ls", "echo", "true", "sleep", "touch", "mkdir", "stat", "id"):
            (root / "bin" / applet).symlink_to("busybox")
        shutil.copy(harness.PROBE, root / "tools/probe")
        return root

    def make(self, name, *lines, image="busybox", backing="overlay"):
        """A stopped container with the probe in it and these lines added to its configuration."""
        self.run_plain("destroy", "-f", name)
        self.cubby("create", name, "-t", image, "-B", backing)
        self.addCleanup(self.run_plain, "destroy", "-f", name)
        with (self.directory(name) / "config").open("a") as config:
            config.write("".join(f"{line}\n" for line in (f"lxc.mount.entry = {self.tools_entry()}", *lines)))
        return name

    def directory(self, name):
        return self.home / ".local/share/lxc" / name

    def run_plain(self, *words):
        """Without the mode's prefix: for cleaning up, which no mode may prevent."""
        return subprocess.run([harness.CUBBY, *words], env=self.env, check=False, capture_output=True, timeout=60,
                              stdin=subprocess.DEVNULL)

    def ends(self, *words, **more):
        """Runs cubby, which must end by itself, however it ends: what takes a minute hangs."""
        return self.run_cubby(*words, timeout=60, **more)

    def probe(self, *words):
        """The last line that the probe printed, as cubby ran it by these words."""
        return json.loads(self.cubby(*words).strip().splitlines()[-1])

    def in_image(self, *words, options=()):
        """The probe in a fresh container."""
        return self.probe("run", "-v", f"{self.tools}:/tools:ro", *options, "busybox", "--", "/tools/probe", *words)

    def in_root(self, root, *words, options=()):
        return self.probe("run", *options, "--rootfs", str(root), "--", "/tools/probe", *words)

    def attached(self, name, *words, options=()):
        return self.probe("attach", *options, name, "--", "/tools/probe", *words)

    def started(self, *lines, words=()):
        """The probe as the first process of a container that is started, seen on its console."""
        name = self.make("first", *lines)
        self.cubby("start", name, "--", "/bin/sh", "-c", f"/tools/probe {' '.join(words)}; echo all told; exec sleep 1000")
        self.wait_for(lambda: "all told" in self.cubby("logs", name), what="the probe's report")
        text = self.cubby("logs", name)
        self.cubby("destroy", "-f", name)
        return json.loads(text[text.index("{"):text.rindex("}") + 1])

    def racing(self, first, second, seconds=RACE_SECONDS):
        """Swaps two names on the host, as a container that shares the directory would, while the body runs."""
        return Race([str(harness.PROBE), "race", str(first), str(second), str(seconds), str(RACE_SWAPS)])


class Race:
    def __init__(self, command):
        self.command = command
        self.swaps = 0

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"
        return self

    def goes_on(self):
        return self.process.poll() is None

    def __exit__(self, *_):
        out, _ = self.process.communicate(timeout=120)
        self.swaps = int(out or 0)


def mount_points(report):
    """Path → (root, file system, options) of the topmost mount there."""
    points = {}
    for line in report["mounts"]:
        fields = line.split()
        points[fields[4]] = (fields[3], fields[fields.index("-") + 1], set(fields[5].split(",")))
    return points


def main():
    harness.main()
