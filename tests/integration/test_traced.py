# SPDX-License-Identifier: LGPL-2.1-or-later
"""One container's life under strace, and rules that every system call of cubby's own programs keeps.

Below a container's root file system the kernel is given descriptors and single names, or openat2's bounds; no name that
could be guessed is made in a shared directory; no terminal is opened by its name; no process is signalled by its number.
"""

import re
import subprocess

import harness

CALL = re.compile(r"^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+|\?)")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
# A directory and a name in it, in that order; the directory as strace -y shows it.
PLACE = re.compile(r'(?:AT_FDCWD(?:<([^>]*)>)?|-?\d+(?:<([^>]*)>)?), "((?:[^"\\]|\\.)*)"')
SHARED = ("/tmp/", "/var/tmp/", "/dev/shm/")
MAKES = ("mkdir", "mkdirat", "mknod", "mknodat", "symlink", "symlinkat", "linkat", "rename", "renameat", "renameat2", "creat")
BOUND = ("RESOLVE_IN_ROOT", "RESOLVE_BENEATH")


class Call:
    def __init__(self, pid, name, arguments, result):
        self.pid, self.name, self.arguments, self.result = pid, name, arguments, result

    def paths(self):
        """The paths it was given, as (directory, name): an absolute name has no directory."""
        found = [(match[1] or match[2] or "", match[3]) for match in PLACE.finditer(self.arguments)]
        if not found and not self.name.endswith("at"):
            found = [("", match[1]) for match in STRING.finditer(self.arguments)]
        return [("", name) if name.startswith("/") else (directory, name) for directory, name in found]

    def __str__(self):
        return f"{self.name}({self.arguments}) = {self.result}"


def read_calls(record):
    """The calls of a trace in order; what another process interrupted is put together again."""
    begun = {}
    for line in record.read_text(errors="replace").splitlines():
        pid = line.split(None, 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[pid] = line[: -len("<unfinished ...>")]
            continue
        resumed = re.match(r"^\d+\s+<\.\.\. \w+ resumed>(.*)$", line)
        if resumed:
            line = begun.pop(pid, pid + " ") + resumed[1]
        match = CALL.match(line)
        if match:
            yield Call(int(match[1]), match[2], match[3], match[4])


class Traced(harness.Cubby):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.record = cls.runtime / "record"
        # Traced, newuidmap would have no privilege: the holder is there before.
        subprocess.run([harness.CUBBY, "unshare", "true"], env=cls.env, check=True, capture_output=True)

    def own_calls(self, *words):
        """What cubby's own programs called while the command ran, and for as long as what it left behind did."""
        subprocess.run(["strace", "-f", "-y", "-s", "4096", "-e", "trace=%file,%process,kill,tkill,tgkill,openat2,open_tree,"
                        "move_mount,mount_setattr,ioctl", "-o", self.record, harness.CUBBY, *words],
                       env=self.env, check=True, capture_output=True, timeout=120)
        own = {}
        for call in read_calls(self.record):
            program = own.setdefault(call.pid, True)
            if call.name in ("execve", "execveat") and call.result == "0":
                quoted = STRING.search(call.arguments)
                name = quoted[1] if quoted and quoted[1] else call.arguments.split(">")[0]
                own[call.pid] = name.startswith(str(harness.BIN)) or "memfd:cubby" in name
            elif call.name in ("clone", "clone3", "fork", "vfork") and int(call.result) > 0:
                own[int(call.result)] = program
            if program:
                yield call

    def check(self, call, roots):
        if call.name in ("kill", "tkill"):
            self.fail(f"signalled by its number: {call}")
        for directory, name in call.paths():
            whole = name if name.startswith("/") else f"{directory}/{name}"
            self.assertNotRegex(whole, r"^/dev/pts/\d", f"a terminal by its name: {call}")
            if call.name in MAKES or "O_CREAT" in call.arguments:
                shared = whole.startswith(SHARED) and not whole.startswith((str(self.home), str(self.runtime)))
                self.assertFalse(shared, f"a name that others can guess: {call}")
            if any(whole.startswith(f"{root}/") for root in roots) and "/" in name:
                self.assertTrue(call.name == "openat2" and any(each in call.arguments for each in BOUND),
                                f"a path below a container's root: {call}")

    def test_life_of_a_container(self):
        containers = self.home / ".local/share/lxc"
        images = self.home / ".local/share/cubby/images/images"
        lives = (("create", "c", "-t", "busybox"), ("start", "c"), ("attach", "c", "--", "/bin/true"),
                 ("run", "busybox", "true"), ("stop", "-k", "c"), ("rename", "c", "d"), ("destroy", "d"))
        seen = 0
        for words in lives:
            roots = [str(path) for name in ("c", "d") for path in (containers / name / "rootfs", containers / name / "overlay/delta")]
            roots += [str(image / "rootfs") for image in images.iterdir()] if images.is_dir() else []
            for call in self.own_calls_of(words):
                self.check(call, roots)
                seen += 1
        self.assertGreater(seen, 500, "the trace is not whole")

    def own_calls_of(self, words):
        if words[0] == "start":
            # What start leaves behind would keep strace waiting: in the foreground it is the same code.
            words = ("start", "c", "-F", "--", "/bin/true")
            calls = list(self.own_calls(*words))
            self.cubby("start", "c")
            return calls
        return self.own_calls(*words)

    def test_rules_can_fail(self):
        """Each rule finds the call that breaks it."""
        root = "/home/u/c/rootfs"
        for line in ('1 openat(AT_FDCWD, "/home/u/c/rootfs/etc/passwd", O_RDONLY) = 3',
                     '1 openat(4</home/u/c/rootfs>, "etc/passwd", O_RDONLY) = 3',
                     '1 openat2(4</home/u/c/rootfs>, "etc/passwd", {flags=O_RDONLY, resolve=RESOLVE_NO_MAGICLINKS}, 24) = 3',
                     '1 openat(AT_FDCWD, "/dev/pts/3", O_RDWR) = 3', '1 kill(17, SIGTERM) = 0',
                     '1 openat(AT_FDCWD, "/tmp/cubby.17", O_RDWR|O_CREAT, 0600) = 3', '1 mkdir("/tmp/cubby", 0700) = 0'):
            self.record.write_text(line + "\n")
            with self.assertRaises(AssertionError, msg=line):
                self.check(next(read_calls(self.record)), [root])


if __name__ == "__main__":
    harness.main()
