# SPDX-License-Identifier: LGPL-2.1-or-later
"""tidy: runs the tool on each source of the build, reports what it says, and passes over what has not changed.

The tool here is a script of this test, so that what is tested is ours.
"""

import json
import unittest

from fixture import TreeTest
import tidy

TOOL = """#!/bin/sh
if [ "$1" = --version ]; then echo 'version 1'; exit 0; fi
for last; do :; done
echo "$last" >>"$(dirname "$0")/ran"
if grep -q BAD "$last"; then echo "$last:1:1: error: bad [a-check]"; exit 1; fi
"""


class Tidy(TreeTest):
    def setUp(self) -> None:
        super().setUp()
        self.write({"tool": TOOL, ".clang-tidy": "Checks: '*'\n", "build/generated.cpp": "", "user-runtime/base/a.h": "#pragma once\n",
                    "user-runtime/base/a.cpp": '#include "base/a.h"\n', "user-runtime/base/b.cpp": "int b;\n"})
        (self.root / "tool").chmod(0o755)
        names = ("user-runtime/base/a.cpp", "user-runtime/base/b.cpp", "build/generated.cpp")
        entries = [{"directory": str(self.root), "file": name, "command": f"c++ -c {name}"} for name in names]
        self.write({"build/compile_commands.json": json.dumps(entries)})

    def check(self, *files: str) -> tuple[int, str, list[str]]:
        (self.root / "ran").unlink(missing_ok=True)
        status, printed = self.run_main(tidy.main, "--build", str(self.root / "build"), "--tool", str(self.root / "tool"),
                                        "--stamps", str(self.root / "stamps"), *files)
        ran = (self.root / "ran").read_text(encoding="utf-8").split() if (self.root / "ran").exists() else []
        return status, printed, sorted(path.rsplit("/", 1)[1] for path in ran)

    def test_only_what_changed_runs_again(self) -> None:
        status, _, ran = self.check()
        self.assertEqual((status, ran), (0, ["a.cpp", "b.cpp"]))
        self.assertEqual(self.check()[2], [])
        self.write({"user-runtime/base/a.h": "#pragma once\nint a;\n"})
        self.assertEqual(self.check()[2], ["a.cpp"])
        self.write({".clang-tidy": "Checks: 'bugprone-*'\n"})
        self.assertEqual(self.check()[2], ["a.cpp", "b.cpp"])

    def test_findings_fail_and_are_not_remembered(self) -> None:
        self.write({"user-runtime/base/b.cpp": "BAD\n"})
        for _ in range(2):
            status, printed, ran = self.check()
            self.assertEqual(status, 1)
            self.assertIn("b.cpp", ran)
            self.assertIn("user-runtime/base/b.cpp:1:1: error: bad", printed)

    def test_chosen_files(self) -> None:
        self.write({"user-runtime/base/b.cpp": "BAD\n"})
        self.assertEqual(self.check("user-runtime/base/a.cpp")[::2], (0, ["a.cpp"]))

    def test_an_empty_build_is_an_error(self) -> None:
        self.write({"build/compile_commands.json": "[]"})
        self.assertEqual(self.check()[0], 1)


if __name__ == "__main__":
    unittest.main()
