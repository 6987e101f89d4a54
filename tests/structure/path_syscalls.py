#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One way to open a path: system calls that take a path, and the library's wrappers, stand in user-runtime/kernel only.

Everything else gets descriptors, or goes through class Root (kernel/root.h), which resolves with openat2.  A path that
somebody else can change between two looks is how container runtimes are broken out of.  Exceptions, each with its
reason, are in allow/path_syscalls.txt: FILE NAME  # reason.
"""

import sys
from pathlib import Path
from typing import Iterator

from allow_list import AllowList
from calls import calls, mentions
from cpp_tokens import BadSource, directive, tokens
from source_tree import SHIPPED_ROOTS, Finding, cpp_files, parser, read, report

KERNEL = "user-runtime/kernel/"
ALLOWED = Path(__file__).resolve().parent / "allow" / "path_syscalls.txt"

# Functions whose argument is a path, by themselves or below a directory descriptor.
PATH_CALLS = {
    "access", "acct", "chdir", "chmod", "chown", "chroot", "creat", "eaccess", "euidaccess", "faccessat", "fchmodat",
    "fchownat", "fopen", "fopen64", "freopen", "fstatat", "ftw", "futimesat", "getxattr", "glob", "lchown", "lgetxattr",
    "link", "linkat", "listxattr", "lsetxattr", "lstat", "lutimes", "mkdir", "mkdirat", "mkdtemp", "mkfifo", "mkfifoat",
    "mknod", "mknodat", "mkostemp", "mkstemp", "mount", "name_to_handle_at", "nftw", "open", "open64", "openat",
    "openat2", "opendir", "open_tree", "pathconf", "pivot_root", "readlink", "readlinkat", "realpath", "remove",
    "removexattr", "rename", "renameat", "renameat2", "rmdir", "scandir", "setxattr", "shm_open", "shm_unlink",
    "stat", "statfs", "statvfs", "statx", "swapon", "symlink", "symlinkat", "truncate", "umount", "umount2", "unlink",
    "unlinkat", "utime", "utimensat", "utimes", "canonicalize_file_name", "move_mount", "fspick",
}
# Stream and path classes: no descriptor goes in, so no descriptor decides where they lead.
PATH_TYPES = {"filesystem", "fstream", "ifstream", "ofstream", "wofstream", "wifstream", "filebuf", "basic_ofstream",
              "basic_ifstream", "basic_fstream"}
PATH_HEADERS = {"<filesystem>", "<fstream>", "<experimental/filesystem>"}
# The same calls by number: syscall(SYS_openat, …).
NUMBERS = {f"{prefix}{name}" for name in PATH_CALLS for prefix in ("SYS_", "__NR_")}


def uses(text: str) -> Iterator[tuple[str, int]]:
    """(name, line) of everything in the text that reaches the file system by a path."""
    yield from calls(text, PATH_CALLS)
    yield from mentions(text, PATH_TYPES | NUMBERS)
    for token in tokens(text):
        if token.kind == "directive" and directive(token)[0] == "include":
            header = directive(token)[1]
            if header in PATH_HEADERS:
                yield header.strip("<>"), token.line


def check(root: Path, allowed: AllowList) -> tuple[list[Finding], int]:
    findings, looked_at = [], 0
    for path in cpp_files(root, SHIPPED_ROOTS):
        looked_at += 1
        if path.startswith(KERNEL):
            continue
        try:
            found = list(uses(read(root, path)))
        except BadSource as problem:
            findings.append(Finding(path, problem.line, f"cannot be read: {problem}"))
            continue
        findings.extend(Finding(path, line, f"{name} takes a path: use class Root (kernel/root.h) or a descriptor")
                        for name, line in found if not allowed.allows(path, name))
    return findings + allowed.unused(), looked_at


def main() -> int:
    options = parser(__doc__ or "")
    options.add_argument("--allow", type=Path, default=ALLOWED)
    chosen = options.parse_args()
    return report("path_syscalls", *check(chosen.root, AllowList(chosen.allow, 2)))


if __name__ == "__main__":
    sys.exit(main())
