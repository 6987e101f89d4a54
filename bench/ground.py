"""The ground the bench stands on: a private view of the cgroups, a directory, a cgroup and a way to run as the user.

Everything made here is the bench's own and goes away in Ground.close(), also after an error.
"""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

CGROUPS = pathlib.Path("/sys/fs/cgroup")
INSIDE = "CUBBY_BENCH_INSIDE"  # set once the bench runs in its own mount namespace


class Trouble(Exception):
    """The bench cannot go on; the text names the thing and the next step."""


def enter_private_mounts():
    """As root: runs this program again in a mount namespace of its own. As a user: nothing."""
    if os.geteuid() != 0 or os.environ.get(INSIDE):
        return
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable] + sys.argv)


def ensure_pure_cgroups():
    """crun and LXC want one cgroup2 tree at /sys/fs/cgroup; a hybrid host has it only in a private view, as root."""
    kind = ""
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        words = line.split()
        if words[1] == str(CGROUPS):
            kind = words[2]
    if kind == "cgroup2":
        return
    if os.geteuid() != 0:
        raise Trouble("/sys/fs/cgroup is not a pure cgroup2 tree: run bench/start as root")
    if kind:
        subprocess.run(["umount", "--lazy", str(CGROUPS)], check=True)
    subprocess.run(["mount", "-t", "cgroup2", "none", str(CGROUPS)], check=True)


def subordinate(kind, user):
    """First subordinate id of the user from /etc/subuid or /etc/subgid; a range must have 65536 ids."""
    for line in pathlib.Path("/etc", kind).read_text().splitlines():
        name, first, count = line.split(":")
        if name in (user.pw_name, str(user.pw_uid)) and int(count) >= 65536:
            return int(first)
    cure = f"usermod --add-{kind}s 100000-165535 {user.pw_name}"
    raise Trouble(f"{user.pw_name} has no 65536 ids in /etc/{kind}: {cure}")


def choose_user(name):
    """The user to measure as: the caller, or when the caller is root the one named (by default who called sudo)."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for candidate in (name, os.environ.get("SUDO_USER"), "cubbydev"):
        if not candidate:
            continue
        try:
            user = pwd.getpwnam(candidate)
        except KeyError:
            if name:
                raise Trouble(f"no user {name}: choose another with --user") from None
            continue
        if user.pw_uid != 0:
            return user
    raise Trouble("bench/start measures as an ordinary user: name one with --user")


class Ground:
    """work: directory readable by all; home: HOME of the tools in it; env: their whole environment."""

    def __init__(self, user, parent):
        self.user = user
        self.root = os.geteuid() == 0
        self.uid_start = subordinate("subuid", user)
        self.gid_start = subordinate("subgid", user)
        self.holder = None
        self.holder_pid = 0
        self.work = self._make_work(parent)
        self.cgroup = self._make_cgroup()
        self.home = self.directory("home")
        self.env = {
            "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.home),
            "USER": user.pw_name,
            "LOGNAME": user.pw_name,
            "LANG": "C",
            "XDG_RUNTIME_DIR": str(self.directory("run", 0o700)),
        }

    # ---- files

    def _make_work(self, parent):
        try:
            path = pathlib.Path(tempfile.mkdtemp(prefix="cubby-bench-", dir=parent))
        except OSError as error:
            raise Trouble(f"make a directory in {parent}: {error.strerror}; choose another with --work") from None
        path.chmod(0o755)
        self.own(path)
        return path

    def own(self, path):
        if self.root:
            os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)

    def directory(self, name, mode=0o755):
        """A directory of the user's below work; parents are made too."""
        path = self.work
        for part in pathlib.Path(name).parts:
            path = path / part
            if not path.exists():
                path.mkdir()
                path.chmod(0o755)
                self.own(path)
        path.chmod(mode)
        return path

    def file(self, name, text):
        path = self.directory(os.path.dirname(name)) / os.path.basename(name)
        path.write_text(text)
        path.chmod(0o644)
        self.own(path)
        return path

    def program(self, source):
        """A copy of a program where the user can reach it."""
        target = self.work / os.path.basename(source)
        shutil.copyfile(source, target)
        target.chmod(0o755)
        return str(target)

    # ---- cgroup

    def _make_cgroup(self):
        if self.root:
            base = CGROUPS
        else:
            lines = pathlib.Path("/proc/self/cgroup").read_text().splitlines()
            base = CGROUPS / next(line for line in lines if line.startswith("0::"))[3:].lstrip("/")
        path = base / f"cubby-bench-{os.getpid()}"
        try:
            path.mkdir()
        except OSError as error:
            self.work.rmdir()
            cure = "run as root, or by systemd-run --user --scope -p Delegate=yes"
            raise Trouble(f"make {path}: {error.strerror}; {cure}") from None
        if self.root:
            for name in ("", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"):
                os.chown(path / name, self.user.pw_uid, self.user.pw_gid)
        return path

    def processes(self):
        """Pids of everything that runs in the bench's cgroup and below."""
        pids = []
        for folder, _, _ in os.walk(self.cgroup):
            pids += [int(pid) for pid in pathlib.Path(folder, "cgroup.procs").read_text().split()]
        return pids

    def _remove_cgroup(self):
        (self.cgroup / "cgroup.kill").write_text("1")
        for _ in range(500):
            if "populated 0" in (self.cgroup / "cgroup.events").read_text():
                break
            time.sleep(0.02)
        for folder, _, _ in os.walk(self.cgroup, topdown=False):
            os.rmdir(folder)

    # ---- processes

    def _become_user(self):
        (self.cgroup / "cgroup.procs").write_text("0")
        if self.root:
            os.initgroups(self.user.pw_name, self.user.pw_gid)
            os.setgid(self.user.pw_gid)
            os.setuid(self.user.pw_uid)
        os.umask(0o022)

    def popen(self, argv, env=None, **more):
        return subprocess.Popen(argv, env=env or self.env, cwd="/", preexec_fn=self._become_user, text=True, **more)

    def run(self, argv, env=None):
        """Standard output of a command run by the user; Trouble with its messages if it fails."""
        # Files, not pipes: what the command leaves running may keep them open.
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as messages:
            process = self.popen(argv, env, stdin=subprocess.DEVNULL, stdout=output, stderr=messages)
            status = process.wait()
            output.seek(0)
            messages.seek(0)
            if status == 0:
                return output.read()
            said = (messages.read() or output.read()).strip()
            raise Trouble(f"{' '.join(argv[:6])} …: exit status {status}\n{said}")

    def start_holder(self, floor):
        """The id-mapped user namespace the floor joins, kept until close()."""
        argv = [floor, "--holder", str(self.uid_start), str(self.gid_start), "65536"]
        self.holder = self.popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        answer = self.holder.stdout.readline().strip()
        if not answer:
            raise Trouble("floor --holder: could not map the user's subordinate ids; is uidmap installed?")
        self.holder_pid = int(answer)

    def close(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if self.holder:
            self.holder.stdin.close()
            self.holder.wait()
        self._remove_cgroup()
        if self.root:
            shutil.rmtree(self.work)
        else:  # files of subordinate ids are in it
            as_root = ["unshare", "--user", "--map-root-user", "--map-auto"]
            subprocess.run(as_root + ["rm", "-rf", str(self.work)], check=True)


def build_rootfs(ground):
    """One busybox root for all tools: readable by everyone, with the directories they mount on."""
    busybox = shutil.which("busybox")
    if not busybox:
        raise Trouble("no busybox on this host: apt-get install busybox-static")
    root = ground.directory("rootfs")
    for name in ("bin", "dev", "etc", "proc", "root", "run", "sbin", "sys", "tmp", "usr/bin", "var"):
        ground.directory(f"rootfs/{name}")
    shutil.copyfile(busybox, root / "bin/busybox")
    (root / "bin/busybox").chmod(0o755)
    for applet in subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True).stdout.split():
        if applet != "busybox":
            (root / "bin" / applet).symlink_to("busybox")
    (root / "sbin/init").symlink_to("../bin/busybox")
    ground.file("rootfs/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
    ground.file("rootfs/etc/group", "root:x:0:\n")
    ground.file("rootfs/.lxc-init", "")  # lxc-execute mounts its init on this; the root is not the container's to write
    return root
