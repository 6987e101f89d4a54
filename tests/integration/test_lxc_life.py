# SPDX-License-Identifier: LGPL-2.1-or-later
"""LXC's commands under their own names: options, output that scripts parse, and exit codes."""

import os
import pathlib
import pty
import re
import select
import subprocess
import time

import harness


class Life(harness.LxcCommands):
    def test_start(self):
        self.make_lxc("st")
        pidfile = self.home / "st.pid"
        self.lxc("start", "-n", "st", "-p", str(pidfile))
        self.assertEqual(self.state("st"), "RUNNING")
        monitor = int(pidfile.read_text())
        self.assertEqual(pathlib.Path(f"/proc/{monitor}/comm").read_text().strip(), "cubby-monitor")
        # As LXC: an error text, and 0.
        self.lxc_error("start", "st", code=0, says="lxc-start: st: Container is already running")
        self.lxc("stop", "-k", "st")
        self.lxc("start", "st", "-s", "lxc.uts.name=other", "-L", str(self.home / "st.log"))
        self.assertEqual(self.lxc("attach", "st", "--", "hostname"), "other\n")
        self.lxc("stop", "-k", "st")
        error = self.lxc_error("start", "st", "--", "/nosuch", says="The container failed to start")
        self.assertIn("To get more details", error)
        self.lxc_error("start", "nosuch", says="no container nosuch")
        self.lxc_error("start", says="lxc-start: No container name specified")
        self.lxc_error("start", "--bogus", says="unknown option '--bogus'")
        self.lxc_error("start", "st", "-c", "/no/such/tty", says="lxc.console.path: open /no/such")

    def test_start_in_the_foreground(self):
        self.make_lxc("fg")
        self.lxc("start", "-F", "fg", "--", "/bin/sh", "-c", "exit 4")

    def test_start_shares_a_namespace(self):
        self.make_running("sha")
        self.make_lxc("shb")
        self.lxc("start", "shb", "--share-uts", "sha")
        self.assertEqual(self.lxc("attach", "shb", "--", "hostname"), "sha\n")
        self.lxc("stop", "-k", "shb")

    def test_start_with_a_file(self):
        self.make_lxc("rc")
        config = self.home / ".local/share/lxc/rc/config"
        other = self.home / "other.conf"
        other.write_text(config.read_text() + "lxc.uts.name = fromfile\n")
        self.lxc("start", "rc", "-f", str(other))
        self.assertEqual(self.lxc("attach", "rc", "--", "hostname"), "fromfile\n")
        self.assertNotIn("fromfile", config.read_text())

    def test_stop(self):
        self.make_running("so")
        self.lxc("stop", "so")
        self.assertEqual(self.state("so"), "STOPPED")
        self.lxc_error("stop", "so", code=2, says="lxc-stop: so: so is not running")
        self.lxc_error("stop", "nosuch", code=2, says="nosuch is not running")
        self.lxc_error("stop", "so", "-k", "-r", says="excludes")
        self.lxc("start", "so", "--", "/bin/sh", "-c", "trap '' TERM INT PWR USR1 USR2; while :; do sleep 1; done")
        self.lxc_error("stop", "so", "--nokill", "-t", "1", says="has not ended")
        self.lxc("stop", "so", "-W")
        self.assertEqual(self.state("so"), "STOPPING")
        self.lxc("stop", "so", "-t", "1", "--nolock")
        self.assertEqual(self.state("so"), "STOPPED")

    def test_reboot(self):
        self.make_running("rb")
        before = self.lxc("info", "rb", "-pH")
        # A signal to a first process that does not wait for it yet is lost; busybox's catches SIGTSTP when it does.
        self.cubby("attach", "rb", "--", "sh", "-c", "until grep -q '^SigCgt:.*8....$' /proc/1/status; do sleep 0.1; done")
        self.lxc("stop", "-r", "rb")
        self.wait_for(lambda: self.lxc("info", "rb", "-pH") not in ("", before), what="another first process")
        self.assertEqual(self.state("rb"), "RUNNING")

    def test_execute(self):
        self.make_lxc("ex")
        done = self.run_lxc("execute", "ex", "--", "sh", "-c", "echo out; echo err >&2; exit 9")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (9, b"out\n", b"err\n"))
        self.lxc("execute", "-n", "ex", "--", "sh", "-c", "kill -9 $$", code=137)
        # Its process 1 is a small init, not the command.
        self.assertEqual(self.lxc("execute", "ex", "--", "cat", "/proc/1/comm"), "cubby-init\n")
        self.assertEqual(self.lxc("execute", "ex", "-u", "12", "-g", "34", "--", "sh", "-c", "id -u; id -g"), "12\n34\n")
        self.assertEqual(self.lxc("execute", "ex", "-s", "lxc.environment=A=b", "--", "sh", "-c", "echo $A"), "b\n")
        self.assertEqual(self.lxc("execute", "ex", "--", "cat", stdin=b"through\n"), "through\n")
        self.lxc_error("execute", "ex", says="no command is given")
        self.cubby("config", "set", "ex", "lxc.execute.cmd", "echo the default")
        self.assertEqual(self.lxc("execute", "ex"), "the default\n")
        self.lxc_error("execute", "nosuch", "--", "true", says="no container nosuch")
        self.lxc("execute", "ex", "-d", "--", "sleep", "100")
        self.assertEqual(self.state("ex"), "RUNNING")

    def test_execute_without_a_container(self):
        self.make_lxc("base")
        config = self.home / "undefined.conf"
        config.write_text((self.home / ".local/share/lxc/base/config").read_text())
        self.assertEqual(self.lxc("execute", "-n", "undefined", "-f", str(config), "--", "echo", "hi"), "hi\n")
        self.assertFalse((self.home / ".local/share/lxc/undefined").exists())

    def test_attach(self):
        self.make_running("at")
        done = self.run_lxc("attach", "at", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (7, b"out\n", b"err\n"))
        self.lxc("attach", "at", "--", "sh", "-c", "kill -9 $$", code=137)
        self.lxc_error("attach", "at", "--", "nosuch", code=127, says="nosuch")
        self.lxc_error("attach", "at", "--", "/etc/passwd", code=126, says="/etc/passwd")
        self.lxc_error("attach", "nosuch", "--", "true", says="lxc-attach: ")
        self.assertEqual(self.lxc("attach", "at", "-u", "12", "-g", "34", "--", "sh", "-c", "id -u; id -g"), "12\n34\n")
        # The caller's environment goes in, as with LXC, unless it is cleared.
        env = {"MINE": "yes", "YOURS": "no"}
        self.assertEqual(self.lxc("attach", "at", "--", "sh", "-c", "echo $MINE$container", env=env), "yeslxc\n")
        script = "echo [$MINE$YOURS$A]"
        self.assertEqual(self.lxc("attach", "at", "--clear-env", "--keep-var", "MINE", "-v", "A=b", "--", "sh", "-c",
                                  script, env=env), "[yesb]\n")
        self.lxc_error("attach", "at", "-v", "novalue", "--", "true", says="is not NAME=VALUE")
        self.lxc_error("attach", "at", "-L", "/no/such/log", "--", "true", says="/no/such")
        self.lxc_error("attach", "at", "-e", "-c", "some_label", "--", "true", says="some_label")

    def test_attach_elevated_and_namespaces(self):
        self.make_running("el", )
        config = "cubby config set el lxc.cap.drop sys_admin"
        self.lxc("stop", "-k", "el")
        self.cubby(*config.split()[1:])
        self.lxc("start", "el")
        bounding = "grep CapBnd /proc/self/status"
        held = int(self.lxc("attach", "el", "--", "sh", "-c", bounding).split()[1], 16)
        more = int(self.lxc("attach", "el", "-eCAP", "--", "sh", "-c", bounding).split()[1], 16)
        self.assertEqual((held >> 21 & 1, more >> 21 & 1), (0, 1))
        self.lxc_error("attach", "el", "-eALL", "--", "true", says="is not CAP, CGROUP or LSM")
        # The host's files, with the container's ids and host name.
        self.assertEqual(self.lxc("attach", "el", "-s", "USER|UTSNAME", "--", "/bin/hostname"), "el\n")
        self.assertEqual(self.lxc("attach", "el", "-s", "USER|UTSNAME", "--", "/usr/bin/test", "-e", "/etc/debian_version",
                                  code=0), "")
        self.lxc_error("attach", "el", "-s", "UTSNAME", "--", "true", says="add USER")
        self.lxc_error("attach", "el", "-s", "US", "--", "true", says="'US' is not MOUNT")

    def test_wait(self):
        self.make_running("wa")
        self.lxc("wait", "wa", "-s", "RUNNING", "-t", "0")
        self.lxc("wait", "wa", "-s", "STOPPED", "-t", "0", code=1)
        self.lxc("wait", "-n", "wa", "-s", "STOPPED|RUNNING")
        self.lxc_error("wait", "wa", "-s", "BOGUS", says="invalid state 'BOGUS'")
        self.lxc_error("wait", "wa", "-s", "RUN", says="invalid state 'RUN'")
        self.lxc_error("wait", "wa", says="could not parse command line")
        with subprocess.Popen([str(harness.BIN / "lxc/lxc-wait"), "wa", "-s", "STOPPED"], env=self.env) as waiting:
            self.lxc("stop", "-k", "wa")
            self.assertEqual(waiting.wait(30), 0)

    def test_ls(self):
        self.make_running("lsone")
        self.make_lxc("lslonger")
        self.cubby("config", "set", "lslonger", "lxc.start.auto", "1")
        self.cubby("config", "set", "lslonger", "lxc.group", "web")
        self.assertEqual(self.lxc("ls", "-1", "ls"), "lslonger\nlsone\n")
        self.assertEqual(self.lxc("ls", "ls"), "lslonger\nlsone   \n")
        self.assertEqual(self.lxc("ls", "--running", "--filter", "^ls"), "lsone\n")
        self.assertEqual(self.lxc("ls", "--active", "-1", "^ls"), "lsone\n")
        self.assertEqual(self.lxc("ls", "--stopped", "-1", "^ls"), "lslonger\n")
        self.assertEqual(self.lxc("ls", "-g", "web", "-1"), "lslonger\n")
        self.assertEqual(self.lxc("ls", "-f", "-F", "NAME,STATE,AUTOSTART,GROUPS,UNPRIVILEGED", "^ls"),
                         "NAME     STATE   AUTOSTART GROUPS UNPRIVILEGED \n"
                         "lslonger STOPPED 1         web    true         \n"
                         "lsone    RUNNING 0         -      true         \n")
        pid = self.lxc("info", "-pH", "lsone").strip()
        self.assertEqual(self.lxc("ls", "-f", "-F", "PID,NAME", "lsone").split(), ["PID", "NAME", pid, "lsone"])
        self.assertTrue(self.lxc("ls", "-f").startswith("NAME "))
        self.lxc_error("ls", "-f", "-F", "BOGUS", code=0, says="Invalid key: BOGUS")
        self.lxc_error("ls", "--filter", "(", says="is not a regular expression")

    def test_ls_shows_an_interface(self):
        self.make_lxc("net")
        self.cubby("config", "set", "net", "lxc.net.0.type", "empty")
        self.lxc("start", "net")
        self.assertEqual(self.lxc("ls", "-f", "-F", "NAME,INTERFACE,IPV4", "^net$").split(),
                         ["NAME", "INTERFACE", "IPV4", "net", "lo", "-"])

    def test_ls_shows_each_its_own_network(self):
        for number in (1, 2):
            self.make_lxc(f"net{number}")
            self.cubby("config", "set", f"net{number}", "lxc.net.0.type", "empty")
            self.lxc("start", f"net{number}")
            for words in (["link", "add", f"br{number}", "type", "bridge"],
                          ["addr", "add", f"10.9.{number}.1/24", "dev", f"br{number}"]):
                self.cubby("attach", f"net{number}", "--", "ip", *words)
        self.make_lxc("net3")
        self.assertEqual(self.lxc("ls", "-f", "-F", "NAME,INTERFACE,IPV4", "^net[123]$").split("\n")[1:],
                         ["net1 lo, br1   10.9.1.1 ", "net2 lo, br2   10.9.2.1 ", "net3 -         -        ", ""])

    def test_info(self):
        self.make_lxc("inf")
        self.assertEqual(self.lxc("info", "inf"), "Name:           inf\nState:          STOPPED\n")
        self.lxc("start", "inf")
        text = self.lxc("info", "-n", "inf")
        self.assertRegex(text, r"^Name:           inf\nState:          RUNNING\nPID:            [1-9][0-9]*\n")
        self.assertEqual(self.lxc("info", "-s", "inf"), "State:          RUNNING\n")
        self.assertEqual(self.lxc("info", "-sH", "inf"), "RUNNING\n")
        self.assertRegex(self.lxc("info", "-p", "-H", "inf"), r"^[1-9][0-9]*\n$")
        self.assertEqual(self.lxc("info", "-c", "lxc.uts.name", "inf"), "lxc.uts.name = inf\n")
        self.assertEqual(self.lxc("info", "-H", "-c", "lxc.uts.name", "inf"), "inf\n")
        self.lxc_error("info", "-c", "bogus", "inf", code=0, says="bogus invalid")
        self.assertEqual(self.lxc("info", "-S", "inf"), "")
        self.lxc_error("info", "nosuch", says="nosuch doesn't exist")

    def test_destroy(self):
        self.make_running("de")
        self.lxc_error("destroy", "de", says="de is running")
        self.lxc_error("destroy", "de", "--for", says="unknown option '--for'")
        self.assertEqual(self.state("de"), "RUNNING")
        self.lxc("destroy", "-f", "de")
        self.lxc_error("destroy", "de", says="Container is not defined")

    def test_console(self):
        self.make_running("co")
        self.lxc_error("console", "co", "-t", "3", says="is no terminal")
        self.lxc_error("console", "nosuch", says="nosuch is not running")
        master, peer = pty.openpty()
        with subprocess.Popen([str(harness.BIN / "lxc/lxc-console"), "co", "-t", "0", "-e", "^b"], env=self.env, stdin=peer,
                              stdout=peer, stderr=peer) as joined:
            os.close(peer)
            seen = b""
            limit = time.monotonic() + 60
            while b"to exit the console" not in seen:
                self.assertLess(time.monotonic(), limit, seen)
                if select.select([master], [], [], 1)[0]:
                    seen += os.read(master, 4096)
            self.assertIn(b"Connected to tty 0", seen)
            self.assertIn(b"Type <Ctrl+b q>", seen)
            while joined.poll() is None:
                self.assertLess(time.monotonic(), limit)
                os.write(master, b"\x02q")
                select.select([master], [], [], 0.2)
            self.assertEqual(joined.returncode, 0)
        os.close(master)

    def test_common_options(self):
        self.assertEqual(self.lxc("start", "--version"), "7.0.0\n")
        for option in ("--help", "-h", "-?"):
            self.assertTrue(self.lxc("stop", option).startswith("Usage: lxc-stop [OPTIONS] NAME\n"))
        self.assertEqual(self.lxc("stop", "--usage"), "Usage: lxc-stop [OPTIONS] NAME\n")
        log = self.home / "log"
        done = self.run_lxc("stop", "-n", "gone", "-q", "-o", str(log), "-l", "debug")
        self.assertEqual((done.returncode, done.stderr), (2, b""))
        self.assertRegex(log.read_text(),
                         r"^lxc-stop gone \d{14}\.\d{3} ERROR    stop - cubby:stop:0 - gone is not running\n$")
        self.lxc_error("stop", "gone", "-l", "LOUD", says="'LOUD' is not TRACE")
        self.lxc_error("stop", "gone", "-o", "/nosuch/log", says="/nosuch/log")
        other = self.home / "elsewhere"
        self.run_cubby("-P", str(other), "create", "there", "-t", "busybox")
        self.addCleanup(self.run_cubby, "-P", str(other), "destroy", "there")
        self.assertEqual(self.lxc("ls", "-1", "-P", str(other)), "there\n")
        self.assertEqual(self.cubby("-P", str(other), "lxc-ls", "-1"), "there\n")

    def test_both_spellings_and_unknown_names(self):
        self.make_lxc("two")
        self.assertEqual(self.cubby("lxc-info", "-sH", "two"), "STOPPED\n")
        self.assertIn("lxc-usernsexec", self.cubby("help", "lxc"))
        link = self.home / "lxc-strat"
        link.symlink_to(harness.CUBBY)
        done = subprocess.run([str(link)], env=self.env, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, re.compile(r"no command 'lxc-strat'; did you mean 'lxc-start'"))


if __name__ == "__main__":
    harness.main()
