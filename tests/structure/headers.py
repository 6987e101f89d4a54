#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every header compiles alone: it includes what it uses, and is included once (#pragma once)."""

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Iterator

from includes import Graph
from source_tree import SHIPPED_ROOTS, Finding, parser, read, report
from stamps import Job, Outcome, Stamps, default_jobs, run_all

FLAGS = ["-std=gnu++23", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wswitch-enum", "-Werror", "-fsyntax-only"]


def headers_of(graph: Graph) -> list[str]:
    tops = tuple(f"{top}/" for top in (*SHIPPED_ROOTS, "tests", "bench"))
    return [path for path in graph.files if path.endswith(".h") and path.startswith(tops)]


def proven_by(build: Path, graph: Graph) -> set[str]:
    """Headers that are the first include of a source of that build: compiling the source has compiled them alone."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    sources = {(Path(entry["directory"]) / entry["file"]).resolve() for entry in entries}
    first = (graph.includes[path][:1] for path in graph.files if graph.root / path in sources)
    return {include.target for includes in first for include in includes if include.target}


def jobs(graph: Graph, headers: list[str], compiler: str, flags: list[str]) -> Iterator[Job]:
    root = graph.root
    fixed = [compiler, *FLAGS, f"-I{root / 'user-runtime'}", f"-I{root}", f"-I{root / 'tests'}", *flags]
    salt = hashlib.sha256("\0".join(fixed).encode()).hexdigest()
    for path in headers:
        # As a prefix of nothing: the empty source has no other include that could help the header.
        command = [*fixed, "-include", str(root / path), "-x", "c++", "/dev/null"]
        yield Job(path, graph.digest(path, salt), command)


def finding(outcome: Outcome) -> Finding:
    error = re.search(r"^(?:\S+?:(\d+)(?::\d+)?: )?.*?(?:error|fatal error): (.*)$", outcome.output, re.MULTILINE)
    why = error.group(2) if error else (outcome.output.strip().splitlines() or ["no reason given"])[-1]
    where = re.search(r"^(\S+?):(\d+):", error.group(0)) if error else None
    line = int(where.group(2)) if where and where.group(1).endswith(outcome.name) else 1
    return Finding(outcome.name, line, f"does not compile alone: {why}")


def main() -> int:
    options = parser(__doc__ or "")
    options.add_argument("--compiler", default="g++")
    options.add_argument("--flag", action="append", default=[], help="one more compiler flag; may be repeated")
    options.add_argument("--stamps", type=Path, help="folder that remembers which headers passed")
    options.add_argument("--built", type=Path, help="a finished build: what it has compiled alone already is passed over")
    options.add_argument("--jobs", type=int, default=default_jobs())
    chosen = options.parse_args()
    graph = Graph(chosen.root.resolve())
    headers = headers_of(graph)
    findings = [Finding(path, 1, "has no #pragma once") for path in headers
                if not re.search(r"^#pragma once$", read(chosen.root, path), re.MULTILINE)]
    proven = proven_by(chosen.built, graph) if chosen.built else set()
    work = list(jobs(graph, [path for path in headers if path not in proven], chosen.compiler, chosen.flag))
    stamps = Stamps(chosen.stamps)
    findings += [finding(one) for one in run_all(work, stamps, chosen.jobs, lambda outcome: outcome.status != 0)]
    stamps.drop_others({job.digest for job in work})
    return report("headers", findings, len(headers))


if __name__ == "__main__":
    sys.exit(main())
