# SPDX-License-Identifier: LGPL-2.1-or-later
"""F9: the power goes during config, create, rename or destroy; every state that the disk may have is opened."""

import shutil
import subprocess

import crash
import ground
import harness

MOST = 10_000 if ground.ALL else 40


class PowerLoss(ground.Faults):
    bystanders = ("resting",)

    def record(self, *words):
        trace = self.runtime / "trace"
        done = subprocess.run([*crash.TRACE, "-o", str(trace), harness.CUBBY, *words], env=self.env, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = trace.read_text()
        trace.unlink()
        return crash.operations(text, str(self.lxcpath))

    def kept(self, *names):
        """The container's files of the user's own, as they were before."""
        place = self.home / "kept"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for name in names:
            shutil.copytree(self.lxcpath / name, place / name, ignore=shutil.ignore_patterns("overlay", "rootfs"))
        return place

    def restore(self, place, names):
        for name in names:
            shutil.rmtree(self.lxcpath / name, ignore_errors=True)
            if (place / name).exists():
                shutil.copytree(place / name, self.lxcpath / name)

    def each_state(self, operations, place, names):
        """Puts the disk into each state and yields what reached it."""
        self.assertTrue(any(operation[0] == "sync" for operation in operations), operations)
        found = crash.states(operations)
        for index in ground.sample(len(found), MOST):
            self.restore(place, names)
            crash.replay(operations, found[index - 1], lambda path: path)
            type(self).counted += 1
            yield found[index - 1]
        for name in names:
            self.run_cubby("destroy", "-f", name)
        print(f"  {min(len(found), MOST)} of {len(found)} states of the disk", file=ground.sys.stderr)

    def test_config(self):
        self.cubby("create", "p")
        place = self.kept("p")
        old = (self.lxcpath / "p/config").read_bytes()
        operations = self.record("config", "set", "p", "lxc.uts.name", "other")
        new = (self.lxcpath / "p/config").read_bytes()
        self.assertNotEqual(old, new)
        seen = set()
        for state in self.each_state(operations, place, ("p",)):
            self.assertEqual(self.observed("p"), "stopped", state)
            text = self.cubby("config", "get", "p", "lxc.uts.name").strip()
            self.assertIn((self.lxcpath / "p/config").read_bytes(), (old, new), state)
            self.cubby("config", "set", "p", "lxc.uts.name", "again")  # a draft that was left does no harm, and goes
            self.assertEqual([e.name for e in (self.lxcpath / "p").iterdir() if e.name.startswith(".")], [])
            seen.add(text)
        self.assertEqual(seen, {"p", "other"})
        self.assertIn(("all",) * len(operations), crash.states(operations))

    def test_create(self):
        operations = self.record("create", "p")
        place = self.kept()
        # When the command has ended, the container is there for good: an intent that comes back would take it away.
        whole = [state for state in crash.states(operations) if len(state) == len(operations)]
        seen = set()
        for state in self.each_state(operations, place, ("p",)):
            now = self.observed("p")
            self.assertIn(now, ("absent", "stopped", "broken"), state)
            if now == "stopped":
                self.promptly("info", "p")
            else:
                self.run_cubby("info", "p")
                self.assertIn(self.observed("p"), ("absent", "stopped"), state)
            self.run_cubby("destroy", "p")
            self.assertEqual(self.observed("p"), "absent", state)
            self.assertFalse((self.lxcpath / "p").exists(), state)
            seen.add(now)
        self.assertIn("stopped", seen)
        for state in whole:
            self.restore(place, ("p",))
            crash.replay(operations, state, lambda path: path)
            if (self.lxcpath / "p").exists():
                self.assertEqual(self.observed("p"), "stopped", f"made, and after the power loss not: {state}")
        self.run_cubby("destroy", "p")

    def test_rename(self):
        self.cubby("create", "p")
        place = self.kept("p")
        operations = self.record("rename", "p", "q")
        self.run_cubby("destroy", "q")
        for state in self.each_state(operations, place, ("p", "q")):
            there = [name for name in ("p", "q") if self.observed(name) != "absent"]
            self.assertEqual(len(there), 1, state)
            name = there[0]
            self.promptly("info", name)
            text = (self.lxcpath / name / "config").read_text()
            other = "q" if name == "p" else "p"
            self.assertIn(f"/{name}/", text, state)
            self.assertNotIn(f"/{other}/", text, f"the paths of {other} under the name {name}: {state}")

    def test_destroy(self):
        self.cubby("create", "p")
        place = self.kept("p")
        operations = self.record("destroy", "p")
        for state in self.each_state(operations, place, ("p",)):
            now = self.observed("p")
            self.assertIn(now, ("absent", "stopped", "broken"), state)
            gone = [operation for operation, how in zip(operations, state) if how == "all" and operation[2:3] == ("remove",)]
            if gone:
                self.assertNotEqual(now, "stopped", f"torn, and listed as whole: {state}")
            self.promptly("destroy", "-f", "p", code=(0, 3))
            self.assertEqual(self.observed("p"), "absent")
            self.assertFalse((self.lxcpath / "p").exists(), state)


if __name__ == "__main__":
    ground.main()
