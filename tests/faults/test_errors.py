# SPDX-License-Identifier: LGPL-2.1-or-later
"""F8: a call that writes answers EDQUOT, EIO, ENOSPC, EROFS or EFBIG, each of them once and all from then on."""

import errno
import resource
import signal

import ground
import sweeps

FAILING = (("write", errno.ENOSPC), ("fsync", errno.EIO), ("renameat,renameat2", errno.EROFS),
           ("mkdirat", errno.EDQUOT), ("unlinkat", errno.EROFS))


class Errors(sweeps.Sweeps):
    def fail_each(self, words, prepare, limit, also=(), names=("victim",), states=None, **more):
        """`states`: what may be seen after a refusal; the answer 0 means that all was done, or the loss was tolerable."""
        for calls, number in FAILING:
            for onwards in ((), ("--onwards",)):
                options = ("--calls", calls, "--errno", str(number), *also, *onwards)
                if self.calls_made(words, prepare, options, names):
                    self.sweep(words, prepare, options, limit, states, names, **more)

    def calls_made(self, words, prepare, options, names):
        self.clear(names)
        self.prepare(prepare)
        file = self.runtime / "count"
        self.inject(words, *options, "--count", str(file))
        counted = int(file.read_text())
        file.unlink()
        return counted

    def test_create(self):
        self.fail_each(("create", "victim"), (), 4, states=("absent", "stopped", "broken"), codes=(0, 1, 69))

    def test_destroy(self):
        self.fail_each(("destroy", "victim"), (self.CREATE,), 3, states=("absent", "stopped", "broken"), codes=(0, 1, 3, 69))

    def test_rename(self):
        self.fail_each(("rename", "victim", "fresh"), (self.CREATE,), 3, names=("victim", "fresh"),
                       states=(("stopped", "absent"), ("absent", "stopped")))

    def test_config(self):
        self.fail_each(("config", "set", "victim", "lxc.uts.name", "other"), (self.CREATE,), 3, states=("stopped",))

    def test_start(self):
        self.fail_each(self.START, (self.CREATE,), 2, ("--exe", "cubby-monitor"), states=("stopped", "running"))

    def test_a_refused_write_leaves_the_old_text_and_is_named(self):
        words = ("config", "set", "victim", "lxc.uts.name", "other")
        for calls, number in (("write", errno.ENOSPC), ("fsync", errno.EIO), ("renameat", errno.EROFS), ("write", errno.EDQUOT)):
            self.clear(("victim",))
            self.cubby("create", "victim")
            before = (self.lxcpath / "victim/config").read_bytes()
            done = self.inject(words, "--calls", calls, "--errno", str(number), "--at", "1")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(errno.errorcode[number].encode(), done.stderr)
            self.assertIn(b"config", done.stderr)
            self.assertEqual((self.lxcpath / "victim/config").read_bytes(), before)
            self.assertEqual([e.name for e in (self.lxcpath / "victim").iterdir() if e.name.startswith(".")], [])
        self.clear(("victim",))

    def test_file_size_limit(self):
        """EFBIG comes with a signal, whose default is the end of the process."""
        for size in (0, 100, 4096):
            for disposition in (signal.SIG_DFL, signal.SIG_IGN):
                def limit(size=size, disposition=disposition):
                    signal.signal(signal.SIGXFSZ, disposition)
                    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
                for words in (("create", "victim"), ("config", "set", "victim", "lxc.environment", "X=" + "x" * 5000),
                              ("start", "victim")):
                    self.run_cubby(*words, preexec_fn=limit)
                    self.assertIn(self.observed("victim"), ("absent", "stopped", "running", "broken"))
                self.assert_usable("victim")
                type(self).counted += 1


if __name__ == "__main__":
    ground.main()
