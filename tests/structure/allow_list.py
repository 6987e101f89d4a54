# SPDX-License-Identifier: LGPL-2.1-or-later
"""Exceptions to a rule, each with its reason.  An entry that nothing needs any more is itself a finding."""

from pathlib import Path

from source_tree import Finding

REASON_LENGTH = 15  # characters; below that it is not a reason


class AllowList:
    """Lines `WORD WORD  # reason`; the words are what the checker looks up."""

    def __init__(self, file: Path, words: int):
        self.file = file
        self.name = f"{file.parent.name}/{file.name}"
        self.entries: dict[tuple[str, ...], int] = {}
        self.used: set[tuple[str, ...]] = set()
        self.findings: list[Finding] = []
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        for number, line in enumerate(text.splitlines(), 1):
            entry, _, reason = line.partition("#")
            key = tuple(entry.split())
            if not key:
                continue
            if len(key) != words or len(reason.strip()) < REASON_LENGTH:
                self.findings.append(Finding(self.name, number, f"an entry is {words} words, '#' and a reason"))
            elif key in self.entries:
                self.findings.append(Finding(self.name, number, f"a second entry for {' '.join(key)}"))
            else:
                self.entries[key] = number

    def allows(self, *key: str) -> bool:
        if key in self.entries:
            self.used.add(key)
            return True
        return False

    def unused(self) -> list[Finding]:
        """Malformed entries, and those that allowed nothing."""
        stale = [Finding(self.name, line, f"nothing needs '{' '.join(key)}' any more; remove the line")
                 for key, line in self.entries.items() if key not in self.used]
        return self.findings + stale
