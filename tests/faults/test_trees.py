# SPDX-License-Identifier: LGPL-2.1-or-later
"""F18: root file systems that resist their removal, and destroys of them that are killed on the way."""

import resource

import ground

DEPTH = 200 if ground.ALL else 8  # times 500
FILES = 1_000_000 if ground.ALL else 3000

FILL = f"""
mkdir -p /hard && cd /hard
i=0; while [ $i -lt {FILES} ]; do : > f$i; i=$((i+1)); done
mkdir closed && touch closed/file && chmod 0000 closed
mkdir sticky && chmod 1777 sticky && touch sticky/x && chown 1000:1000 sticky/x
touch owned && chown 12:34 owned
ln -s / root; ln -s ../../../../../../../.. up; ln -s loop loop; mkfifo pipe
ln owned again
deep=$(printf 'd/%.0s' $(seq 500)); mkdir old
i=0; while [ $i -lt {DEPTH} ]; do mkdir -p new/$deep && mv old new/$deep && mv new old || exit 1; i=$((i+1)); done
"""


class Trees(ground.Faults):
    bystanders = ("resting",)

    def make(self, *more):
        self.cubby("create", "t", *more)
        self.cubby("start", "t", "--", "/bin/sleep", "1000")
        self.cubby("attach", "t", "--", "sh", "-c", FILL, timeout=300)
        self.cubby("stop", "-k", "t")

    def test_destroy_completes(self):
        for backing in ("overlay", "dir"):
            with self.subTest(backing):
                precious = self.home / "precious"
                precious.mkdir(exist_ok=True)
                (precious / "file").write_text("x")
                self.make("-B", backing)
                self.cubby("destroy", "t", timeout=120)
                self.assertEqual(self.traces(), [])
                self.assertEqual((precious / "file").read_text(), "x")

    def test_destroy_needs_little_memory(self):
        """Its stack and its heap do not grow with the tree."""
        self.make()
        def limit():
            resource.setrlimit(resource.RLIMIT_STACK, (256 << 10, 256 << 10))
            resource.setrlimit(resource.RLIMIT_DATA, (32 << 20, 32 << 20))
        self.assertEqual(self.run_cubby("destroy", "t", preexec_fn=limit, timeout=120).returncode, 0)
        self.assertEqual(self.traces(), [])

    def test_destroy_is_taken_up_again(self):
        """Killed again and again, in the command and in the process that deletes; each time it gets further."""
        self.make()
        for number, child in enumerate((0, 1, 0, 1, 2) * (10 if ground.ALL else 1)):
            options = ("--forked", str(child)) if child else ()
            self.inject(("destroy", "-f", "t"), *options, "--at", str(150 + 400 * number if child else 60 + 13 * number),
                        timeout=120)
            self.await_idle("t")
            self.assertIn(self.observed("t"), ("stopped", "broken", "absent"))
            type(self).counted += 1
        self.assertIn(self.run_cubby("destroy", "-f", "t", timeout=120).returncode, (0, 3))
        self.assertEqual(self.observed("t"), "absent")
        self.assert_clean()


if __name__ == "__main__":
    ground.main()
