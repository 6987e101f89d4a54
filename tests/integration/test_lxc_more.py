# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rest of LXC's commands: autostart, monitor, config, namespaces, copies, old names, and what is not there yet."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import harness


class Autostart(harness.LxcCommands):
    def make(self, name, *lines):
        self.make_lxc(name)
        with (self.home / ".local/share/lxc" / name / "config").open("a") as config:
            config.write("".join(line + "\n" for line in lines))

    def test_order_and_groups(self):
        self.make("slow", "lxc.start.auto = 1", "lxc.start.order = 9", "lxc.start.delay = 2")
        self.make("first", "lxc.start.auto = 1", "lxc.start.order = 1")
        self.make("manual", "lxc.start.order = 5")
        self.make("web", "lxc.start.auto = 1", "lxc.group = www")
        self.assertEqual(self.lxc("autostart", "-L"), "first 0\nslow 2\n")
        self.assertEqual(self.lxc("autostart", "-L", "-a"), "web 0\nfirst 0\nslow 2\n")
        self.assertEqual(self.lxc("autostart", "-L", "-A"), "first 0\nmanual 0\nslow 2\n")
        self.assertEqual(self.lxc("autostart", "-L", "-g", "www,"), "web 0\nfirst 0\nslow 2\n")
        self.assertEqual(self.lxc("autostart", "-L", "-g", "", "-g", "www"), "first 0\nslow 2\nweb 0\n")
        listed = json.loads(self.cubby("autostart", "--json"))
        self.assertEqual(listed, [{"name": "first", "order": 1, "delay_s": 0}, {"name": "slow", "order": 9, "delay_s": 2}])
        self.lxc("autostart")
        self.assertEqual({name: self.state(name) for name in ("slow", "first", "manual", "web")},
                         {"slow": "RUNNING", "first": "RUNNING", "manual": "STOPPED", "web": "STOPPED"})
        before = self.lxc("info", "-pH", "first")
        self.lxc("autostart", "-r", "-A", "-g", "")
        self.wait_for(lambda: self.lxc("info", "-pH", "first") not in ("", before), what="another first process")
        self.lxc("autostart", "-k", "-a")
        self.assertEqual(self.lxc("ls", "--running"), "")

    def test_exit_codes(self):
        self.make("good", "lxc.start.auto = 1", "lxc.group = codes")
        self.make("bad", "lxc.start.auto = 1", "lxc.group = codes", "lxc.init.cmd = /nosuch")
        self.lxc_error("autostart", "-g", "codes", code=2, says="lxc-autostart: bad: ")
        self.lxc("autostart", "-s", "-t", "1", "-g", "codes")
        self.cubby("destroy", "good")
        self.lxc_error("autostart", "-g", "codes", code=1, says="bad: ")
        self.lxc("autostart", "-g", "nosuch")


class Monitor(harness.LxcCommands):
    def watch(self, *words, during, until, times=1):
        """Lines of a watching command while something happens, up to the last of those that end with `until`."""
        with subprocess.Popen(words, env=self.env, stdout=subprocess.PIPE, text=True) as watching:
            self.addCleanup(watching.kill)
            self.wait_for(lambda: self.waits_for_events(watching.pid), what="the watch")
            try:
                during()
            except BaseException:
                watching.kill()  # or its end would be waited for, and nobody would learn why
                raise
            lines = []
            for line in watching.stdout:
                lines.append(line.rstrip("\n"))
                times -= lines[-1].endswith(until)
                if times == 0:
                    break
            watching.send_signal(signal.SIGTERM)
        return lines

    def infos(self, pid):
        """What the kernel says of each descriptor of a process."""
        try:
            return {path.name: path.read_text() for path in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir()}
        except OSError:
            return {}

    def waits_for_events(self, pid):
        """Whether it has its watches and waits for them; that comes last."""
        infos = self.infos(pid)
        watches = {fd for fd, text in infos.items() if "inotify wd:" in text}
        return watches & {line.split()[1] for text in infos.values() for line in text.splitlines()
                          if line.startswith("tfd:")}

    def lxc_monitor(self, during, times=1):
        return self.watch(str(harness.BIN / "lxc/lxc-monitor"), "m.*", during=during, until="[STOPPED]", times=times)

    def setUp(self):
        self.make_lxc("mon")

    def run_once(self):
        self.lxc("start", "mon")
        self.lxc("stop", "-k", "mon")

    def test_texts(self):
        self.assertEqual(self.lxc_monitor(self.run_once),
                         ["'mon' changed state to [STARTING]", "'mon' changed state to [RUNNING]",
                          "'mon' changed state to [STOPPING]", "'mon' exited with status [137]",
                          "'mon' changed state to [STOPPED]"])
        self.lxc("monitor", "-Q")

    def test_one_that_runs_already(self):
        self.lxc("start", "mon")
        lines = self.lxc_monitor(lambda: self.lxc("stop", "-k", "mon"))
        self.assertEqual(lines[0], "'mon' changed state to [STOPPING]")

    def test_a_start_that_fails(self):
        def fail():
            self.lxc("start", "mon", "-s", "lxc.init.cmd=/nosuch", code=1)

        self.assertEqual(self.lxc_monitor(fail),
                         [f"'mon' changed state to [{state}]" for state in ("STARTING", "ABORTING", "STOPPED")])

    def test_a_monitor_that_is_killed(self):
        def kill():
            self.lxc("start", "mon")
            harness.kill(int((self.home / ".local/share/lxc/mon/monitor").read_text()))

        self.assertEqual(self.lxc_monitor(kill)[-2:],
                         ["'mon' exited with status [137]", "'mon' changed state to [STOPPED]"])

    def test_a_leftover_mark(self):
        self.lxc("start", "mon")
        harness.kill(int((self.home / ".local/share/lxc/mon/monitor").read_text()))
        self.wait_for(lambda: self.state("mon") == "STOPPED", what="the end")
        self.assertEqual(self.lxc_monitor(self.run_once)[:2],
                         ["'mon' changed state to [STARTING]", "'mon' changed state to [RUNNING]"])

    def test_one_that_is_made_meanwhile(self):
        def make():
            self.cubby("create", "mnew", "-t", "busybox")
            self.addCleanup(self.run_cubby, "destroy", "-f", "mnew")
            self.lxc("start", "mnew")
            self.cubby("destroy", "-f", "mnew")

        lines = self.lxc_monitor(make)
        self.assertEqual(lines[:2], ["'mnew' changed state to [STARTING]", "'mnew' changed state to [RUNNING]"])
        self.assertEqual(lines[-1], "'mnew' changed state to [STOPPED]")

    def test_a_lost_runtime_directory(self):
        def lose():
            self.lxc("start", "mon")
            # Moved away first: the watcher makes it anew as soon as it hears of the loss.
            lost = (pathlib.Path(self.env["XDG_RUNTIME_DIR"]) / "cubby").rename(self.home / "lost")
            shutil.rmtree(lost)
            self.lxc("stop", "-k", "mon")
            self.run_once()

        lines = self.lxc_monitor(lose, times=2)
        self.assertEqual([line.partition("[")[2] for line in lines if "changed" in line],
                         ["STARTING]", "RUNNING]", "STOPPING]", "STOPPED]"] * 2)

    def test_it_sleeps(self):
        """Nothing is done by the clock."""
        def idle():
            pid = int(next(pid for pid in os.listdir("/proc") if pid.isdigit() and self.is_monitor(pid)))
            before = pathlib.Path(f"/proc/{pid}/status").read_text().partition("voluntary_ctxt_switches")[2]
            time.sleep(0.5)
            after = pathlib.Path(f"/proc/{pid}/status").read_text().partition("voluntary_ctxt_switches")[2]
            self.assertEqual(before.split()[1], after.split()[1])
            self.run_once()

        self.lxc_monitor(idle)

    def is_monitor(self, pid):
        try:
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            return words[0].endswith(b"lxc-monitor") and os.stat(f"/proc/{pid}").st_uid == os.getuid()
        except OSError:
            return False

    def test_json(self):
        lines = self.watch(harness.CUBBY, "monitor", "--json", "mon", during=self.run_once, until='"exit_status": 137}')
        self.assertEqual([(change["state"], change["exit_status"]) for change in map(json.loads, lines)],
                         [("STARTING", None), ("RUNNING", None), ("STOPPING", None), ("STOPPED", 137)])

    def test_waiting_for_a_start(self):
        with subprocess.Popen([str(harness.BIN / "lxc/lxc-wait"), "mon", "-s", "RUNNING"], env=self.env) as waiting:
            self.addCleanup(waiting.kill)
            self.wait_for(lambda: any("inotify wd:" in text for text in self.infos(waiting.pid).values()), what="the wait")
            self.lxc("start", "mon")
            self.assertEqual(waiting.wait(30), 0)
        self.lxc("wait", "mon", "-s", "FROZEN", "-t", "1", code=1)


class Config(harness.LxcCommands):
    def test_lxc_config(self):
        items = self.lxc("config", "-l").split()
        self.assertEqual(items, ["lxc.default_config", "lxc.lxcpath", "lxc.bdev.lvm.vg", "lxc.bdev.lvm.thin_pool",
                                 "lxc.bdev.zfs.root", "lxc.cgroup.use", "lxc.cgroup.pattern"])
        self.assertEqual(self.lxc("config", "lxc.lxcpath"), f"{self.home}/.local/share/lxc\n")
        self.assertEqual(self.lxc("config", "lxc.bdev.zfs.root"), "lxc\n")
        self.assertEqual(self.lxc("config", "lxc.cgroup.use"), "lxc.cgroup.use is not set.\n")
        self.assertEqual(self.lxc("config", "lxc.l", code=1), "Unknown configuration item: lxc.l\n")
        self.assertIn("Usage: lxc-config -l", self.lxc("config"))

    def test_checkconfig(self):
        out = self.lxc("checkconfig")
        self.assertTrue(out.startswith("LXC version 7.0.0\n"))
        self.assertIn("\nuser-namespace: enabled\n", out)

    def test_update_config(self):
        path = self.home / "old.conf"
        old = ("# lxc.rootfs = stays\nlxc.rootfs = /srv/a\nlxc.rootfs.backend = dir\nlxc.utsname = old\n"
               "lxc.id_map = u 0 100000 65536\nlxc.network.type = empty\nlxc.network.type = veth\nlxc.network.link = br0\n"
               "lxc.haltsignal = SIGTERM\nlxc.mount.entry = a b none bind 0 0\n")
        path.write_text(old)
        self.lxc("update-config", "-c", str(path))
        self.assertEqual((self.home / "old.conf.backup").read_text(), old)
        self.assertEqual(path.read_text(),
                         "# lxc.rootfs = stays\nlxc.rootfs.path = dir:/srv/a\nlxc.uts.name = old\n"
                         "lxc.idmap = u 0 100000 65536\nlxc.net.0.type = empty\nlxc.net.1.type = veth\n"
                         "lxc.net.1.link = br0\nlxc.signal.halt = SIGTERM\nlxc.mount.entry = a b none bind 0 0\n")
        self.lxc_error("update-config", "-c", "/nosuch", says="/nosuch")
        self.lxc_error("update-config", says="-c CONFIG is missing")


class Namespaces(harness.LxcCommands):
    def test_usernsexec(self):
        self.assertEqual(self.lxc("usernsexec", "--", "sh", "-c", "id -u; id -g").split(), ["0", "0"])
        own = self.lxc("usernsexec", "--", "cat", "/proc/self/uid_map").split()
        self.assertEqual(own[0], "0")
        if own[2] == "1":
            harness.skip(self, "single-id")
        holder = self.cubby("unshare", "cat", "/proc/self/uid_map").splitlines()
        first = int(holder[1].split()[1])  # the first subordinate id
        # The map is the host's, as LXC's scripts expect it.
        first_on_host = int(own[1])
        self.assertEqual(self.lxc("usernsexec", "-m", f"b:0:{first}:1", "--", "cat", "/proc/self/uid_map").split(),
                         ["0", str(first_on_host), "1"])
        # Half a map is no namespace, and never the holder's instead.
        for half in ("g", "u"):
            error = self.lxc_error("usernsexec", "-m", f"{half}:0:{first}:1", "--", "id", says="maps no")
            self.assertNotIn("uid=", error)
        self.assertEqual(self.lxc("usernsexec", "-m", f"u:5:{first}:10", "-m", f"g:7:{first}:10", "-u", "6", "-g", "8",
                                  "--", "sh", "-c", "id -u; id -g").split(), ["6", "8"])
        self.assertEqual(self.lxc("usernsexec", "-s", "--", "cat", "/proc/self/uid_map").split()[:3],
                         ["0", str(os.getuid()), "1"])
        self.lxc("usernsexec", "--", "sh", "-c", "exit 5", code=5)
        self.lxc_error("usernsexec", "--", "nosuch", says="nosuch")
        self.lxc_error("usernsexec", "-m", "bogus", "--", "true", says="'bogus' is not [u|g|b]:INSIDE:HOST:COUNT")
        self.lxc_error("usernsexec", "-m", "b:0:0:1", "--", "true", says="0")

    def test_unshare(self):
        self.assertEqual(self.lxc("unshare", "-s", "USER", "--", "id", "-u"), "0\n")
        self.assertEqual(self.lxc("unshare", "-s", "USER", "-u", "1234", "--", "id", "-u"), "1234\n")
        self.assertEqual(self.lxc("unshare", "-s", "USER|UTSNAME", "-H", "other", "--", "hostname"), "other\n")
        script = "cat /proc/1/comm; test -e /proc/$PPID/comm && echo seen; ls /dev/shm | wc -l"
        seen = self.lxc("unshare", "-s", "USER|MOUNT|PID", "-M", "--", "sh", "-c", script).split()
        self.assertEqual(seen, ["sh", "0"])
        self.lxc_error("unshare", "-s", "UTSNAME", "--", "true", says="needs root; add USER")
        self.lxc("unshare", "-s", "USER", "--", "sh", "-c", "exit 127", code=127)
        self.lxc_error("unshare", "-s", "USER", "-i", "eth0", "--", "true", says="--ifname")
        self.lxc_error("unshare", "-s", "BOGUS", "--", "true", says="could not parse command line")
        self.lxc("unshare", "-s", "USER", "--", "sh", "-c", "exit 3", code=3)


class Copy(harness.LxcCommands):
    def files_of(self, name):
        path = f"{self.home}/.local/share/lxc/{name}"
        return self.cubby("unshare", "sh", "-c", f"cd {path} && find . -name work -prune -o -printf '%P %m %U %G %s\\n' | "
                          "grep -v '^[^ /]* ' | grep -v '^config\\|console.log' | sort")

    def check_copy(self, backing):
        self.make_lxc("ori", "-B", backing)
        self.lxc("start", "ori")
        self.lxc("attach", "ori", "--", "sh", "-c", "echo mine > /root/file; chown 12:34 /root/file; ln /root/file /root/hard")
        self.lxc("stop", "-k", "ori")
        self.lxc("copy", "ori", "-N", "twin")
        self.addCleanup(self.run_cubby, "destroy", "-f", "twin")
        # All but /etc/hostname, which has the new name, and in an overlay its directory.
        renamed = lambda lines: [line for line in lines.split("\n") if not re.match(r".*/etc(/hostname)? ", line)]
        self.assertEqual(renamed(self.files_of("twin")), renamed(self.files_of("ori")))
        self.assertEqual(self.cubby("config", "get", "twin", "lxc.uts.name"), "twin\n")
        self.lxc("destroy", "ori")
        self.lxc("start", "twin")
        self.assertEqual(self.lxc("attach", "twin", "--", "cat", "/root/hard"), "mine\n")
        self.assertEqual(self.lxc("attach", "twin", "--", "hostname"), "twin\n")
        self.assertEqual(self.lxc("attach", "twin", "--", "cat", "/etc/hostname"), "twin\n")

    def test_copy_of_a_directory(self):
        self.check_copy("dir")

    def test_copy_of_an_overlay(self):
        self.check_copy("overlay")

    def test_copy_to_another_place(self):
        self.make_lxc("here")
        there = self.home / "there"
        self.lxc("copy", "here", "-N", "twin", "-p", str(there))
        self.assertNotIn("twin", self.lxc("ls", "-1"))
        self.assertEqual(self.lxc("ls", "-1", "-P", str(there)), "twin\n")
        self.lxc("start", "-P", str(there), "twin")
        self.assertEqual(self.lxc("attach", "-P", str(there), "twin", "--", "hostname"), "twin\n")
        self.lxc("destroy", "-P", str(there), "-f", "twin")
        self.lxc_error("copy", "here", "-N", "twin", "-p", str(there), "-e", says="-p is for full copies")

    def test_copy_rename_ephemeral(self):
        self.make_lxc("one")
        self.lxc("copy", "one", "-N", "renamed", "-R")
        self.addCleanup(self.run_cubby, "destroy", "-f", "renamed")
        self.assertEqual(self.lxc("ls", "-1", "^one|renamed"), "renamed\n")
        shared = self.home / "shared"
        shared.mkdir(mode=0o755)
        shared.joinpath("f").write_text("from the host\n")
        os.chmod(self.home, 0o755)
        out = self.lxc("copy", "-n", "renamed", "-e", "-m", f"bind={shared}:/mnt:ro")
        self.assertRegex(out, r"^Created renamed_[A-Za-z0-9]{6} as clone of renamed\n$")
        name = out.split()[1]
        self.addCleanup(self.run_cubby, "destroy", "-f", name)
        self.assertEqual(self.state(name), "RUNNING")
        self.assertEqual(self.lxc("attach", name, "--", "cat", "/mnt/f"), "from the host\n")
        self.lxc("attach", name, "--", "touch", "/gone")
        self.lxc("stop", "-k", name)
        self.wait_for(lambda: name not in self.lxc("ls", "-1"), what="the end of the copy")
        self.lxc("execute", "renamed", "--", "test", "-e", "/gone", code=1)
        self.cubby("copy", "renamed", "twin", "--keep-hostname")
        self.addCleanup(self.run_cubby, "destroy", "-f", "twin")
        self.assertEqual(self.cubby("config", "get", "twin", "lxc.uts.name"), "renamed\n")

    def test_refusals(self):
        self.make_lxc("busy")
        self.lxc_error("copy", "busy", says="-N NAME is missing")
        self.lxc_error("copy", "nosuch", "-N", "other", says="no container nosuch")
        self.lxc_error("copy", "busy", "-N", "busy", says="already")
        self.lxc_error("copy", "busy", "-N", "other", "-s", says="no snapshots yet")
        self.lxc_error("copy", "busy", "-N", "other", "-B", "lvm", says="-B lvm")
        self.lxc("start", "busy")
        self.lxc_error("copy", "busy", "-N", "other", says="is running")
        self.assertEqual(self.lxc("ls", "-1", "other"), "")


class OldNames(harness.LxcCommands):
    def test_old_names(self):
        self.make_lxc("old")
        self.lxc("start", "old")
        self.assertIn("init", self.lxc("ps", "old"))
        self.lxc("kill", "old")
        self.lxc_error("kill", "old", code=2, says="old is not running")
        self.lxc("start", "old")
        before = self.lxc("info", "-pH", "old")
        self.lxc("restart", "old")
        self.wait_for(lambda: self.lxc("info", "-pH", "old") not in ("", before), what="another first process")
        self.lxc("shutdown", "old", "-t", "5")
        self.lxc_error("shutdown", "old", code=2, says="old is not running")
        self.assertEqual(self.lxc("version"), "lxc version: 7.0.0\n")
        for name in ("setcap", "setuid"):
            self.lxc_error(name, says="no program of cubby needs a set-uid bit")

    def test_clone_and_start_ephemeral(self):
        self.make_lxc("co")
        self.assertEqual(self.lxc("clone", "co", "ca"), "Created container ca as copy of co\n")
        self.addCleanup(self.run_cubby, "destroy", "-f", "ca")
        self.lxc("clone", "-o", "co", "-n", "cb")
        self.addCleanup(self.run_cubby, "destroy", "-f", "cb")
        self.assertEqual(self.lxc("ls", "-1", "^c"), "ca\ncb\nco\n")
        self.lxc_error("clone", "co", says="usage: lxc-clone ORIGINAL NEW")
        done = self.run_lxc("start-ephemeral", "-o", "co", "--", "sh", "-c", "hostname; exit 6")
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertRegex(done.stdout.decode(), r"^co_[A-Za-z0-9]{6}\n$")
        self.assertEqual(self.lxc("ls", "-1", "^co"), "co\n")


class Missing(harness.LxcCommands):
    def test_says_what_is_missing(self):
        self.make_lxc("mi")
        for words, says in (
            (("freeze", "mi"), "needs a control group"),
            (("unfreeze", "mi"), "needs a control group"),
            (("cgroup", "mi", "memory.max"), "needs a control group"),
            (("top", "-b"), "needs a control group"),
            (("checkpoint", "mi", "-D", "/tmp/x"), "CRIU saves and restores a container for root only"),
            (("snapshot", "mi"), "no snapshots yet"),
            (("snapshot", "mi", "-d", "A"), "no snapshots yet"),
        ):
            error = self.lxc_error(*words, says=says)
            self.assertEqual(len(error.splitlines()), 1)
        self.assertEqual(self.lxc("snapshot", "mi", "-L"), "No snapshots\n")
        for name in ("freeze", "snapshot"):
            self.lxc_error(name, "nosuch", says="no container nosuch")
        self.refused("freeze", "mi", code=1, says="needs a control group")
        self.refused("snapshot", "mi", code=1, says="no snapshots yet")
        self.refused("top", code=1, says="needs a control group")


if __name__ == "__main__":
    harness.main()
