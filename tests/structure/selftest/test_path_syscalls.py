# SPDX-License-Identifier: LGPL-2.1-or-later
"""path_syscalls: every listed call is found wherever a call can stand, and nothing that only looks like one is."""

import unittest

from fixture import TreeTest
from allow_list import AllowList
import path_syscalls

OUTSIDE = "user-runtime/storage/x.cpp"
FOUND = [
    ("unqualified", "void f() {\n  int a = open(p, 0);\n}\n", "open"),
    ("global", "void f() {\n  return ::mkdir(p, 0);\n}\n", "mkdir"),
    ("std", "void f() {\n  std::rename(a, b);\n}\n", "rename"),
    ("in a condition", "void f() {\n  if (stat(p, &s) != 0) {}\n}\n", "stat"),
    ("as an argument", "void f() {\n  Fd fd(openat(d, p, 0));\n}\n", "openat"),
    ("after return", "int f() {\n\n  return unlink(p);\n}\n", "unlink"),
    ("in a lambda at file level", "const auto f = [] {\n  return chmod(p, 0);\n};\n", "chmod"),
    ("in an initialiser at file level", "\nconst int a = access(p, 0);\n", "access"),
    ("in a macro", "\n#define A(p) lstat(p, nullptr)\n", "lstat"),
    ("by number", "void f() {\n  syscall(SYS_mount, a);\n}\n", "SYS_mount"),
    ("by kernel number", "void f() {\n  call(__NR_openat2, a);\n}\n", "__NR_openat2"),
    ("a stream", "void f() {\n  std::ofstream a(p);\n}\n", "ofstream"),
    ("the path library", "\nnamespace fs = std::filesystem;\n", "filesystem"),
    ("its header", "\n#include <filesystem>\n", "filesystem"),
    ("the stream header", "\n#include <fstream>\n", "fstream"),
]
NOT_FOUND = [
    ("a member", "void f() {\n  root.open(p);\n  root->mkdir(p, 0);\n}\n"),
    ("a static member", "void f() {\n  TRY(ProcFs::open());\n  kernel::mount(a);\n}\n"),
    ("a declaration", "class A {\n public:\n  Result<Fd> open(const RelPath& path) const;\n  Status mkdir(int);\n};\n"),
    ("a definition", "Status A::open(int a) {\n  return {};\n}\nStatus link(int a) {\n  return {};\n}\n"),
    ("a variable", "void f() {\n  struct stat stat {};\n  Link link(a);\n  int mount = 1;\n}\n"),
    ("a comment and a string", 'void f() {\n  // open(p)\n  go("open(p)", R"(mkdir(p))");\n}\n'),
    ("a descriptor call", "void f() {\n  fstat(a, &s);\n  fchmod(a, 0);\n  fsopen(t, 0);\n  mount_setattr(a);\n}\n"),
    ("an enumerator", "enum class Kind { open, link, mount };\n"),
]


class Paths(TreeTest):
    def check(self, text: str, path: str = OUTSIDE, allow: str = "") -> list:
        self.write({path: text, "allow/list.txt": allow})
        found = path_syscalls.check(self.root, AllowList(self.root / "allow/list.txt", 2))[0]
        (self.root / path).unlink()
        return found

    def test_found(self) -> None:
        for name, text, call in FOUND:
            with self.subTest(name):
                line = next(number for number, row in enumerate(text.splitlines(), 1) if call in row)
                self.assert_found(self.check(text), OUTSIDE, line, call)

    def test_every_listed_call(self) -> None:
        for call in path_syscalls.PATH_CALLS:
            with self.subTest(call):
                self.assert_found(self.check(f"void f() {{\n  {call}(p);\n}}\n"), OUTSIDE, 2, call)

    def test_the_calls_of_the_rule_are_listed(self) -> None:
        rule = ("open fopen mkdir unlink rename chmod chown stat lstat access mount link symlink realpath").split()
        self.assertEqual([name for name in rule if name not in path_syscalls.PATH_CALLS], [])

    def test_not_found(self) -> None:
        for name, text in NOT_FOUND:
            with self.subTest(name):
                self.assertEqual(self.check(text), [])

    def test_where(self) -> None:
        text = "void f() {\n  open(p, 0);\n}\n"
        for path in ("user-runtime/kernel/root.cpp", "tests/unit/x.cpp", "bench/x.cpp"):
            self.assertEqual(self.check(text, path), [], path)
        for path in ("setuid-helpers/idmap/x.cpp", "netns-helper/x.cpp", "cgroup-delegate/x.cpp", "user-runtime/base/x.h"):
            self.assert_found(self.check(text, path), path, 2, "open")

    def test_allow_list(self) -> None:
        text = "void f() {\n  open(p, 0);\n  chdir(p);\n}\n"
        allow = f"{OUTSIDE} open  # the one file that is opened before there is a Root\n"
        self.assert_found(self.check(text, allow=allow), OUTSIDE, 3, "chdir")

    def test_allow_list_entries_must_be_needed_and_explained(self) -> None:
        call = "void f() {\n  open(p, 0);\n}\n"
        for allow, words in ((f"{OUTSIDE} open  # short\n", "a reason"), (f"{OUTSIDE}  # only one word here\n", "a reason")):
            found = self.check(call, allow=allow)
            self.assertEqual(len(found), 2)  # the call, and the entry that is none
            self.assertTrue(any(words in one.text and one.path == "allow/list.txt" for one in found))
        self.assert_found(self.check("int a;\n", allow=f"{OUTSIDE} open  # was needed once upon a time\n"),
                          "allow/list.txt", 1, "nothing needs")

    def test_as_a_program(self) -> None:
        self.write({OUTSIDE: "int a;\n", "allow/none.txt": ""})
        allow = str(self.root / "allow/none.txt")
        self.assertEqual(self.run_main(path_syscalls.main, "--allow", allow)[0], 0)
        self.write({OUTSIDE: "void f() { open(p, 0); }\n"})
        self.assertEqual(self.run_main(path_syscalls.main, "--allow", allow)[0], 1)


if __name__ == "__main__":
    unittest.main()
