#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page docs/security-tests.md: which published weakness has which test, read from the tests' names.

    table.py           fails when the page differs from what the names say
    table.py --write   writes it
    table.py --count   prints the numbers
"""

import ast
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs/security-tests.md"
ID = re.compile(r"^test_(cve_\d{4}_\d+|ghsa(?:_[0-9a-z]{4}){1,3}|lxc_[0-9a-f]{9}|shadow_[0-9a-f]{8}|firejail_\d+)_(twin_)?(.+)$")

HEAD = """# Published weaknesses and the tests for them

Written by `tests/security/table.py` from the names of the tests; `ctest -R security.table` fails when it is stale. A twin
is the honest use next to the attack: what a defence must not break. How the tests are made is in
[tests/security](../tests/security/README.md).
"""


def printed(word):
    """The id as it was published."""
    parts = word.split("_")
    if parts[0] == "cve":
        return "-".join(["CVE", *parts[1:]])
    if parts[0] == "ghsa":
        return "-".join(["GHSA", *parts[1:]])
    return f"{parts[0]} #{parts[1]}" if parts[0] == "firejail" else f"{parts[0].upper()} {parts[1]}"


def tests():
    """(id, is a twin, element's file, test name, what it says) for each test."""
    for path in [*sorted(HERE.glob("test_*.py")), HERE.parent / "helpers/test_published.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                named = ID.match(node.name)
                if not named:
                    raise SystemExit(f"{path.name}:{node.lineno}: {node.name} names no published id")
                element = "idmap" if path.parent != HERE else path.stem[5:]
                yield named[1], bool(named[2]), element, node.name, named[3].replace("_", " ")


def sort_key(word):
    kind, *rest = word.split("_")
    return (kind != "cve", kind, [part.zfill(8) for part in rest])


def page():
    rows = {}
    for word, twin, element, _, says in tests():
        rows.setdefault(word, []).append((twin, element, says))
    lines = [HEAD, f"{count_line()}\n", "| id | file | attacks | twins |", "| --- | --- | --- | --- |"]
    for word in sorted(rows, key=sort_key):
        attacks = "; ".join(says for twin, _, says in rows[word] if not twin)
        twins = "; ".join(says for twin, _, says in rows[word] if twin)
        files = ", ".join(sorted({element for _, element, _ in rows[word]}))
        lines.append(f"| {printed(word)} | {files} | {attacks} | {twins} |")
    return "\n".join(lines) + "\n"


def count_line():
    found = list(tests())
    cves = {word for word, *_ in found if word.startswith("cve_")}
    others = {word for word, *_ in found} - cves
    twins = sum(twin for _, twin, *_ in found)
    return f"{len(cves)} CVE ids and {len(others)} others; {len(found)} tests, of which {twins} are twins."


def main():
    if "--count" in sys.argv[1:]:
        print(count_line())
    elif "--write" in sys.argv[1:]:
        PAGE.write_text(page())
    elif not PAGE.exists() or PAGE.read_text() != page():
        print(f"{PAGE.name} is stale: tests/security/table.py --write writes it")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
