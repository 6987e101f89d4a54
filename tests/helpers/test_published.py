# SPDX-License-Identifier: LGPL-2.1-or-later
"""cubby-idmap and what has been published about programs of its kind; a test's name begins with the id."""

import os
import random
import shutil
import subprocess

import ground
import held
from ground import ALICE, WHOLE, WHOLE_MAPS

UNTOUCHED = ([], [], "allow")
SELF = "u 0 1001 1 g 0 1001 1"
SELF_MAP = [[0, ALICE, 1]]


class Published(ground.Ground):
    def calls_of(self, words, target):
        """The system calls of one run, by strace as root, which keeps the program's privilege."""
        record = os.path.join(self.place, "record")
        done = subprocess.run(["strace", "-f", "-o", record, "-u", "alice", self.program, *words], pass_fds=(3,), check=False,
                              capture_output=True, preexec_fn=lambda: os.dup2(target.pidfd, 3, inheritable=True))
        with open(record, encoding="utf-8") as file:
            lines = [line.split(" ", 1)[1].strip() for line in file if "(" in line]
        os.unlink(record)
        return done.returncode, lines

    def test_cve_2016_6252_sums_that_overflow(self):
        for ranges in ("0 4294967295 1", "0 4294901760 65537", "4294967295 100000 1", "0 100000 4294967295"):
            self.refused("E03" if ranges != "0 100000 4294967295" else "E03", f"u {ranges} g 0 1001 1")
        self.write("subuid", "alice:4294967295:65536\nalice:4294901760:65537\nalice:100000:4294967295\n")
        for outside in (0, 1000, 65535, 99999, 100000, 165536, 4294901760):
            self.refused("E10", f"u 0 {outside} 1 g 0 1001 1")

    def test_cve_2018_7169_own_group_only(self):
        self.done(SELF, (SELF_MAP, SELF_MAP), "deny")

    def test_cve_2018_7169_twin_with_granted_groups(self):
        self.done(WHOLE, WHOLE_MAPS, "allow")

    def test_cve_2024_56433_ranges_over_accounts(self):
        self.write("passwd", ground.FILES["passwd"] + "carol:x:120000:120000::/:/bin/sh\n")
        self.refused("E10", WHOLE)
        self.refused("E10", "u 0 120000 1 g 0 1001 1")

    def test_cve_2024_56433_twin_beside_them(self):
        self.write("passwd", ground.FILES["passwd"] + "carol:x:99999:99999::/:/bin/sh\ndave:x:165536:1::/:/bin/sh\n")
        self.done(WHOLE, WHOLE_MAPS)

    def test_shadow_9463d57b_a_line_that_starts_at_root(self):
        for line in ("alice:0:0", "alice:0:1", "alice:100000:0", "alice:-1:65536", "alice:18446744073709551615:2"):
            self.write("subuid", line + "\n")
            for outside in (0, 1, 1000, 65535, 100000):
                self.refused("E10", f"u 0 {outside} 1 g 0 1001 1")

    def test_shadow_a894ddb8_ranges_of_two_users(self):
        self.write("subuid", "alice:100000:65536\nbob:130000:65536\n")
        self.refused("E10", WHOLE)
        bobs = self.target(uid=ground.BOB)
        self.refused("E10", "u 0 130000 100 g 0 1002 1", bobs, uid=ground.BOB)

    def test_shadow_3ae4041f_numbers_beyond_ids(self):
        for number in (2**32, 2**63, 2**64 - 1):
            self.write("subuid", f"alice:{number}:65536\nalice:100000:{number}\n")
            self.refused("E10", WHOLE)

    def inherited(self, name):
        victim = self.target()
        fd = os.open(f"/proc/{victim.pid}/{name}", os.O_RDWR)
        for words in (WHOLE, [*WHOLE[:-1], "65537"], ["x"], []):
            self.run_program(words, {3: self.target().pidfd, **dict.fromkeys((1, 2, *range(4, 21)), fd)})
        os.close(fd)
        self.assertEqual(victim.state(), UNTOUCHED)

    def test_cve_2013_1959_an_inherited_uid_map(self):
        self.inherited("uid_map")

    def test_cve_2013_1979_an_inherited_setgroups(self):
        self.inherited("setgroups")

    def test_cve_2018_18955_a_nested_namespace(self):
        def nest():
            for name, text in (("setgroups", "deny"), ("gid_map", f"0 {ALICE} 1"), ("uid_map", f"0 {ALICE} 1")):
                ground.put(f"/proc/{os.getpid()}/{name}", text)
            ground.unshare(ground.CLONE_NEWUSER)

        self.refused("E11", WHOLE, self.target(then=nest))

    def test_cve_2016_8659_read_while_it_runs(self):
        for call in (1, 10, 20, 40, 80):
            opened = []

            def look(opened=opened):
                for name in ("mem", "maps", "environ", "fd/0", "root", "cwd"):
                    done = subprocess.run(["/usr/bin/head", "-c1", f"/proc/{held.last_pid()}/{name}"], user=ALICE, group=ALICE,
                                          extra_groups=[], env={}, capture_output=True, check=False)
                    opened.append((name, done.returncode))

            held.run_and_hold(self, WHOLE, {3: self.target().pidfd}, call, look)
            self.assertEqual([name for name, status in opened if status == 0], [], f"at system call {call}")

    def test_cve_2020_5291_nothing_is_opened_for_writing_but_the_maps(self):
        status, calls = self.calls_of(WHOLE, self.target())
        self.assertEqual(status, 0)
        written = [line for line in calls if "O_RDWR" in line or "O_WRONLY" in line or "O_CREAT" in line]
        self.assertEqual(len(written), 4, written)  # the null device, and these three
        for name in ("/dev/null", "uid_map", "gid_map", "setgroups"):
            self.assertEqual(sum(f'"{name}"' in line for line in written), 1, name)

    def test_cve_2026_41163_no_second_process(self):
        for words in (WHOLE, [*WHOLE[:-1], "65537"]):
            calls = self.calls_of(words, self.target())[1]
            self.assertEqual([line for line in calls if line.startswith(("clone", "fork", "vfork"))], [])
            self.assertEqual(sum(line.startswith("execve(") for line in calls), 1)

    def test_cve_2017_12424_no_signal_and_no_tree(self):
        calls = self.calls_of(WHOLE, self.target())[1]
        self.assertEqual([line for line in calls if line.startswith(("kill", "tgkill", "getdents", "unlink", "rename"))], [])
        signals = [line for line in calls if line.startswith("pidfd_send_signal")]
        self.assertEqual(len(signals), 1)
        self.assertIn("(3, 0, NULL, 0)", signals[0])

    def test_cve_2021_44730_by_another_path(self):
        place = os.path.join(self.place, "elsewhere")
        os.mkdir(place)
        os.chown(place, ALICE, ALICE)
        link = os.path.join(place, "x")
        os.link(self.program, link)
        for argv0 in ("/etc/shadow", "", "../../x", "-c"):
            self.done(WHOLE, WHOLE_MAPS, program=link, argv0=argv0 or "absent-minded", before=lambda: os.chdir(place))
        shutil.rmtree(place)

    def test_cve_2021_3156_words_that_are_long(self):
        for words in (["u\\"] * 1000, ["\\" * 60_000], [*WHOLE, "\\"]):
            target = self.target()
            self.assertEqual((self.ask(words, target).status, target.state()), (64, UNTOUCHED))

    def test_cve_2023_4911_tunables(self):
        for value in ("glibc.malloc.mxfast=glibc.malloc.mxfast=A", "x=" * 30_000, "glibc.rtld.optional_static_tls=-1"):
            self.done(WHOLE, WHOLE_MAPS, env={"GLIBC_TUNABLES": value, "LD_LIBRARY_PATH": "/nowhere", "TZDIR": "/etc"})

    def test_cve_2018_19788_a_caller_with_a_large_id(self):
        uid = 4000000000
        words = f"u 0 {uid} 1 g 0 {uid} 1"
        self.done(words, ([[0, uid, 1]],) * 2, "deny", self.target(uid=uid), uid=uid)
        self.refused("E10", "u 0 0 1 g 0 0 1", self.target(uid=uid), uid=uid)

    def test_cve_2019_14287_the_id_minus_one(self):
        for number, code in (("-1", "E02"), ("4294967295", "E03")):
            self.refused(code, f"u 0 {number} 1 g 0 1001 1")
            self.refused(code, f"{' '.join(WHOLE[:7])} g 0 {number} 1")

    def test_cve_2019_6133_a_number_used_again(self):
        # The process behind the pidfd has ended; another one of the same user has its number now.
        for _ in range(20):
            first = ground.Target()
            pid, kept = first.pid, os.dup(first.pidfd)
            first.end()
            ground.put("/proc/sys/kernel/ns_last_pid", str(pid - 1))
            second = self.target()
            ended = self.ask(WHOLE, fd=kept)
            os.close(kept)
            self.assertEqual((ended.status, ended.err[:16], second.state()), (77, "cubby-idmap: E11", UNTOUCHED))
            if second.pid == pid:
                return
        self.fail("the number did not come again")

    def test_cve_2022_47952_absent_and_forbidden_look_alike(self):
        chance = random.Random(1)
        seen = set()
        for _ in range(60):
            outside = chance.choice([chance.randrange(0, 65536), chance.randrange(165536, 2**31), 300000, ground.BOB, 0])
            ended = self.refused("E10", f"u 0 {outside} 1 g 0 1001 1")
            seen.add((ended.status, ended.out, ended.err))
        self.assertEqual(len(seen), 1)

    def test_cve_2025_4598_no_core(self):
        limits = []
        held.run_and_hold(self, WHOLE, {3: self.target().pidfd}, 45, lambda: limits.append(held.read("limits")))
        core = next(line for line in limits[0].splitlines() if line.startswith("Max core"))
        self.assertEqual(core.split()[4:6], ["0", "0"])


if __name__ == "__main__":
    ground.main()
