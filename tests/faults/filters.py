# SPDX-License-Identifier: LGPL-2.1-or-later
"""A seccomp filter that answers one system call with an error, for a command and everything that it starts."""

import ctypes
import errno
import platform
import struct

ENOSYS, EPERM = errno.ENOSYS, errno.EPERM

# Those that are numbered alike on every architecture (asm-generic/unistd.h), and the older ones of x86_64 and aarch64.
NUMBERS = {"openat2": 437, "clone3": 435, "pidfd_open": 434, "open_tree": 428, "move_mount": 429, "fsopen": 430,
           "mount_setattr": 442, "close_range": 436, "pidfd_send_signal": 424, "landlock_create_ruleset": 444}
OLDER = {"x86_64": {"setns": 308, "execveat": 322, "memfd_create": 319, "unshare": 272},
         "aarch64": {"setns": 268, "execveat": 281, "memfd_create": 279, "unshare": 97}}

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_NUMBER, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000


def denial(call, answer):
    """What subprocess takes as preexec_fn."""
    number = {**NUMBERS, **OLDER[platform.machine()]}[call]
    rows = ((LOAD_NUMBER, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1, number), (RETURN, 0, 0, ERRNO | answer), (RETURN, 0, 0, ALLOW))
    program = b"".join(struct.pack("=HBBI", *row) for row in rows)
    code = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(rows), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)

    def install(kept=code):
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0):
            raise OSError(ctypes.get_errno(), "seccomp")
        return kept
    return install
