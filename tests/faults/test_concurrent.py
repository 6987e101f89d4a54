# SPDX-License-Identifier: LGPL-2.1-or-later
"""F21: fifty processes create, start, stop, rename and destroy the same two containers; all answers must fit one order."""

import concurrent.futures
import dataclasses
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


BEGIN = ((ABSENT, ABSENT), frozenset())


def halves(operation):
    """A stop finds its container running, and answers when that run has ended, whoever ended it.  A destroy -f stops it
    first, which others see."""
    if operation.answer != OK or operation.verb not in ("stop", "destroy -f"):
        return [operation]
    first = dataclasses.replace(operation, verb=f"{operation.verb}, first")
    return [first, dataclasses.replace(operation, verb=f"{operation.verb}, then", first=first)]


def reads(operation):
    return operation.answer != OK or operation.verb in ("config", "look")


def step(state, operation):
    """The specification: what each verb answers, and where it leads.  A state is the pair of the two names' and the
    stops that have found a run which is not over."""
    names, stopping = state
    if operation.verb == "look":
        return {state} if names == operation.args else set()
    at = dict(zip(NAMES, names))
    name = operation.args[0]
    now = at[name]

    def to(answer, **changed):
        if operation.answer != answer:
            return set()
        ended = [each for each, was in at.items() if was == RUNNING and changed.get(each, was) != RUNNING]
        return {(tuple({**at, **changed}[each] for each in NAMES),
                 frozenset(stop for stop in stopping if stop[0] not in ended))}

    if operation.verb == "stop, first":
        return {(names, stopping | {(name, operation.number)})} if now == RUNNING else set()
    if operation.verb == "stop, then":
        return to(OK, **{name: STOPPED}) if (name, operation.number) in stopping else {state}
    if now == ABSENT:
        return to(OK, **{name: STOPPED}) if operation.verb == "create" else to(NOT_FOUND)
    if operation.verb == "create":
        return to(WRONG_STATE)
    if operation.verb == "start":
        return to(OK, **{name: RUNNING}) if now == STOPPED else to(WRONG_STATE)
    if operation.verb == "destroy":
        return to(OK, **{name: ABSENT}) if now == STOPPED else to(WRONG_STATE)
    if operation.verb == "destroy -f, first":
        return to(OK, **{name: STOPPED})
    if operation.verb == "destroy -f, then":
        return to(OK, **{name: ABSENT}) if now == STOPPED else set()
    if operation.verb == "config":
        return to(OK)
    if operation.verb in ("stop", "destroy -f"):
        return to(WRONG_STATE) if operation.verb == "stop" and now == STOPPED else set()
    assert operation.verb == "rename"
    other = operation.args[1]
    if now == RUNNING or at[other] != ABSENT:
        return to(WRONG_STATE)
    return to(OK, **{name: ABSENT, other: now})


def explained(log, state, seen=None):
    """An order of the answers in `log`, that ends in what is seen then; or None."""
    log = [dataclasses.replace(operation, number=number) for number, operation in enumerate(log)]
    if seen:
        last = max(operation.answered for operation in log) + 1
        log.append(Operation(last, last + 1, "look", seen, OK))
    return linearize.linearizable([half for operation in log for half in halves(operation)], state, step, reads)


class Checker(unittest.TestCase):
    """The checker itself can say no."""

    def verdict(self, *operations):
        return explained([Operation(*each) for each in operations], BEGIN)

    def test_an_order_is_found(self):
        self.assertIsNotNone(self.verdict((0, 5, "start", ("one",), OK), (1, 4, "create", ("one",), OK)))

    def test_two_stops_of_one_run(self):
        begin = [(0, 1, "create", ("one",), OK), (2, 3, "start", ("one",), OK)]
        self.assertIsNotNone(self.verdict(*begin, (4, 8, "stop", ("one",), OK), (5, 9, "stop", ("one",), OK)))
        self.assertIsNone(self.verdict(*begin, (4, 5, "stop", ("one",), OK), (6, 9, "stop", ("one",), OK)))
        self.assertIsNone(self.verdict(*begin, (4, 5, "stop", ("one",), OK), (6, 9, "start", ("one",), WRONG_STATE)))

    def test_a_destroy_in_two_moments(self):
        begin = [(0, 1, "create", ("one",), OK), (2, 3, "start", ("one",), OK)]
        self.assertIsNotNone(self.verdict(*begin, (4, 8, "destroy -f", ("one",), OK), (5, 6, "stop", ("one",), WRONG_STATE)))
        self.assertIsNone(self.verdict(*begin, (4, 8, "destroy -f", ("one",), OK), (9, 10, "stop", ("one",), WRONG_STATE)))

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
        state = BEGIN
        end = time.monotonic() + SECONDS
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            while time.monotonic() < end and not self.strange:
                dice = [random.Random(seed + done + number) for number in range(ROUND)]
                log = list(pool.map(self.random_operation, dice))
                # Where a round has ended is looked at, which is one more operation of its log.
                seen = tuple(self.observed(name) for name in NAMES)
                self.assertEqual(self.strange, [])
                if explained(log, state, seen) is None:
                    self.fail(f"no order explains these answers, from {state[0]} to {seen}:\n" + "\n".join(map(str, log)))
                state, done, rounds = (seen, frozenset()), done + len(log), rounds + 1
        self.assertEqual(self.strange, [])
        print(f"  {done} operations in {rounds} rounds by {WORKERS} processes", file=ground.sys.stderr)
        type(self).counted += done
        for name in NAMES:
            self.run_cubby("destroy", "-f", name)
        self.assertEqual(self.assert_usable("one"), "absent")


if __name__ == "__main__":
    ground.main()
