# SPDX-License-Identifier: LGPL-2.1-or-later
"""cubby-idmap's descriptor 3: rows I-6 to I-19 of hostile inputs."""

import fcntl
import itertools
import os
import pathlib
import signal
import socket
import struct
import tempfile

import ground
import held
from ground import ALICE, BOB, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWUSER, LIBC, WHOLE, WHOLE_MAPS, check

PIDFD_THREAD = os.O_EXCL
SYS_PIDFD_OPEN = 434
EMPTY = ([], [], "allow")


class Descriptor(ground.Ground):
    def refused_with(self, code, fd, **more):
        self.refused(code, WHOLE, self.target(), fd=fd, **more)

    def test_i06_closed(self):
        target = self.target()
        ended = self.ask(WHOLE)
        self.assertEqual((ended.status, ended.err), (69, "cubby-idmap: E22 descriptor 3 is not open\n"))
        self.assertEqual(target.state(), EMPTY)

    def test_i07_no_pidfd(self):
        target = self.target()
        ends = socket.socketpair()
        with tempfile.TemporaryFile() as file:
            fds = {
                "file": file.fileno(), "directory in /proc": os.open(f"/proc/{target.pid}", os.O_RDONLY),
                "pipe": os.pipe()[0], "socket": ends[0].fileno(), "memfd": os.memfd_create("x"),
                "namespace": os.open(f"/proc/{target.pid}/ns/user", os.O_RDONLY),
                "uid_map": os.open(f"/proc/{target.pid}/uid_map", os.O_RDWR),
                "path": os.open(f"/proc/{target.pid}", os.O_PATH), "null": os.open("/dev/null", os.O_RDWR),
            }
            for name, fd in fds.items():
                with self.subTest(name):
                    self.refused("E11", WHOLE, target, fd=fd)
        for one in ends:
            one.close()

    def test_i07_a_file_that_says_pid(self):
        # What is read is about the descriptor, not of it.
        with tempfile.NamedTemporaryFile("w+") as file:
            file.write(f"flags:\t02000002\nPid:\t{self.target().pid}\n")
            file.flush()
            self.refused_with("E11", file.fileno())

    def test_i08_ended(self):
        target = self.target()
        target.kill()
        os.waitid(os.P_PIDFD, target.pidfd, os.WEXITED | os.WNOWAIT)
        ended = self.ask(WHOLE, target)
        self.assertEqual((ended.status, ended.err[:16]), (77, "cubby-idmap: E11"))

    def test_i08_ended_and_roots_own(self):
        # The files of one that has ended are root's, who then could open them.
        for name in ("subuid", "subgid"):
            self.write(name, "0:900000:1000\n")
        words = "u 0 900000 1000 g 0 900000 1000"
        self.done(words, ([[0, 900000, 1000]], [[0, 900000, 1000]]), target=self.target(uid=0), uid=0)
        target = self.target(uid=0)
        target.kill()
        os.waitid(os.P_PIDFD, target.pidfd, os.WEXITED | os.WNOWAIT)
        ended = self.ask(words, target, uid=0)
        self.assertEqual((ended.status, ended.err[:16]), (77, "cubby-idmap: E11"))

    def test_i08_more_is_said_of_it_than_is_read(self):
        """Locks come before the number: with enough of them what is read ends where the caller wants."""
        target = self.target()
        plain = fcntl.fcntl(target.pidfd, fcntl.F_DUPFD, 3)  # its flags are those of the program's
        self.addCleanup(os.close, plain)

        def lock(kind, start):
            fcntl.fcntl(target.pidfd, fcntl.F_OFD_SETLK, struct.pack("hhqqi", kind, os.SEEK_SET, start, 1, 0))

        def about():
            return pathlib.Path(f"/proc/self/fdinfo/{plain}").read_text()

        def ends_in_the_number():
            return about().index("NSpid:") <= 1024 < len(about())

        # A line of a lock is as long as its two offsets: two of them reach every length between two plain ones.
        def pad():
            for first, second in itertools.product(range(4, 18), repeat=2):
                starts = (10 ** first, 3 * 10 ** second)
                for start in starts:
                    lock(fcntl.F_RDLCK, start)
                if ends_in_the_number():
                    return True
                for start in starts:
                    lock(fcntl.F_UNLCK, start)
            return False

        for at in range(100):
            if 1024 - 200 < len(about()) and (len(about()) > 1024 or pad()):
                break
            lock(fcntl.F_RDLCK, 2 * at)
        self.assertTrue(ends_in_the_number(), about())
        self.refused("E11", WHOLE, target)

    def test_i09_reaped(self):
        target = self.target()
        kept = os.dup(target.pidfd)
        target.end()
        self.refused_with("E11", kept)
        os.close(kept)

    def test_i10_of_somebody_else(self):
        self.refused_with("E11", os.pidfd_open(1))
        bobs = self.target(uid=BOB)
        self.refused("E11", WHOLE, bobs)
        self.refused("E11", "u 0 1002 1 1 300000 65536 g 0 1002 1 1 300000 65536", bobs)

    def test_i11_in_the_callers_namespace(self):
        self.refused_with("E11", self.target(enter=0).pidfd)

    def test_i12_owned_by_another_id(self):
        # A child of the initial namespace that root made for the user is root's.
        made = self.target(uid=0, then=lambda: None)
        self.refused("E11", WHOLE, made)

    def test_i13_grandchild(self):
        # Owned by the caller, but its ids are those of a namespace in between.
        between = self.target(then=self.map_self_and_go_on)
        self.refused("E11", WHOLE, between)

    @staticmethod
    def map_self_and_go_on():
        pid = os.getpid()
        for name, text in (("setgroups", "deny"), ("gid_map", f"0 {ALICE} 1"), ("uid_map", f"0 {ALICE} 1")):
            ground.put(f"/proc/{pid}/{name}", text)
        ground.unshare(CLONE_NEWUSER)

    def test_i14_thread(self):
        target = self.target()
        fd = LIBC.syscall(SYS_PIDFD_OPEN, target.pid, PIDFD_THREAD)
        check(fd, "pidfd_open of a thread")
        self.refused("E11", WHOLE, target, fd=fd)
        os.close(fd)

    def test_i14_itself(self):
        target = self.target()
        ended = self.run_program(WHOLE, before=lambda: os.dup2(os.dup(os.pidfd_open(os.getpid())), 3, inheritable=True))
        self.assertEqual((ended.status, ended.err[:16]), (77, "cubby-idmap: E11"))
        self.assertEqual(target.state(), EMPTY)

    def test_i14_its_parent(self):
        self.refused_with("E11", os.pidfd_open(os.getpid()))

    def test_i15_mapped_already(self):
        target = self.done(WHOLE, WHOLE_MAPS)
        self.refused("E11", WHOLE, target)
        self.refused("E11", "u 0 1001 1 g 0 1001 1", target)

    @staticmethod
    def put(target, name, text):
        ground.put(f"/proc/{target.pid}/{name}", text)

    def test_i16_half_mapped(self):
        target = self.target()
        self.put(target, "gid_map", f"0 {ALICE} 1")
        self.refused("E11", WHOLE, target)
        target = self.target()
        self.put(target, "uid_map", f"0 {ALICE} 1")
        self.refused("E11", WHOLE, target)

    def test_i16_setgroups_denied_already(self):
        target = self.target()
        self.put(target, "setgroups", "deny")
        self.done(WHOLE, WHOLE_MAPS, "deny", target)

    def test_i17_goes_on_between_check_and_write(self):
        # The program is held at each of its system calls in turn; meanwhile the namespace gets a map from elsewhere, and
        # the target leaves for one below it, in which the map that is asked for could be written too.
        outcomes = []
        while 0 not in outcomes and len(outcomes) < 300:
            outcomes.append(self.leave_at(len(outcomes) + 1))
        # Refused as long as it checks; what comes after its last check, the kernel refuses.
        self.assertEqual([outcome for outcome, _ in itertools.groupby(outcomes)], [77, 71, 0], outcomes)

    def leave_at(self, call):
        gone, say_gone = os.pipe()
        target = self.target(then=lambda: signal.signal(
            signal.SIGUSR1, lambda *_: (ground.unshare(CLONE_NEWUSER), os.write(say_gone, b"x"))))

        def move():
            for name in ("gid_map", "uid_map"):
                try:
                    self.put(target, name, f"{ALICE} {ALICE} 1")
                except PermissionError:
                    pass  # the program came first
            os.kill(target.pid, signal.SIGUSR1)
            os.read(gone, 1)

        status = held.run_and_hold(self, "u 1001 1001 1 g 1001 1001 1".split(), {3: target.pidfd}, call, move)
        self.assertEqual(target.state()[:2], ([], []), "where it is now, nothing is mapped")
        for fd in (gone, say_gone):
            os.close(fd)
        target.end()
        return status

    def test_i18_descriptor_4_is_nothing(self):
        target = self.target()
        other = self.target(enter=CLONE_NEWUSER | CLONE_NEWNET)
        fds = {3: target.pidfd, 4: os.open(f"/proc/{other.pid}/ns/net", os.O_RDONLY)}
        ended = self.run_program(WHOLE, fds)
        self.assertEqual(ended.status, 0)
        self.assertEqual((target.maps(), other.state()), (WHOLE_MAPS, EMPTY))

    def test_i19_a_thousand_descriptors(self):
        target = self.target()
        other = self.target()
        open_map = os.open(f"/proc/{other.pid}/uid_map", os.O_RDWR)
        fds = {3: target.pidfd, 1: open_map, 5: open_map, **{number: open_map for number in range(10, 900)}}
        self.assertEqual(self.run_program(WHOLE, fds).status, 0)
        # A refusal's words go to descriptor 2, and only those: no map is made of them.
        ended = self.run_program(["x"], {3: target.pidfd, 2: open_map})
        self.assertEqual((ended.status, other.state()), (64, EMPTY))

    def test_target_that_cannot_be_read(self):
        # As after a set-user-ID exec: its files in /proc are root's.
        self.refused("E11", WHOLE, self.target(dumpable=False))

    def test_own_mounts_do_not_matter(self):
        self.done(WHOLE, WHOLE_MAPS, target=self.target(enter=CLONE_NEWUSER | CLONE_NEWNS))


if __name__ == "__main__":
    ground.main()
