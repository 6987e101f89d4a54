# SPDX-License-Identifier: LGPL-2.1-or-later
"""Entering a container in part, with its /proc and /sys; its terminals, and what uname tells; commands in new namespaces."""

import os
import pathlib
import pty
import select
import subprocess
import tempfile

import harness

OWN_PROC = "read pid rest < /proc/self/stat; test $pid = $$ && echo own || echo other"


class Partly(harness.LxcCommands):
    def in_part(self, name, *options, script=OWN_PROC, **more):
        return self.lxc("attach", name, *options, "--", "/bin/sh", "-c", script, **more)

    def test_proc_of_the_pid_namespace(self):
        self.make_running("pt")
        mounts = pathlib.Path("/proc/self/mountinfo").read_text()
        self.assertEqual(self.in_part("pt", "-s", "USER|PID"), "other\n")
        self.assertEqual(self.in_part("pt", "-s", "USER|PID", "-R"), "own\n")
        self.assertEqual(self.in_part("pt", "--namespaces=user|pid", "--remount-sys-proc"), "own\n")
        self.assertEqual(self.in_part("pt", "-R"), "own\n")  # the container's own mounts: nothing to do
        # The files are the host's, and what is mounted there stays there.
        with tempfile.NamedTemporaryFile(dir="/tmp") as file:
            os.chmod(file.name, 0o644)
            script = f"test -e {file.name} && mount -t tmpfs none /mnt && touch /mnt/inside && readlink /proc/self/ns/mnt"
            inner = self.in_part("pt", "-s", "USER|PID", "-R", script=script).strip()
        self.assertNotIn(inner, (os.readlink("/proc/self/ns/mnt"), self.in_part("pt", script="readlink /proc/self/ns/mnt").strip()))
        self.assertFalse(os.path.exists("/mnt/inside"))
        self.assertEqual(pathlib.Path("/proc/self/mountinfo").read_text(), mounts)
        seen = self.in_part("pt", "-s", "USER|PID", "-R", script="cat /proc/1/comm; ls -d /proc/[0-9]* | wc -l").split()
        self.assertEqual(seen[0], "init")
        self.assertLess(int(seen[1]), 10)

    def test_sys_of_the_network_namespace(self):
        self.make_lxc("nt")
        self.cubby("config", "set", "nt", "lxc.net.0.type", "empty")
        self.lxc("start", "nt")
        interfaces = "ls /sys/class/net"
        hosts = "".join(f"{name}\n" for name in sorted(os.listdir("/sys/class/net")))
        self.assertEqual(self.in_part("nt", "-s", "USER|NETWORK", "-R", script=interfaces), "lo\n")
        self.assertEqual(self.in_part("nt", "-s", "USER|NETWORK|PID", "-R", script=f"{interfaces}; {OWN_PROC}"), "lo\nown\n")
        self.assertEqual(self.in_part("nt", "-s", "USER|NETWORK", script=interfaces), hosts)
        self.assertEqual(self.in_part("nt", "-s", "USER|PID", "-R", script=interfaces), hosts)

    def test_of_cubby(self):
        self.make_running("cu")
        words = ("attach", "cu", "--namespaces", "pid,uts", "--remount-proc-sys", "--", "/bin/sh", "-c")
        self.assertEqual(self.cubby(*words, f"hostname; {OWN_PROC}"), "cu\nown\n")
        # It is under the container's own confinement.
        self.assertNotEqual(self.run_cubby(*words, "unshare -U true").returncode, 0)
        done = self.run_cubby("attach", "cu", "--namespaces", "bogus", "--", "true")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"'bogus' is not user, mnt", done.stderr)
        for more in ((), ("--namespaces", "mnt,pid")):
            done = self.run_cubby("attach", "cu", *more, "--remount-proc-sys", "--", "true")
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"--remount-proc-sys is for a --namespaces that leaves out mnt", done.stderr)
        # LXC takes it, without effect.
        self.assertEqual(self.lxc("attach", "cu", "-R", "--", "hostname"), "cu\n")

    def test_covered_proc(self):
        """The kernel makes no fresh /proc that would show what is covered in the one that is there."""
        self.make_running("co")
        script = (f"mount --bind /dev/null /proc/uptime && exec {harness.BIN}/lxc/lxc-attach co -s 'USER|PID' -R -- true")
        done = self.run_cubby("unshare", "sh", "-c", script)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(b"/proc: parts of this host's are covered", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_login_shell_is_the_hosts(self):
        self.make_running("sh")
        done = self.run_lxc("attach", "sh", "-s", "USER|PID", "-R", "--clear-env", stdin=b"echo $HOME; pwd; exit 3\n")
        self.assertEqual((done.returncode, done.stdout), (3, b"/\n/\n"), done.stderr)


class Personality(harness.LxcCommands):
    def test_architecture(self):
        self.make_lxc("ar")
        self.cubby("config", "set", "ar", "lxc.arch", "i686")
        self.lxc("start", "ar")
        wide = os.uname().machine
        narrow = self.lxc("attach", "ar", "--", "uname", "-m").strip()
        self.assertNotEqual(narrow, wide)
        self.assertEqual(self.cubby("attach", "ar", "--", "uname", "-m").strip(), narrow)
        self.assertEqual(self.lxc("attach", "ar", "-a", "x86_64", "--", "uname", "-m").strip(), wide)
        self.lxc("stop", "-k", "ar")
        self.cubby("config", "set", "ar", "lxc.arch", "x86_64")
        self.lxc("start", "ar")
        self.assertEqual(self.lxc("attach", "ar", "--", "uname", "-m").strip(), wide)
        self.assertEqual(self.lxc("attach", "ar", "--arch=i686", "--", "uname", "-m").strip(), narrow)
        self.lxc_error("attach", "ar", "-a", "pdp11", "--", "true", says="'pdp11' is not an architecture")


class Terminals(harness.LxcCommands):
    def on_terminal(self, *words):
        pid, master = pty.fork()
        if pid == 0:
            os.execve(harness.CUBBY, [harness.CUBBY, *words], self.env)
        out = b""
        while select.select([master], [], [], 30)[0]:
            try:
                out += os.read(master, 4096)
            except OSError:
                break
        os.close(master)
        return out.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_it_belongs_to_who_is_at_it(self):
        """Programs that open their terminal by its name, such as tmux, need that."""
        self.make_running("ow")
        for user in ("0",) if harness.MODE == "no-subids" else ("0", "1000"):
            out, code = self.on_terminal("attach", "-u", user, "ow", "--", "sh", "-c", "stat -c %u $(tty); echo x > $(tty)")
            self.assertEqual((out.split(), code), ([user, "x"], 0))


class NewNamespaces(harness.LxcCommands):
    def begun(self, *words):
        """A command in the background, which waits for a line; it is there when this returns."""
        fifo = self.home / "fifo"
        out = self.home / "out"
        for path in (fifo, out):
            path.unlink(missing_ok=True)
        os.mkfifo(fifo)
        script = f"exec > {out} 2>&1; read line < {fifo}; echo $$ $line"
        done = subprocess.run([*words, "--", "sh", "-c", script], env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
        self.assertFalse(out.exists() and out.read_text())
        fifo.write_text("go\n")
        self.wait_for(lambda: out.exists() and out.read_text().endswith("go\n"), what="the command's end")
        return out.read_text().split()[0]

    def test_daemon(self):
        lxc_unshare = str(harness.BIN / "lxc/lxc-unshare")
        self.assertNotEqual(self.begun(lxc_unshare, "-s", "USER", "-d"), "1")
        self.assertEqual(self.begun(lxc_unshare, "-s", "USER|PID|MOUNT", "-d", "-M"), "1")
        self.assertEqual(self.begun(harness.CUBBY, "unshare", "--namespaces", "pid", "-d"), "1")
        self.lxc_error("unshare", "-s", "USER|PID", "-d", "--", "nosuch", says="run nosuch")
        self.lxc_error("unshare", "-s", "USER|UTSNAME", "-d", "-H", "bad_name!", "--", "true", says="bad_name!")

    def test_first_process(self):
        self.assertEqual(self.lxc("unshare", "-s", "USER|PID", "--", "sh", "-c", "echo $$"), "1\n")
        self.assertEqual(self.lxc("unshare", "-s", "USER|PID", "--", "sh", "-c", "kill -9 1; exit 4", code=4), "")
        self.assertEqual(self.lxc("unshare", "-s", "user|TIME|ipc", "--", "echo", "there"), "there\n")

    def test_remount(self):
        script = "ls /dev/shm | wc -l; readlink /proc/self | grep -c ."
        (pathlib.Path("/dev/shm") / f"cubby-{os.getpid()}").touch()
        self.addCleanup((pathlib.Path("/dev/shm") / f"cubby-{os.getpid()}").unlink)
        self.assertEqual(self.lxc("unshare", "-s", "USER|MOUNT", "-M", "--", "sh", "-c", script).split(), ["0", "1"])
        self.assertEqual(self.lxc("unshare", "-s", "USER|MOUNT|PID|IPC", "-M", "--", "sh", "-c", f"{OWN_PROC}; {script}").split(),
                         ["own", "0", "1"])
        self.lxc_error("unshare", "-s", "USER|PID", "-M", "--", "true", says="-M needs MOUNT")

    def test_user_by_name(self):
        self.assertEqual(self.lxc("unshare", "-s", "USER", "-u", "daemon", "--", "id", "-u"), "1\n")
        self.lxc_error("unshare", "-s", "USER", "-u", "no-such-user", "--", "true", says="no-such-user")

    def test_of_cubby(self):
        out = self.cubby("unshare", "--namespaces", "pid,uts", "--hostname", "apart", "--remount", "sh", "-c", f"hostname; {OWN_PROC}")
        self.assertEqual(out, "apart\nown\n")
        for words, code, says in ((("--hostname", "apart", "true"), 2, b"needs uts"), (("/nosuch",), 127, b"run /nosuch"),
                                  (("/etc/passwd",), 126, b"run /etc/passwd"), (("sh", "-c", "exit 7"), 7, b""),
                                  (("sh", "-c", "kill -TERM $$"), 143, b""), (("--namespaces", "x", "true"), 2, b"'x' is not")):
            done = self.run_cubby("unshare", *words)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(says, done.stderr)

    def test_keyboard_signals_are_the_commands(self):
        """^C ends what runs in the shell, and neither the shell nor the commands around it."""
        pid, master = pty.fork()
        if pid == 0:
            os.execve(str(harness.BIN / "lxc/lxc-usernsexec"),
                      ["lxc-usernsexec", "--", "sh", "-c", "trap 'echo trapped; exit 9' INT; echo ready; while :; do sleep 1; done"], self.env)
        out = b""
        while select.select([master], [], [], 30)[0]:
            try:
                out += os.read(master, 4096)
            except OSError:
                break
            if out.endswith(b"ready\r\n"):
                os.write(master, b"\x03")
        os.close(master)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 9, out)
        self.assertTrue(out.endswith(b"trapped\r\n"), out)


if __name__ == "__main__":
    harness.main()
