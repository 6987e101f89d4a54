# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests that need mounts or sysctls of their own: they run again inside a user and mount namespace, as its root.

In there the one id of the user is mapped, so cubby runs with a single id too: its lowest rung.
"""

import os
import pathlib
import subprocess
import sys

INSIDE = "CUBBY_FAULTS_INSIDE"


def enter():
    """Returns inside; the namespaces end with this process."""
    if os.environ.get(INSIDE) == "1":
        return
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--mount", "--", sys.executable, "-B", *sys.argv])


def mount_tmpfs(at, options):
    pathlib.Path(at).mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(at)], check=True)


def unmount(at):
    """Once more does no harm."""
    subprocess.run(["umount", "-l", str(at)], check=False, stderr=subprocess.DEVNULL)
