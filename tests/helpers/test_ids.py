# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whose ids cubby-idmap writes: rows I-34 to I-48, I-51 and I-57 to I-59 of hostile inputs."""

import os
import pathlib
import subprocess

import ground
from ground import ALICE, BOB, WHOLE, WHOLE_MAPS

SELF = "u 0 1001 1 g 0 1001 1"
G = "g 0 1001 1 1 100000 65536"
U = "u 0 1001 1 1 100000 65536"
SELF_MAP = [[0, ALICE, 1]]


class Ids(ground.Ground):
    def refused_ids(self, ranges, both=True):
        """These ranges, behind the caller himself, as user ids and (by default) as group ids."""
        self.refused("E10", f"u {ranges} {G}")
        if both:
            self.refused("E10", f"{U} g {ranges}")

    def test_i34_root_of_the_host(self):
        self.refused_ids("0 0 1")
        self.refused_ids("0 1001 1 1 0 1")

    def test_i35_i36_root_is_never_granted(self):
        for line in ("alice:0:0", "alice:0:1", "alice:0:65536", "alice:0:4294967295"):
            self.write("subuid", f"{line}\nalice:100000:65536\n")
            self.write("subgid", f"{line}\nalice:100000:65536\n")
            for ranges in ("0 0 1", "0 0 65536", "0 65535 1", "0 1000 1", "0 65535 2"):
                with self.subTest(line=line, ranges=ranges):
                    self.refused_ids(ranges)

    def test_i36_above_the_floor(self):
        self.write("subuid", "alice:0:70000\n")
        self.done(f"u 0 65536 10 {G}", ([[0, 65536, 10]], WHOLE_MAPS[1]))

    def test_i37_another_user(self):
        self.refused_ids(f"0 {BOB} 1")
        self.refused_ids("0 1001 1 1 300000 1")

    def test_i38_an_account_in_the_range(self):
        self.write("passwd", ground.FILES["passwd"] + "mail:x:100008:8::/:/bin/false\n")
        self.refused("E10", WHOLE)
        self.refused("E10", f"u 0 100008 1 {G}")
        self.done(f"u 0 100000 8 8 100009 100 {G}", ([[0, 100000, 8], [8, 100009, 100]], WHOLE_MAPS[1]))
        self.write("cubby/idmap", "alice:accounts=allow\n")
        self.done(WHOLE, WHOLE_MAPS)
        self.write("cubby/idmap", "bob:accounts=allow\n")
        self.refused("E10", WHOLE)

    def test_i38_an_account_spelled_oddly(self):
        for digits in ("0100008", "000100008"):
            self.write("passwd", ground.FILES["passwd"] + f"mail:x:{digits}:8::/:/bin/false\n")
            self.refused("E10", WHOLE)

    def test_i38_a_group_in_the_range(self):
        # With more members than a line is read of.
        self.write("group", ground.FILES["group"] + "mail:x:100008:" + "member," * 3000 + "\n")
        self.refused("E10", WHOLE)
        self.done(f"{U} g 0 1001 1", (WHOLE_MAPS[0], SELF_MAP), "deny")

    def test_i39_one_beside(self):
        for ranges in ("0 99999 1", "0 99999 2", "0 165536 1", "0 165535 2", "0 99999 65538", "0 100000 65537"):
            self.refused_ids(ranges)
        self.done(f"u 0 165535 1 {G}", ([[0, 165535, 1]], WHOLE_MAPS[1]))

    def test_i40_two_ranges_that_meet(self):
        self.write("subuid", "alice:150000:15536\nalice:100000:50000\nbob:300000:65536\n")
        self.done(WHOLE, WHOLE_MAPS)
        self.write("subuid", "alice:150001:15535\nalice:100000:50000\n")
        self.refused("E10", WHOLE)

    def test_i41_own_and_somebody_elses(self):
        self.write("subuid", "alice:100000:50000\nbob:150000:65536\n")
        self.refused("E10", WHOLE)
        self.write("subuid", "alice:100000:65536\n1001:165536:10\nbob:300000:1\n")
        self.done(f"u 0 100000 65546 {G}", ([[0, 100000, 65546]], WHOLE_MAPS[1]))

    def test_ranges_that_two_users_have(self):
        self.write("subuid", "alice:100000:65536\nbob:165535:65536\n")
        self.refused("E10", WHOLE)
        self.refused("E10", f"u 0 165535 1 {G}")
        self.done(f"u 0 100000 65535 {G}", ([[0, 100000, 65535]], WHOLE_MAPS[1]))
        self.write("cubby/idmap", "# the second file server\n\n*:shared=allow\n")
        self.done(WHOLE, WHOLE_MAPS)

    def test_i42_self_and_the_next(self):
        self.refused_ids("0 1001 2")
        self.refused_ids("0 1000 2")

    def test_i43_self_twice(self):
        self.refused_ids("0 1001 1 5 1001 1")

    def test_i44_a_supplementary_group(self):
        self.refused("E10", f"{U} g 0 50 1", groups=(50,))

    def test_i45_only_the_own_group(self):
        self.done(SELF, (SELF_MAP, SELF_MAP), "deny")
        self.done(f"{U} g 0 1001 1", (WHOLE_MAPS[0], SELF_MAP), "deny")

    def test_i46_setgroups(self):
        self.done(WHOLE, WHOLE_MAPS, "allow")
        for owner in ("alice", str(ALICE), "*"):
            self.write("cubby/idmap", f"{owner}:setgroups=deny\n")
            self.done(WHOLE, WHOLE_MAPS, "deny")
        for owner in ("bob", "alic", "alice2", "ALICE", str(BOB), ""):
            self.write("cubby/idmap", f"{owner}:setgroups=deny\n")
            self.done(WHOLE, WHOLE_MAPS, "allow")

    def test_i46_a_file_kept_from_a_group(self):
        # CVE-2018-7169: whoever may drop his groups reads what is kept from one of them.
        kept = pathlib.Path(self.place, "kept")
        kept.write_text("secret")
        os.chown(kept, 0, 50)
        os.chmod(kept, 0o604)
        drop = f"import os; os.setgroups([]); open('{kept}').read()"

        def outcome(setgroups):
            target = self.target(then=lambda: None)
            self.done(WHOLE, WHOLE_MAPS, setgroups, target)
            done = subprocess.run(
                ["nsenter", "-U", "-t", str(target.pid), "--preserve-credentials", "/usr/bin/python3", "-c", drop],
                user=ALICE, group=ALICE, extra_groups=[50], capture_output=True, check=False, env={})
            return done.returncode

        self.assertEqual(outcome("allow"), 0)
        self.write("cubby/idmap", "alice:setgroups=deny\n")
        self.assertNotEqual(outcome("deny"), 0)

    def test_i47_inside_ids_overlap(self):
        self.refused_ids("0 100000 10 5 100020 10")
        self.refused_ids("5 100020 10 0 100000 10")
        self.refused_ids("0 100000 10 9 100020 1")
        self.done(f"u 0 100000 10 10 100020 1 {G}", ([[0, 100000, 10], [10, 100020, 1]], WHOLE_MAPS[1]))

    def test_i48_outside_ids_overlap(self):
        self.refused_ids("0 100000 10 10 100009 10")
        self.refused_ids("10 100009 10 0 100000 10")
        self.done(f"u 0 100000 10 10 100010 10 {G}", ([[0, 100000, 10], [10, 100010, 10]], WHOLE_MAPS[1]))

    def test_i51_one_map_good_the_other_not(self):
        self.refused("E10", f"{U} g 0 1001 1 1 100000 65537")
        self.refused("E10", f"u 0 1001 1 1 100000 65537 {G}")
        self.write("subgid", "bob:300000:65536\n")
        self.refused("E10", WHOLE)

    def test_i57_names(self):
        by_name, by_id = "alice:100000:65536\n", f"{ALICE}:100000:65536\n"
        passwds = {
            "no entry": "root:x:0:0::/:\nbob:x:1002:1002::/:\n",
            "two entries": ground.FILES["passwd"] + f"alias:x:{ALICE}:1::/:\n",
            "the name has another id too": ground.FILES["passwd"] + "alice:x:2001:1::/:\n",
            "the name comes first with another id": "alice:x:2001:1::/:\n" + ground.FILES["passwd"],
            "no number": "alice:x:0x3e9:1001::/:\n",
            "no name": f":x:{ALICE}:1001::/:\n",
        }
        for why, passwd in passwds.items():
            with self.subTest(why):
                self.write("passwd", passwd)
                self.write("subuid", by_name)
                self.refused("E10", WHOLE)
                self.write("subuid", by_id)
                self.write("subgid", by_id)
                self.done(WHOLE, WHOLE_MAPS)
                self.write("subgid", ground.FILES["subgid"])

    def test_i57_a_doubtful_name_does_not_lift_what_restricts(self):
        by_id = f"{ALICE}:100000:65536\n"
        self.write("subuid", by_id)
        self.write("subgid", by_id)
        for passwd in ("root:x:0:0::/:\n", ground.FILES["passwd"] + f"alias:x:{ALICE}:1::/:\n"):
            self.write("passwd", passwd)
            self.write("cubby/idmap", "alice:setgroups=deny\n")
            self.done(WHOLE, WHOLE_MAPS, "deny")
            self.write("cubby/idmap", f"{BOB}:setgroups=deny\n")
            self.done(WHOLE, WHOLE_MAPS, "allow")
            # What loosens needs the name.
            self.write("passwd", passwd + "mail:x:100008:8::/:\n")
            self.write("cubby/idmap", "alice:accounts=allow\n")
            self.refused("E10", WHOLE)

    def test_i57_nobody_has_an_empty_name(self):
        self.write("passwd", "root:x:0:0::/:\n")
        for line in (":100000:65536\n", "root:100000:65536\n"):
            self.write("subuid", line)
            self.write("subgid", line)
            self.refused("E10", WHOLE)

    def test_i58_another_primary_group(self):
        # As by newgrp(1): the real group counts, not passwd's.
        self.done("u 0 1001 1 g 0 50 1", (SELF_MAP, [[0, 50, 1]]), "deny", gid=50)
        self.refused("E10", SELF, gid=50)

    def test_i58_an_effective_group(self):
        # As under a set-group-ID parent: the real one counts.
        self.done(WHOLE, WHOLE_MAPS, egid=50)
        self.refused("E10", "u 0 1001 1 g 0 50 1", egid=50)

    def test_i59_odd_callers(self):
        for uid in (65534, 4000000000, 0):
            words = f"u 0 {uid} 1 g 0 {uid} 1"
            target = self.target(uid=uid)
            if uid == 4000000000:
                self.done(words, ([[0, uid, 1]],) * 2, "deny", target, uid=uid)
            else:
                self.refused("E10", words, target, uid=uid)
        self.write("subuid", "0:100000:65536\n")
        self.write("subgid", "root:100000:65536\n")
        self.done("u 0 100000 65536 g 0 100000 65536", ([[0, 100000, 65536]],) * 2, target=self.target(uid=0), uid=0)

    def test_i59_in_a_namespace_of_ones_own(self):
        # Root there, with files of his own in the place of the administrator's.
        for ids in ("0 1001 1", f"{ALICE} {ALICE} 1"):
            target = self.target()

            def enter(ids=ids):
                ground.unshare(ground.CLONE_NEWUSER | ground.CLONE_NEWNS)
                for name, text in (("setgroups", "deny"), ("gid_map", ids), ("uid_map", ids)):
                    ground.put(f"/proc/self/{name}", text)

            self.refused("E20", WHOLE, target, before=lambda: (ground.LIBC.prctl(4, 1), enter()))

    def test_i59_with_the_namespace_link_covered(self):
        # In a namespace of his own, the link in /proc shows the initial one.
        target = self.target()
        place = os.path.join(self.place, "cover")
        os.makedirs(place, exist_ok=True)
        open(os.path.join(place, "user"), "w", encoding="utf-8").close()

        def cover():
            ground.LIBC.prctl(4, 1)
            initial = os.open("/proc/self/ns/user", os.O_RDONLY)
            ground.unshare(ground.CLONE_NEWUSER | ground.CLONE_NEWNS)
            for name, text in (("setgroups", "deny"), ("gid_map", "0 1001 1"), ("uid_map", "0 1001 1")):
                ground.put(f"/proc/self/{name}", text)
            ground.mount(f"/proc/self/fd/{initial}", f"{place}/user", None, ground.MS_BIND)
            ground.mount(place, f"/proc/{os.getpid()}/ns", None, ground.MS_BIND | ground.MS_REC)

        self.refused("E20", WHOLE, target, before=cover)


if __name__ == "__main__":
    ground.main()
