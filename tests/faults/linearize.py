# SPDX-License-Identifier: LGPL-2.1-or-later
"""Is there an order of concurrent operations, each at one moment between its call and its answer, that explains all
answers?  Wing and Gong's search, with the memory of Lowe: a set of operations done and a state are visited once."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Operation:
    called: float
    answered: float
    verb: str
    args: tuple
    answer: int


def linearizable(operations, state, step, limit=2_000_000):
    """`step(state, operation)` gives the states that the operation may lead to with its answer: a set, empty if it
    cannot have been answered so.  Returns the order found, or None."""
    operations = sorted(operations, key=lambda operation: operation.called)
    everything = (1 << len(operations)) - 1
    seen = set()
    stack = [(0, state, ())]
    visited = 0
    while stack:
        done, state, order = stack.pop()
        if done == everything:
            return unroll(order)
        if (done, state) in seen:
            continue
        seen.add((done, state))
        visited += 1
        if visited > limit:
            raise RuntimeError(f"the search was given up after {limit} states")
        for index in candidates(operations, done):
            for following in step(state, operations[index]):
                stack.append((done | 1 << index, following, (operations[index], order)))
    return None


def candidates(operations, done):
    """Those not done that began before the first answer among them."""
    found, first_answer = [], float("inf")
    for index, operation in enumerate(operations):
        if done >> index & 1:
            continue
        if operation.called > first_answer:
            break
        found.append(index)
        first_answer = min(first_answer, operation.answered)
    # Of operations that are alike, the one that was answered first comes first: an order with the other one there stays an
    # order when they change places.
    alike = {}
    for index in sorted(found, key=lambda index: operations[index].answered):
        one = operations[index]
        if one.called <= first_answer:
            alike.setdefault((one.verb, one.args, one.answer), index)
    return list(alike.values())


def unroll(order):
    found = []
    while order:
        operation, order = order
        found.append(operation)
    return found[::-1]
