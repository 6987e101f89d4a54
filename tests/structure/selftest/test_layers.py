# SPDX-License-Identifier: LGPL-2.1-or-later
"""layers: each way of including what must not be included, once, and the ways that are right."""

import unittest

from fixture import TreeTest
from includes import Graph
import layers

HEADER = "#pragma once\n"
# Legal targets for the includes below.
GROUND = {f"user-runtime/{name}": HEADER for name in (
    "base/fd.h", "kernel/capabilities.h", "kernel/namespaces.h", "kernel/root.h", "spec/container_spec.h", "plan/step.h",
    "storage/backend.h", "config/lxc/key.h", "assembly/providers.h", "launch/launch.h", "launch/message.h",
    "launch/init/calls.h", "monitor/state.h", "container/places.h", "cli/command.h", "capi/object.h")}
GROUND |= {name: HEADER for name in (
    "setuid-helpers/guard/guard.h", "setuid-helpers/wire/wire.h", "netns-helper/wire/wire.h", "netns-helper/holder.h",
    "cgroup-delegate/cgroup.h", "tests/unit/fixture.h")}

ALLOWED = [
    ("user-runtime/cli/x.cpp", "container/places.h"),
    ("user-runtime/cli/x.cpp", "base/fd.h"),
    ("user-runtime/container/x.cpp", "cgroup-delegate/cgroup.h"),
    ("user-runtime/monitor/x.cpp", "launch/launch.h"),
    ("user-runtime/launch/x.cpp", "plan/step.h"),
    ("user-runtime/launch/x.cpp", "launch/init/calls.h"),
    ("user-runtime/launch/init/x.cpp", "launch/message.h"),
    ("user-runtime/assembly/x.cpp", "storage/backend.h"),
    ("user-runtime/network/x.cpp", "setuid-helpers/wire/wire.h"),
    ("user-runtime/network/x.cpp", "netns-helper/wire/wire.h"),
    ("user-runtime/plan/x.cpp", "kernel/namespaces.h"),
    ("user-runtime/storage/x.cpp", "backend.h"),
    ("netns-helper/x.cpp", "kernel/root.h"),
    ("setuid-helpers/idmap/x.cpp", "setuid-helpers/guard/guard.h"),
]

REFUSED = [
    ("user-runtime/base/x.cpp", "kernel/root.h", "goes up from floor 0 to floor 1"),
    ("user-runtime/kernel/x.cpp", "spec/container_spec.h", "goes up"),
    ("user-runtime/spec/x.cpp", "plan/step.h", "goes up"),
    ("user-runtime/plan/x.cpp", "storage/backend.h", "goes up"),
    ("user-runtime/storage/x.cpp", "launch/launch.h", "goes up"),
    ("user-runtime/assembly/x.cpp", "monitor/state.h", "goes up"),
    ("user-runtime/monitor/x.cpp", "container/places.h", "goes up"),
    ("user-runtime/container/x.cpp", "cli/command.h", "goes up"),
    ("user-runtime/storage/x.cpp", "config/lxc/key.h", "never include each other"),
    ("user-runtime/security/x.cpp", "cgroup-delegate/cgroup.h", "never include each other"),
    ("cgroup-delegate/x.cpp", "storage/backend.h", "never include each other"),
    ("user-runtime/assembly/x.cpp", "launch/launch.h", "never include each other"),
    ("user-runtime/cli/x.cpp", "capi/object.h", "never include each other"),
    ("user-runtime/launch/x.cpp", "spec/container_spec.h", "may include only"),
    ("user-runtime/launch/x.cpp", "storage/backend.h", "may include only"),
    ("user-runtime/launch/init/x.cpp", "base/fd.h", "may include only"),
    ("user-runtime/launch/init/x.cpp", "launch/launch.h", "only launch/message.h"),
    ("user-runtime/spec/x.cpp", "kernel/root.h", "only kernel/capabilities.h"),
    ("user-runtime/plan/x.cpp", "kernel/root.h", "only kernel/capabilities.h"),
    ("user-runtime/storage/x.cpp", "netns-helper/wire/wire.h", "stands apart"),
    ("user-runtime/cli/x.cpp", "setuid-helpers/wire/wire.h", "stands apart"),
    ("user-runtime/network/x.cpp", "netns-helper/holder.h", "stands apart"),
    ("user-runtime/network/x.cpp", "setuid-helpers/guard/guard.h", "stands apart"),
    ("setuid-helpers/nic/x.cpp", "base/fd.h", "may include only"),
    ("setuid-helpers/wire/x.h", "base/fd.h", "may include only"),
    ("netns-helper/x.cpp", "plan/step.h", "may include only"),
    ("netns-helper/wire/x.h", "kernel/root.h", "may include only"),
    ("templates/x.cpp", "base/fd.h", "may include only"),
    ("user-runtime/cli/x.cpp", "tests/unit/fixture.h", "no such file in a room"),
    ("user-runtime/cli/x.cpp", "cli/absent.h", "no such file in a room"),
    ("user-runtime/cli/x.cpp", "cli/other.cpp", "a .cpp file is never included"),
]


class Includes(TreeTest):
    def findings(self, files: dict[str, str]) -> list:
        self.write(GROUND | files)
        graph = Graph(self.root)
        return [*layers.check_files(graph), *layers.cycles(graph)]

    def test_allowed(self) -> None:
        for path, name in ALLOWED:
            with self.subTest(f"{path} {name}"):
                self.assertEqual(self.findings({path: f'#include "{name}"\n'}), [])
                (self.root / path).unlink()

    def test_refused(self) -> None:
        for path, name, words in REFUSED:
            with self.subTest(f"{path} {name}"):
                self.assert_found(self.findings({path: f'\n#include "{name}"  // no\n'}), path, 2, words)
                (self.root / path).unlink()

    def test_floor_four_rooms_never_meet(self) -> None:
        rooms = [room.folder for room in layers.ROOMS if room.floor == 4]
        self.assertGreaterEqual(len(rooms), 7)
        for room in rooms:
            for other in rooms:
                if room != other:
                    why = layers.refusal(layers.BY_FOLDER[room], layers.BY_FOLDER[other], "x.h")
                    self.assertIn("never include each other", why)

    def test_data_rooms_do_nothing(self) -> None:
        for header in layers.ACTING_HEADERS:
            with self.subTest(header):
                self.assert_found(self.findings({"user-runtime/plan/x.h": f"#include {header}\n"}),
                                  "user-runtime/plan/x.h", 1, "data only")
        (self.root / "user-runtime/plan/x.h").unlink()
        self.assertEqual(self.findings({"user-runtime/kernel/x.h": "#include <unistd.h>\n"}), [])

    def test_computed_include(self) -> None:
        self.assert_found(self.findings({"user-runtime/base/x.h": "#include WHAT\n"}), "user-runtime/base/x.h", 1, "computed")

    def test_code_in_no_room(self) -> None:
        for path in ("user-runtime/elsewhere/x.cpp", "user-runtime/x.cpp", "user-runtime/config/x.h", "setuid-helpers/x.h"):
            with self.subTest(path):
                self.assert_found(self.findings({path: ""}), path, 1, "in no room")
                (self.root / path).unlink()

    def test_cycles(self) -> None:
        self.assert_found(self.findings({"user-runtime/kernel/a.h": '#include "kernel/b.h"\n',
                                         "user-runtime/kernel/b.h": '\n#include "kernel/c.h"\n',
                                         "user-runtime/kernel/c.h": '#include "kernel/a.h"\n'}),
                          "user-runtime/kernel/c.h", 1, "a.h -> user-runtime/kernel/b.h -> user-runtime/kernel/c.h")

    def test_a_header_that_includes_itself(self) -> None:
        self.assert_found(self.findings({"user-runtime/kernel/a.h": '#include "kernel/a.h"\n'}),
                          "user-runtime/kernel/a.h", 1, "include cycle")

    def test_as_a_program(self) -> None:
        self.write(GROUND)
        self.assertEqual(self.run_main(layers.main)[0], 0)
        self.write({"user-runtime/base/x.cpp": '#include "kernel/root.h"\n'})
        status, printed = self.run_main(layers.main)
        self.assertEqual(status, 1)
        self.assertIn("user-runtime/base/x.cpp:1: includes", printed)

    def test_an_empty_tree_is_an_error(self) -> None:
        self.assertEqual(self.run_main(layers.main)[0], 1)


class Covering(TreeTest):
    def test_sources_that_see_a_change(self) -> None:
        self.write({"user-runtime/base/a.h": HEADER, "user-runtime/base/a.cpp": '#include "base/a.h"\n',
                    "user-runtime/base/b.h": '#include "base/c.h"\n', "user-runtime/base/c.h": HEADER,
                    "user-runtime/kernel/d.cpp": '#include "base/b.h"\n', "user-runtime/kernel/e.cpp": ""})
        graph = Graph(self.root)
        self.assertEqual(graph.covering(["user-runtime/base/a.h"]), ["user-runtime/base/a.cpp"])
        self.assertEqual(graph.covering(["user-runtime/base/c.h"]), ["user-runtime/kernel/d.cpp"])
        self.assertEqual(graph.covering(["user-runtime/kernel/e.cpp", "README.md"]), ["user-runtime/kernel/e.cpp"])

    def test_digest_follows_the_includes(self) -> None:
        self.write({"user-runtime/base/a.h": '#include "base/b.h"\n', "user-runtime/base/b.h": HEADER})
        before = Graph(self.root).digest("user-runtime/base/a.h", "")
        self.assertEqual(before, Graph(self.root).digest("user-runtime/base/a.h", ""))
        self.assertNotEqual(before, Graph(self.root).digest("user-runtime/base/a.h", "salt"))
        self.write({"user-runtime/base/b.h": HEADER + "\n"})
        self.assertNotEqual(before, Graph(self.root).digest("user-runtime/base/a.h", ""))


if __name__ == "__main__":
    unittest.main()
