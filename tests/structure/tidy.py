#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""clang-tidy over the files of a build's compile_commands.json, side by side, passing over what has not changed."""

import argparse
import hashlib
import json
import shlex
import subprocess
import sys
from pathlib import Path

from includes import Graph
from source_tree import read, walk
from stamps import Job, Outcome, Stamps, default_jobs, run_all


def build_commands(root: Path, build: Path) -> dict[str, str]:
    """Relative path of each source of the tree -> its compile command."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    found = {}
    for entry in entries:
        path = (Path(entry["directory"]) / entry["file"]).resolve()
        if path.is_relative_to(root) and not path.is_relative_to(build):
            found[path.relative_to(root).as_posix()] = entry.get("command") or shlex.join(entry["arguments"])
    return found


def jobs(graph: Graph, build: Path, tool: str, commands: dict[str, str]) -> list[Job]:
    version = subprocess.run([tool, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    rules = {path: read(graph.root, path) for path in walk(graph.root) if path.rpartition("/")[2] == ".clang-tidy"}

    def fixed(source: str) -> str:
        above = "".join(text for path, text in rules.items() if source.startswith(path.removesuffix(".clang-tidy")))
        return hashlib.sha256(f"{version}\0{above}".encode()).hexdigest()

    return [Job(path, graph.digest(path, f"{fixed(path)}\0{command}"),
                [tool, "-p", str(build), "--quiet", str(graph.root / path)])
            for path, command in sorted(commands.items())]


def has_findings(outcome: Outcome) -> bool:
    return outcome.status != 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    options.add_argument("--build", type=Path, required=True, help="a configured build folder")
    options.add_argument("--tool", default="clang-tidy-19")
    options.add_argument("--stamps", type=Path)
    options.add_argument("--jobs", type=int, default=default_jobs())
    options.add_argument("files", nargs="*", help="only these sources (default: all of the build)")
    chosen = options.parse_args()
    root, build = chosen.root.resolve(), chosen.build.resolve()
    commands = build_commands(root, build)
    if chosen.files:
        commands = {path: command for path, command in commands.items() if path in chosen.files}
    elif not commands:
        print("tidy: no source of the tree is in compile_commands.json, which cannot be right", file=sys.stderr)
        return 1
    graph = Graph(root)
    every = jobs(graph, build, chosen.tool, commands)
    stamps = Stamps(chosen.stamps)
    failures = 0
    for failure in run_all(every, stamps, chosen.jobs, has_findings):
        failures += 1
        lines = [line for line in failure.output.splitlines() if not line.endswith(("warnings generated.", "warning generated."))]
        print("\n".join(lines).replace(f"{root}/", ""), flush=True)
    if not chosen.files:
        stamps.drop_others({job.digest for job in every})
    print(f"tidy: {len(every)} files, {failures} with findings")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
