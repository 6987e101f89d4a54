#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""No file longer than 400 lines, no function longer than 60: C++, Python, shell and CMake."""

import ast
import re
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

from cpp_scopes import scopes
from cpp_tokens import BadSource
from source_tree import Finding, language, parser, read, report, walk

FILE_LINES = 400
FUNCTION_LINES = 60


class Span(NamedTuple):
    name: str
    first: int
    last: int


def cpp_functions(text: str) -> Iterator[Span]:
    for function in scopes(text).functions:
        yield Span(function.name, function.first_line, function.last_line)


def python_functions(text: str) -> Iterator[Span]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield Span(node.name, node.lineno, node.end_lineno or node.lineno)


def shell_functions(text: str) -> Iterator[Span]:
    """`name() {` to the first `}` or `)` with the same indentation, which is how shfmt and people write them."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        start = re.match(r"(\s*)(?:function\s+)?([\w-]+)\s*\(\s*\)\s*([{(])\s*(?:#.*)?$", line)
        if not start:
            continue
        end = start.group(1) + {"{": "}", "(": ")"}[start.group(3)]
        last = next((index for index in range(at + 1, len(lines)) if re.match(re.escape(end) + r"(?!\w)", lines[index])),
                    len(lines) - 1)
        yield Span(start.group(2), at + 1, last + 1)


def cmake_functions(text: str) -> Iterator[Span]:
    open_spans: list[tuple[str, int]] = []
    for number, line in enumerate(text.splitlines(), 1):
        start = re.match(r"\s*(?:function|macro)\s*\(\s*(\w+)", line, re.IGNORECASE)
        if start:
            open_spans.append((start.group(1), number))
        elif re.match(r"\s*end(?:function|macro)\s*\(", line, re.IGNORECASE) and open_spans:
            yield Span(*open_spans.pop(), number)


FUNCTIONS = {"cpp": cpp_functions, "python": python_functions, "shell": shell_functions, "cmake": cmake_functions}


def check_text(path: str, kind: str, text: str) -> Iterator[Finding]:
    lines = len(text.splitlines())
    if lines > FILE_LINES:
        yield Finding(path, FILE_LINES + 1, f"{lines} lines; a file has at most {FILE_LINES}")
    try:
        for span in FUNCTIONS[kind](text):
            length = span.last - span.first + 1
            if length > FUNCTION_LINES:
                yield Finding(path, span.first, f"{span.name} has {length} lines; a function has at most {FUNCTION_LINES}")
    except BadSource as problem:
        yield Finding(path, problem.line, f"functions cannot be measured: {problem}")
    except SyntaxError as problem:
        yield Finding(path, problem.lineno or 1, f"functions cannot be measured: {problem.msg}")


def check(root: Path) -> tuple[list[Finding], int]:
    findings, looked_at = [], 0
    for path in walk(root):
        kind = language(root, path)
        if kind:
            looked_at += 1
            findings.extend(check_text(path, kind, read(root, path)))
    return findings, looked_at


def main() -> int:
    return report("sizes", *check(parser(__doc__ or "").parse_args().root))


if __name__ == "__main__":
    sys.exit(main())
