# SPDX-License-Identifier: LGPL-2.1-or-later
"""Is there an order of concurrent operations, each at one moment between its call and its answer, that explains all
answers?  Wing and Gong's search, with the memory of Lowe: a set of operations done and a state are visited once.

An operation that is no single moment by its contract is given as two, of which the second follows the first.
"""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Operation:
    called: float
    answered: float
    verb: str
    args: tuple
    answer: int
    number: int = 0  # tells those apart that are alike
    first: typing.Optional["Operation"] = None  # the half that comes before


def linearizable(operations, state, step, reads, limit=2_000_000):
    """`step(state, operation)` gives the states that the operation may lead to with its answer: a set, empty if it
    cannot have been answered so.  `reads(operation)`: with its answer it changes no state.  Returns the order found, or
    None."""
    operations = sorted(operations, key=lambda operation: operation.called)
    needed = {index: operations.index(each.first) for index, each in enumerate(operations) if each.first}
    everything = (1 << len(operations)) - 1
    seen = set()
    stack = [(0, state, ())]
    while stack:
        done, state, order = stack.pop()
        if done == everything:
            return unroll(order)
        if (done, state) in seen:
            continue
        seen.add((done, state))
        if len(seen) > limit:
            raise RuntimeError(f"the search was given up after {limit} states")
        for index, following in choices(operations, needed, done, state, step, reads):
            stack.append((done | 1 << index, following, (operations[index], order)))
    return None


def choices(operations, needed, done, state, step, reads):
    """(operation, state after it).  One that only reads and fits here is taken at once and alone: an order in which it
    comes later is as good with it here, since it may begin now and the others do not notice."""
    found = []
    for index in candidates(operations, needed, done):
        following = step(state, operations[index])
        if following and reads(operations[index]):
            return [(index, state)]
        found += [(index, each) for each in following]
    return found


def candidates(operations, needed, done):
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
    # order when they change places.  A half is like no other: which first half it belongs to matters.
    halves = {*needed, *needed.values()}
    alike = {}
    for index in sorted(found, key=lambda index: operations[index].answered):
        one = operations[index]
        if one.called <= first_answer and (index not in needed or done >> needed[index] & 1):
            alike.setdefault((one.verb, one.args, one.answer, index if index in halves else None), index)
    return list(alike.values())


def unroll(order):
    found = []
    while order:
        operation, order = order
        found.append(operation)
    return found[::-1]
