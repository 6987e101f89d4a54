# SPDX-License-Identifier: LGPL-2.1-or-later
"""Capabilities, system call policies, labels and Landlock of a configuration, looked at from inside."""

import os
import subprocess

import harness

SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
NEEDED = "capget capset close_range dup3 execve execveat fcntl newfstatat prctl".split()
# What busybox needs besides, to run an applet.
APPLET = (
    "arch_prctl brk chdir close dup dup2 exit exit_group faccessat fchdir fork clone vfork fstat getcwd getdents64 getegid "
    "geteuid getgid getpgid getpgrp getpid getppid getrandom getuid ioctl kill lseek lstat mmap mprotect munmap "
    "newfstatat open openat pipe pipe2 poll ppoll pread64 prlimit64 read readlink readlinkat rseq rt_sigaction "
    "rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait sendmsg recvmsg sendfile set_robust_list "
    "set_tid_address setpgid setsid sigaltstack stat statfs statx sysinfo time uname wait4 write writev futex access "
    "nanosleep clock_nanosleep clock_gettime reboot umask getgroups setgid setuid setgroups fchown chown socket connect"
).split()


class Confinement(harness.Configured):
    def policy(self, *lines):
        path = self.home / "policy"
        path.write_text("".join(line + "\n" for line in lines))
        return f"lxc.seccomp.profile = {path}"

    def inside(self, script):
        return self.run_cubby("attach", "c", "--", "sh", "-c", script)

    # --- capabilities ---

    def cap_sets(self, pid):
        text = self.cubby("attach", "c", "--", "cat", f"/proc/{pid}/status")
        return {line.split(":")[0]: int(line.split()[1], 16) for line in text.splitlines() if line.startswith("Cap")}

    def check_caps(self, expected, *lines):
        self.started(*lines)
        for pid in ("1", "self"):
            sets = self.cap_sets(pid)
            for name in SETS:
                wanted = 0 if name in ("CapInh", "CapAmb") else expected
                self.assertEqual(sets[name], wanted, f"{name} of {pid} with {lines}")
        self.cubby("stop", "-k", "c")

    def test_capabilities(self):
        with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
            every = (1 << (int(file.read()) + 1)) - 1
        sys_time, sys_module, chown, kill = 25, 16, 0, 5
        self.check_caps(every)
        self.check_caps(every & ~(1 << sys_time | 1 << sys_module), "lxc.cap.drop = sys_time", "lxc.cap.drop = 16")
        self.check_caps(every & ~(1 << sys_module), "lxc.cap.drop = sys_time", "lxc.cap.drop =",
                        "lxc.cap.drop = sys_module")
        self.check_caps(1 << chown | 1 << kill, "lxc.cap.keep = chown 5")
        self.check_caps(1 << kill, "lxc.cap.keep = chown", "lxc.cap.keep =", "lxc.cap.keep = kill")
        self.check_caps(1 << kill, "lxc.cap.keep = chown none kill")
        self.check_caps(0, "lxc.cap.keep = none")
        self.check_caps(every, "lxc.cap.keep = none", "lxc.cap.keep =")

    def test_capabilities_that_cannot_be(self):
        self.configure("lxc.cap.drop = sys_time", "lxc.cap.keep = chown")
        self.refused("start", "c", code=1, says=["lxc.cap.keep", "lxc.cap.drop"])
        self.configure("lxc.cap.drop = sys_tine")
        self.refused("start", "c", code=1, says=["config:", "sys_tine"])

    # --- system call policies ---

    def test_deny_list(self):
        self.started(self.policy("2", "denylist", "reject_force_umount", "[all]", "mkdir errno 95", "mkdirat errno 95",
                                 "uname errno 1 [0,0,!=]"))
        done = self.inside("mkdir /tmp/x")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"not supported", done.stderr)
        self.assertNotEqual(self.inside("uname -r").stdout.decode().strip(), os.uname().release)
        # The filter of cubby's own goes on beside it, for the first process and for an attached one.
        for pid in ("1", "self"):
            status = self.cubby("attach", "c", "--", "cat", f"/proc/{pid}/status")
            self.assertIn("Seccomp:\t2", status)
            if "Seccomp_filters" in status:
                self.assertIn("Seccomp_filters:\t2", status)
        self.assertIn("seccomp filter " + str(self.home / "policy"), self.cubby("plan", "c"))

    def test_allow_list(self):
        words = sorted(set(NEEDED + APPLET))
        self.started(self.policy("2", "allowlist errno 38", *words), "lxc.init.cmd = /bin/sleep 1000")
        self.assertEqual(self.inside("echo ok").stdout, b"ok\n")
        self.assertNotEqual(self.inside("mkdir /tmp/x").returncode, 0)
        self.assertNotEqual(self.inside("chmod 700 /tmp").returncode, 0)

    def test_a_kill_is_one(self):
        self.started(self.policy("2", "denylist", "mkdir", "mkdirat"))
        self.assertEqual(self.inside("mkdir /tmp/x; echo $?").stdout, b"159\n")  # 128 + SIGSYS

    def test_version_1(self):
        numbers = [str(number) for number in range(0, 462) if number not in (83, 258)]  # mkdir, mkdirat on x86_64
        if subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout.strip() != "x86_64":
            numbers = [str(number) for number in range(0, 462) if number != 34]
        self.started(self.policy("1", "allowlist", *numbers))
        self.assertEqual(self.inside("echo ok").stdout, b"ok\n")
        self.assertEqual(self.inside("mkdir /tmp/x; echo $?").stdout, b"159\n")

    def test_policies_that_cannot_be_honoured_stop_the_start(self):
        cases = (
            (("2", "denylist", "mkdir errno"), ["policy:3", "errno"]),
            (("2", "denylist", "sendmsg notify"), ["policy:3", "notified"]),
            (("2", "denylist", "mkdirr"), ["policy:3", "mkdirr"]),
            (("2", "allowlist", "read"), ["policy", "is not allowed, and a start needs it"]),
            (("", "denylist"), ["policy:1"]),
        )
        for lines, says in cases:
            with self.subTest(lines=lines):
                self.configure(self.policy(*lines))
                self.refused("start", "c", code=1, says=["lxc.seccomp.profile", *says])
                self.assertEqual(self.state("c"), "STOPPED")
        self.configure("lxc.seccomp.profile = /nowhere")
        self.refused("start", "c", code=1, says=["config:", "lxc.seccomp.profile", "/nowhere"])

    def test_without_the_default_filter(self):
        self.started("cubby.seccomp.default = 0", self.policy("2", "denylist", "mkdir errno 95", "mkdirat errno 95"))
        self.assertNotEqual(self.inside("mkdir /tmp/x").returncode, 0)
        self.assertEqual(self.inside("unshare -m true").returncode, 0)

    # --- labels ---

    def test_labels(self):
        self.started("lxc.apparmor.profile = unchanged")
        self.cubby("stop", "-k", "c")
        self.started("lxc.apparmor.profile = unconfined")
        self.cubby("stop", "-k", "c")
        # A name that no host has loaded, and on most hosts no such module at all.
        for key, value in (("lxc.apparmor.profile", "cubby-test-no-such-profile"), ("lxc.selinux.context", "no:such:x:s0")):
            with self.subTest(key=key):
                self.configure(f"{key} = {value}")
                error = self.run_cubby("start", "c")
                self.assertNotEqual(error.returncode, 0)
                self.assertIn(key.encode(), error.stderr)
                self.assertEqual(self.state("c"), "STOPPED")

    # --- Landlock ---

    def test_landlock(self):
        self.started("cubby.landlock.writable = /tmp /run")
        for script, works in (("echo x > /tmp/x", True), ("mkdir /run/y", True), ("echo x > /etc/x", False),
                              ("rm /etc/passwd", False), ("cat /etc/passwd > /dev/null", True), ("ls /", True)):
            self.assertEqual(self.inside(script).returncode == 0, works, script)
        self.cubby("stop", "-k", "c")
        self.started("cubby.landlock.readable = /bin /sbin /usr", "lxc.init.cmd = /bin/sleep 1000")
        self.assertEqual(self.inside("echo ok").stdout, b"ok\n")
        self.assertNotEqual(self.inside("cat /etc/passwd").returncode, 0)
        self.cubby("stop", "-k", "c")
        self.configure("cubby.landlock.writable = /no/such/path")
        self.refused("start", "c", code=3, says=["cubby.landlock", "/no/such/path"])


if __name__ == "__main__":
    harness.main()
