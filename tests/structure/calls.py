# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which names a C++ text calls or mentions, as far as tokens can tell.

A call is NAME( where NAME is unqualified, or qualified with nothing (`::open(`) or with `std::`.  These are not calls of
the C function: `root.open(`, `Root::open(`, `Result<Fd> open(…)` (a declaration), `Stat stat(…)` (a variable).
"""

import re
from typing import Iterator

from cpp_scopes import scopes
from cpp_tokens import Token, directive, tokens

# Words that may stand in front of a call without declaring anything.
BEFORE_A_CALL = {"return", "co_return", "co_await", "co_yield", "else", "do", "case", "throw", "not", "and", "or", "sizeof"}
# At namespace and class level only an initialiser can call.
BEFORE_AN_INITIALISING_CALL = {"=", "(", ",", "{", "!", "return", "&&", "||", "?", ":"}


def _qualifier(placed: list[tuple[Token, bool]], at: int) -> str:
    """'' unqualified, '::' global, 'std::' or 'X::' otherwise, '.' a member."""
    if at == 0:
        return ""
    before = placed[at - 1][0].text
    if before in (".", "->"):
        return "."
    if before != "::":
        return ""
    owner = placed[at - 2][0] if at > 1 else None
    if owner is None or (owner.kind != "name" and owner.text != ">") or owner.text in BEFORE_A_CALL:
        return "::"
    return "std::" if owner.text == "std" else "X::"


def _declares(placed: list[tuple[Token, bool]], at: int, inside_function: bool) -> bool:
    if at == 0:
        return True
    before = placed[at - 1][0]
    if inside_function:
        return before.kind == "name" and before.text not in BEFORE_A_CALL
    return before.text not in BEFORE_AN_INITIALISING_CALL


def _placed(text: str) -> list[tuple[Token, bool]]:
    """Every token and whether it is inside a function; the bodies of macros count as inside one."""
    placed = scopes(text).placed
    for token in tokens(text):
        word, rest = directive(token) if token.kind == "directive" else ("", "")
        if word == "define":
            body = re.sub(r"^\w+(\([^)]*\))?", "", rest)
            placed.extend((part._replace(line=token.line), True) for part in tokens(f"; {body} ;"))
    return placed


def calls(text: str, names: set[str]) -> Iterator[tuple[str, int]]:
    """(name, line) of every call of one of the names."""
    placed = _placed(text)
    for at, (token, inside) in enumerate(placed):
        if token.kind != "name" or token.text not in names:
            continue
        if at + 1 >= len(placed) or placed[at + 1][0].text != "(":
            continue
        qualifier = _qualifier(placed, at)
        if qualifier in ("::", "std::") and not _declares(placed, at - (2 if qualifier == "std::" else 1), inside):
            yield token.text, token.line
        elif qualifier == "" and not _declares(placed, at, inside):
            yield token.text, token.line


def mentions(text: str, names: set[str]) -> Iterator[tuple[str, int]]:
    """(name, line) wherever one of the names stands, call or not, except as a member."""
    placed = _placed(text)
    for at, (token, _) in enumerate(placed):
        if token.kind == "name" and token.text in names and _qualifier(placed, at) in ("", "::", "std::"):
            yield token.text, token.line
