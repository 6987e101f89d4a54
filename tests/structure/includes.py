#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which file of the tree includes which.  As a program: the .cpp files that cover a set of changed files."""

import hashlib
import sys
from pathlib import Path
from typing import NamedTuple, Optional

from cpp_tokens import BadSource, directive, tokens
from source_tree import cpp_files, parser, read

# Where "base/fd.h" is looked for, beside the folder of the including file: the include paths of the build.
SEARCHED = ("user-runtime", "")


class Include(NamedTuple):
    line: int
    written: str  # "base/fd.h" or <vector>, with its quotes
    target: Optional[str]  # the file of the tree it names, if it does


class Graph:
    """The quoted includes of every C++ file below root."""

    def __init__(self, root: Path):
        self.root = root
        self.files = cpp_files(root)
        known = set(self.files)
        self.includes: dict[str, list[Include]] = {}
        self.unreadable: dict[str, BadSource] = {}
        for path in self.files:
            try:
                self.includes[path] = _includes(root, path, known)
            except BadSource as problem:
                self.includes[path] = []
                self.unreadable[path] = problem

    def targets(self, path: str) -> list[str]:
        return [include.target for include in self.includes.get(path, []) if include.target]

    def closure(self, path: str) -> list[str]:
        """path and every file of the tree that it includes, directly or not, in a stable order."""
        seen, waiting = {path}, [path]
        while waiting:
            for target in self.targets(waiting.pop()):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return sorted(seen)

    def digest(self, path: str, salt: str) -> str:
        """Changes when path, anything of the tree that it includes, or salt changes."""
        whole = hashlib.sha256(salt.encode())
        for part in self.closure(path):
            whole.update(part.encode() + b"\0" + (self.root / part).read_bytes() + b"\0")
        return whole.hexdigest()

    def covering(self, changed: list[str]) -> list[str]:
        """The fewest-effort set of .cpp files whose compilation sees every changed file: itself, its namesake, else
        the first one that includes it."""
        wanted: set[str] = set()
        sources = [path for path in self.files if path.endswith(".cpp")]
        for path in changed:
            if path.endswith(".cpp"):
                wanted.update({path} & set(sources))
                continue
            namesake = path.rsplit(".", 1)[0] + ".cpp"
            users = [namesake] if namesake in sources else [user for user in sources if path in self.closure(user)]
            wanted.update(users[:1])
        return sorted(wanted)


def _includes(root: Path, path: str, known: set[str]) -> list[Include]:
    found = []
    for token in tokens(read(root, path)):
        if token.kind != "directive":
            continue
        word, rest = directive(token)
        if word in ("include", "include_next", "import"):
            found.append(Include(token.line, rest, _resolve(path, rest, known)))
    return found


def _resolve(path: str, written: str, known: set[str]) -> Optional[str]:
    if not written.startswith('"'):
        return None
    name = written.strip('"')
    for folder in (*SEARCHED, path.rsplit("/", 1)[0] if "/" in path else ""):
        candidate = f"{folder}/{name}" if folder else name
        if candidate in known:
            return candidate
    return None


def main() -> int:
    options = parser(__doc__ or "")
    options.add_argument("changed", nargs="*", help="changed files; without any, those named on standard input")
    chosen = options.parse_args()
    changed = chosen.changed or sys.stdin.read().split()
    for path in Graph(chosen.root).covering(changed):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
