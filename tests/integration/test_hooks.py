# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hooks of a configuration: when each runs, as whom, where, what it is told, and what its failure does."""

import os
import pathlib
import tempfile

import harness


class Hooks(harness.Configured):
    def setUp(self):
        # Hooks inside are run by root of the container, who is somebody else on the host.
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="cubby-hooks-"))
        self.place.chmod(0o777)
        self.told = self.place / "told"

    def tearDown(self):
        super().tearDown()
        self.run_cubby("unshare", "rm", "-rf", str(self.place))

    def script(self, name, text):
        path = self.place / name
        path.write_text("#!/bin/sh\n" + text + "\n")
        path.chmod(0o755)
        return path

    def teller(self):
        """A hook that writes down how it was called, in a file of its own for each user."""
        return self.script("tell", f'echo "$(id -u) $*" >> {self.told}-$(id -u); env > {self.place}/env-$3; true')

    def lines(self, uid):
        path = pathlib.Path(f"{self.told}-{uid}")
        return path.read_text().splitlines() if path.exists() else []

    def environment(self, hook):
        text = (self.place / f"env-{hook}").read_text()
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    def stop(self):
        self.cubby("stop", "-k", "c")

    def test_all_in_their_order_with_the_arguments_of_version_0(self):
        tell = self.teller()
        names = ["pre-start", "pre-mount", "mount", "autodev", "start-host", "stop", "post-stop"]
        self.started(*(f"lxc.hook.{name} = {tell} word" for name in names))
        self.stop()
        uid = os.getuid()
        host = [line.split() for line in self.lines(uid)]
        self.assertEqual([line[:5] for line in host],
                         [[str(uid), "word", "c", "lxc", name] for name in names if name not in ("pre-mount", "mount", "autodev")])
        self.assertEqual(self.lines(0), [f"0 word c lxc {name}" for name in ("pre-mount", "mount", "autodev")])
        # The stop hook is handed the namespaces, and only it.
        kinds = [word.split(":")[0] for word in host[2][5:]]
        self.assertEqual(kinds, ["user", "mnt", "pid", "uts", "ipc", "cgroup"])
        self.assertRegex(host[2][5], r"^user:/proc/[0-9]+/fd/[0-9]+$")
        self.assertEqual([len(line) for line in host], [5, 5, 5 + len(kinds), 5])

    def test_variables(self):
        tell = self.script("tell", f"env > {self.place}/env-${{LXC_HOOK_TYPE}}; test $# = 0")
        self.started("lxc.hook.version = 1", "lxc.environment = BOTH=1", "lxc.environment.hooks = ONLY=2",
                     "lxc.environment.runtime = INSIDE=3", "lxc.log.level = INFO",
                     *(f"lxc.hook.{name} = {tell}" for name in ("pre-start", "mount", "start-host", "stop", "post-stop")))
        pid = self.cubby("attach", "c", "--", "sh", "-c", "tr '\\0' '\\n' < /proc/1/environ")
        self.assertIn("BOTH=1", pid)
        self.assertIn("INSIDE=3", pid)
        self.assertNotIn("ONLY=2", pid)
        self.stop()
        for hook in ("pre-start", "mount", "start-host", "stop", "post-stop"):
            seen = self.environment(hook)
            expected = {"LXC_NAME": "c", "LXC_HOOK_TYPE": hook, "LXC_HOOK_SECTION": "lxc", "LXC_HOOK_VERSION": "1",
                        "LXC_CONFIG_FILE": str(self.config), "LXC_ROOTFS_MOUNT": "/mnt", "LXC_CGNS_AWARE": "1",
                        "LXC_LOG_LEVEL": "INFO", "BOTH": "1", "ONLY": "2"}
            self.assertEqual({key: seen.get(key) for key in expected}, expected, hook)
            self.assertNotIn("INSIDE", seen)
            self.assertIn("LXC_ROOTFS_PATH", seen)
        self.assertIn("LXC_PID", self.environment("start-host"))
        self.assertEqual(self.environment("stop")["LXC_TARGET"], "stop")
        self.assertEqual(self.environment("post-stop")["LXC_TARGET"], "stop")
        self.assertRegex(self.environment("stop")["LXC_NET_NS"] if "LXC_NET_NS" in self.environment("stop")
                         else self.environment("stop")["LXC_PID_NS"], r"^/proc/[0-9]+/fd/[0-9]+$")

    def tree(self):
        """A root file system that is a plain directory."""
        self.cubby("create", "tree", "-t", "busybox", "-B", "dir")
        self.addCleanup(self.run_cubby, "destroy", "-f", "tree")
        return self.config.parent.parent / "tree/rootfs"

    def test_what_a_pre_start_hook_makes_is_found(self):
        """In LXC it runs before the root, the mounts, the policy and the console's log are looked at."""
        root = self.tree()
        parked = root.with_name("parked")
        source, fstab, policy = self.place / "data", self.place / "fstab", self.place / "policy"
        begin = self.script("begin", f"""set -e
            mv {parked} {root}
            mkdir {source} {self.place}/logs {self.place}/more
            echo made > {source}/file
            echo more > {self.place}/more/file
            echo '{self.place}/more opt none bind,create=dir 0 0' > {fstab}
            printf '2\\ndenylist\\n[all]\\nmkdirat errno 1\\nmkdir errno 1\\n' > {policy}""")
        self.configure(f"lxc.hook.pre-start = {begin}", f"lxc.rootfs.path = dir:{root}",
                       f"lxc.mount.entry = {source} srv none bind,create=dir 0 0",
                       f"lxc.mount.fstab = {fstab}", f"lxc.seccomp.profile = {policy}",
                       f"lxc.console.logfile = {self.place}/logs/console")
        root.rename(parked)
        plan = self.cubby("plan", "c")
        for path in (root, source):
            self.assertIn(f"open {path}, as lxc.hook.pre-start leaves it\n", plan)
        self.assertFalse(source.exists())
        self.cubby("start", "c")
        self.assertEqual(self.cubby("attach", "c", "--", "cat", "/srv/file", "/opt/file"), "made\nmore\n")
        refused = self.run_cubby("attach", "c", "--", "mkdir", "/tmp/new").stderr.decode()
        self.assertIn("Operation not permitted", refused)
        self.assertTrue((self.place / "logs/console").exists())

    def test_what_a_pre_start_hook_has_not_made_ends_the_start(self):
        told = self.place / "undone"
        for key, line in {"lxc.mount.entry": f"{self.place}/nothing srv none bind 0 0",
                          "lxc.mount.fstab": f"{self.place}/nothing",
                          "lxc.seccomp.profile": f"{self.place}/nothing",
                          "lxc.rootfs.path": f"dir:{self.place}/nothing"}.items():
            with self.subTest(key):
                self.configure("lxc.hook.pre-start = true", f"lxc.hook.post-stop = touch {told} #", f"{key} = {line}")
                error = self.run_cubby("start", "c").stderr.decode()
                self.assertIn(key, error)
                self.assertIn("nothing", error)
                self.assertTrue(told.exists(), "what the hook did is undone")
                told.unlink()

    def test_a_hook_that_takes_the_source_away(self):
        source = self.place / "data"
        source.mkdir()
        self.configure(f"lxc.hook.pre-start = rmdir {source} #", f"lxc.mount.entry = {source} srv none bind,optional 0 0")
        self.cubby("start", "c")
        self.assertFalse(source.exists())

    def test_in_the_monitors_own_mount_namespace_hooks_mount(self):
        """lxc.monitor.unshare: a root made of thin air, and nothing of it on the host."""
        root = self.tree()
        made = self.place / "root"
        made.mkdir()
        begin = self.script("begin", f"""set -e
            id -u > {self.place}/who
            mount -t tmpfs -o mode=755 tmpfs {made}
            cp -a {root}/. {made}/
            mkdir {made}/made
            echo $LXC_ROOTFS_PATH > {made}/made/path""")
        self.configure("lxc.monitor.unshare = 1", f"lxc.hook.pre-start = {begin}", f"lxc.rootfs.path = dir:{made}",
                       f"lxc.hook.post-stop = ls {made} > {self.place}/left #")
        self.cubby("start", "c")
        self.assertEqual(self.cubby("attach", "c", "--", "cat", "/made/path"), f"{made}\n")
        self.assertEqual(list(made.iterdir()), [])
        self.assertEqual((self.place / "who").read_text(), "0\n")
        self.assertEqual((self.place / "who").stat().st_uid, os.getuid())
        status = self.cubby("info", "--json", "c")
        self.assertNotIn("lxc.monitor.unshare", status)
        self.stop()
        self.assertIn("made", (self.place / "left").read_text().split())
        self.assertEqual(list(made.iterdir()), [])
        # Without the key a hook has the user's own rights, and they do not suffice.
        self.configure(f"lxc.hook.pre-start = {begin}", f"lxc.rootfs.path = dir:{made}")
        self.assertIn("lxc.hook.pre-start", self.run_cubby("start", "c").stderr.decode())

    def test_the_monitors_own_mount_namespace_in_the_foreground(self):
        made = self.place / "data"
        made.mkdir()
        self.configure("lxc.monitor.unshare = 1",
                       f"lxc.hook.pre-start = sh -c 'mount -t tmpfs tmpfs {made} && echo one > {made}/file'",
                       f"lxc.mount.entry = {made} srv none bind,create=dir 0 0")
        self.assertEqual(self.cubby("start", "-F", "c", "--", "/bin/cat", "/srv/file"), "one\r\n")
        self.assertEqual(list(made.iterdir()), [])

    def test_ids_of_what_hooks_mount_are_the_containers(self):
        """idmap=: of a file system that the user is root over; of any other it is an error with its reason."""
        made = self.place / "data"
        made.mkdir()
        hook = (f"lxc.hook.pre-start = sh -c 'mount -t tmpfs -o mode=755 tmpfs {made} && touch {made}/file && "
                f"chown 7:8 {made}/file && touch {made}/zero'")
        look = ("attach", "c", "--", "stat", "-c", "%u:%g", "/srv", "/srv/zero", "/srv/file")
        entry = f"lxc.mount.entry = {made} srv none bind,create=dir"
        self.started("lxc.monitor.unshare = 1", hook, f"{entry},idmap=container 0 0")
        self.assertEqual(self.cubby(*look), "0:0\n0:0\n7:8\n")
        # Root inside owns it and may write there.
        self.cubby("attach", "c", "--", "touch", "/srv/new")
        self.stop()
        self.started("lxc.monitor.unshare = 1", hook, f"{entry} 0 0")
        self.assertNotEqual(self.cubby(*look), "0:0\n0:0\n7:8\n")
        self.stop()
        for lines in ((), ("lxc.monitor.unshare = 1",)):
            self.configure(*lines, f"{entry},idmap=container 0 0")
            error = self.run_cubby("start", "c").stderr.decode()
            self.assertIn(f"lxc.mount.entry: idmap=container: {made} is on a file system of the host's", error)
            self.assertEqual(self.state("c"), "STOPPED")

    def test_ids_of_a_root_that_a_hook_mounts(self):
        root = self.tree()
        made = self.place / "root"
        made.mkdir()
        begin = self.script("begin", f"""set -e
            mount -t tmpfs -o mode=755 tmpfs {made}
            cp -r --no-preserve=ownership {root}/. {made}/""")
        self.started("lxc.monitor.unshare = 1", f"lxc.hook.pre-start = {begin}", f"lxc.rootfs.path = dir:{made}",
                     "lxc.rootfs.options = idmap=container")
        self.assertEqual(self.cubby("attach", "c", "--", "stat", "-c", "%u", "/", "/etc"), "0\n0\n")

    def test_a_mount_hook_mounts_into_the_root(self):
        source = self.place / "data"
        source.mkdir()
        (source / "file").write_text("from the host\n")
        # /mnt of the host is the root here, and nowhere else.
        before = sorted(os.listdir("/mnt"))
        self.started(f"lxc.hook.mount = {self.script('m', f'mount --bind {source} $LXC_ROOTFS_MOUNT/srv')}",
                     "lxc.mount.entry = tmpfs srv tmpfs create=dir 0 0")
        self.assertEqual(self.cubby("attach", "c", "--", "cat", "/srv/file"), "from the host\n")
        self.assertEqual(sorted(os.listdir("/mnt")), before)
        # The host's tree is gone, as without hooks.
        self.assertEqual(self.run_cubby("attach", "c", "--", "test", "-e", str(self.place)).returncode, 1)

    def test_a_start_hook_is_the_containers_own_program(self):
        self.started("lxc.hook.start = echo $LXC_NAME in $(hostname) > /started; ls /proc/self/fd > /fds; "
                     "cat /proc/1/environ > /environ 2>/dev/null || echo denied > /environ; true")
        self.assertEqual(self.cubby("attach", "c", "--", "cat", "/started"), "c in c\n")
        # No descriptor that leads to the host, and no way into the process that has them.
        self.assertLessEqual(set(self.cubby("attach", "c", "--", "cat", "/fds").split()), {"0", "1", "2", "3"})
        self.assertEqual(self.cubby("attach", "c", "--", "cat", "/environ"), "denied\n")

    def test_a_failure_ends_the_start_and_leaves_nothing(self):
        for name in ("pre-start", "pre-mount", "mount", "autodev", "start-host", "start"):
            with self.subTest(name):
                self.configure(f"lxc.hook.{name} = sh -c 'echo no such luck; exit 7'")
                error = self.run_cubby("start", "c").stderr.decode()
                self.assertIn(f"lxc.hook.{name}: ", error)
                self.assertIn("ended with 7: no such luck", error)
                self.assertEqual(self.state("c"), "STOPPED")

    def test_a_failed_start_is_undone_in_reverse(self):
        """What a hook did on the host, the hook of the other end takes back, where it was done."""
        tell = self.teller()
        begun = ["pre-start", "post-stop"]
        for failing, ran in {"pre-start": [], "mount": begun, "start": begun, "start-host": begun,
                             "": ["pre-start", "start-host", "stop", "post-stop"]}.items():
            with self.subTest(failing):
                self.configure(*(f"lxc.hook.{name} = {'false' if name == failing else tell}"
                                 for name in {"pre-start", "start-host", "stop", "post-stop", failing} - {""}),
                               "lxc.init.cmd = " + ("/bin/init" if failing else "/no/such/program"))
                self.assertNotEqual(self.run_cubby("start", "c").returncode, 0)
                self.assertEqual([line.split()[3] for line in self.lines(os.getuid())], ran)
                pathlib.Path(f"{self.told}-{os.getuid()}").unlink(missing_ok=True)
        self.assertEqual(self.environment("post-stop")["LXC_TARGET"], "stop")

    def test_a_failed_start_is_undone_as_it_was_begun(self):
        """Whatever pre-start has made of the configuration."""
        included = self.place / "included"
        tell = self.script("tell", f'echo "$3" >> {self.told}; [ "$3" != pre-start ] || : > {included}')
        included.write_text(f"lxc.hook.pre-start = {tell}\nlxc.hook.post-stop = {tell}\n")
        self.configure(f"lxc.include = {included}", "lxc.mount.entry = /no/such mnt none bind 0 0")
        self.assertNotEqual(self.run_cubby("start", "c").returncode, 0)
        self.assertEqual(self.told.read_text().split(), ["pre-start", "post-stop"])

    def test_with_the_user_namespace_of_another(self):
        """No id map is written then: the first step of the starter's with a child is start-host."""
        self.cubby("create", "other")
        self.addCleanup(self.run_cubby, "destroy", "-f", "other")
        self.cubby("start", "other")
        begun = self.place / "begun"
        self.configure("lxc.namespace.share.user = other", f"lxc.hook.pre-start = {self.teller()}",
                       f"lxc.hook.start-host = sh -c 'sleep 0.5; test ! -e {begun} && touch {self.place}/waited'",
                       f"lxc.mount.entry = {self.place} mnt none bind 0 0")
        self.cubby("start", "c", "--", "/bin/sh", "-c", "touch /mnt/begun; sleep 1000")
        self.wait_for(begun.exists)
        self.assertTrue((self.place / "waited").exists())

    def test_a_clone_hook_sees_the_copy_as_its_root(self):
        tell = self.script("tell", f'echo "$(id -u) $*" >> {self.told}-0; env > {self.place}/env-clone; '
                           'cat $LXC_ROOTFS_MOUNT/etc/hostname > $LXC_ROOTFS_MOUNT/seen; chown 7:7 $LXC_ROOTFS_MOUNT/seen')
        self.configure(f"lxc.hook.clone = {tell} word")
        self.addCleanup(self.run_cubby, "destroy", "-f", "twin")
        before = sorted(os.listdir("/mnt"))
        self.cubby("copy", "c", "twin")
        self.assertEqual(sorted(os.listdir("/mnt")), before)
        self.assertEqual(self.lines(0), ["0 word twin lxc clone"])
        seen = self.environment("clone")
        self.assertEqual((seen["LXC_SRC_NAME"], seen["LXC_NAME"]), ("c", "twin"))
        self.cubby("start", "twin")
        self.assertEqual(self.cubby("attach", "twin", "--", "sh", "-c", "cat /seen; stat -c %u /seen"), "twin\n7\n")
        self.assertEqual(self.run_cubby("info", "twin").stdout.decode().count("lxc.hook.clone"), 0)

    def test_a_clone_hook_that_fails_leaves_no_copy(self):
        self.configure("lxc.hook.clone = sh -c 'echo no such luck; exit 7'")
        error = self.run_cubby("copy", "c", "twin")
        self.assertNotEqual(error.returncode, 0)
        self.assertIn("lxc.hook.clone: ", error.stderr.decode())
        self.assertIn("ended with 7: no such luck", error.stderr.decode())
        self.refused("info", "twin", code=3, says="no container twin")

    def test_a_failure_at_the_end_is_only_logged(self):
        log = self.place / "log"
        self.started(f"lxc.hook.stop = false", f"lxc.hook.post-stop = {self.teller()}", f"lxc.log.file = {log}",
                     "lxc.log.level = DEBUG")
        self.stop()
        self.assertEqual(self.state("c"), "STOPPED")
        self.assertEqual(len(self.lines(os.getuid())), 1)
        self.assertRegex(log.read_text(), r"(?m)^cubby-monitor c \d{14}\.\d{3} ERROR    hook - main\.cpp:hook:\d+ - "
                         r"lxc\.hook\.stop: 'false c lxc stop.*' ended with 1$")

    def test_output_goes_to_the_log(self):
        log = self.place / "log"
        self.started("lxc.hook.pre-start = echo one", "lxc.hook.mount = sh -c 'echo two; echo three >&2'",
                     f"lxc.log.file = {log}", "lxc.log.level = 1")
        text = log.read_text()
        self.assertIn("lxc.hook.pre-start: one c lxc pre-start", text)
        self.assertRegex(text, r"DEBUG    hook - .* - two\n")
        self.assertRegex(text, r"DEBUG    hook - .* - three\n")
        self.assertEqual(log.stat().st_mode & 0o777, 0o600)

    def test_a_restart_says_so(self):
        tell = self.script("tell", f"echo $LXC_TARGET >> {self.told}")
        # A signal to a first process that does not wait for it yet is lost.
        self.started(f"lxc.hook.post-stop = {tell}",
                     "lxc.init.cmd = /bin/sh -c \"trap 'reboot -f' TERM; echo > /ready; while :; do sleep 0.1; done\"")
        self.wait_for(lambda: self.run_cubby("attach", "c", "--", "test", "-e", "/ready").returncode == 0, what="the trap")
        self.cubby("stop", "-r", "c")
        self.wait_for(lambda: self.told.exists(), what="the hook")
        self.wait_for(lambda: self.run_cubby("attach", "c", "--", "true").returncode == 0, what="the restart")
        self.assertEqual(self.told.read_text(), "reboot\n")

    def test_a_destroy_hook_can_keep_the_container(self):
        self.cubby("create", "d", "-t", "busybox")
        config = self.config.parent.parent / "d/config"
        plain = config.read_text()
        config.write_text(plain + "lxc.hook.destroy = false\n")
        self.refused("destroy", "d", code=1, says=["lxc.hook.destroy", "ended with 1"])
        self.assertEqual(self.state("d"), "STOPPED")
        config.write_text(plain + f"lxc.hook.destroy = {self.teller()}\n")
        self.cubby("destroy", "d")
        self.assertEqual(self.lines(os.getuid()), [f"{os.getuid()} d lxc destroy"])

    def test_no_process_is_left(self):
        self.started("lxc.hook.post-stop = true")
        helpers = [entry for entry in os.listdir("/proc") if entry.isdigit() and self.is_helper(entry)]
        self.assertTrue(helpers)
        self.stop()
        self.wait_for(lambda: not any(self.is_helper(pid) for pid in helpers), what="the helper's end")

    def is_helper(self, pid):
        try:
            own = os.stat(f"/proc/{pid}").st_uid == os.getuid()
            return own and pathlib.Path(f"/proc/{pid}/comm").read_text() == "cubby-hooks\n"
        except OSError:
            return False


if __name__ == "__main__":
    harness.main()
