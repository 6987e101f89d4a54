#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files of a source tree that the structure tests look at, and the one way they report what they found.

As a program: prints the files of one language.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Iterable, Iterator, NamedTuple

CPP_SUFFIXES = (".cpp", ".h", ".inc")
# Folders that hold no source of ours: caches at any depth; build trees and the version control's own at the top.
SKIPPED_FOLDERS = {"__pycache__", ".cache"}
SKIPPED_TOPS = {"build", ".git"}
# Code that ships.  tests/ and bench/ may do what the rules on system calls and functions forbid.
SHIPPED_ROOTS = ("user-runtime", "setuid-helpers", "netns-helper", "cgroup-delegate", "templates")


class Finding(NamedTuple):
    path: str  # relative to the root of the tree, with forward slashes
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def walk(root: Path) -> Iterator[str]:
    """Every file below root in a stable order, as a relative path."""
    for folder, folders, files in os.walk(root):
        skipped = SKIPPED_FOLDERS | (SKIPPED_TOPS if Path(folder) == root else set())
        folders[:] = sorted(name for name in folders if name not in skipped)
        for name in sorted(files):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(root).as_posix()


def cpp_files(root: Path, below: Iterable[str] = ()) -> list[str]:
    """C++ files of the tree; with `below`, only those under one of these top folders."""
    tops = tuple(f"{top}/" for top in below)
    return [path for path in walk(root) if path.endswith(CPP_SUFFIXES) and (not tops or path.startswith(tops))]


def read(root: Path, path: str) -> str:
    return (root / path).read_text(encoding="utf-8", errors="replace")


def language(root: Path, path: str) -> str:
    """'cpp', 'python', 'shell', 'cmake' or '' for anything that is not a program."""
    if path.endswith(CPP_SUFFIXES) or path.endswith(".c"):
        return "cpp"
    if path.endswith(".py"):
        return "python"
    if path.endswith(".sh"):
        return "shell"
    if path.endswith(".cmake") or path.rsplit("/", 1)[-1] == "CMakeLists.txt":
        return "cmake"
    with open(root / path, "rb") as stream:
        first = stream.readline(200)
    if first.startswith(b"#!"):
        if b"python" in first:
            return "python"
        if b"sh" in first:
            return "shell"
    return ""


def parser(what: str) -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=what)
    options.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2],
                         help="the source tree to check (default: the one this file is in)")
    return options


def report(name: str, findings: Iterable[Finding], looked_at: int) -> int:
    """Prints the findings, one a line, and a summary; returns the exit status."""
    ordered = sorted(set(findings))
    for finding in ordered:
        print(finding)
    if looked_at == 0:
        print(f"{name}: nothing to check was found, which cannot be right", file=sys.stderr)
        return 1
    print(f"{name}: {looked_at} files, {len(ordered)} findings")
    return 1 if ordered else 0


def main() -> int:
    options = parser(__doc__ or "")
    options.add_argument("language", choices=["cpp", "python", "shell", "cmake"])
    chosen = options.parse_args()
    for path in walk(chosen.root):
        if language(chosen.root, path) == chosen.language:
            print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
