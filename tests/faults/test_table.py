# SPDX-License-Identifier: LGPL-2.1-or-later
"""README.md's table names every test there is, and no other; every fault of the list is in it or left out with a reason."""

import ast
import pathlib
import re
import unittest

HERE = pathlib.Path(__file__).resolve().parent
FAULTS = {f"F{number}" for number in range(1, 39)}


def tests_there_are():
    """(file, method), without this file's own."""
    found = set()
    for path in HERE.glob("test_*.py"):
        if path.resolve() == pathlib.Path(__file__).resolve():
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.add((path.stem[len("test_"):], node.name))
    return found


def rows(text):
    table = text.split("## Fault, promise, test")[1].split("## Left out")[0]
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 3 and re.match(r"F\d+ ", cells[0]):
            yield cells


def tests_named(text):
    found = set()
    for _, _, cell in rows(text):
        for file, names in re.findall(r"`(\w+)`: ((?:`test_\w+`(?:, )?)+)", cell):
            found |= {(file, name) for name in re.findall(r"`(test_\w+)`", names)}
    return found


class Table(unittest.TestCase):
    def setUp(self):
        self.text = (HERE / "README.md").read_text()

    def test_names_every_test_and_no_other(self):
        self.assertEqual(tests_named(self.text), tests_there_are())

    def test_has_every_fault_or_says_why_not(self):
        covered = {cells[0].split()[0] for cells in rows(self.text)}
        left_out = set(re.findall(r"^\| (F\d+) \|", self.text.split("## Left out")[1], re.M))
        self.assertEqual(covered | left_out, FAULTS)
        self.assertEqual(covered & left_out, set())

    def test_can_fail(self):
        self.assertNotEqual(tests_named(self.text.replace("`test_frozen_holder`", "`test_thawed_holder`")), tests_there_are())


if __name__ == "__main__":
    unittest.main()
