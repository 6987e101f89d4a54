"""The command lines that are compared: each as close as its tool can be to `cubby run --rootfs DIR --network none`.

No other tool is given a seccomp profile or limits: that is in their favour, cubby has its default filter on.
"""

import dataclasses
import json
import pathlib
import shutil

from ground import Trouble

RUN = "/bin/true"


@dataclasses.dataclass
class Contender:
    """commands: the argv lists of one sample, timed one by one and added up."""

    name: str
    commands: list


def require(program, package):
    """Path of a peer's program; packages and the words of --skip have the same names."""
    path = shutil.which(program, path="/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    if not path:
        raise Trouble(f"{program} is not installed: apt-get install {package}, or --skip {package}")
    return path


# ---- one command in a new container


def floor(ground, program, rootfs):
    namespace = f"/proc/{ground.holder_pid}/ns/user"
    return [
        Contender("floor", [[program, namespace, str(rootfs), RUN]]),
        Contender("floor, overlay root", [[program, "--overlay", namespace, str(rootfs), RUN]]),
    ]


def bubblewrap(rootfs):
    argv = [require("bwrap", "bubblewrap"), "--unshare-all", "--uid", "0", "--gid", "0", "--hostname", "bench"]
    argv += ["--ro-bind", str(rootfs), "/", "--proc", "/proc", "--dev", "/dev", "--mqueue", "/dev/mqueue"]
    argv += ["--ro-bind", "/sys", "/sys", "--clearenv", "--setenv", "PATH", "/bin", "--", RUN]
    return Contender("bubblewrap (one id)", [argv])


def oci_config(ground, rootfs):
    """An OCI bundle's config.json for the user: his ids, all namespaces crun knows, the mounts of `crun spec`."""
    names = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID", "NET_BIND_SERVICE")
    caps = ["CAP_" + name for name in names]
    hard = ["nosuid", "noexec", "nodev"]

    def mount(where, kind, options):
        return {"destination": where, "type": kind, "source": kind, "options": options}

    def ids(first):
        return [{"containerID": 0, "hostID": first, "size": 65536}]

    return {
        "ociVersion": "1.0.0",
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": [RUN],
            "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            "cwd": "/",
            "capabilities": {"bounding": caps, "effective": caps, "permitted": caps},
            "noNewPrivileges": True,
        },
        "root": {"path": str(rootfs), "readonly": True},
        "hostname": "bench",
        "mounts": [
            mount("/proc", "proc", hard),
            mount("/dev", "tmpfs", ["nosuid", "mode=755", "size=64k"]),
            mount("/dev/pts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]),
            mount("/dev/shm", "tmpfs", hard + ["mode=1777"]),
            mount("/dev/mqueue", "mqueue", hard),
            mount("/sys", "sysfs", hard + ["ro"]),
        ],
        "linux": {
            "uidMappings": ids(ground.uid_start),
            "gidMappings": ids(ground.gid_start),
            "namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount", "cgroup", "user")],
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    }


def crun(ground, rootfs):
    bundle = ground.file("bundle/config.json", json.dumps(oci_config(ground, rootfs), indent=1)).parent
    argv = [require("crun", "crun"), "--cgroup-manager=disabled", "run", "--bundle", str(bundle), "bench"]
    return Contender("crun run", [argv])


def lxc_lines(ground):
    """What an unprivileged container needs in LXC's config on any host, with AppArmor or without."""
    return [
        f"lxc.idmap = u 0 {ground.uid_start} 65536",
        f"lxc.idmap = g 0 {ground.gid_start} 65536",
        "lxc.net.0.type = empty",
        "lxc.apparmor.profile = unconfined",
    ]


def lxc_path(ground):
    return str(ground.directory("lxc"))


def lxc_execute(ground, rootfs):
    lines = lxc_lines(ground) + [
        f"lxc.rootfs.path = dir:{rootfs}",
        "lxc.uts.name = bench",
        "lxc.mount.auto = proc:mixed sys:mixed",
        "lxc.mount.entry = shm dev/shm tmpfs defaults,create=dir 0 0",
        "lxc.mount.entry = mqueue dev/mqueue mqueue defaults,create=dir 0 0",
    ]
    config = ground.file("execute.conf", "\n".join(lines) + "\n")
    return Contender("lxc-execute", [lxc_command(ground, "execute", "execute", "-f", str(config), "--", RUN)])


def cubby_run(cubby, rootfs):
    return Contender("cubby run --rootfs", [[cubby, "run", "--rootfs", str(rootfs), "--network", "none", "--", RUN]])


# ---- containers with a name


def write_default_config(ground):
    """The user's default.conf, which both lxc-create and cubby create read."""
    ground.file("home/.config/lxc/default.conf", "\n".join(lxc_lines(ground)) + "\n")
    ground.directory("home/.local/share/lxc")


def lxc_command(ground, verb, name, *more):
    return [require(f"lxc-{verb}", "lxc"), "-P", lxc_path(ground), "-n", name, *more]


def start_stop(ground, cubby, with_lxc):
    """Start and kill one busybox container each; the containers are made here. Contenders with two commands."""
    found = []
    if with_lxc:
        ground.run(lxc_command(ground, "create", "bench", "-t", "busybox"))
        commands = [lxc_command(ground, "start", "bench"), lxc_command(ground, "stop", "bench", "-k")]
        found.append(Contender("lxc-start + lxc-stop -k", commands))
    if cubby:
        ground.run([cubby, "create", "bench", "-t", "busybox"])
        found.append(Contender("cubby start + stop -k", [[cubby, "start", "bench"], [cubby, "stop", "-k", "bench"]]))
    return found


def create_destroy(ground, cubby, with_lxc):
    """Make and remove a busybox container; cubby's image cache is filled by the warm-up."""
    found = []
    if with_lxc:
        commands = [lxc_command(ground, "create", "made", "-t", "busybox"), lxc_command(ground, "destroy", "made")]
        found.append(Contender("lxc-create + lxc-destroy", commands))
    if cubby:
        commands = [[cubby, "create", "made", "-t", "busybox"], [cubby, "destroy", "-f", "made"]]
        found.append(Contender("cubby create + destroy", commands))
    return found


def many_name(number):
    return f"c{number:04}"


def many_path(ground):
    return str(ground.work / "many/.local/share/lxc")


def many_containers(ground, count, rootfs):
    """A second home with `count` containers defined in it; the environment of a command that lists them."""
    lines = lxc_lines(ground) + [f"lxc.rootfs.path = dir:{rootfs}", "lxc.init.cmd = /bin/sleep 100000"]
    for number in range(count):
        name = many_name(number)
        ground.file(f"many/.local/share/lxc/{name}/config", "\n".join([*lines, f"lxc.uts.name = {name}"]) + "\n")
    return ground.env | {"HOME": str(ground.work / "many")}


def list_all(ground, cubby, with_lxc):
    found = []
    if with_lxc:
        found.append(Contender("lxc-ls", [[require("lxc-ls", "lxc"), "-P", many_path(ground)]]))
    if cubby:
        found.append(Contender("cubby ls", [[cubby, "ls"]]))
    return found


# ---- LXC's own commands, and cubby's of the same names


def lxc_program(cubby, verb):
    """LXC's command, or where `cubby` is given, the link of that name beside it."""
    if not cubby:
        return require(f"lxc-{verb}", "lxc")
    prefix = pathlib.Path(cubby).parent
    found = [folder / f"lxc-{verb}" for folder in (prefix.parent / "libexec/cubby/lxc", prefix / "lxc")]
    return str(next(path for path in found if path.exists()))


def of_many(ground, cubby, verb, number, *more):
    return [lxc_program(cubby, verb), "-P", many_path(ground), "-n", many_name(number), *more]


def fancy_list(ground, cubby):
    return Contender(f"lxc-ls -f ({'cubby' if cubby else 'LXC'})", [[lxc_program(cubby, "ls"), "-P", many_path(ground), "-f"]])


def looks_inside(ground, cubby):
    """Two commands on one running container."""
    whose = "cubby" if cubby else "LXC"
    return [
        Contender(f"lxc-info ({whose})", [of_many(ground, cubby, "info", 0)]),
        Contender(f"lxc-attach -- true ({whose})", [of_many(ground, cubby, "attach", 0, "--", RUN)]),
    ]
