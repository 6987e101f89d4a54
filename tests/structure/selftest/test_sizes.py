# SPDX-License-Identifier: LGPL-2.1-or-later
"""sizes: the longest that is allowed passes, one line more is found, in each language."""

import unittest

from fixture import TreeTest
import sizes


def cpp_function(lines: int) -> str:
    return "void f() {\n" + "go();\n" * (lines - 2) + "}\n"


def python_function(lines: int) -> str:
    return "def f():\n" + "    go()\n" * (lines - 1)


def shell_function(lines: int) -> str:
    return "#!/bin/sh\nf() {\n" + "    go\n" * (lines - 2) + "}\nf\n"


def cmake_function(lines: int) -> str:
    return "function(f)\n" + "  go()\n" * (lines - 2) + "endfunction()\n"


FUNCTIONS = [("user-runtime/base/x.cpp", cpp_function, 1), ("tests/x.py", python_function, 1), ("scripts/x", shell_function, 2),
             ("templates/x.sh", shell_function, 2), ("CMakeLists.txt", cmake_function, 1)]
FILES = [("user-runtime/base/x.h", "int a;\n"), ("tests/x.py", "a = 1\n"), ("scripts/x.sh", "a=1\n"),
         ("user-runtime/CMakeLists.txt", "a()\n"), ("cmake/x.cmake", "a()\n"), ("setuid-helpers/wire/x.inc", "int a;\n")]


class Sizes(TreeTest):
    def findings(self, files: dict[str, str]) -> list:
        self.write(files)
        found = sizes.check(self.root)[0]
        for path in files:
            (self.root / path).unlink()
        return found

    def test_functions(self) -> None:
        for path, function, line in FUNCTIONS:
            with self.subTest(path):
                self.assertEqual(self.findings({path: function(sizes.FUNCTION_LINES)}), [])
                self.assert_found(self.findings({path: function(sizes.FUNCTION_LINES + 1)}), path, line, "has 61 lines")

    def test_files(self) -> None:
        for path, row in FILES:
            with self.subTest(path):
                self.assertEqual(self.findings({path: row * sizes.FILE_LINES}), [])
                self.assert_found(self.findings({path: row * (sizes.FILE_LINES + 1)}), path, 401, "401 lines")

    def test_a_long_method_among_short_ones(self) -> None:
        text = "namespace a {\nclass A {\n  int x() {\n    return 1;\n  }\n" + cpp_function(61) + "};\n}\n"
        self.assert_found(self.findings({"netns-helper/x.h": text}), "netns-helper/x.h", 6, "f has 61 lines")

    def test_python_methods(self) -> None:
        text = "class A:\n    def f(self):\n" + "        go()\n" * 60
        self.assert_found(self.findings({"bench/x.py": text}), "bench/x.py", 2, "f has 61 lines")

    def test_shell_functions_apart(self) -> None:
        text = "#!/bin/bash\n" + "a() {\n" + "x\n" * 40 + "}\n" + "b() {\n" + "x\n" * 40 + "}\n"
        self.assertEqual(self.findings({"scripts/x": text}), [])

    def test_not_programs(self) -> None:
        self.assertEqual(self.findings({"docs/x.md": "a\n" * 1000, "LICENSE": "a\n" * 1000,
                                        "build/x.cpp": "int a;\n" * 1000}), [])

    def test_folders_called_build_inside_the_tree_count(self) -> None:
        path = "user-runtime/security/build/x.cpp"
        self.assert_found(self.findings({path: "int a;\n" * 401}), path, 401, "401 lines")

    def test_what_cannot_be_measured_is_a_finding(self) -> None:
        self.assert_found(self.findings({"user-runtime/base/x.cpp": "void f() {\n"}), "user-runtime/base/x.cpp", 1,
                          "cannot be measured")
        self.assert_found(self.findings({"tests/x.py": "def f(:\n"}), "tests/x.py", 1, "cannot be measured")

    def test_as_a_program(self) -> None:
        self.write({"user-runtime/base/x.cpp": cpp_function(60)})
        self.assertEqual(self.run_main(sizes.main)[0], 0)
        self.write({"user-runtime/base/x.cpp": cpp_function(61)})
        self.assertEqual(self.run_main(sizes.main)[0], 1)


if __name__ == "__main__":
    unittest.main()
