# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's bindings of liblxc, as they are packaged, loaded with our library: test_bindings.py [python|lua|ruby|go]…

Each language has a flow of its own beside this file: a container's life through that binding. This file gives it a
home, and checks that it was our library that it ran with.
"""

import pathlib
import subprocess
import sys

import harness

HERE = pathlib.Path(__file__).resolve().parent
BUILD = harness.BIN.parent
GO_SOURCES = pathlib.Path("/usr/share/gocode/src/gopkg.in/lxc/go-lxc.v2")
GO_EXAMPLES = pathlib.Path("/usr/share/doc/golang-gopkg-lxc-go-lxc.v2-dev/examples")


class Bindings(harness.Cubby):
    def flow(self, *words, library=BUILD / "lib", **more):
        env = {**self.env, "LD_LIBRARY_PATH": str(library), **more}
        done = subprocess.run(words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=250,
                              check=False)
        self.assertEqual(done.returncode, 0, f"{words}:\n{done.stdout}{done.stderr}")
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

    def test_go(self):
        """Against an installed tree, which lxc.pc has to lead to: its header, its library, and from there its programs."""
        tree = self.home / "tree"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", tree], check=True, capture_output=True)
        [pc] = tree.glob("**/lxc.pc")
        path = self.home / "go/src/github.com/lxc"
        path.mkdir(parents=True)
        (path / "go-lxc").symlink_to(GO_SOURCES)
        go = {"PKG_CONFIG_PATH": str(pc.parent), "GOPATH": f"{self.home}/go:/usr/share/gocode", "GO111MODULE": "off",
              "GOCACHE": str(self.home / "cache"), "GOFLAGS": "-p=2"}

        def build(name, source):
            self.flow("go", "build", "-o", str(self.home / name), *source, **go)

        def example(name, *words):
            build(name, sorted(str(each) for each in (GO_EXAMPLES / name).glob("*.go")))
            return self.flow(str(self.home / name), *words, library=pc.parent.parent)

        build("flow", [str(HERE / "flow.go")])
        output = self.flow(str(self.home / "flow"), "begin", library=pc.parent.parent)
        self.assertIn(f"library {pc.parent.parent}/liblxc.so", output)
        # The binding's own examples, on the container that the flow has left running.
        self.assertIn("gopher", example("list"))
        self.assertIn("lxc.uts.name -> [gopher]", example("list_keys", "-name", "gopher"))
        self.assertIn(") lo", example("interfaces", "-name", "gopher"))
        self.assertIn("all is well\n", self.flow(str(self.home / "flow"), "end", library=pc.parent.parent))
        self.assertEqual(self.listed(), [])


if __name__ == "__main__":
    sys.argv[1:] = [f"Bindings.test_{word}" for word in sys.argv[1:]]
    harness.main()
