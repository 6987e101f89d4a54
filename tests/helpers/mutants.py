#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes each check of cubby-idmap out, one at a time (mutants.txt), and wants a test to fail. Needs root.

    tests/helpers/mutants.py [--check] [--write] [WORD]     --check: only that each text is there just once
                                                            --write: docs/mutants.md from the outcome
                                                            WORD: only those whose title has it
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KINDS = ("unit", "words", "target", "ids", "files", "process", "process_setuid")


class Mutant:
    def __init__(self, block):
        lines = block.split("\n")
        self.title, self.path, self.test = lines[:3]
        self.old = "\n".join(line[1:] for line in lines[3:] if line.startswith("-"))
        self.new = "\n".join(line[1:] for line in lines[3:] if line.startswith("+"))

    def apply(self, root):
        file = root / self.path
        text = (ROOT / self.path).read_text()
        if text.count(self.old) != 1:
            raise SystemExit(f"mutants.txt: {self.title}: its text is {text.count(self.old)} times in {self.path}")
        file.write_text(text.replace(self.old, self.new))

    def take_back(self, root):
        shutil.copy(ROOT / self.path, root / self.path)


def read_mutants():
    text = (HERE / "mutants.txt").read_text()
    blocks = [block.strip("\n") for block in text.split("\n\n")]
    mutants = [Mutant(block) for block in blocks if block and not block.startswith("#")]
    for mutant in mutants:
        assert mutant.test in KINDS, mutant.title
    return mutants


class Workshop:
    """A copy of the sources, configured once; every mutant builds one file of it anew."""

    def __init__(self, folder):
        self.root = pathlib.Path(folder, "tree")
        files = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, check=True,
                               capture_output=True).stdout.decode().split("\0")
        for name in filter(None, files):
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.root / name)
        self.build = pathlib.Path(folder, "build")
        rules = self.root / "setuid-helpers/CMakeLists.txt"
        rules.write_text(rules.read_text().replace(" -Werror", ""))  # a value whose check is gone may be unused
        self.quiet(["cmake", "-S", str(self.root), "-B", str(self.build), "-G", "Ninja", "-DBUILD_TESTING=OFF"])

    @staticmethod
    def quiet(command, **more):
        return subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more).returncode

    def passes(self, test):
        """Whether the test passes: it does not where it does not end; a mutant that does not build is no mutant."""
        if test == "unit":
            sources = sorted((self.root / "tests/unit/idmap").glob("*.cpp"))
            binary = self.build / "idmap_unit"
            command = ["c++", "-std=c++23", "-O2", f"-I{self.root}", *map(str, sources), "-lgtest", "-lgtest_main", "-o",
                       str(binary)]
            assert self.quiet(command) == 0, "the unit tests do not build"
            return self.ends_well([str(binary), "--gtest_fail_fast"], 120)
        assert self.quiet(["ninja", "-C", str(self.build), "cubby-idmap"]) == 0, "the program does not build"
        file, _, setuid = test.partition("_")
        return self.ends_well([sys.executable, "-B", str(HERE / f"test_{file}.py"), "-f"], 900,
                              env={**os.environ, "CUBBY_BIN": str(self.build / "bin"), "CUBBY_SETUID": setuid})

    def ends_well(self, command, timeout, **more):
        try:
            return self.quiet(command, timeout=timeout, **more) == 0
        except subprocess.TimeoutExpired:
            return False


def page(outcomes):
    lines = ["# The checks of cubby-idmap, taken out one at a time", "",
             "Written by `tests/helpers/mutants.py --write`. Every check is taken out of the program by itself; the test that "
             "then fails is named.", "", "| check | file | test | |", "| --- | --- | --- | --- |"]
    lines += [f"| {mutant.title} | {mutant.path.removeprefix('setuid-helpers/')} | {mutant.test} | "
              f"{'killed' if killed else '**lives**'} |" for mutant, killed in outcomes]
    lines += ["", f"{sum(killed for _, killed in outcomes)} of {len(outcomes)} killed.", ""]
    return "\n".join(lines)


def main():
    options = [word for word in sys.argv[1:] if word.startswith("--")]
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    mutants = [mutant for mutant in read_mutants() if all(word in mutant.title for word in words)]
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        if "--check" in options:
            for mutant in mutants:
                pathlib.Path(folder, mutant.path).parent.mkdir(parents=True, exist_ok=True)
                mutant.apply(pathlib.Path(folder))
            print(f"{len(mutants)} checks are where mutants.txt says")
            return 0
        shop = Workshop(folder)
        outcomes = []
        for mutant in mutants:
            mutant.apply(shop.root)
            killed = not shop.passes(mutant.test)
            mutant.take_back(shop.root)
            outcomes.append((mutant, killed))
            print(f"{'killed' if killed else 'LIVES '}  {mutant.test:8} {mutant.title}", flush=True)
    lives = sum(not killed for _, killed in outcomes)
    print(f"{len(outcomes) - lives} of {len(outcomes)} killed")
    if "--write" in options:
        (ROOT / "docs/mutants.md").write_text(page(outcomes))
    return 1 if lives else 0


if __name__ == "__main__":
    sys.exit(main())
