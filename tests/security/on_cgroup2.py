#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""on_cgroup2.py FILE: as root, runs a test as an ordinary user who sees nothing but cgroup2 in /sys/fs/cgroup.

The view is in a mount namespace of its own, which ends with the test.  The user is who owns the build, or cubby-test."""

import os
import pathlib
import pwd
import subprocess
import sys

VIEW = "/sys/fs/cgroup"


def run(*words):
    subprocess.run(words, check=True)


def unshare_mounts():
    # os.unshare() came with Python 3.12.
    if "CUBBY_OWN_MOUNTS" not in os.environ:
        os.environ["CUBBY_OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, "-B", *sys.argv])
    del os.environ["CUBBY_OWN_MOUNTS"]


def make_view():
    run("mount", "-t", "tmpfs", "cover", VIEW)  # whatever is below, such as a hierarchy for each controller, is covered
    run("mount", "-t", "cgroup2", "cgroup2", VIEW)
    assert not pathlib.Path(VIEW, "memory").exists() and pathlib.Path(VIEW, "cgroup.procs").exists()


def tester():
    owner = os.stat(os.environ["CUBBY_BIN"]).st_uid
    return pwd.getpwuid(owner) if owner != 0 else pwd.getpwnam("cubby-test")


def main():
    assert os.geteuid() == 0, "this needs root"
    unshare_mounts()
    make_view()
    user = tester()
    os.initgroups(user.pw_name, user.pw_gid)
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "CI") or name.startswith("CUBBY_")}
    os.execve(sys.executable, [sys.executable, "-B", sys.argv[1]], {"HOME": user.pw_dir, "LANG": "C.UTF-8", **kept})


if __name__ == "__main__":
    main()
