# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the caller does to cubby-idmap's process: rows I-60 to I-66 of hostile inputs."""

import ctypes
import os
import resource
import shutil
import signal
import subprocess

import ground
import held
from ground import ALICE, LIBC, WHOLE, WHOLE_MAPS, check

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 38, 22
SELF = "u 0 1001 1 g 0 1001 1".split()
NAMES = {
    "NOFILE": (0, 1, 2, 3, 4, 5, 6, 7, 8), "FSIZE": (0,), "AS": (1 << 20,), "DATA": (64 << 10,), "STACK": (8 << 10,),
    "NPROC": (0,), "CPU": (0,), "CORE": (resource.RLIM_INFINITY,), "MEMLOCK": (0,),
}


class Process(ground.Ground):
    def test_i60_environment(self):
        hostile = {
            "LD_PRELOAD": "/nowhere.so", "LD_AUDIT": "/nowhere.so", "LD_DEBUG": "all", "LD_DEBUG_OUTPUT": "/etc/passwd",
            "GLIBC_TUNABLES": "glibc.malloc.check=3:" * 50, "LOCPATH": "/tmp", "LANGUAGE": "../../x", "NLSPATH": "/etc/%N",
            "MALLOC_CHECK_": "3", "TZ": "/etc/shadow", "HOSTALIASES": "/etc/shadow", "TMPDIR": "/etc", "PATH": "/nowhere",
            "IFS": "0", "BIG": "x" * 100_000, **{f"V{at}": "y" * 60_000 for at in range(20)},
        }
        self.done(WHOLE, WHOLE_MAPS, env=hostile)
        self.refused("E10", [*WHOLE[:-1], "65537"], env=hostile)

    def test_i61_standard_descriptors(self):
        for closed in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 2), (0, 1, 2)):
            with self.subTest(closed=closed):
                self.done(WHOLE, WHOLE_MAPS, before=lambda closed=closed: [os.close(fd) for fd in closed])
                target = self.target()
                ended = self.ask([*WHOLE[:-1], "65537"], target, before=lambda closed=closed: [
                    os.close(fd) for fd in closed])
                self.assertEqual((ended.status, target.state()), (77, ([], [], "allow")))

    def test_i61_gaps_are_filled(self):
        """What is opened later is not what a message goes to."""
        for closed in ((0,), (2,), (1, 2), (0, 1, 2)):
            seen = []
            status = held.run_and_hold(self, ["x"], {3: self.target().pidfd}, 25, closed=closed, action=lambda seen=seen: (
                seen.extend(os.readlink(f"/proc/{held.last_pid()}/fd/{number}") for number in range(3))))
            self.assertEqual((seen, status), (["/dev/null"] * 3, 64))

    def test_i61_odd_standard_descriptors(self):
        full = os.pipe()
        os.set_blocking(full[1], False)
        try:
            while True:
                os.write(full[1], b"x" * 65536)
        except BlockingIOError:
            pass
        broken = os.pipe()
        os.close(broken[0])
        for fd in (full[1], broken[1], os.open("/dev/full", os.O_WRONLY), os.open("/dev/null", os.O_RDONLY)):
            for number in (1, 2):
                target = self.target()
                ended = self.run_program(WHOLE, {3: target.pidfd, number: fd})
                self.assertEqual((ended.status, target.maps()), (0, WHOLE_MAPS))
                target = self.target()
                ended = self.run_program([*WHOLE[:-1], "65537"], {3: target.pidfd, number: fd})
                self.assertEqual((ended.status, target.state()), (77, ([], [], "allow")))

    def test_i61_the_targets_own_map(self):
        target = self.target()
        own = os.open(f"/proc/{target.pid}/uid_map", os.O_RDWR)
        ended = self.run_program([*WHOLE[:-1], "65537"], {3: target.pidfd, 2: own})
        self.assertEqual((ended.status, target.state()), (77, ([], [], "allow")))

    def test_i62_a_refusal_without_room_for_its_words(self):
        target = self.target()
        ended = self.ask([*WHOLE[:-1], "65537"], target,
                         before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
        self.assertEqual((ended.status, ended.err, target.state()), (77, "", ([], [], "allow")))

    def test_i62_just_enough_descriptors(self):
        for most, status in ((63, 69), (64, 0)):
            ended = self.ask(WHOLE, self.target(),
                             before=lambda most=most: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)))
            self.assertEqual(ended.status, status)

    def test_i62_limits(self):
        for name, values in NAMES.items():
            for value in values:
                with self.subTest(limit=name, value=value):
                    kind = getattr(resource, f"RLIMIT_{name}")
                    target = self.target()
                    ended = self.ask(WHOLE, target, before=lambda kind=kind, value=value: resource.setrlimit(
                        kind, (value, value)))
                    # Without processor time or a stack the kernel kills it (setrlimit(2)): then nothing has been done.
                    killed = {"CPU": -signal.SIGKILL, "STACK": -signal.SIGSEGV}.get(name, 0)
                    self.assertIn(ended.status, (0, 69, killed), ended)
                    self.assertEqual(target.state(), (*WHOLE_MAPS, "allow") if ended.status == 0 else ([], [], "allow"))
                    self.assertEqual([name for name in os.listdir("/") if name.startswith("core")], [])

    def test_i63_signals(self):
        everything = set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}

        def block():
            signal.pthread_sigmask(signal.SIG_BLOCK, everything)

        def ignore():
            for number in everything:
                signal.signal(number, signal.SIG_IGN)

        for before in (block, ignore, lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)):
            self.done(WHOLE, WHOLE_MAPS, before=before)
        target = self.target()
        ended = self.ask(WHOLE, target, before=lambda: (block(), os.kill(os.getpid(), signal.SIGALRM)))
        self.assertIn((ended.status, target.state()), ((-signal.SIGALRM, ([], [], "allow")), (0, (*WHOLE_MAPS, "allow"))))

    def test_i63_nothing_stays_blocked(self):
        everything = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGTERM, signal.SIGHUP})
        seen = []
        try:
            held.run_and_hold(self, ["x"], {3: self.target().pidfd}, 25, lambda: seen.append(held.read("status")))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, everything)
        self.assertRegex(seen[0], r"\nSigBlk:\t0{16}\n")

    def test_i63_killed_anywhere(self):
        # F4: killed at each of its system calls, the target is untouched, whole, or of no use to anybody.
        seen = set()
        for call in range(1, 300):
            target = ground.Target()
            killed = []

            def kill(killed=killed):
                killed.append(True)

            status = held.run_and_hold(self, WHOLE, {3: target.pidfd}, call, kill, and_kill=True)
            state = target.state()
            target.end()
            seen.add(str(state))
            if status == 0:
                break
        self.assertEqual(status, 0)
        self.assertLessEqual(seen, {str(([], [], "allow")), str(([], WHOLE_MAPS[1], "allow")), str((*WHOLE_MAPS, "allow"))})
        self.assertGreaterEqual(len(seen), 2)

    def test_i64_without_privilege(self):
        self.refused("E20", WHOLE, before=lambda: check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl"))
        copy = shutil.copy(self.program, os.path.join(self.place, "copy"))  # loses the capabilities,
        os.chmod(copy, 0o755)  # and, by another hand than root's, the set-user-ID bit
        self.refused("E20", WHOLE, program=copy)

    def test_i64_on_a_nosuid_mount(self):
        ground.mount("none", self.place, None, ground.MS_REMOUNT | ground.MS_BIND | ground.MS_NOSUID)
        try:
            self.refused("E20", WHOLE)
        finally:
            ground.mount("none", self.place, None, ground.MS_REMOUNT | ground.MS_BIND)

    def test_i64_by_a_hard_link(self):
        link = os.path.join(self.place, "another-name")
        os.link(self.program, link)
        self.done(WHOLE, WHOLE_MAPS, program=link)
        self.refused("E10", [*WHOLE[:-1], "65537"], program=link)
        os.unlink(link)

    def test_i64_traced_by_its_caller(self):
        # The kernel gives a traced program no privilege (ptrace(2)).
        def trace_me():
            check(LIBC.ptrace(0, 0, None, None), "ptrace")

        target = self.target()
        pid = os.fork()
        if pid == 0:
            os.setgroups([])
            os.setresgid(ALICE, ALICE, ALICE)
            os.setresuid(ALICE, ALICE, ALICE)
            child = os.fork()
            if child == 0:
                os.dup2(os.dup(target.pidfd), 3, inheritable=True)
                os.close(2)
                trace_me()
                os.execve(self.program, [self.program, *WHOLE], {})
            status = os.waitpid(child, 0)[1]
            while os.WIFSTOPPED(status):
                LIBC.ptrace(7, child, None, None)
                status = os.waitpid(child, 0)[1]
            os._exit(os.waitstatus_to_exitcode(status))
        self.assertEqual(self.wait(pid, 20), 69)
        self.assertEqual(target.state(), ([], [], "allow"))

    def test_i64_a_filter_that_lies(self):
        # It needs no_new_privs, and then there is no privilege that could be lied to.
        class Fprog(ctypes.Structure):
            _fields_ = [("count", ctypes.c_ushort), ("code", ctypes.c_void_p)]

        write_succeeds = (ctypes.c_uint64 * 4)(0x0000000000000020, 0x0000000100010015, 0x7fff000000000006,
                                               0x0005000000000006)

        def install():
            check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
            program = Fprog(4, ctypes.cast(write_succeeds, ctypes.c_void_p))
            check(LIBC.prctl(PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0), "filter")

        target = self.target()
        ended = self.ask(WHOLE, target, before=install)
        self.assertNotEqual(ended.status, 0)
        self.assertEqual(target.state(), ([], [], "allow"))

    def test_i65_working_directory(self):
        def deleted():
            path = f"/var/tmp/cubby-gone-{os.getpid()}"
            os.mkdir(path)
            os.chdir(path)
            os.rmdir(path)

        self.done(WHOLE, WHOLE_MAPS, before=deleted)
        closed = os.path.join(self.place, "closed")
        os.mkdir(closed, 0o700)
        os.chown(closed, ALICE, ALICE)

        def unreadable():
            os.chdir(closed)
            os.chmod(closed, 0)

        self.done(WHOLE, WHOLE_MAPS, before=unreadable)

    def test_i66_two_at_once(self):
        # Whoever is first has it whole; a mixture of two requests never is.
        both = (SELF, "u 5 1001 1 g 7 1001 1".split())
        whole = {(((0, ALICE, 1),),) * 2, (((5, ALICE, 1),), ((7, ALICE, 1),))}
        for _ in range(60):
            target = self.target()
            running = [self.begin(words, target) for words in both]
            statuses = sorted(one.wait() for one in running)
            self.assertEqual(statuses[0], 0)
            self.assertIn(statuses[1], (71, 77))
            self.assertIn(tuple(tuple(tuple(extent) for extent in one) for one in target.maps()), whole)
            target.end()

    def test_i66_a_thousand(self):
        target = self.target()
        running = [self.begin(SELF, target) for _ in range(1000)]
        statuses = [one.wait() for one in running]
        self.assertEqual(statuses.count(0), 1)
        self.assertLessEqual(set(statuses), {0, 71, 77})
        self.assertEqual(target.state(), ([[0, ALICE, 1]], [[0, ALICE, 1]], "deny"))

    def begin(self, words, target):
        return subprocess.Popen([self.program, *words], user=ALICE, group=ALICE, extra_groups=[], env={},
                                stderr=subprocess.DEVNULL, preexec_fn=lambda: os.dup2(target.pidfd, 3, inheritable=True),
                                pass_fds=(3,))

    def test_what_it_is_while_it_decides(self):
        # Held behind its first steps: all privilege but two capabilities is gone, and so is what the caller had prepared.
        seen = {}

        def look():
            seen.update(line.split(":\t", 1) for line in held.read("status").splitlines() if ":\t" in line)
            seen["cwd"] = os.readlink(f"/proc/{held.last_pid()}/cwd")
            seen["fds"] = sorted(map(int, os.listdir(f"/proc/{held.last_pid()}/fd")))
            seen["core"] = next(line.split() for line in held.read("limits").splitlines() if "core" in line)[4:6]

        hostile = {number: os.dup(0) for number in range(50, 80)}
        held.run_and_hold(self, WHOLE, {3: self.target().pidfd, **hostile}, self.DECIDING, look)
        both = "00000000000000c0"
        self.assertEqual([seen[name] for name in ("CapPrm", "CapEff", "CapInh", "CapAmb")], [both, both, "0" * 16, "0" * 16])
        self.assertEqual((seen["NoNewPrivs"], seen["Seccomp"], seen["SigBlk"], seen["Umask"]), ("1", "2", "0" * 16, "0077"))
        self.assertEqual((seen["Uid"], seen["Gid"]), ("\t".join([str(ALICE)] * 4),) * 2)
        ignored = int(seen["SigIgn"], 16)
        self.assertEqual([ignored >> (number - 1) & 1 for number in (
            signal.SIGHUP, signal.SIGPIPE, signal.SIGTSTP, signal.SIGXFSZ)], [1] * 4)
        self.assertEqual((seen["cwd"], seen["core"]), ("/", ["0", "0"]))
        self.assertLess(max(seen["fds"]), 20)

    DECIDING = 45  # a system call among those that read files, behind every step of the guard

    def test_other_system_calls_end_it(self):
        for number in (57, 59, 41, 165, 0x40000001):  # fork, execve, socket, mount, write of the x32 ABI
            target = self.target()
            status = held.run_and_hold(self, WHOLE, {3: target.pidfd}, self.DECIDING,
                                       lambda number=number: held.make_it_call(number))
            self.assertEqual((status, target.state()), (-signal.SIGSYS, ([], [], "allow")))

    def test_nobody_looks_into_it(self):
        # pidfd_getfd and ptrace by the caller are refused while it runs: it is not dumpable, and has more capabilities.
        target = self.target()
        looks = []

        def look():
            for path in ("mem", "maps", "environ", "fd"):
                done = subprocess.run(["/bin/sh", "-c", f"ls /proc/{held.last_pid()}/{path} >/dev/null && "
                                       f"head -c1 /proc/{held.last_pid()}/{path}"], user=ALICE, group=ALICE,
                                      extra_groups=[], env={"PATH": "/bin:/usr/bin"}, capture_output=True, check=False)
                looks.append(done.returncode)

        held.run_and_hold(self, WHOLE, {3: target.pidfd}, 30, look)
        self.assertEqual(len(looks), 4)
        self.assertNotIn(0, looks)


if __name__ == "__main__":
    ground.main()
