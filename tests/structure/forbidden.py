#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions that code which ships never calls, and why.  Exceptions: allow/forbidden.txt, FILE NAME  # reason."""

import re
import sys
from pathlib import Path
from typing import Iterator

from allow_list import AllowList
from calls import calls, mentions
from cpp_tokens import BadSource
from source_tree import SHIPPED_ROOTS, Finding, cpp_files, parser, read, report

ALLOWED = Path(__file__).resolve().parent / "allow" / "forbidden.txt"
KERNEL = "user-runtime/kernel/"

# reason -> names
FORBIDDEN_CALLS = {
    "starts a shell, or finds a program by PATH: pass an argument vector and a full path": (
        "system popen pclose execvp execlp execvpe posix_spawnp wordexp"),
    "does not know the size of its target: use snprintf, std::string or std::span": (
        "strcpy strcat stpcpy sprintf vsprintf gets strncpy strncat alloca wcscpy wcscat"),
    "accepts garbage and overflows: use base/parse.h": (
        "atoi atol atoll atof strtol strtoul strtoll strtoull strtod strtof stoi stol stoll stoul stoull stod sscanf "
        "vsscanf scanf fscanf"),
    "is predictable: use getrandom(2)": "rand rand_r srand random srandom drand48 lrand48 mrand48",
    "names a file before it exists, for others to take: use O_TMPFILE or a memfd": (
        "tmpnam tmpnam_r tempnam mktemp tmpfile"),
    "has hidden shared state: use the _r form or another way": (
        "strtok asctime ctime localtime gmtime strerror readdir_r getlogin ttyname ptsname gethostbyname"),
    "jumps past destructors": "setjmp longjmp sigsetjmp siglongjmp _setjmp _longjmp",
    "shares memory with a child that goes on": "vfork",
    "has System V semantics with a handler: use sigaction": "signal bsd_signal sysv_signal siginterrupt",
    "changes the environment of every thread: build the environment that is passed on": "setenv unsetenv putenv",
    "loads code at run time": "dlopen dlmopen",
    "is about a name server or a locale that the host chooses": "setlocale bindtextdomain iconv_open",
}
# By number a process may be another one by now.
FORBIDDEN_OUTSIDE_KERNEL = {
    "acts on a process number: hold a pidfd (kernel/)": "kill killpg tkill tgkill",
}
FORBIDDEN_WORDS = {
    "nothing of ours throws: return a Result": "throw",
    "is slow and recursive on its input": "regex basic_regex",
}


# Without a handler signal(2) is the same everywhere.
NO_HANDLER = re.compile(r"\bsignal\s*\([^()]*,\s*SIG_(IGN|DFL)\s*\)")


def by_name(table: dict[str, str]) -> dict[str, str]:
    return {name: why for why, names in table.items() for name in names.split()}


def uses(path: str, text: str) -> Iterator[tuple[str, int, str]]:
    """(name, line, why not) of every forbidden name in the text."""
    reasons = by_name(FORBIDDEN_CALLS)
    if not path.startswith(KERNEL):
        reasons |= by_name(FORBIDDEN_OUTSIDE_KERNEL)
    rows = text.splitlines()
    for name, line in calls(text, set(reasons)):
        if not (name == "signal" and NO_HANDLER.search(rows[line - 1])):
            yield name, line, reasons[name]
    words = by_name(FORBIDDEN_WORDS)
    for name, line in mentions(text, set(words)):
        yield name, line, words[name]


def check(root: Path, allowed: AllowList) -> tuple[list[Finding], int]:
    findings, looked_at = [], 0
    for path in cpp_files(root, SHIPPED_ROOTS):
        looked_at += 1
        try:
            found = list(uses(path, read(root, path)))
        except BadSource as problem:
            findings.append(Finding(path, problem.line, f"cannot be read: {problem}"))
            continue
        findings.extend(Finding(path, line, f"{name}: {why}")
                        for name, line, why in found if not allowed.allows(path, name))
    return findings + allowed.unused(), looked_at


def main() -> int:
    options = parser(__doc__ or "")
    options.add_argument("--allow", type=Path, default=ALLOWED)
    chosen = options.parse_args()
    return report("forbidden", *check(chosen.root, AllowList(chosen.allow, 2)))


if __name__ == "__main__":
    sys.exit(main())
