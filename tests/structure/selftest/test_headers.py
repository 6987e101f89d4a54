# SPDX-License-Identifier: LGPL-2.1-or-later
"""headers: one that needs what it does not include, one without #pragma once; and the stamps of those that passed."""

import json
import unittest

from fixture import TreeTest
import headers

GOOD = "#pragma once\n#include <string>\nstruct Name { std::string text; };\n"


class Headers(TreeTest):
    def check(self) -> tuple[int, str]:
        return self.run_main(headers.main, "--stamps", str(self.root / "stamps"))

    def test_good(self) -> None:
        self.write({"user-runtime/base/a.h": GOOD, "user-runtime/kernel/b.h": '#pragma once\n#include "base/a.h"\nName make();\n'})
        self.assertEqual(self.check()[0], 0)

    def test_missing_include(self) -> None:
        self.write({"user-runtime/base/a.h": GOOD, "user-runtime/base/b.h": "#pragma once\nstruct B { std::string text; };\n"})
        status, printed = self.check()
        self.assertEqual(status, 1)
        self.assertRegex(printed, r"user-runtime/base/b\.h:2: does not compile alone: .*std")

    def test_warning(self) -> None:
        self.write({"user-runtime/base/a.h": "#pragma once\ninline char f(int a) { return a; }\n"})
        status, printed = self.check()
        self.assertEqual(status, 1)
        self.assertRegex(printed, r"user-runtime/base/a\.h:2: .*conversion")

    def test_no_pragma_once(self) -> None:
        self.write({"user-runtime/base/a.h": "struct A {};\n"})
        status, printed = self.check()
        self.assertEqual(status, 1)
        self.assertIn("user-runtime/base/a.h:1: has no #pragma once", printed)

    def test_what_the_build_has_proven_is_passed_over(self) -> None:
        bad = "#pragma once\nstruct B { std::string text; };\n"
        self.write({"user-runtime/base/a.h": bad, "user-runtime/base/a.cpp": '#include "base/a.h"\n',
                    "user-runtime/base/b.h": bad, "user-runtime/base/b.cpp": '#include <string>\n#include "base/b.h"\n',
                    "user-runtime/base/c.h": bad, "user-runtime/base/c.cpp": '#include "base/c.h"\n',
                    "build/compile_commands.json": json.dumps([
                        {"directory": str(self.root), "file": f"user-runtime/base/{name}.cpp"} for name in "ab"])})
        status, printed = self.run_main(headers.main, "--built", str(self.root / "build"))
        self.assertEqual(status, 1)
        self.assertEqual([row.split(":")[0] for row in printed.splitlines() if "alone" in row],
                         ["user-runtime/base/b.h", "user-runtime/base/c.h"])

    def test_stamps(self) -> None:
        self.write({"user-runtime/base/a.h": GOOD})
        self.check()
        stamped = [file.name for file in (self.root / "stamps").iterdir()]
        self.assertEqual(len(stamped), 1)
        self.assertEqual(self.run_main(headers.main, "--stamps", str(self.root / "stamps"), "--compiler", "g++")[0], 0)
        self.write({"user-runtime/base/a.h": GOOD + "struct B { std::vector<int> a; };\n"})
        self.assertEqual(self.check()[0], 1)
        self.assertEqual(list((self.root / "stamps").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
