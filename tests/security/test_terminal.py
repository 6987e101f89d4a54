# SPDX-License-Identifier: LGPL-2.1-or-later
"""Element tty: the caller's terminal never enters, and nothing can type into it."""

import array
import fcntl
import json
import os
import pty
import select
import termios
import time

import attack
import harness

TIOCGPTN = 0x80045430


def name_of(master):
    number = array.array("I", [0])
    fcntl.ioctl(master, TIOCGPTN, number)
    return f"/dev/pts/{number[0]}"


class Terminal(attack.Attack):
    containers = ("in",)

    def on_terminal(self, *words, output=None, seconds=20):
        """Runs cubby on a terminal of the test's; what it showed, what lies in the terminal's input, its device."""
        pid, master = pty.fork()
        if pid == 0:
            if output is not None:
                os.dup2(output, 1)
            os.execvpe([*self.prefix, harness.CUBBY][0], [*self.prefix, harness.CUBBY, *words], self.env)
        device = os.stat(name_of(master)).st_rdev
        shown = b""
        limit = time.monotonic() + seconds
        slave = os.open(name_of(master), os.O_RDWR | os.O_NOCTTY)
        ended = False
        while time.monotonic() < limit:
            ended = ended or os.waitpid(pid, os.WNOHANG)[0] == pid
            ready, _, _ = select.select([master], [], [], 0.05)
            if ready:
                shown += os.read(master, 65536)
            elif ended:
                break
        # Canonical mode hides unfinished lines from FIONREAD.
        settings = termios.tcgetattr(slave)
        settings[3] &= ~termios.ICANON
        termios.tcsetattr(slave, termios.TCSANOW, settings)
        waiting = array.array("i", [0])
        fcntl.ioctl(slave, termios.FIONREAD, waiting)
        os.close(slave)
        os.close(master)
        text = shown.decode(errors="replace")
        if harness.MODE == "no-openat2" and "openat2" in text:
            raise attack.Refused
        return text, waiting[0], device

    ways = (("run", "-i", "-t", "-v", "{}:/tools:ro", "busybox", "--"), ("run", "-i", "-v", "{}:/tools:ro", "busybox", "--"),
            ("attach", "in", "--"), ("attach", "-T", "in", "--"))

    def each_way(self):
        return [[word.format(self.tools) for word in way] for way in self.ways]

    def inject(self, call, *more, output=None):
        for way in self.each_way():
            script = f"for f in 0 1 2 /dev/tty; do /tools/probe call {call} $f {' '.join(more)}; done"
            shown, waiting, _ = self.on_terminal(*way, "sh", "-c", script, output=output)
            self.assertEqual(waiting, 0, "something was typed into the caller's terminal")
            if output is None:
                self.assertEqual(shown.count('"result": -1'), 4, shown)

    def test_cve_2016_10124_input_injection(self):
        self.inject("tiocsti")

    def test_cve_2016_10124_beside_the_hosts_mounts(self):
        probe = self.tools / "probe"
        for more in ((), ("-T",)):
            script = f"for f in 0 1 2 /dev/tty; do {probe} call tiocsti $f; done"
            shown, waiting, _ = self.on_terminal("attach", *more, "--namespaces", "pid", "--remount-proc-sys", "in", "--",
                                                 "/bin/sh", "-c", script)
            self.assertEqual(waiting, 0, "something was typed into the caller's terminal")
            self.assertEqual(shown.count('"result": -1'), 4, shown)

    def test_cve_2017_5226_output_goes_to_a_file(self):
        with open(self.work / "output", "w+b") as file:
            self.inject("tiocsti", output=file.fileno())
            file.seek(0)
            self.assertNotIn(b'"result": 0', file.read())

    def test_cve_2019_10063_upper_half_of_the_request(self):
        self.inject("tiocsti", "1")

    def test_cve_2019_7303_all_bits_of_the_upper_half(self):
        self.inject("tiocsti", "0xffffffff")

    def test_cve_2023_28100_console_paste(self):
        self.inject("tioclinux")

    def test_cve_2023_1523_console_paste_with_the_upper_half(self):
        self.inject("tioclinux", "1")

    def test_cve_2016_9016_the_terminal_itself_is_not_inside(self):
        for way in self.each_way():
            shown, _, device = self.on_terminal(*way, "/tools/probe")
            report = json.loads(shown[shown.index("{"):shown.rindex("}") + 1])
            own = [one for one in report["fds"] if one.get("rdev") == device and one["tty"]
                   and not one["link"].startswith("/dev/")]
            self.assertEqual(own, [])
            self.assertNotIn("(unreachable)", json.dumps(report["fds"]))

    def test_cve_2016_2568_session_is_new(self):
        for way in self.each_way():
            shown, _, _ = self.on_terminal(*way, "/tools/probe")
            report = json.loads(shown[shown.index("{"):shown.rindex("}") + 1])
            self.assertGreater(report["session"], 0, "the session is one of outside")

    def test_cve_2016_2779_no_controlling_terminal_without_a_terminal(self):
        for words in (("run", "-v", f"{self.tools}:/tools:ro", "busybox", "--"), ("attach", "-T", "in", "--")):
            shown, _, _ = self.on_terminal(*words, "/tools/probe")
            report = json.loads(shown[shown.index("{"):shown.rindex("}") + 1])
            self.assertEqual(report["ctty"], 0)

    def test_cve_2016_2781_first_process_types_into_its_own_console_only(self):
        report = self.started(words=("call", "tiocsti", "0"))
        self.assertEqual(report["errno"], attack.EPERM)

    def test_cve_2025_52565_no_descriptor_is_a_master(self):
        for way in self.each_way():
            shown, _, _ = self.on_terminal(*way, "/tools/probe")
            report = json.loads(shown[shown.index("{"):shown.rindex("}") + 1])
            self.assertEqual([one for one in report["fds"] if "ptmx" in one["link"]], [])
            self.assertLessEqual({one["fd"] for one in report["fds"]}, {0, 1, 2})

    def test_cve_2016_10124_twin_a_terminal_of_its_own(self):
        for way in (self.ways[0], self.ways[2]):
            shown, _, _ = self.on_terminal(*[word.format(self.tools) for word in way], "/tools/probe")
            report = json.loads(shown[shown.index("{"):shown.rindex("}") + 1])
            self.assertTrue(all(one["tty"] for one in report["fds"]), report["fds"])
            self.assertNotEqual(report["ctty"], 0)

    def test_cve_2024_28085_control_characters_in_lists(self):
        evil = "\x1b]0;title\x07\x1b[31m\u202e"
        name = self.make("esc", f"lxc.environment = A={evil}")
        for words in (("ls",), ("info", name), ("ls", "--json"), ("info", "--json", name)):
            self.assertNotIn(b"\x1b", self.run_cubby(*words).stdout)
        for words in (("start", evil), ("attach", name, "--", evil), ("config", "get", name, evil), (evil,), ("ls", f"--{evil}"),
                      ("create", "x", "-t", evil), ("run", "-w", "/" + evil, "busybox", "--", "true"),
                      ("run", "-v", f"/{evil}:/x", "busybox", "--", "true")):
            done = self.run_cubby(*words)
            self.assertNotEqual(done.returncode, 0, words)
            for byte in (b"\x1b", b"\x07"):
                self.assertNotIn(byte, done.stderr, words)

    def test_cve_2023_29383_every_control_byte(self):
        for byte in [*range(1, 32), *range(127, 160)]:
            done = self.run_cubby("start", "a" + chr(byte) + "b")
            self.assertEqual(done.returncode, 2)
            text = done.stderr.decode(errors="replace").rstrip("\n")
            self.assertFalse([char for char in text if ord(char) < 32 or 127 <= ord(char) < 160], repr(text))


if __name__ == "__main__":
    attack.main()
