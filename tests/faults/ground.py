# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ground of every fault test: a home with two bystanders, the injector, and the invariants that hold after any harm.

The invariants (INV): a container is absent, stopped, running, or listed as broken; start, stop, destroy and ls work
within 5 s; no process, mount, file or socket is left; the other containers are as they were.
"""

import ctypes
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
import harness  # noqa: E402

INJECTOR = str(harness.BIN / "fault-injector")
ALL = os.environ.get("CUBBY_FAULTS") == "all"
PR_SET_CHILD_SUBREAPER = 36


def prompt_s():
    """How long a command may take after any harm: 5 s, and longer where the machine has more to do than it can."""
    return 5 * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


def sample(count, limit):
    """All of 1…count when asked for or when they are few, else `limit` of them, evenly, with both ends."""
    if ALL or count <= limit:
        return list(range(1, count + 1))
    return sorted({1 + step * (count - 1) // (limit - 1) for step in range(limit)})


def processes():
    """pid → (parent, name) of everything that is no zombie."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            text = pathlib.Path("/proc", entry, "stat").read_text()
        except OSError:
            continue
        name = text[text.index("(") + 1:text.rindex(")")]
        fields = text[text.rindex(")") + 2:].split()
        if fields[0] not in "ZX":
            found[int(entry)] = (int(fields[1]), name)
    return found


def descendants(of=None):
    """pid → name of the processes below this one, which as a subreaper inherits every orphan of them."""
    everything = processes()
    children = {}
    for pid, (parent, _) in everything.items():
        children.setdefault(parent, []).append(pid)
    found, todo = {}, [of or os.getpid()]
    while todo:
        for pid in children.get(todo.pop(), []):
            found[pid] = everything[pid][1]
            todo.append(pid)
    return found


def reap():
    """Lets orphans that ended go."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


class Faults(harness.Cubby):
    """A class's own home; its holder runs, so that no privileged program does; bystanders `resting` and `awake`."""

    bystanders = ("awake", "resting")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        cls.lxcpath = cls.home / ".local/share/lxc"
        cls.images = cls.home / ".local/share/cubby/images"
        for name in cls.bystanders:
            subprocess.run([harness.CUBBY, "create", name], env=cls.env, check=True, capture_output=True)
        if "awake" in cls.bystanders:
            subprocess.run([harness.CUBBY, "start", "awake", "--", "/bin/sleep", "100000"], env=cls.env, check=True,
                           capture_output=True)
        subprocess.run([harness.CUBBY, "unshare", "true"], env=cls.env, check=True, capture_output=True)
        cls.counted = 0
        cls.settle_bystanders()

    def setUp(self):
        """A test that failed does not make the next one fail."""
        for pid, name in descendants().items():
            if pid not in self.quiet and name != "cubby-holder":
                harness.kill(pid)
        reap()
        for entry in self.listed():
            if entry["name"] not in self.bystanders:
                self.run_cubby("destroy", "-f", entry["name"])

    @classmethod
    def settle_bystanders(cls):
        """Takes down what the invariants compare with."""
        time.sleep(0.1)  # the running one's init begins its own services
        cls.quiet = descendants()
        cls.kept_files = cls.files_of_bystanders()
        cls.kept_mounts = pathlib.Path("/proc/self/mountinfo").read_text()

    @classmethod
    def files_of_bystanders(cls):
        found = {}
        for name in cls.bystanders:
            for folder, _, files in os.walk(cls.lxcpath / name):
                for file in files:
                    path = pathlib.Path(folder, file)
                    if file in ("monitor", "storage", "console.log") or not os.access(path, os.R_OK):
                        continue
                    found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "special"
        return found

    @classmethod
    def tearDownClass(cls):
        if cls.counted:
            print(f"{cls.__name__}: {cls.counted} points of harm", file=sys.stderr)
        super().tearDownClass()

    # --- doing harm ---------------------------------------------------------------------------------------------------

    def inject(self, words, *options, timeout=15, **more):
        """Runs cubby under the injector; nothing is checked."""
        return self.run_injected([harness.CUBBY, *words], *options, timeout=timeout, **more)

    def run_injected(self, command, *options, timeout=15, env=None, **more):
        """Any command under the injector; one that hangs is ended with all that it started, and fails the test."""
        with subprocess.Popen([INJECTOR, *options, "--", *command], env={**self.env, **(env or {})},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              **more) as running:
            try:
                out, error = running.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                for pid in (*descendants(running.pid), running.pid):
                    os.kill(pid, signal.SIGKILL)
                self.fail(f"hung for {timeout} s: {' '.join(command)} with {options}")
        return subprocess.CompletedProcess(command, running.returncode, out, error)

    def count(self, words, *options, **more):
        """How many system calls there are to harm; the command must succeed when nothing happens to it."""
        file = self.runtime / "count"
        done = self.inject(words, *options, "--count", str(file), **more)
        counted = int(file.read_text())
        file.unlink()
        self.assertEqual(done.returncode, 0, f"{words}: {done.stderr.decode(errors='replace')}")
        self.assertGreater(counted, 0, f"{words}: nothing was counted with {options}")
        return counted

    def promptly(self, *words, code=0):
        """Runs cubby, which must end with `code` (or one of them) within 5 s."""
        done = self.run_cubby(*words, timeout=prompt_s())
        codes = code if isinstance(code, tuple) else (code,)
        self.assertIn(done.returncode, codes, f"cubby {' '.join(words)}: {done.stderr.decode(errors='replace')}")
        return done

    # --- the invariants -----------------------------------------------------------------------------------------------

    def observed(self, name):
        for entry in json.loads(self.promptly("ls", "--json").stdout):
            if entry["name"] == name:
                return "broken" if entry["broken"] else entry["state"].lower()
        return "absent"

    def await_idle(self, name):
        """Waits until commands and monitors that the harm left behind have come to an end or to a running container."""
        def idle():
            reap()
            others = [pid for pid, what in descendants().items() if pid not in self.quiet and what != "cubby-holder"]
            return not others or self.observed(name) == "running"
        self.wait_for(idle, prompt_s(), f"rest after the harm: {descendants()}")

    def assert_usable(self, name):
        """Whatever was done to `name`, it is in a proper state and can be used; at the end it is gone without a trace."""
        self.await_idle(name)
        state = self.observed(name)
        self.assertIn(state, ("absent", "stopped", "running", "broken"))
        if state == "absent":
            self.promptly("start", name, code=3)
            self.promptly("destroy", name, code=3)
            self.promptly("create", name)
            self.assertEqual(self.observed(name), "stopped")
        elif state == "broken":
            self.promptly("destroy", "-f", name)
            self.assertEqual(self.observed(name), "absent")
            self.promptly("create", name)
        elif state == "running":
            self.promptly("start", name, code=4)
            self.promptly("stop", "-k", name)
        self.promptly("start", name)
        drafts = [entry.name for entry in (self.lxcpath / name).iterdir() if entry.name.startswith(".")]
        self.assertEqual(drafts, [], "drafts of a file were left")
        self.promptly("stop", "-k", name)  # which answers 4 where it does not run
        self.promptly("destroy", name)
        self.assert_clean()
        return state

    def traces(self):
        """What there is beside the bystanders, the holder and the images."""
        found = [entry.name for entry in self.lxcpath.iterdir() if entry.name not in self.bystanders]
        for name in self.bystanders:
            found += [f"{name}/{entry.name}" for entry in (self.lxcpath / name).iterdir() if entry.name.startswith(".")]
        for folder, _, files in os.walk(self.runtime):
            found += [str(pathlib.Path(folder, file)) for file in files
                      if file not in (*self.bystanders, "lock") and not file.startswith("holder")]
        found += [entry.name for entry in self.images.iterdir()
                  if entry.name.startswith(("building-", "removing-", "."))]
        return sorted(found)

    def only_quiet(self, *others):
        """Nobody but the bystanders, and one holder, which may be another than at the beginning."""
        reap()
        now = descendants()
        holders = [pid for pid, name in now.items() if name == "cubby-holder"]
        quiet = {pid for pid, name in self.quiet.items() if name != "cubby-holder"}
        return set(now) - set(holders) - set(others) == quiet and len(holders) <= 1

    def assert_clean(self):
        self.assertEqual(self.traces(), [], "left on the disk")
        self.wait_for(self.only_quiet, prompt_s(), f"end of {set(descendants().items()) ^ set(self.quiet.items())}")
        self.assertEqual(self.kept_files, self.files_of_bystanders(), "another container was changed")
        self.assertEqual(self.kept_mounts, pathlib.Path("/proc/self/mountinfo").read_text())


def main():
    harness.main()
