# SPDX-License-Identifier: LGPL-2.1-or-later
"""scripts/check: its exit codes, its stages, and which files it gives to the tools.

The program and the checkers are copied into a small git tree; clang-format, shellcheck and clang-tidy are scripts of this
test that complain about files which hold the word BAD.
"""

import os
import shutil
import subprocess
import unittest

from fixture import CHECKERS, TreeTest

TOOL = """#!/bin/sh
echo "$(basename "$0") $*" >>"$TOOL_LOG"
[ "$1" = -i ] && exit 0
status=0
for file; do
  if [ -f "$file" ] && grep -q BAD "$file"; then echo "$file: bad"; status=1; fi
done
exit $status
"""
TOOLS = ("clang-format-19", "shellcheck", "clang-tidy-19", "ninja")
# The rest of what scripts/check uses, so that nothing else of this machine is seen.
PLAIN = ("bash", "git", "python3", "grep", "sed", "mktemp", "date", "head", "tail", "cut", "dirname", "basename", "rm", "wc", "sh")


class Check(TreeTest):
    def setUp(self) -> None:
        super().setUp()
        source = CHECKERS.parents[1]
        (self.root / "scripts").mkdir()
        shutil.copy(source / "scripts/check", self.root / "scripts/check")
        shutil.copytree(CHECKERS, self.root / "tests/structure", ignore=shutil.ignore_patterns("selftest", "allow"))
        self.write({"user-runtime/base/a.cpp": "int a;\n", "user-runtime/base/b.cpp": "int b;\n", "scripts/run": "#!/bin/sh\n",
                    ".gitignore": "/build/\n/log\n",
                    "build/dev/build.ninja": "", "build/dev/compile_commands.json": "[" + ",".join(
                        f'{{"directory": "{self.root}", "file": "user-runtime/base/{name}.cpp", "command": "c++"}}'
                        for name in "ab") + "]"})
        for name in TOOLS:
            self.write({f"build/bin/{name}": TOOL})
            (self.root / "build/bin" / name).chmod(0o755)
        for name in PLAIN:
            (self.root / "build/bin" / name).symlink_to(shutil.which(name) or "/usr/bin/false")
        for name in ("cmake", "g++"):
            (self.root / "build/bin" / name).symlink_to("/bin/true")

    def check(self, *arguments: str) -> subprocess.CompletedProcess:
        (self.root / "log").write_text("")
        environment = {"PATH": str(self.root / "build/bin"), "TOOL_LOG": str(self.root / "log"), "HOME": str(self.root),
                       "GIT_CONFIG_GLOBAL": "/dev/null", "PYENV_VERSION": os.environ.get("PYENV_VERSION", "system")}
        return subprocess.run([str(self.root / "scripts/check"), *arguments], env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(self.root), "-c", "user.name=n", "-c", "user.email=e@example.org", *arguments],
                       check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def log(self) -> str:
        return (self.root / "log").read_text(encoding="utf-8")

    def test_clean(self) -> None:
        done = self.check("format", "shellcheck", "layers", "sizes", "tidy")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual([row.split()[:2] for row in done.stdout.splitlines()],
                         [[name, "ok"] for name in ("format", "shellcheck", "layers", "sizes", "tidy")])

    def test_each_stage_fails_alone(self) -> None:
        for stage, path, text in (("format", "user-runtime/base/a.cpp", "int BAD;\n"), ("tidy", "user-runtime/base/a.cpp", "int BAD;\n"),
                                  ("shellcheck", "scripts/run", "#!/bin/sh\nBAD\n"), ("shellcheck", "scripts/part.sh", "BAD\n"),
                                  ("layers", "user-runtime/base/a.cpp", '#include "kernel/none.h"\n'),
                                  ("drawers", "user-runtime/base/misc.h", ""),
                                  ("forbidden", "user-runtime/base/a.cpp", "void f() { system(a); }\n")):
            with self.subTest(f"{stage} {path}"):
                before = (self.root / path).read_text(encoding="utf-8") if (self.root / path).exists() else None
                self.write({path: text})
                done = self.check("sizes", stage)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertRegex(done.stdout, rf"(?m)^sizes +ok.*\n{stage} +FAIL")
                self.assertIn(path, done.stdout)
                (self.root / path).unlink() if before is None else self.write({path: before})

    def test_missing_tool(self) -> None:
        (self.root / "build/bin/shellcheck").unlink()
        done = self.check("format", "shellcheck")
        self.assertEqual(done.returncode, 69)
        self.assertIn("package shellcheck", done.stdout)
        self.assertEqual(self.check("format").returncode, 0)

    def test_cppcheck_may_be_missing(self) -> None:
        done = self.check("cppcheck")
        self.assertEqual(done.returncode, 0)
        self.assertIn("not installed", done.stdout)

    def test_bad_options(self) -> None:
        for arguments in (("--nonsense",), ("nonsense",), ("--build",), ("--changed=nowhere", "format")):
            self.assertEqual(self.check(*arguments).returncode, 64, arguments)

    def test_fast_leaves_out_the_slow(self) -> None:
        done = self.check("--fast", "format", "tidy", "cppcheck")
        self.assertEqual([row.split()[0] for row in done.stdout.splitlines()], ["format"])

    def test_fix(self) -> None:
        self.check("--fix", "format")
        self.assertIn("clang-format-19 -i user-runtime/base/a.cpp user-runtime/base/b.cpp", self.log())

    def test_changed(self) -> None:
        self.git("init", "-q", "-b", "main")
        self.git("add", ".")
        self.git("commit", "-q", "-m", "one")
        done = self.check("--changed", "format", "tidy")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(self.log().count("clang-"), 0)
        self.write({"user-runtime/base/b.cpp": "int BAD;\n"})
        done = self.check("--changed", "format", "tidy")
        self.assertEqual(done.returncode, 1)
        self.assertIn("user-runtime/base/b.cpp", self.log())
        self.assertNotIn("user-runtime/base/a.cpp", self.log())
        self.git("commit", "-q", "-a", "-m", "two")
        self.assertEqual(self.check("--changed", "format").returncode, 0)
        self.assertEqual(self.check("--changed=HEAD~1", "format").returncode, 1)

    def test_changed_before_the_first_commit(self) -> None:
        self.git("init", "-q", "-b", "main")
        self.check("--changed", "format")
        self.assertIn("user-runtime/base/a.cpp user-runtime/base/b.cpp", self.log())


if __name__ == "__main__":
    unittest.main()
