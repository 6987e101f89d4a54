# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds a privileged program at one of its system calls (ptrace(2), as root, which keeps its privilege)."""

import ctypes
import os
import signal

from ground import LIBC

PTRACE_TRACEME, PTRACE_POKEUSER, PTRACE_CONT, PTRACE_SYSCALL = 0, 6, 7, 24
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long


def ptrace(request, pid, data=0):
    if LIBC.ptrace(request, pid, None, data) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


_pids = []


def last_pid():
    """Of the program that is held."""
    return _pids[-1]


def read(name):
    """A file of /proc of the program that is held."""
    with open(f"/proc/{last_pid()}/{name}", encoding="utf-8") as file:
        return file.read()


def make_it_call(number):
    """Another system call in the place of the one at whose entry it stands (x86_64: orig_rax, struct user_regs_struct)."""
    if LIBC.ptrace(PTRACE_POKEUSER, last_pid(), 15 * 8, number) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def run_and_hold(test, words, fds, call, action, uid=1001, and_kill=False, closed=()):
    """Runs the program, and `action` while it stands at the entry of its `call`th system call; its exit status. Where it
    ends before, the action happens after its end. `and_kill`: it does not go on from there. `closed`: descriptors that it
    does not get."""
    null = os.open("/dev/null", os.O_RDWR)
    pid = os.fork()
    if pid == 0:
        try:
            wanted = {0: null, 1: null, 2: null, **fds}
            moved = {number: os.dup2(fd, 1000 + number, inheritable=True) for number, fd in wanted.items()}
            for number, fd in moved.items():
                os.dup2(fd, number, inheritable=True)
            for number in closed:
                os.close(number)
            # Traced before the change of user: the tracer is root then, and exec keeps the privilege (execve(2)).
            ptrace(PTRACE_TRACEME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            os.execve(test.program, [test.program, *words], {})
        finally:
            os._exit(126)
    os.close(null)
    _pids.append(pid)  # before it goes on, so that `action` knows it
    status = _drive(pid, call, action, and_kill)
    return os.waitstatus_to_exitcode(status)


def _drive(pid, call, action, and_kill):
    os.waitpid(pid, 0)
    ptrace(PTRACE_CONT, pid)
    status = os.waitpid(pid, 0)[1]  # SIGTRAP of the exec
    stops = 0
    while os.WIFSTOPPED(status):
        if stops == 2 * call - 1:  # each system call stops at its entry and at its exit
            action()
            action = None
            if and_kill:
                os.kill(pid, signal.SIGKILL)
                return os.waitpid(pid, 0)[1]
        stops += 1
        ptrace(PTRACE_SYSCALL, pid)
        status = os.waitpid(pid, 0)[1]
    if action:
        action()
    return status
