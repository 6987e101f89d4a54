#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the steps of steps.py and compares what cubby's lxc-* commands print, and how they end, with LXC's.

  compare.py                   against cubby, as the calling user; LXC's answers are those recorded in lxc-5.0.2.json
  compare.py --record USER     as root: runs them against LXC as USER, in a private view of one cgroup2 tree, and records
  compare.py --table           writes the steps of docs/lxc-compat.md

Compared are standard output and the exit status; errors are worded differently and go unseen. Process ids, homes and user
names are replaced.
"""

import argparse
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts/lib"))

import page_section

from steps import STEPS

HERE = pathlib.Path(__file__).resolve().parent
RECORD = HERE / "lxc-5.0.2.json"
PAGE = HERE.parents[1] / "docs/lxc-compat.md"
CGROUPS = pathlib.Path("/sys/fs/cgroup")
INSIDE = "CUBBY_COMPAT_INSIDE"


def subordinate(kind, user):
    for line in pathlib.Path("/etc", kind).read_text().splitlines():
        name, first, count = line.split(":")
        if name in (user.pw_name, str(user.pw_uid)) and int(count) >= 65536:
            return int(first)
    sys.exit(f"compare: {user.pw_name} has no 65536 ids in /etc/{kind}")


def normalized(text, home, user, first):
    text = text.replace(str(home), "HOME").replace(user, "USER").replace(str(first), "SUBUID")
    text = re.sub(r"(PID: +)\d+", r"\1PID", text)
    text = re.sub(r"^\d{2,}$", "PID", text, flags=re.M)
    return re.sub(r"(RUNNING )\d+ *", r"\1PID ", re.sub(r"STATE +PID +", "STATE PID ", re.sub(r"STOPPED - +", "STOPPED - ", text)))


class Ground:
    """A home for one run, with the default.conf that LXC needs."""

    def __init__(self, user, path):
        self.user = user
        self.first = subordinate("subuid", user)
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="cubby-compat-"))
        self.home.chmod(0o755)
        run = self.home / "run"
        config = self.home / ".config/lxc"
        share = self.home / ".local/share/lxc"
        for folder in (run, config, share):
            folder.mkdir(parents=True)
        run.chmod(0o700)
        config.joinpath("default.conf").write_text(
            f"lxc.idmap = u 0 {self.first} 65536\nlxc.idmap = g 0 {subordinate('subgid', user)} 65536\n"
            "lxc.net.0.type = empty\nlxc.apparmor.profile = unconfined\n")
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{user.pw_uid}:{user.pw_gid}", str(self.home)], check=True)
        self.env = {"HOME": str(self.home), "XDG_RUNTIME_DIR": str(run), "PATH": path, "LANG": "C.UTF-8",
                    "USER": user.pw_name, "SUBUID": str(self.first)}

    def become(self):
        if os.geteuid() == 0:
            os.initgroups(self.user.pw_name, self.user.pw_gid)
            os.setgid(self.user.pw_gid)
            os.setuid(self.user.pw_uid)
        os.umask(0o022)

    def run(self, step):
        try:
            done = subprocess.run(["sh", "-c", step.line], env=self.env, cwd="/", stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=60, check=False, preexec_fn=self.become)
        except subprocess.TimeoutExpired:
            return {"line": step.line, "exit": "timeout", "out": ""}, ""
        out = normalized(done.stdout, self.home, self.user.pw_name, self.first)
        return {"line": step.line, "exit": done.returncode, "out": out}, done.stderr


def private_cgroups(user):
    """As root: one cgroup2 tree in a mount namespace of its own, with a group of the user's."""
    if not os.environ.get(INSIDE):
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    if not (CGROUPS / "cgroup.controllers").exists():
        subprocess.run(["umount", "--lazy", str(CGROUPS)], check=True)
        subprocess.run(["mount", "-t", "cgroup2", "none", str(CGROUPS)], check=True)
    group = CGROUPS / f"cubby-compat-{os.getpid()}" / "shell"
    group.mkdir(parents=True)
    subprocess.run(["chown", "-R", user.pw_name, str(group.parent)], check=True)
    (group / "cgroup.procs").write_text(str(os.getpid()))
    return group


def record(name):
    user = pwd.getpwnam(name)
    group = private_cgroups(user)
    ground = Ground(user, "/usr/sbin:/usr/bin:/sbin:/bin")
    answers = [ground.run(step)[0] for step in STEPS]
    RECORD.write_text(json.dumps(answers, indent=1) + "\n")
    shutil.rmtree(ground.home)
    (CGROUPS / "cgroup.procs").write_text(str(os.getpid()))
    (group.parent / "cgroup.kill").write_text("1")
    print(f"{len(answers)} answers of LXC are in {RECORD}")
    return 0


def verdict(step, answer, recorded):
    """Empty, or what is wrong with cubby's answer."""
    if recorded["line"] != step.line:
        return "the record is of other steps: compare.py --record USER"
    if step.differs:
        return "" if answer["exit"] == step.exit else f"exit status {answer['exit']}, not {step.exit}"
    if answer["exit"] != recorded["exit"]:
        return f"exit status {answer['exit']}, LXC's is {recorded['exit']}"
    if answer["out"] != recorded["out"]:
        return f"prints {answer['out']!r}, LXC {recorded['out']!r}"
    return ""


def compare():
    recorded = json.loads(RECORD.read_text())
    commands = pathlib.Path(os.environ["CUBBY_BIN"]) / "lxc"
    cubby = commands.parent / "cubby"
    ground = Ground(pwd.getpwuid(os.geteuid()), f"{commands}:/usr/sbin:/usr/bin:/sbin:/bin")
    failures = 0
    try:
        for step, was in zip(STEPS, recorded, strict=True):
            answer, error = ground.run(step)
            wrong = verdict(step, answer, was)
            failures += 1 if wrong else 0
            print(f"{'FAIL' if wrong else '  ok'}  {step.line}" + (f"\n      {wrong}\n      {error.strip()}" if wrong else ""))
    finally:
        for line in subprocess.run([str(cubby), "ls", "-q"], env=ground.env, capture_output=True, text=True,
                                   check=False).stdout.split():
            subprocess.run([str(cubby), "destroy", "-f", line], env=ground.env, check=False)
        subprocess.run([str(cubby), "unshare", "rm", "-rf", str(ground.home)], env=ground.env, check=False,
                       stderr=subprocess.DEVNULL)
        subprocess.run([str(commands.parent / "cubby-holder"), "--stop"], env=ground.env, check=False)
        shutil.rmtree(ground.home, ignore_errors=True)
    print(f"{len(STEPS)} steps, {failures} differ from what is expected")
    if PAGE.read_text() != page():
        print(f"{PAGE.name} is of other steps: compare.py --table")
        failures += 1
    return 1 if failures else 0


def page():
    """docs/lxc-compat.md with the steps as they are now."""
    return page_section.with_section(PAGE.read_text(), "steps", table())


def table():
    """The section of steps in docs/lxc-compat.md."""
    recorded = json.loads(RECORD.read_text())
    lines = ["| step | exit status | |\n| --- | --- | --- |"]
    for step, was in zip(STEPS, recorded, strict=True):
        line = step.line.replace("|", "\\|")
        ends = f"{was['exit']}; cubby {step.exit}" if step.differs and was["exit"] != step.exit else str(was["exit"])
        lines.append(f"| `{line}` | {ends} | {step.differs or 'the same'} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", metavar="USER")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    if options.record:
        return record(options.record)
    if options.table:
        PAGE.write_text(page())
        return 0
    return compare()


if __name__ == "__main__":
    sys.exit(main())
