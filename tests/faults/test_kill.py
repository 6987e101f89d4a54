# SPDX-License-Identifier: LGPL-2.1-or-later
"""F1, F3: kill -9 at every system call of each verb, of the monitor, and of the processes that they fork."""

import ground
import sweeps


class Kill(sweeps.Sweeps):
    def test_create(self):
        seen = self.sweep(("create", "victim"), limit=24, expect=("absent", "stopped", "broken"))
        self.assertIn(("absent",), seen)

    def test_create_of_a_full_copy(self):
        self.sweep(("create", "victim", "-B", "dir"), limit=14, expect=("absent", "stopped", "broken"))

    def test_the_copying_process_of_create(self):
        self.sweep_forked(("create", "victim", "-B", "dir"), (), 14, ("absent", "stopped", "broken"))

    def test_destroy(self):
        seen = self.sweep(("destroy", "victim"), (self.CREATE,), limit=20, expect=("absent", "stopped", "broken"))
        self.assertIn(("stopped",), seen)

    def test_the_deleting_process_of_destroy(self):
        self.sweep_forked(("destroy", "victim"), (self.CREATE,), 20, ("absent", "stopped", "broken"))

    def test_destroy_of_a_running_one(self):
        self.sweep(("destroy", "-f", "victim"), (self.CREATE, self.START), limit=10,
                   expect=("absent", "stopped", "broken", "running"))

    def test_config_set_and_unset(self):
        for words in (("config", "set", "victim", "lxc.uts.name", "other"), ("config", "unset", "victim", "lxc.uts.name")):
            self.sweep(words, (self.CREATE,), limit=10, expect=("stopped",))

    def test_start_in_the_command_line(self):
        self.sweep(self.START, (self.CREATE,), limit=12, expect=("stopped", "running"))

    def test_start_in_the_monitor(self):
        seen = self.sweep(self.START, (self.CREATE,), ("--exe", "cubby-monitor"), 30, ("stopped", "running"))
        self.assertIn(("stopped",), seen)

    def test_start_in_the_first_process_of_the_container(self):
        self.sweep(self.START, (self.CREATE,), ("--exe", "cubby-monitor", "--forked", "1"), 18, ("stopped", "running"))

    def test_start_in_the_foreground(self):
        words = ("start", "-F", "victim", "--", "/bin/true")
        self.sweep(words, (self.CREATE,), limit=10, expect=("stopped",))
        self.sweep(words, (self.CREATE,), ("--forked", "1"), 10, ("stopped",))

    def test_stop(self):
        for words in (("stop", "victim", "-t", "3"), ("stop", "-k", "victim")):
            self.sweep(words, (self.CREATE, self.START), limit=6, expect=("stopped", "running", "stopping"))

    def test_attach(self):
        words = ("attach", "victim", "--", "true")
        self.sweep(words, (self.CREATE, self.START), limit=8, expect=("running",))
        self.sweep(words, (self.CREATE, self.START), ("--forked", "1"), 12, ("running",))

    def test_run(self):
        words = ("run", "--name", "victim", "busybox", "true")
        self.sweep(words, (), limit=12)
        self.sweep(words, (), ("--forked", "1"), 10)
        self.sweep(("run", "--keep", "--name", "victim", "busybox", "true"), (), limit=12)

    def test_run_without_a_name(self):
        """Nobody knows its name: a killed one must go by itself with the next ls."""
        self.sweep(("run", "busybox", "true"), (), limit=10, expect=("absent",))

    def test_looking_changes_nothing(self):
        for words in (("ls",), ("info", "victim"), ("logs", "awake"), ("plan", "victim"), ("images",),
                      ("config", "get", "victim", "lxc.uts.name"), ("wait", "victim", "-s", "STOPPED"),
                      ("unshare", "true"), ("doctor",)):
            if words == ("doctor",) and not ground.ALL:
                continue
            self.sweep(words, (self.CREATE,), limit=2, expect=("stopped",))

    def test_rename(self):
        seen = self.sweep(("rename", "victim", "fresh"), (self.CREATE,), limit=16, names=("victim", "fresh"),
                          expect=(("stopped", "absent"), ("absent", "stopped")))
        self.assertEqual(set(seen), {("stopped", "absent"), ("absent", "stopped")})


if __name__ == "__main__":
    ground.main()
