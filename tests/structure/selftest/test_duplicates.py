# SPDX-License-Identifier: LGPL-2.1-or-later
"""duplicates: twelve lines in two places are found whatever their spacing, eleven are not."""

import unittest

from fixture import TreeTest
from allow_list import AllowList
import duplicates

ONE, OTHER = "user-runtime/base/a.cpp", "user-runtime/kernel/b.cpp"


def rows(count: int, first: int = 0) -> str:
    return "".join(f"  go_{first + at}(a);\n" for at in range(count))


class Duplicates(TreeTest):
    def check(self, files: dict[str, str], allow: str = "") -> list:
        self.write(files | {"allow/list.txt": allow})
        return duplicates.check(self.root, AllowList(self.root / "allow/list.txt", 2))[0]

    def test_twelve_lines(self) -> None:
        found = self.check({ONE: "void f() {\n" + rows(12) + "}\n", OTHER: "int x;\nvoid g() {\n" + rows(12) + "  end();\n}\n"})
        self.assert_found(found, OTHER, 3, f"12 lines as at {ONE}:2")

    def test_eleven_lines(self) -> None:
        self.assertEqual(self.check({ONE: "void f() {\n" + rows(11) + "}\n", OTHER: "void g() {\n" + rows(11) + "}\n"}), [])

    def test_a_long_run_is_one_finding(self) -> None:
        found = self.check({ONE: "void f() {\n" + rows(40) + "}\n", OTHER: "void g() {\n" + rows(40) + "}\n"})
        self.assert_found(found, OTHER, 2, "40 lines")

    def test_spacing_comments_and_braces_do_not_hide_it(self) -> None:
        spaced = "".join(f"go_{at} ( a ) ;  // {at}\n\n" + ("{\n}\n" if at == 5 else "") for at in range(12))
        found = self.check({ONE: "void f() {\n" + rows(12) + "}\n", OTHER: "void g() {\n" + spaced + "}\n"})
        self.assert_found(found, OTHER, 2, "12 lines")

    def test_other_names_are_other_lines(self) -> None:
        self.assertEqual(self.check({ONE: "void f() {\n" + rows(30) + "}\n", OTHER: "void g() {\n" + rows(30, 100) + "}\n"}), [])

    def test_includes_do_not_count(self) -> None:
        includes = "".join(f"#include <header_{at}>\n" for at in range(30))
        self.assertEqual(self.check({ONE: includes + "int a;\n", OTHER: includes + "int b;\n"}), [])

    def test_inside_one_file(self) -> None:
        found = self.check({ONE: "void f() {\n" + rows(12) + "}\nvoid g() {\n" + rows(12) + "}\n"})
        self.assert_found(found, ONE, 16, f"12 lines as at {ONE}:2")

    def test_a_table_of_equal_rows_is_found_once_it_repeats_itself(self) -> None:
        self.assertEqual(self.check({ONE: "void f() {\n" + "  go(a);\n" * 12 + "}\n"}), [])
        self.assertNotEqual(self.check({ONE: "void f() {\n" + "  go(a);\n" * 24 + "}\n"}), [])

    def test_tests_count_too(self) -> None:
        found = self.check({ONE: "void f() {\n" + rows(12) + "}\n", "tests/unit/a.cpp": "void g() {\n" + rows(12) + "}\n"})
        self.assert_found(found, ONE, 2, "as at tests/unit/a.cpp:2")

    def test_allow_list(self) -> None:
        files = {ONE: "void f() {\n" + rows(12) + "}\n", OTHER: "void g() {\n" + rows(12) + "}\n"}
        self.assertEqual(self.check(files, f"{ONE} {OTHER}  # two programs that share nothing\n"), [])
        self.assert_found(self.check({OTHER: "int a;\n"}, f"{ONE} {OTHER}  # two programs that share nothing\n"),
                          "allow/list.txt", 1, "nothing needs")

    def test_as_a_program(self) -> None:
        self.write({ONE: "void f() {\n" + rows(12) + "}\n", "allow/none.txt": ""})
        allow = str(self.root / "allow/none.txt")
        self.assertEqual(self.run_main(duplicates.main, "--allow", allow)[0], 0)
        self.write({OTHER: "void g() {\n" + rows(12) + "}\n"})
        self.assertEqual(self.run_main(duplicates.main, "--allow", allow)[0], 1)


if __name__ == "__main__":
    unittest.main()
