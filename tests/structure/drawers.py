#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""No drawer names: nothing is called utils, common, misc or helpers, for anything could go in there.

Looks at files, folders, namespaces and types.  A name is taken apart into its words (string_utils, StringUtils and
string-utils are all drawers); the singular `helper` is refused only as a whole name.
"""

import re
import sys
from pathlib import Path
from typing import Iterator

from cpp_scopes import scopes
from cpp_tokens import BadSource
from source_tree import Finding, cpp_files, parser, read, report, walk

WORDS = {"util", "utils", "common", "misc", "helpers", "utility", "utilities"}
WHOLE_NAMES = WORDS | {"helper", "stuff", "shared", "various"}
# Folders that the floor plan itself calls so: they say whose helpers they are.
PLANNED = {"setuid-helpers", "netns-helper", "tests/helpers"}
# Names that LXC gave, and by which configurations of others include these files.
GIVEN = "templates/config/"


def words_of(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.split(r"[\s_.\-:]+", spaced) if word]


def is_drawer(name: str) -> bool:
    words = words_of(name)
    return bool(WORDS.intersection(words)) or "_".join(words) in WHOLE_NAMES


def check_paths(paths: list[str]) -> Iterator[Finding]:
    refused = set()
    for path in paths:
        parts = path.split("/")
        for depth in range(1, len(parts) + (0 if path.startswith(GIVEN) else 1)):
            prefix = "/".join(parts[:depth])
            name = parts[depth - 1]
            if depth == len(parts):
                name = name.split(".")[0] or name
            if is_drawer(name) and prefix not in PLANNED | refused:
                refused.add(prefix)
                yield Finding(prefix, 1, f"'{parts[depth - 1]}' is a drawer name; say what is in it")


def check_names(path: str, text: str) -> Iterator[Finding]:
    try:
        types = scopes(text).types
    except BadSource as problem:
        yield Finding(path, problem.line, f"names cannot be read: {problem}")
        return
    for found in types:
        for part in found.name.split("::"):
            if part and is_drawer(part):
                yield Finding(path, found.line, f"{found.kind} {found.name} has a drawer name; say what is in it")


def check(root: Path) -> tuple[list[Finding], int]:
    paths = list(walk(root))
    findings = list(check_paths(paths))
    for path in cpp_files(root):
        findings.extend(check_names(path, read(root, path)))
    return findings, len(paths)


def main() -> int:
    return report("drawers", *check(parser(__doc__ or "").parse_args().root))


if __name__ == "__main__":
    sys.exit(main())
