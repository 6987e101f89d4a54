# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small source trees made for one test."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Callable

CHECKERS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKERS))


class TreeTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="cubby-structure-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, files: dict[str, str]) -> None:
        for path, text in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")

    def assert_found(self, findings: list, path: str, line: int, words: str) -> None:
        """Exactly one finding, there, saying that."""
        self.assertEqual(len(findings), 1, "\n".join(map(str, findings)))
        self.assertEqual((findings[0].path, findings[0].line), (path, line), str(findings[0]))
        self.assertIn(words, findings[0].text)

    def run_main(self, main: Callable[[], int], *arguments: str) -> tuple[int, str]:
        """The checker as a program on this tree: its exit status and what it printed."""
        saved, sys.argv = sys.argv, ["checker", "--root", str(self.root), *arguments]
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                status = main()
        finally:
            sys.argv = saved
        return status, printed.getvalue()
