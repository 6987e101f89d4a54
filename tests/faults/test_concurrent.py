# SPDX-License-Identifier: LGPL-2.1-or-later
"""F21: fifty processes create, start, stop, rename and destroy the same two containers; all answers must fit one order."""

import concurrent.futures
import random
import subprocess
import time
import unittest

import ground
import harness
import linearize
from linearize import Operation

OK, NOT_FOUND, WRONG_STATE = 0, 3, 4
WORKERS = 50
SECONDS = 600 if ground.ALL else 12
ROUND = 100  # operations between two moments at which nothing happens
NAMES = ("one", "two")
ABSENT, STOPPED, RUNNING = "absent", "stopped", "running"


def step(state, operation):
    """The specification: what each verb answers, and where it leads.  A state is a pair, one of each name."""
    at = dict(zip(NAMES, state))
    name = operation.args[0]
    now = at[name]

    def to(answer, **changed):
        return {tuple({**at, **changed}[each] for each in NAMES)} if operation.answer == answer else set()

    if now == ABSENT:
        return to(OK, **{name: STOPPED}) if operation.verb == "create" else to(NOT_FOUND)
    if operation.verb == "create":
        return to(WRONG_STATE)
    if operation.verb == "start":
        return to(OK, **{name: RUNNING}) if now == STOPPED else to(WRONG_STATE)
    if operation.verb == "stop":
        return to(OK, **{name: STOPPED}) if now == RUNNING else to(WRONG_STATE)
    if operation.verb == "destroy":
        return to(OK, **{name: ABSENT}) if now == STOPPED else to(WRONG_STATE)
    if operation.verb == "destroy -f":
        return to(OK, **{name: ABSENT})
    if operation.verb == "config":
        return to(OK)
    assert operation.verb == "rename"
    other = operation.args[1]
    if now == RUNNING or at[other] != ABSENT:
        return to(WRONG_STATE)
    return to(OK, **{name: ABSENT, other: now})


class Checker(unittest.TestCase):
    """The checker itself can say no."""

    def verdict(self, *operations):
        return linearize.linearizable([Operation(*each) for each in operations], (ABSENT, ABSENT), step)

    def test_an_order_is_found(self):
        self.assertIsNotNone(self.verdict((0, 5, "start", ("one",), OK), (1, 4, "create", ("one",), OK)))

    def test_no_order_is_found(self):
        self.assertIsNone(self.verdict((0, 1, "start", ("one",), OK), (2, 4, "create", ("one",), OK)))
        self.assertIsNone(self.verdict((0, 9, "create", ("one",), OK), (0, 9, "create", ("one",), OK)))
        self.assertIsNone(self.verdict((0, 1, "create", ("one",), OK), (2, 9, "start", ("one",), OK),
                                       (2, 9, "rename", ("one", "two"), OK), (10, 11, "start", ("one",), OK)))


class Concurrent(ground.Faults):
    bystanders = ("resting",)
    WORDS = {"stop": ("stop", "-k"), "destroy -f": ("destroy", "-f"), "config": ("config", "set")}
    CHOICES = ("create", "create", "start", "start", "stop", "destroy", "destroy -f", "rename", "config")

    def operate(self, verb, *args):
        more = ("lxc.environment", "A=1") if verb == "config" else ("-B", "overlay") if verb == "create" else ()
        words = (*self.WORDS.get(verb, (verb,)), *args, *more)
        called = time.monotonic()
        try:
            done = subprocess.run([harness.CUBBY, *words], env=self.env, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=60, check=False)
        except subprocess.TimeoutExpired:
            self.fail(f"{words} hangs")
        operation = Operation(called, time.monotonic(), verb, args, done.returncode)
        if done.returncode not in (OK, NOT_FOUND, WRONG_STATE):
            self.strange.append(f"{words}: {done.returncode} {done.stderr.decode(errors='replace').strip()}")
        return operation

    def random_operation(self, dice):
        verb = dice.choice(self.CHOICES)
        names = list(NAMES)
        dice.shuffle(names)
        return self.operate(verb, *(names if verb == "rename" else names[:1]))

    def test_fifty_at_once(self):
        seed = random.randrange(1 << 32)
        print(f"  seed {seed}", file=ground.sys.stderr)
        self.strange, done, rounds = [], 0, 0
        state = (ABSENT, ABSENT)
        end = time.monotonic() + SECONDS
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            while time.monotonic() < end and not self.strange:
                dice = [random.Random(seed + done + number) for number in range(ROUND)]
                log = list(pool.map(self.random_operation, dice))
                # Where a round has ended is looked at, which is one more operation of its log.
                seen = tuple(self.observed(name) for name in NAMES)
                order = linearize.linearizable(log, state, step)
                self.assertIsNotNone(order, f"no order explains these answers, from {state}:\n" + "\n".join(map(str, log)))
                self.assertIsNotNone(self.ends_in(log, state, seen), f"none of the orders ends in {seen}")
                state, done, rounds = seen, done + len(log), rounds + 1
        self.assertEqual(self.strange, [])
        print(f"  {done} operations in {rounds} rounds by {WORKERS} processes", file=ground.sys.stderr)
        type(self).counted += done
        for name in NAMES:
            self.run_cubby("destroy", "-f", name)
        self.assertEqual(self.assert_usable("one"), "absent")

    def ends_in(self, log, state, seen):
        last = max(operation.answered for operation in log) + 1
        look = Operation(last, last + 1, "look", seen, 0)

        def with_look(state, operation):
            if operation.verb == "look":
                return {state} if state == operation.args else set()
            return step(state, operation)
        return linearize.linearizable([*log, look], state, with_look)


if __name__ == "__main__":
    ground.main()
