# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers that a template of the test's own makes: the tree in them is whatever the test wants."""

import attack

LINKS = {"out": "{out}", "file": "{out}/file", "up": "../../../../../../../../../../..{out}", "root": "/", "self": ".",
         "loop": "loop", "gone": "/nonexistent", "proc": "/proc/self/cwd"}


class TemplateMade(attack.Attack):
    def template(self, script):
        """A template that makes a small tree and then runs the script in it, as root of a user namespace."""
        file = self.work / "template"
        file.write_text("#!/bin/sh\n#:cubby network no\nfor a in \"$@\"; do case $a in --rootfs=*) root=${a#*=};; "
                        "--path=*) path=${a#*=};; esac; done\nset -e\ncd \"$root\"\n"
                        "mkdir -p bin etc proc sys dev tmp tools\ncp /bin/busybox bin/busybox\n"
                        "for n in sh ls cat true sleep; do ln -s busybox bin/$n; done\n: > etc/resolv.conf\n" + script + "\n")
        file.chmod(0o755)
        return str(file)

    def links(self):
        return "\n".join(f"ln -s '{target.format(out=self.out)}' 'link-{name}'" for name, target in LINKS.items())

    def create(self, script, name="copied", backing="dir"):
        self.addCleanup(self.forget_images)
        self.addCleanup(self.run_plain, "destroy", "-f", name)
        return self.run_cubby("create", name, "-t", self.template(script), "-B", backing)

    def forget_images(self):
        """All but the one that setUpClass made."""
        for image in self.images() - self.first_images:
            self.run_plain("images", "rm", image)

    def images(self):
        return set(self.run_plain("images", "ls", "-q").stdout.decode().split())

    def setUp(self):
        super().setUp()
        if not hasattr(type(self), "first_images"):
            type(self).first_images = self.images()

    def rootfs_of(self, name):
        return self.directory(name) / "rootfs"
