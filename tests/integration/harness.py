# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every integration test stands on: cubby as an ordinary user, in a home and a runtime directory of its own.

A test class gets a private HOME and XDG_RUNTIME_DIR, so its own holder and containers; after it, nothing may be left:
no process of the class, no directory, no socket. Skips take a reason from SKIP_REASONS; CI fails on any other.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ["CUBBY_BIN"])  # the folder of the programs, set by ctest
CUBBY = str(BIN / "cubby")
PROBE = BIN.parent / "payloads/probe"

# Another kind of host, in which a whole suite runs again (docs/testing.md).
MODE = os.environ.get("CUBBY_TEST_MODE", "plain")
MODES = {
    "plain": (),
    "umask-0": (),
    "no-openat2": (str(PROBE), "shim", "openat2", "--"),
    "no-pidfd-ioctls": (str(PROBE), "shim", "pidfd", "--"),
    "no-subids": ("setpriv", "--no-new-privs"),
    "cgroup2": (),  # on_cgroup2.py makes it
}
if MODE == "umask-0":
    os.umask(0)

# The closed list (docs/testing.md).
SKIP_REASONS = {
    "no-subids": "this user has no subordinate ids, or newuidmap is missing",
    "no-mirror": "no Debian mirror answers",
    "nested": "the outer sandbox forbids what the test needs",
    "no-lxc": "LXC's own templates, or what they call, are not installed",
    "no-birth-times": "the file system does not tell when a directory was made",
    "single-id": "with one id only there is no second one that the test could use",
}
# A mode that is poorer on purpose: what it lacks is no fault of the machine.
EXPECTED = {"no-subids": {"single-id"}}


def skip(test, reason):
    assert reason in SKIP_REASONS, reason
    if os.environ.get("CI") == "true" and reason not in EXPECTED.get(MODE, ()):
        test.fail(f"CI has all that the tests need, and yet: {reason}")
    test.skipTest(f"{reason}: {SKIP_REASONS[reason]}")


class Cubby(unittest.TestCase):
    """Runs cubby in the class's own home."""

    prefix = ()  # the words before "cubby" that make the mode's host; see MODES

    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="cubby-home-"))
        cls.runtime = pathlib.Path(tempfile.mkdtemp(prefix="cubby-run-"))
        cls.env = {
            "HOME": str(cls.home),
            "XDG_RUNTIME_DIR": str(cls.runtime),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
        }
        for name in ("http_proxy", "https_proxy", "no_proxy", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                cls.env[name] = os.environ[name]

    @classmethod
    def tearDownClass(cls):
        for entry in cls.listed():
            subprocess.run([CUBBY, "destroy", "-f", entry["name"]], env=cls.env, check=False, capture_output=True)
        subprocess.run([CUBBY, "unshare", "rm", "-rf", str(cls.home)], env=cls.env, check=False, capture_output=True)
        subprocess.run([str(BIN / "cubby-holder"), "--stop"], env=cls.env, check=False, capture_output=True)
        shutil.rmtree(cls.home, ignore_errors=True)
        shutil.rmtree(cls.runtime, ignore_errors=True)
        assert not cls.home.exists(), f"{cls.home} could not be removed"

    @classmethod
    def listed(cls):
        done = subprocess.run([CUBBY, "ls", "--json"], env=cls.env, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def run_cubby(self, *words, stdin=None, timeout=60, env=None, **more):
        """Runs cubby; nothing is checked. Standard input is empty unless given."""
        source = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        return subprocess.run(
            [*self.prefix, CUBBY, *words], env={**self.env, **(env or {})}, capture_output=True, timeout=timeout, **source, **more
        )

    def cubby(self, *words, **more):
        """Runs cubby, which must succeed; its standard output as text."""
        done = self.run_cubby(*words, **more)
        self.assertEqual(
            done.returncode, 0, f"cubby {' '.join(words)}: {done.returncode}\n{done.stderr.decode(errors='replace')}"
        )
        return done.stdout.decode()

    def refused(self, *words, code, says, **more):
        """Runs cubby, which must fail with this exit code and one line on standard error that has these texts."""
        done = self.run_cubby(*words, **more)
        error = done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, code, error)
        self.assertEqual(len(error.strip().splitlines()), 1, f"not one line: {error!r}")
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, error)
        return error

    def state(self, name):
        return json.loads(self.cubby("info", "--json", name))["state"]

    def wait_for(self, condition, seconds=60, what="condition"):
        limit = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), limit, f"{what} did not come within {seconds} s")
            time.sleep(0.01)


class LxcCommands(Cubby):
    """LXC's commands by their own names, from the directory that they are installed to."""

    def run_lxc(self, name, *words, stdin=None, timeout=60, env=None, **more):
        """Runs lxc-NAME; nothing is checked. Standard input is empty unless given."""
        source = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        return subprocess.run([*self.prefix, str(BIN / "lxc" / f"lxc-{name}"), *words], env={**self.env, **(env or {})},
                              capture_output=True, timeout=timeout, **source, **more)

    def lxc(self, name, *words, code=0, **more):
        """Runs lxc-NAME, which must end with this exit code; its standard output as text."""
        done = self.run_lxc(name, *words, **more)
        self.assertEqual(done.returncode, code,
                         f"lxc-{name} {' '.join(words)}\n{done.stdout.decode()}{done.stderr.decode(errors='replace')}")
        return done.stdout.decode()

    def lxc_error(self, name, *words, code=1, says="", **more):
        """Runs lxc-NAME, which must end so and say that on standard error; all that it said there."""
        done = self.run_lxc(name, *words, **more)
        error = done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, code, error)
        self.assertIn(says, error)
        return error

    def make_lxc(self, name, *words):
        """A container from cubby's own busybox, whatever templates of LXC the machine has."""
        self.cubby("create", name, "-t", "busybox", *words)
        self.addCleanup(self.run_cubby, "destroy", "-f", name)

    def make_running(self, name, *words):
        self.make_lxc(name, *words)
        self.lxc("start", name)


class Configured(Cubby):
    """One container, c, which each test starts with lines of its own behind its configuration."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run([CUBBY, "create", "c", "-t", "busybox"], env=cls.env, check=True, capture_output=True)
        cls.config = cls.home / ".local/share/lxc/c/config"
        cls.plain = cls.config.read_text()

    def tearDown(self):
        self.run_cubby("stop", "-k", "c")
        self.config.write_text(self.plain)

    def configure(self, *lines):
        self.config.write_text(self.plain + "".join(line + "\n" for line in lines))

    def started(self, *lines):
        self.configure(*lines)
        self.cubby("start", "c")


def process_exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def main():
    unittest.main(verbosity=2)
