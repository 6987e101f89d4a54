# SPDX-License-Identifier: LGPL-2.1-or-later
"""The administrator's files as cubby-idmap reads them: rows I-52 to I-56 of hostile inputs, and /proc in odd shapes."""

import os

import ground
from ground import ALICE, WHOLE, WHOLE_MAPS

READ = ("passwd", "group", "subuid", "subgid")


class Files(ground.Ground):
    def replace(self, name, make):
        os.unlink(f"/etc/{name}")
        make(f"/etc/{name}")

    def test_i52_no_plain_file(self):
        def by_link(path):
            with open("/etc/other", "w", encoding="utf-8") as file:
                file.write("alice:100000:65536\n")
            os.chown("/etc/other", ALICE, 0)
            os.symlink("other", path)

        makers = {
            "missing": lambda path: None, "directory": os.mkdir, "fifo": os.mkfifo, "link": by_link,
            "dangling": lambda path: os.symlink("nowhere", path), "loop": lambda path: os.symlink(path, path),
            "null": lambda path: os.symlink("/dev/null", path),
        }
        for name in READ:
            for kind, make in makers.items():
                with self.subTest(name=name, kind=kind):
                    self.replace(name, make)
                    self.refused("E21", WHOLE, seconds=5)
                    self.setUp()
        for kind, make in makers.items():
            self.write("cubby/idmap", "")
            self.replace("cubby/idmap", make)
            if kind == "missing":
                self.done(WHOLE, WHOLE_MAPS)
            else:
                self.refused("E21", WHOLE, seconds=5)
            self.setUp()

    def test_i52_in_other_hands(self):
        for name in (*READ, "cubby/idmap"):
            self.write("cubby/idmap", "")
            for mode, uid in ((0o664, 0), (0o646, 0), (0o666, 0), (0o644, ALICE), (0o600, ALICE)):
                with self.subTest(name=name, mode=oct(mode), uid=uid):
                    os.chmod(f"/etc/{name}", mode)
                    os.chown(f"/etc/{name}", uid, 0)
                    self.refused("E21", WHOLE)
                    os.chown(f"/etc/{name}", 0, 0)
                    os.chmod(f"/etc/{name}", 0o644)
        self.done(WHOLE, WHOLE_MAPS)

    def test_i52_that_the_caller_may_not_read(self):
        os.chmod("/etc/subuid", 0o600)
        self.refused("E21", WHOLE)

    def test_i52_a_link_of_the_administrator(self):
        os.rename("/etc/subuid", "/etc/subuid.real")
        os.symlink("subuid.real", "/etc/subuid")
        self.done(WHOLE, WHOLE_MAPS)

    def test_i52_longer_than_a_megabyte(self):
        line = "somebody:500000:1\n"
        for name in ("subuid", "subgid"):
            self.write(name, ground.FILES[name] + line * (((1 << 20) - 100) // len(line)))
            self.done(WHOLE, WHOLE_MAPS)
            self.write(name, ground.FILES[name] + line * ((1 << 20) // len(line) + 1))
            self.refused("E21", WHOLE)
            self.write(name, ground.FILES[name])

    def grants_nothing(self, *lines, name="subuid"):
        for line in lines:
            with self.subTest(line=line):
                self.write(name, line)
                self.refused("E10", WHOLE)
                self.write(name, (line if isinstance(line, bytes) else line.encode()) + b"\nalice:100000:65536\n")
                self.done(WHOLE, WHOLE_MAPS)  # what is no grant does not spoil the next one

    def test_i53_ranges_that_do_not_exist(self):
        self.grants_nothing(*(f"alice:{ids}" for ids in (
            "100000:-1", "100000:18446744073709551615", "18446744073709551615:2", "4294967295:2", "100000:4294867296",
            "100000:0", "-1:65536", "4294967295:1")))

    def test_i54_no_plain_lines(self):
        self.grants_nothing("alice:100000:65536:extra", "alice:0x186a0:65536", "alice:100000:", "alice::65536",
                            "alice:100000", "alice", "", ":", "::", "alice:+100000:65536", "alice:100000:065536")

    def test_i55_blanks_and_endings(self):
        self.grants_nothing("alice:100000:65536\r", "alice: 100000:65536", "alice:100000:65536 ", "alice:100000:65536 # c", "#alice:100000:65536",
                            b"alice:100000:65536\0", b"\0alice:100000:65536", b"ali\0ce:100000:65536")
        self.write("subuid", "alice:100000:65536")
        self.done(WHOLE, WHOLE_MAPS)

    def test_i56_exact_names(self):
        for name in ("alic", "alice2", "ALICE", "a" * 300, "1001x", "01001", "10010", "", " alice", "alice ", "DOM\\alice"):
            with self.subTest(name=name):
                self.write("subuid", f"{name}:100000:65536\n")
                self.refused("E10", WHOLE)
                self.write("subuid", f"{name}:200000:65536\nalice:100000:65536\n")
                self.done(WHOLE, WHOLE_MAPS)
                self.refused("E10", "u 0 200000 1 g 0 1001 1")

    def test_i56_a_name_of_digits(self):
        # The account "1001" has another id; the line means the id.
        self.write("passwd", f"1001:x:2000:2000::/:\nalice:x:{ALICE}:{ALICE}::/:\n")
        for name in ("subuid", "subgid"):
            self.write(name, "1001:100000:65536\n")
        self.done(WHOLE, WHOLE_MAPS)
        target = self.target(uid=2000)
        self.refused("E10", "u 0 100000 65536 g 0 100000 65536", target, uid=2000)

    def test_i56_by_number_without_accounts(self):
        # Who is in /etc/passwd is asked, though a line may name him by his number: that name could be refused him.
        for name in ("subuid", "subgid"):
            self.write(name, f"{ALICE}:100000:65536\n")
        self.write("cubby/idmap", "*:accounts=allow\n")
        self.done(WHOLE, WHOLE_MAPS)
        os.chmod("/etc/passwd", 0o666)
        self.refused("E21", WHOLE)
        os.unlink("/etc/passwd")
        self.refused("E21", WHOLE)

    def test_i56_long_lines_and_many(self):
        self.grants_nothing("alice:100000:65536" + "0" * 5000, "alice:100000:65536:" + "x" * 900_000,
                            "x" * 1024 + "alice:100000:65536")
        self.write("subuid", "b:1:1\n" * 170_000 + "alice:100000:65536\n")
        self.done(WHOLE, WHOLE_MAPS)

    def test_more_grants_than_are_kept(self):
        lines = "".join(f"alice:{200000 + 2 * at}:1\n" for at in range(127))
        self.write("subuid", lines + "alice:100000:65536\n")
        self.done(WHOLE, WHOLE_MAPS)
        self.write("subuid", lines + "alice:500000:1\nalice:100000:65536\n")
        self.refused("E21", WHOLE)

    def test_knobs_that_are_not_understood(self):
        for text in ("alice:setgroups=allow", "alice:setgroups=deny ", "alice", "alice:", "setgroups=deny", "bob:x=y",
                     " # c", "alice:setgroups=deny:", b"#\0", "#" + "x" * 2000):
            with self.subTest(text=text[:20]):
                self.write("cubby/idmap", text)
                self.refused("E21", WHOLE)
                both = text if isinstance(text, bytes) else text.encode()
                self.write("cubby/idmap", both + b"\nalice:accounts=allow\n")
                self.refused("E21", WHOLE)

    def test_proc_that_is_none(self):
        target = self.target()
        before = target.state()
        for source, kind in (("tmpfs", "tmpfs"), ("/proc/1", None), (f"/proc/{target.pid}", None)):
            with self.subTest(source):
                ground.mount(source, "/proc", kind, ground.MS_BIND if kind is None else 0)
                ended = self.ask(WHOLE, target)
                ground.umount("/proc")
                self.assertEqual((ended.status, ended.err[:16]), (69, "cubby-idmap: E20"))
                self.assertEqual(target.state(), before)

    def test_proc_that_is_forged(self):
        # All that is asked of /proc, on another file system.
        target = self.target()
        before = target.state()
        ground.mount("tmpfs", "/proc", "tmpfs")
        try:
            os.makedirs("/proc/self/ns")
            os.makedirs("/proc/self/fdinfo")
            os.symlink("user:[4026531837]", "/proc/self/ns/user")
            with open("/proc/self/fdinfo/3", "w", encoding="utf-8") as file:
                file.write(f"flags:\t02000002\nPid:\t{target.pid}\n")
            ended = self.ask(WHOLE, target)
        finally:
            ground.umount("/proc")
        self.assertEqual((ended.status, ended.err[:16]), (69, "cubby-idmap: E20"))
        self.assertEqual(target.state(), before)

    def test_proc_that_is_covered(self):
        fake = os.path.join(self.place, "fake")
        with open(fake, "w", encoding="utf-8"):
            pass
        os.chmod(fake, 0o666)
        target = self.target()
        for entry in ("uid_map", "gid_map", "setgroups"):
            with self.subTest(entry):
                ground.mount(fake, f"/proc/{target.pid}/{entry}", None, ground.MS_BIND)
                ended = self.ask(WHOLE, target)
                ground.umount(f"/proc/{target.pid}/{entry}")
                self.assertEqual((ended.status, ended.err[:16]), (77, "cubby-idmap: E11"))
                self.assertEqual(target.state(), ([], [], "allow"))
                self.assertEqual(os.path.getsize(fake), 0)


if __name__ == "__main__":
    ground.main()
