#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same twelve lines of C++ in two places: what should have been one function.

Lines are compared as tokens, so spacing and comments do not matter; names do.  Lines without a name or a literal (braces)
and #include lines are passed over: they neither count nor interrupt.  Exceptions: allow/duplicates.txt,
FILE FILE  # reason (twice the same file for a repetition inside it).
"""

import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from allow_list import AllowList
from cpp_tokens import BadSource, directive, tokens
from source_tree import Finding, cpp_files, parser, read, report

RUN = 12
ALLOWED = Path(__file__).resolve().parent / "allow" / "duplicates.txt"


class Line(NamedTuple):
    number: int
    text: str


def normalised(text: str) -> list[Line]:
    """The lines that say something, as tokens joined by one blank."""
    rows: dict[int, list[str]] = defaultdict(list)
    telling: set[int] = set()
    for token in tokens(text):
        if token.kind == "directive" and directive(token)[0] in ("include", "pragma"):
            continue
        rows[token.line].append(" ".join(token.text.split()) if token.kind == "directive" else token.text)
        if token.kind != "punct":
            telling.add(token.line)
    return [Line(number, " ".join(rows[number])) for number in sorted(rows) if number in telling]


class Place(NamedTuple):
    path: str
    at: int  # index into the normalised lines


def runs(files: dict[str, list[Line]]) -> list[tuple[Place, Place, int]]:
    """Every longest run of equal lines in two places, as (first place, second place, lines)."""
    seen: dict[tuple[str, ...], list[Place]] = defaultdict(list)
    for path, lines in sorted(files.items()):
        for at in range(len(lines) - RUN + 1):
            seen[tuple(line.text for line in lines[at:at + RUN])].append(Place(path, at))
    found = []
    for places in seen.values():
        for index, first in enumerate(places):
            for second in places[index + 1:]:
                before_first, before_second = first.at - 1, second.at - 1
                starts_here = (before_first < 0 or before_second < 0 or
                               files[first.path][before_first].text != files[second.path][before_second].text)
                overlaps = first.path == second.path and second.at - first.at < RUN
                if starts_here and not overlaps:
                    found.append((first, second, _length(files[first.path][first.at:], files[second.path][second.at:])))
    return found


def _length(first: list[Line], second: list[Line]) -> int:
    count = 0
    for one, other in zip(first, second):
        if one.text != other.text:
            break
        count += 1
    return count


def check(root: Path, allowed: AllowList) -> tuple[list[Finding], int]:
    findings, files = [], {}
    for path in cpp_files(root):
        try:
            files[path] = normalised(read(root, path))
        except BadSource as problem:
            findings.append(Finding(path, problem.line, f"cannot be read: {problem}"))
    for first, second, length in runs(files):
        if allowed.allows(first.path, second.path):
            continue
        there = files[first.path][first.at].number
        findings.append(Finding(second.path, files[second.path][second.at].number,
                                f"{length} lines as at {first.path}:{there}; make them one"))
    return findings + allowed.unused(), len(cpp_files(root))


def main() -> int:
    options = parser(__doc__ or "")
    options.add_argument("--allow", type=Path, default=ALLOWED)
    chosen = options.parse_args()
    return report("duplicates", *check(chosen.root, AllowList(chosen.allow, 2)))


if __name__ == "__main__":
    sys.exit(main())
