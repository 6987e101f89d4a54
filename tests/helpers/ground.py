# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of a privileged program stand on: its real privilege, two ordinary users, and prepared files of the
administrator, all in a mount namespace of the test's own. Needs root; nothing outside that namespace changes.
"""

import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ["CUBBY_BIN"])  # the folder of the programs, set by ctest

ALICE = 1001
BOB = 1002
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
MS_REC, MS_PRIVATE, MS_BIND, MS_NOSUID, MS_REMOUNT = 0x4000, 1 << 18, 0x1000, 2, 0x20
PR_SET_DUMPABLE = 4

LIBC = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def unshare(flags):
    check(LIBC.unshare(flags), "unshare")


def mount(source, target, kind, flags=0, data=None):
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    check(LIBC.mount(*encoded, ctypes.c_ulong(flags), None if data is None else data.encode()), f"mount {target}")


def umount(target):
    check(LIBC.umount2(os.fsencode(target), 2), f"umount {target}")


def put(path, text):
    """One write(2), as files of /proc want it."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


FILES = {
    "passwd": f"root:x:0:0:root:/root:/bin/sh\nalice:x:{ALICE}:{ALICE}::/:/bin/sh\nbob:x:{BOB}:{BOB}::/:/bin/sh\n",
    "group": f"root:x:0:\nalice:x:{ALICE}:\nbob:x:{BOB}:\nstaff:x:50:alice\n",
    "subuid": "alice:100000:65536\nbob:300000:65536\n",
    "subgid": "alice:100000:65536\nbob:300000:65536\n",
}
WHOLE = "u 0 1001 1 1 100000 65536 g 0 1001 1 1 100000 65536".split()
WHOLE_MAPS = ([[0, 1001, 1], [1, 100000, 65536]],) * 2


class Ended:
    """How a program ended: its exit status (negative: the signal), and what it wrote."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return f"status {self.status}, out {self.out!r}, err {self.err!r}"


class Target:
    """A process in a new user namespace, as the user makes one."""

    def __init__(self, uid=ALICE, gid=None, enter=CLONE_NEWUSER, dumpable=True, then=None):
        ready, told = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._live(uid, uid if gid is None else gid, enter, dumpable, then, told)
        os.close(told)
        word = os.read(ready, 100)
        os.close(ready)
        if word != b"ready":
            raise AssertionError(f"the target could not be made: {word!r}")
        self.pidfd = os.pidfd_open(self.pid)

    @staticmethod
    def _live(uid, gid, enter, dumpable, then, told):
        try:
            os.setgroups([])
            os.setresgid(gid, gid, gid)
            os.setresuid(uid, uid, uid)
            LIBC.prctl(PR_SET_DUMPABLE, 1 if dumpable else 0)  # a change of ids takes it away
            if enter:
                unshare(enter)
            if then:
                then()
            os.write(told, b"ready")
            while True:
                signal.pause()
        except BaseException as error:  # noqa: B902: all of it goes to the test
            os.write(told, repr(error).encode())
        os._exit(1)

    def read(self, name):
        return pathlib.Path(f"/proc/{self.pid}/{name}").read_text()

    def maps(self):
        return tuple([[int(word) for word in line.split()] for line in self.read(name).splitlines()]
                     for name in ("uid_map", "gid_map"))

    def state(self):
        return self.maps() + (self.read("setgroups").strip(),)

    def kill(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)

    def end(self):
        if self.pid:
            self.kill()
            os.waitpid(self.pid, 0)
            os.close(self.pidfd)
            self.pid = 0


class Ground(unittest.TestCase):
    """Each class has a mount namespace, with its own /etc and its own copy of the program."""

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise AssertionError("these tests need root: ctest -L root as root")
        unshare(CLONE_NEWNS)
        mount("none", "/", None, MS_REC | MS_PRIVATE)
        cls.place = tempfile.mkdtemp(prefix="cubby-helpers-", dir="/var/tmp")
        mount("tmpfs", cls.place, "tmpfs", 0, "mode=0755")
        cls.program = shutil.copy(BIN / "cubby-idmap", cls.place)
        os.chmod(cls.program, 0o755)
        cls.give_privilege()
        mount("tmpfs", "/etc", "tmpfs", 0, "mode=0755")

    @classmethod
    def give_privilege(cls):
        """File capabilities, or the set-user-ID bit where CUBBY_SETUID says so: both ways of installing are tested."""
        if os.environ.get("CUBBY_SETUID"):
            os.chmod(cls.program, 0o4755)
        else:
            subprocess.run(["setcap", "cap_setuid,cap_setgid=p", cls.program], check=True)

    @classmethod
    def tearDownClass(cls):
        umount("/etc")
        umount(cls.place)
        os.rmdir(cls.place)

    def setUp(self):
        for entry in os.listdir("/etc"):
            path = f"/etc/{entry}"
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name, text):
        path = pathlib.Path("/etc", name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, 0o644)

    def target(self, *words, **more):
        target = Target(*words, **more)
        self.addCleanup(target.end)
        return target

    def run_program(self, words, fds=None, uid=ALICE, gid=None, groups=(), env=None, before=None, program=None, argv0=None,
                    seconds=20, egid=None):
        """Runs the program as an ordinary user. `fds`: number to descriptor, beside 0 to 2. `before` runs in the new
        process just in front of its exec; `words` may be bytes."""
        files = [os.memfd_create("out"), os.memfd_create("err")]
        null = os.open("/dev/null", os.O_RDONLY)
        pid = os.fork()
        if pid == 0:
            try:
                wanted = {0: null, 1: files[0], 2: files[1], **(fds or {})}
                moved = {number: os.dup2(fd, 1000 + number, inheritable=True) for number, fd in wanted.items()}
                os.closerange(0, 1000)
                for number, fd in moved.items():
                    os.dup2(fd, number, inheritable=True)
                    os.close(fd)
                os.setgroups(list(groups))
                gid = uid if gid is None else gid
                os.setresgid(gid, gid if egid is None else egid, gid if egid is None else egid)
                os.setresuid(uid, uid, uid)
                for number in (signal.SIGPIPE, signal.SIGXFSZ):
                    signal.signal(number, signal.SIG_DFL)  # which Python has changed, and exec would keep
                if before:
                    before()
                if argv0 == "absent":
                    none = ctypes.c_void_p(None)
                    check(LIBC.execve(os.fsencode(self.program), ctypes.byref(none), ctypes.byref(none)), "execve")
                os.execve(program or self.program, [argv0 or self.program, *words], env or {})
            except BaseException as error:  # noqa: B902
                os.write(2, f"not run: {error!r}".encode())
            os._exit(126)
        os.close(null)
        status = self.wait(pid, seconds)
        out, err = (os.pread(fd, 1 << 16, 0).decode(errors="replace") for fd in files)
        for fd in files:
            os.close(fd)
        self.assertNotIn("not run:", err)
        return Ended(status, out, err)

    def wait(self, pid, seconds):
        limit = time.monotonic() + seconds
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() > limit:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                self.fail(f"the program did not end within {seconds} s")
            time.sleep(0.0005)

    def ask(self, words, target=None, fd=None, **more):
        fds = {} if target is None and fd is None else {3: target.pidfd if fd is None else fd}
        return self.run_program(words.split() if isinstance(words, str) else words, fds, **more)

    LINES = {
        "E01": 64, "E02": 64, "E03": 64, "E04": 64, "E05": 64, "E10": 77, "E11": 77, "E20": 69, "E21": 69, "E22": 69,
        "E30": 71,
    }

    def refused(self, code, words, target=None, **more):
        """The program must refuse with this number: its exit status, its one line, and nothing changed anywhere."""
        seen = target if target is not None else self.target()
        before = seen.state()
        ended = self.ask(words, seen if "fd" not in more else None, **more)
        self.assertEqual(ended.status, self.LINES[code], ended)
        self.assertRegex(ended.err, rf"\Acubby-idmap: {code} [^\n]*\n\Z")
        self.assertEqual(ended.out, "")
        self.assertEqual(seen.state(), before)
        self.line_of = getattr(self, "line_of", {})
        self.assertEqual(self.line_of.setdefault(code, ended.err), ended.err, "one line for one number")
        return ended

    def done(self, words, maps, setgroups="allow", target=None, **more):
        """The program must do it, and the kernel must show just these maps."""
        target = target if target is not None else self.target()
        ended = self.ask(words, target, **more)
        self.assertEqual((ended.status, ended.out, ended.err), (0, "", ""))
        self.assertEqual(target.state(), maps + (setgroups,))
        return target


def main():
    unittest.main(verbosity=2)
