# SPDX-License-Identifier: LGPL-2.1-or-later
"""liblxc.so.1 as a C program has it: caller.c's tests, each in this class's home, and what the library shows of itself."""

import pathlib
import re
import subprocess

import harness

BUILD = harness.BIN.parent
CALLER = BUILD / "abi/abi_caller"
LIBRARY = BUILD / "lib/liblxc.so.1"
CAPI = pathlib.Path(__file__).resolve().parents[2] / "user-runtime/capi"


class Caller(harness.Cubby):
    def run_caller(self, test):
        env = {**self.env, "LD_LIBRARY_PATH": str(LIBRARY.parent)}
        done = subprocess.run([CALLER, test], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=200, check=False)
        self.assertEqual(done.returncode, 0, f"{test}: {done.stderr}{done.stdout}")
        self.assertEqual(done.stderr, "", "the library writes nothing of its own")


def add_tests():
    for name in subprocess.run([CALLER], env={"LD_LIBRARY_PATH": str(LIBRARY.parent)}, capture_output=True, text=True,
                               check=True).stdout.split():
        setattr(Caller, f"test_{name}", lambda self, name=name: self.run_caller(name))


class Table(harness.unittest.TestCase):
    """user-runtime/capi/support.txt: a row for each function, and a test for each row."""

    def rows(self):
        for line in (CAPI / "support.txt").read_text().splitlines():
            if line and not line.startswith("#"):
                yield [part.strip() for part in line.split("|")]

    def test_every_function_has_a_row(self):
        text = "".join(path.read_text() for path in (CAPI / "include/lxc").glob("*.h"))
        methods = set(re.findall(r"\(\*(\w+)\)\(struct lxc_container\*? ?\*?c\b", text))
        exported = set(re.findall(r"^    (\w+);", (CAPI / "exports.map").read_text(), re.MULTILINE))
        self.assertGreater(len(methods), 60)
        names = [row[0] for row in self.rows()]
        self.assertEqual(sorted(names), sorted(methods | exported))

    def test_every_row_names_a_test_that_calls_it(self):
        here = pathlib.Path(__file__).resolve().parent
        caller = "".join(path.read_text() for path in here.glob("*.c"))
        flows = {"python": "flow.py", "lua": "flow.lua", "ruby": "flow.rb", "go": "flow.go"}
        for name, _, _, test in self.rows():
            if test.startswith("abi."):
                found = re.search(rf"^(?:static )?void {test[4:]}\(void\) {{", caller, re.MULTILINE)
                self.assertTrue(found, f"no {test}")
            else:
                self.assertTrue((here.parent / "bindings" / flows[test]).exists())

    def test_the_page_is_the_tables(self):
        subprocess.run([CAPI.parents[1] / "scripts/api-table", "--check"], check=True)


class Shown(harness.unittest.TestCase):
    def test_only_what_the_map_names_is_exported(self):
        shown = subprocess.run(["nm", "-D", "--defined-only", "--format=posix", LIBRARY], capture_output=True, text=True,
                               check=True).stdout
        names = {line.split()[0].split("@")[0] for line in shown.splitlines()}
        wanted = set(re.findall(r"^    (\w+);", (CAPI / "exports.map").read_text(), re.MULTILINE))
        self.assertGreater(len(wanted), 15)
        self.assertEqual(names, wanted)

    def test_every_function_of_the_headers_is_exported(self):
        text = "".join(path.read_text() for path in (CAPI / "include/lxc").glob("*.h"))
        text = re.sub(r"/\*.*?\*/|struct lxc_container \{.*?^\};", "", text, flags=re.DOTALL | re.MULTILINE)
        declared = set(re.findall(r"^(?!typedef)[\w ]+[* ]+(\w+)\([^;{]*\);", text, re.MULTILINE))
        exported = set(re.findall(r"^    (\w+);", (CAPI / "exports.map").read_text(), re.MULTILINE))
        self.assertEqual(declared, exported)

    def test_name_of_the_library(self):
        dynamic = subprocess.run(["readelf", "-dW", LIBRARY], capture_output=True, text=True, check=True).stdout
        self.assertIn("soname: [liblxc.so.1]", dynamic)
        self.assertNotIn("RUNPATH", dynamic)
        self.assertNotIn("TEXTREL", dynamic)


if __name__ == "__main__":
    add_tests()
    harness.main()
