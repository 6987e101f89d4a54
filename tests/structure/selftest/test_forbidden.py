# SPDX-License-Identifier: LGPL-2.1-or-later
"""forbidden: every listed function and word is found, with its reason; members and declarations of that name are not."""

import unittest

from fixture import TreeTest
from allow_list import AllowList
import forbidden

PATH = "user-runtime/container/x.cpp"
NAMED_BY_THE_RULES = "system popen execvp strcpy sprintf atoi rand tmpnam strtol signal setenv dlopen".split()


class Forbidden(TreeTest):
    def check(self, text: str, path: str = PATH, allow: str = "") -> list:
        self.write({path: text, "allow/list.txt": allow})
        found = forbidden.check(self.root, AllowList(self.root / "allow/list.txt", 2))[0]
        (self.root / path).unlink()
        return found

    def test_every_function(self) -> None:
        every = forbidden.by_name(forbidden.FORBIDDEN_CALLS) | forbidden.by_name(forbidden.FORBIDDEN_OUTSIDE_KERNEL)
        self.assertEqual([name for name in NAMED_BY_THE_RULES if name not in every], [])
        for name, why in every.items():
            for call in (f"{name}(a)", f"::{name}(a)", f"return std::{name}(a)"):
                with self.subTest(call):
                    self.assert_found(self.check(f"void f() {{\n  {call};\n}}\n"), PATH, 2, why)

    def test_every_word(self) -> None:
        for name, why in forbidden.by_name(forbidden.FORBIDDEN_WORDS).items():
            with self.subTest(name):
                self.assert_found(self.check(f"void f() {{\n  {name} a;\n}}\n"), PATH, 2, why)

    def test_in_a_macro(self) -> None:
        self.assert_found(self.check("#define RUN(x) \\\n  system(x)\n"), PATH, 1, "shell")

    def test_not_found(self) -> None:
        text = ("enum class Code { system, none };\nvoid f() {\n  monitor.signal(9);\n  Process::kill(a);\n  go(Code::system);\n"
                "  // system(a)\n  go(\"system(a)\");\n}\nclass A {\n  Status signal(int number);\n};\nStatus A::kill(int) {\n}\n")
        self.assertEqual(self.check(text), [])

    def test_signal_without_a_handler(self) -> None:
        self.assertEqual(self.check("void f() {\n  signal(SIGPIPE, SIG_IGN);\n  ::signal(SIGINT, SIG_DFL);\n}\n"), [])
        self.assert_found(self.check("void f() {\n  signal(SIGPIPE, handler);\n}\n"), PATH, 2, "sigaction")

    def test_kill_is_the_kernel_rooms_business(self) -> None:
        text = "void f() {\n  kill(a, 9);\n}\n"
        self.assertEqual(self.check(text, "user-runtime/kernel/process.cpp"), [])
        self.assert_found(self.check(text), PATH, 2, "pidfd")

    def test_only_what_ships(self) -> None:
        self.assertEqual(self.check("void f() {\n  system(a);\n}\n", "tests/unit/x.cpp"), [])
        self.assert_found(self.check("void f() {\n  system(a);\n}\n", "setuid-helpers/nic/x.cpp"), "setuid-helpers/nic/x.cpp",
                          2, "shell")

    def test_allow_list(self) -> None:
        text = "void f() {\n  dlopen(a, 0);\n}\n"
        self.assertEqual(self.check(text, allow=f"{PATH} dlopen  # a reason of enough words\n"), [])
        self.assert_found(self.check("int a;\n", allow=f"{PATH} dlopen  # a reason of enough words\n"), "allow/list.txt", 1,
                          "nothing needs")

    def test_as_a_program(self) -> None:
        self.write({PATH: "int a;\n", "allow/none.txt": ""})
        allow = str(self.root / "allow/none.txt")
        self.assertEqual(self.run_main(forbidden.main, "--allow", allow)[0], 0)
        self.write({PATH: "void f() { popen(a, b); }\n"})
        self.assertEqual(self.run_main(forbidden.main, "--allow", allow)[0], 1)


if __name__ == "__main__":
    unittest.main()
