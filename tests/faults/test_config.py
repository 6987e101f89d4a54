# SPDX-License-Identifier: LGPL-2.1-or-later
"""F22, F23: a configuration that is torn, flipped, in the wrong charset, huge, or full of loops."""

import json
import os
import random
import resource
import time

import ground

MEMORY = 64 << 20


class DamagedConfig(ground.Faults):
    bystanders = ("resting",)

    def setUp(self):
        super().setUp()
        self.cubby("create", "c")
        self.addCleanup(self.run_cubby, "destroy", "-f", "c")
        self.config = self.lxcpath / "c/config"
        self.good = self.config.read_bytes()
        self.plan = self.plan_of()

    def plan_of(self):
        """What a start would do, or None where the configuration is refused."""
        done = self.run_cubby("plan", "--json", "c", timeout=10)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def put(self, content):
        self.config.write_bytes(content)

    def check(self, content):
        """A damaged text is refused with the place of the damage, or means a start that isolates no less."""
        self.put(content)
        done = self.run_cubby("plan", "--json", "c", timeout=10)
        error = done.stderr.decode(errors="replace")
        self.assertIn(done.returncode, (0, 1, 2, 3, 69), error)
        if done.returncode != 0:
            self.assertNotEqual(error, "")
            return False
        plan = json.loads(done.stdout)
        self.assertLessEqual(set(self.plan["namespaces"].split()), set(plan["namespaces"].split()))
        def security(steps):
            return {(step["kind"], step["text"]) for step in steps if step["phase"] == "child_privileges"}
        self.assertLessEqual(security(self.plan["steps"]), security(plan["steps"]), "weaker than it was")
        return True

    def others_unaffected(self):
        self.promptly("info", "resting")
        states = {entry["name"]: entry for entry in json.loads(self.promptly("ls", "--json").stdout)}
        self.assertIsNone(states["resting"]["broken"])
        self.assertIn("c", states)

    def test_truncated_at_every_byte(self):
        """A line that lost its end may still be one; what must not happen is a weaker start."""
        for length in [point - 1 for point in ground.sample(len(self.good) + 1, 60)]:
            with self.subTest(length=length):
                self.check(self.good[:length])
        self.others_unaffected()

    def test_bits_flipped(self):
        dice = random.Random(22)
        refused = 0
        offsets = [point - 1 for point in ground.sample(len(self.good), 60)]
        for offset in offsets:
            with self.subTest(offset=offset):
                damaged = bytearray(self.good)
                damaged[offset] ^= 1 << dice.randrange(8)
                refused += not self.check(bytes(damaged))
        self.assertGreater(refused, len(offsets) // 4)
        self.others_unaffected()

    def test_odd_texts(self):
        for text, says in ((b"\0\0\0\0", "1"), (self.good + b"lxc.uts.name = a\0b\n", "NUL"),
                           (self.good + b"lxc.init.uid = \xff\xfe\n", "lxc.init.uid"),
                           (self.good + b"lxc.uts.name\n", "has no '='"),
                           ("lxc.uts.name = x\n".encode("utf-16"), "1")):
            with self.subTest(text=text[-30:]):
                self.put(text)
                done = self.run_cubby("start", "c", timeout=10)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(says, done.stderr.decode(errors="replace"))
                self.assertTrue(json.loads(self.cubby("info", "--json", "c"))["broken"])
        self.others_unaffected()

    def test_line_ends_and_marks_of_other_systems(self):
        """CRLF and a byte order mark: refused, or the same as without."""
        for text in (self.good.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + self.good):
            self.put(text)
            plan = self.plan_of()
            self.assertIn(plan, (None, self.plan))

    def limited(self, *words):
        """Within 64 MiB, and a second of a quiet machine; the time allowed is ten times as long."""
        began = time.monotonic()
        done = self.run_cubby(*words, timeout=20,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)))
        self.assertLess(time.monotonic() - began, 10)
        self.assertGreaterEqual(done.returncode, 0, "it died of the memory limit")
        return done.returncode, done.stderr.decode(errors="replace")

    def test_huge_and_endless_texts(self):
        fifo = self.home / "fifo"
        os.mkfifo(fifo)
        loop = self.home / "loop"
        loop.write_text(f"lxc.include = {loop}\n")
        chain = [self.home / f"chain{number}" for number in range(200)]
        for this, following in zip(chain, chain[1:]):
            this.write_text(f"lxc.include = {following}\n" * 2)
        chain[-1].write_text("")
        for name, content in (("a line of 10 MB", b"lxc.uts.name = " + b"x" * (10 << 20) + b"\n"),
                              ("a million lines", b"lxc.environment = A=1\n" * 1_000_000),
                              ("a loop", f"lxc.include = {loop}\n".encode()),
                              ("a chain that doubles", f"lxc.include = {chain[0]}\n".encode()),
                              ("a fifo", f"lxc.include = {fifo}\n".encode()),
                              ("a directory that is a device", b"lxc.include = /dev/zero\n"),
                              ("a terminal", b"lxc.include = /dev/tty\n")):
            with self.subTest(name):
                self.put(self.good + content)
                code, error = self.limited("start", "c")
                self.assertNotEqual(code, 0, error)
                self.assertNotEqual(error, "")
                self.limited("info", "c")
        self.others_unaffected()

    def test_include_of_a_directory_takes_its_conf_files_in_order(self):
        """LXC's way; what is no regular file in it is refused and not opened."""
        folder = self.home / "folder"
        folder.mkdir()
        os.mkfifo(folder / "a.conf")
        self.put(self.good + f"lxc.include = {folder}\n".encode())
        self.assertNotEqual(self.limited("start", "c")[0], 0)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ground.main()
