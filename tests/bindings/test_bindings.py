# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's bindings of liblxc, as they are packaged, loaded with our library: test_bindings.py [python|lua|ruby|go]…

Each language has a flow of its own beside this file: a container's life through that binding. This file gives it a
home, and checks that it was our library that it ran with.
"""

import pathlib
import shutil
import subprocess
import sys

import harness

HERE = pathlib.Path(__file__).resolve().parent
BUILD = harness.BIN.parent
GO_SOURCES = pathlib.Path("/usr/share/gocode/src/gopkg.in/lxc/go-lxc.v2")
GO_EXAMPLES = pathlib.Path("/usr/share/doc/golang-gopkg-lxc-go-lxc.v2-dev/examples")

# Each example: its words, its exit status, and what it says.  Control groups, snapshots and checkpoints are
# what a container does not have, and the binding says so.
NO_MEMORY = "your kernel does not support cgroup memory controller"
EXAMPLES = (
    ("create", "-template busybox", 0, "creating the container failed"),  # it has --release, which busybox's has not
    ("create", "-template busybox -release= -arch=", 0, "Creating"),
    ("list", "", 0, r"rubik \(STOPPED\)"),
    ("start", "", 1, "Starting.*\n.*\n.*getting IP addresses"),  # it waits for a network, which the tests' default is not
    ("list", "", 0, r"Active containers:\n.*rubik \(RUNNING\)"),
    ("attach", "", 0, "uid=0"),
    ("attach", "-clear -regular", 0, "uid=1000 gid=1000"),
    ("attach_with_pipes", "", 0, "Linux rubik"),
    ("interfaces", "", 0, r"\) lo"),
    ("ipaddress", "", 1, r'IPAddress\("lo"\)\n.*127\.0\.0\.1'),
    ("list_keys", "", 0, r"lxc\.uts\.name -> \[rubik\]"),
    ("config", "", 0, "Root FS: .*rubik"),
    ("execute", "", 1, "already defined"),
    ("execute", "-name other", 1, "executing the command"),  # as with LXC: without a configuration there is no root
    ("stats", "", 1, NO_MEMORY),
    ("limit", "", 1, NO_MEMORY),
    ("freeze", "", 1, "freezing the container failed"),
    ("unfreeze", "", 1, "container is not frozen"),
    ("checkpoint", "", 0, "checkpoint failed"),
    ("device_add_remove", "", 1, "not currently supported with unprivileged"),  # the binding's own refusal
    ("reboot", "", 0, "Rebooting"),
    ("shutdown", "", 0, "Shutting down"),
    ("start", "", 1, "Starting"),
    ("stop", "", 0, "Stopping"),
    ("console", "", 1, "container is not running"),
    ("create_snapshot", "", 1, "snapshotting the container failed"),
    ("list_snapshots", "", 0, "container has no snapshot"),
    ("restore_snapshot", "", 1, "restoring the container failed"),
    ("destroy_snapshots", "", 1, "container has no snapshot"),
    ("clone", "", 1, "unknown backend type"),
    ("clone", "-backend overlayfs", 1, "cloning the container failed"),  # for snapshots only, as with LXC
    ("clone", "-backend dir", 0, "Cloning"),
    ("destroy", "-name rubik_dir", 0, "Destroying"),
    ("rename", "", 0, "Renaming container to kibur"),
    ("destroy", "-name kibur", 0, "Destroying"),
    ("concurrent_create", "-count 4", 0, "Creating"),
    ("concurrent_start", "-count 4", 0, "Starting"),
    ("concurrent_shutdown", "-count 4", 0, "Shutting"),
    ("concurrent_start", "-count 4", 0, "Starting"),
    ("concurrent_stop", "-count 4", 0, "Stoping"),
    ("concurrent_destroy", "-count 4", 0, "Destroying"),
    ("concurrent_stress", "-threads 4", 0, "DESTROY"),
)


class Bindings(harness.Cubby):
    def flow(self, *words, library=BUILD / "lib", cwd=None, status=0, **more):
        env = {**self.env, "LD_LIBRARY_PATH": str(library), **more}
        done = subprocess.run(words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=250,
                              cwd=cwd, check=False)
        self.assertEqual(done.returncode, status, f"{words}:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def has_ended_well(self, output):
        self.assertIn(f"library {(BUILD / 'lib').resolve()}/liblxc.so", output)
        self.assertIn("all is well\n", output)
        self.assertEqual(self.listed(), [])

    def test_python(self):
        self.has_ended_well(self.flow("/usr/bin/python3", "-B", str(HERE / "flow.py")))

    def test_lua(self):
        self.has_ended_well(self.flow("/usr/bin/lua5.2", str(HERE / "flow.lua")))

    def test_ruby(self):
        self.has_ended_well(self.flow("/usr/bin/ruby", str(HERE / "flow.rb")))

    def go(self):
        """An installed tree, and how to build against it: its lxc.pc leads to its header, its library, its programs."""
        place = self.home / self._testMethodName
        tree = place / "tree"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", tree], check=True, capture_output=True)
        [pc] = tree.glob("**/lxc.pc")
        path = place / "go/src/github.com/lxc"
        path.mkdir(parents=True)
        (path / "go-lxc").symlink_to(GO_SOURCES)
        variables = {"PKG_CONFIG_PATH": str(pc.parent), "GOPATH": f"{place}/go:/usr/share/gocode",
                     "GO111MODULE": "off", "GOCACHE": str(self.home / "cache"), "GOFLAGS": "-p=2"}
        (place / "bin").mkdir()

        def build(*sources, **more):
            self.flow("go", "build", "-o", f"{place}/bin/", *sources, **variables, **more)

        return place, pc.parent.parent, build

    def test_go(self):
        place, library, build = self.go()
        build(str(HERE / "flow.go"))
        output = self.flow(str(place / "bin/flow"), library=library)
        self.assertIn(f"library {library}/liblxc.so", output)
        self.assertIn("all is well\n", output)
        self.assertEqual(self.listed(), [])

    def test_go_examples(self):
        """Every example of the package, as it is, in the order of a container's life."""
        self.addCleanup(pathlib.Path("/tmp/rubik.log").unlink, missing_ok=True)  # a log of the examples' own choice
        place, library, build = self.go()
        shutil.copytree(GO_EXAMPLES, place / "go/src/examples")
        build("./...", cwd=place / "go/src/examples")
        commands = next(place.glob("tree/**/lxc-execute")).parent  # which the binding's Execute runs
        left = {path.name for path in (place / "bin").iterdir()}
        self.assertGreater(len(left), 30)
        for name, words, status, said in EXAMPLES:
            left.discard(name)
            with self.subTest(example=name, words=words):
                output = self.flow(str(place / "bin" / name), *words.split(), library=library, status=status,
                                   cwd=self.home, PATH=f"{commands}:{self.env['PATH']}")
                self.assertRegex(output, said)
        self.assertEqual(left, set())
        self.assertEqual(self.listed(), [])


if __name__ == "__main__":
    sys.argv[1:] = [f"Bindings.test_{word}" for word in sys.argv[1:]]
    harness.main()
