# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a test may leave behind: files, processes, mounts, sockets.  Looked at before and after (A0)."""

import fcntl
import hashlib
import os
import pathlib
import stat
import subprocess

NS_GET_PARENT = 0xB702


def snapshot(folder):
    """Everything that can be said of a tree: path → names, contents, and all metadata but the time of access."""
    seen = {}
    for path in sorted([folder, *folder.rglob("*")]):
        info = path.lstat()
        if stat.S_ISREG(info.st_mode):
            content = hashlib.sha256(path.read_bytes()).hexdigest() if os.access(path, os.R_OK) else "unreadable"
        else:
            content = os.readlink(path) if stat.S_ISLNK(info.st_mode) else ""
        attributes = {name: os.getxattr(path, name, follow_symlinks=False)
                      for name in os.listxattr(path, follow_symlinks=False)}
        seen[str(path)] = (oct(info.st_mode), info.st_uid, info.st_gid, info.st_nlink, info.st_mtime_ns, content, attributes)
    return seen


class Traces:
    """Of one test class: its home, its directories, its holder and all below it."""

    # Whose inside is a container's or the image store's own.
    OWN = (".local/share/lxc/", ".local/share/cubby/", "work-", "tools/", "OUT/")

    def __init__(self, suite):
        self.suite = suite

    def files(self, test):
        suite = self.suite
        found = set()
        for top in (suite.home, suite.temporary, suite.runtime):
            for folder, folders, names in os.walk(top):
                for name in (*folders, *names):
                    path = os.path.join(folder, name)
                    inside = os.path.relpath(path, suite.home)
                    if pathlib.Path(inside).parts[0].startswith("work-"):
                        continue
                    depth = len(pathlib.Path(inside).parts)
                    if inside.startswith((".local/share/cubby/", "OUT/")) or inside.startswith(".local/share/lxc/") and depth > 4:
                        continue
                    found.add(path)
        return found

    def holder(self, test):
        done = subprocess.run([*self.plain(test), "unshare", "readlink", "/proc/self/ns/user"], env=test.env,
                              capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        return int(done.stdout.strip().split("[")[1].rstrip("]")) if done.returncode == 0 else 0

    @staticmethod
    def plain(test):
        import harness
        prefix = harness.MODES[harness.MODE] if harness.MODE == "no-subids" else ()
        return [*prefix, harness.CUBBY]

    @staticmethod
    def is_below(pid, holder):
        """Whether the process lives in the class's holder namespace or in one below it."""
        try:
            fd = os.open(f"/proc/{pid}/ns/user", os.O_RDONLY)
        except OSError:
            return False
        try:
            while os.fstat(fd).st_ino != holder:
                parent = fcntl.ioctl(fd, NS_GET_PARENT)
                os.close(fd)
                fd = parent
            return True
        except OSError:
            return False  # the top was reached
        finally:
            os.close(fd)

    def processes(self, holder):
        found = set()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                comm = pathlib.Path("/proc", pid, "comm").read_text().strip()
                state = pathlib.Path("/proc", pid, "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if state != "Z" and comm != "cubby-holder" and self.is_below(pid, holder):
                found.add(f"process {pid} {comm}")
        return found

    def mounts(self):
        ours = [str(top) for top in (self.suite.home, self.suite.temporary, self.suite.runtime)]
        text = pathlib.Path("/proc/self/mountinfo").read_text()
        return {f"mount {line}" for line in text.splitlines() if any(top in line for top in ours)}

    @staticmethod
    def abstract_sockets():
        text = pathlib.Path("/proc/net/unix").read_text()
        return {f"socket {line.split()[7]}" for line in text.splitlines()[1:] if len(line.split()) > 7
                and line.split()[7].startswith("@") and "cubby" in line}

    def look(self, test):
        holder = self.holder(test)
        return (holder, self.files(test) | self.processes(holder) | self.mounts() | self.abstract_sockets())

    def new_since(self, before, test):
        holder, seen = before
        now = self.files(test) | self.processes(holder) | self.mounts() | self.abstract_sockets()
        return sorted(now - seen)
