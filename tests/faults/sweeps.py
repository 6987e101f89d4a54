# SPDX-License-Identifier: LGPL-2.1-or-later
"""The harness KILL-N: the same command again and again, harmed at another of its system calls each time."""

import sys

import ground

POINTS = 16  # of each sweep in a normal run


class Sweeps(ground.Faults):
    """Each sweep: what has to be there, the command, and which process of it is harmed."""

    CREATE = ("create", "victim")
    START = ("start", "victim")

    def sweep(self, words, prepare=(), options=(), limit=POINTS, expect=None, names=("victim",), codes=None):
        """Harm at each sampled call; INV after each.  `expect`: the states that may be seen then, `codes`: how the
        command may end; `options` of the injector say which process, and which harm if not kill -9."""
        self.clear(names)
        self.prepare(prepare)
        counted = self.count(words, *options)
        self.clear(names)
        seen = {}
        points = ground.sample(counted, limit)
        for at in points:
            with self.subTest(at=at, of=counted, words=words, options=options):
                if self.lxcpath.joinpath(names[0]).exists():
                    self.clear(names)  # an earlier point failed
                self.prepare(prepare)
                done = self.inject(words, *options, "--at", str(at))
                if codes is not None and at < counted:  # the last call is exit_group: nothing can be harmed any more
                    self.assertIn(done.returncode, codes, done.stderr)
                states = tuple(self.usable(name) for name in names)
                seen[states] = seen.get(states, 0) + 1
                type(self).counted += 1
                if expect is not None:
                    self.assertIn(states if len(names) > 1 else states[0], expect)
        print(f"  {' '.join(words)} {' '.join(options)}: {len(points)} of {counted} calls, {seen}", file=sys.stderr)
        return seen

    def prepare(self, commands):
        for command in commands:
            self.cubby(*command)

    def clear(self, names):
        for name in names:
            self.run_cubby("destroy", "-f", name)
        self.assert_clean()

    def usable(self, name):
        """Of two names one is made anew while the other is still there, so the traces are compared at the end."""
        self.await_idle(name)
        state = self.observed(name)
        if state == "absent" and self.traces():
            return state
        self.assert_usable(name)
        return state

    def sweep_forked(self, words, prepare, limit, expect):
        """The processes that a command forks; it lives on itself and tells of the failure, or succeeds without them."""
        for child in (1, 2):
            options = ("--forked", str(child))
            self.prepare(prepare)
            file = self.runtime / "count"
            self.inject(words, *options, "--count", str(file))
            counted = int(file.read_text())
            file.unlink()
            self.clear(("victim",))
            if counted:
                self.sweep(words, prepare, options, limit // child, expect)
