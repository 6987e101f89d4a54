# SPDX-License-Identifier: LGPL-2.1-or-later
"""Element attach: root of the container waits for whoever enters."""

import hashlib
import json
import os
import pathlib
import subprocess
import time

import attack
import harness


class Enter(attack.Attack):
    def running(self, *lines):
        name = self.make("trap", "lxc.net.0.type = empty", *lines)
        self.cubby("start", name)
        return name

    def inside(self, name, script, **more):
        return self.cubby("attach", name, "--", "sh", "-c", script, **more)

    def test_cve_2015_1334_own_proc_with_fake_attributes(self):
        name = self.running()
        self.inside(name, "mount -t tmpfs none /proc && mkdir -p /proc/self/attr /proc/thread-self/attr /proc/1/attr && "
                    "for d in self thread-self 1; do : > /proc/$d/attr/current; : > /proc/$d/attr/exec; done")
        done = self.ends("attach", name, "--", "/tools/probe")
        if done.returncode == 0:
            report = json.loads(done.stdout)
            self.assertEqual(report["fds"][-1]["fd"], 2)
            self.assertEqual(self.attached(name, "call", "keyctl")["errno"], attack.EPERM)
        self.assertEqual(self.inside(name, "cat /proc/*/attr/*"), "", "attach wrote into the container's own /proc")

    def test_cve_2015_1334_fifo_over_an_attribute(self):
        name = self.running()
        self.inside(name, "mkfifo /pipe; mount --bind /pipe /proc/self/attr/exec; mount --bind /pipe /proc/1/attr/exec; true")
        self.ends("attach", name, "--", "true")

    def test_cve_2015_1334_twin_proc_not_mounted_at_all(self):
        name = self.running()
        self.run_cubby("attach", name, "--", "umount", "-l", "/proc")
        self.assertEqual(self.run_cubby("attach", name, "--", "true").returncode, 0)

    def hunted(self, *how, options=()):
        name = self.running()
        with subprocess.Popen([harness.CUBBY, "attach", name, "--", "/tools/probe", "hunt", "100", *how], env=self.env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as hunter:
            self.assertEqual(hunter.stdout.readline(), "ready\n")
            begun = time.monotonic()
            for attaches in range(500):
                self.run_cubby("attach", *options, name, "--", "true")
                if attaches >= 50 and time.monotonic() - begun > 2 * attack.RACE_SECONDS:
                    break
            self.run_cubby("attach", name, "--", "touch", "/tmp/enough")
            report = hunter.stdout.read().strip()
        found = json.loads(report.splitlines()[-1])
        self.assertGreater(found["tried"], 0)
        self.assertEqual(found["reached"], {}, "root inside reached into a process of cubby's")

    def test_cve_2016_8649_ptrace_of_the_one_who_enters(self):
        self.hunted()

    def test_cve_2016_9962_descriptors_of_the_one_who_enters(self):
        self.hunted("read")

    PARTLY = ("--namespaces", "pid", "--remount-proc-sys")

    def test_cve_2016_8649_ptrace_of_one_who_keeps_the_hosts_mounts(self):
        self.hunted(options=self.PARTLY)

    def test_cve_2016_9962_descriptors_of_one_who_keeps_the_hosts_mounts(self):
        self.hunted("read", options=self.PARTLY)

    def test_cve_2016_9962_twin_a_debugger_inside_works(self):
        name = self.running()
        self.assertEqual(json.loads(self.inside(name, "/tools/probe call trace; true"))["result"], 0)
        out = self.inside(name, "sleep 100 & readlink /proc/$!/exe; kill $!")
        self.assertIn("busybox", out)

    def programs(self):
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(harness.BIN.iterdir())
                if path.is_file()}

    def test_cve_2019_5736_shell_is_proc_self_exe(self):
        before = self.programs()
        name = self.running()
        self.inside(name, "printf '#!/proc/self/exe\\n' > /bin/evil; chmod 755 /bin/evil")
        for words in (("attach", name, "--", "/bin/evil"), ("attach", name, "--", "/proc/self/exe")):
            self.ends(*words)
        root = self.rootfs()
        (root / "bin/sh").unlink()
        (root / "bin/sh").write_text("#!/proc/self/exe\n")
        (root / "bin/sh").chmod(0o755)
        self.ends("run", "--rootfs", str(root), "--", "/bin/sh")
        self.assertEqual(self.programs(), before)

    def test_cve_2019_5736_programs_cannot_be_opened_for_writing(self):
        before = self.programs()
        reached = self.in_root(self.rootfs(), "reach", "/proc/1/exe", "/proc/self/exe")
        self.assertNotEqual(reached["/proc/1/exe"], 0)
        name = self.running()
        self.assertNotEqual(self.attached(name, "reach", "/proc/1/exe")["/proc/1/exe"], 0)
        self.assertEqual(self.programs(), before)

    def test_cve_2019_8308_monitor_and_holder_are_out_of_sight(self):
        name = self.running()
        seen = self.inside(name, "cat /proc/[0-9]*/comm 2>/dev/null; true")
        self.assertNotIn("cubby-monitor", seen)
        self.assertNotIn("cubby-holder", seen)

    def test_cve_2022_31214_join_trusts_the_monitor_only(self):
        """The mark of a running container names another process: it is never acted upon by its number."""
        name = self.make("mark")
        with subprocess.Popen(["sleep", "100"]) as stranger:
            (self.directory(name) / "monitor").write_text(f"{stranger.pid}\n")
            done = self.run_cubby("attach", name, "--", "true")
            self.assertEqual(done.returncode, 125)
            self.run_cubby("stop", "-k", name)
            self.assertIsNone(stranger.poll(), "a process was hit by its number")
            stranger.kill()
        self.cubby("start", name)

    def test_cve_2017_5940_filter_is_not_read_from_files(self):
        name = self.running()
        before = self.attached(name)
        for path in sorted(self.directory(name).rglob("*")):
            if path.is_file() and path.name not in ("config",) and os.access(path, os.W_OK) and "overlay" not in str(path):
                path.chmod(0o600)
        with (self.directory(name) / "config").open("a") as config:
            config.write("cubby.seccomp.default = 0\nlxc.cap.keep = sys_admin\n")
        after = self.attached(name)
        for what in ("seccomp", "filters", "caps", "no_new_privs"):
            self.assertEqual(after[what], before[what], what)

    def test_cve_2017_5207_bandwidth_of_a_stopped_container(self):
        name = self.make("none")
        for words in (("attach", name, "--", "true"), ("console", name)):
            self.assertNotEqual(self.ends(*words).returncode, 0)

    def test_cve_2024_32462_words_that_look_like_options(self):
        name = self.running()
        for words in (("attach", name, "--", "--help"), ("attach", name, "--", "-u", "0"), ("attach", name, "--", "--"),
                      ("run", "busybox", "--", "--help"), ("run", "busybox", "--", "-v", "/:/host")):
            self.assertIn(self.run_cubby(*words).returncode, (126, 127), words)
        for bad in ("-x", "--", "--name=x"):
            self.assertEqual(self.run_cubby("create", "-t", "busybox", "--", bad).returncode, 2, bad)
        self.assertEqual(self.inside(name, "echo \"$1\"; true"), "\n")

    def test_cve_2024_32462_twin_arguments_reach_the_command_unchanged(self):
        name = self.running()
        out = self.cubby("attach", name, "--", "echo", "--help", "-v", "--", "a b", "$HOME")
        self.assertEqual(out, "--help -v -- a b $HOME\n")

    def test_cve_2021_43860_names_with_nul_and_escape(self):
        name = self.running()
        done = self.run_cubby("attach", name, "--", "/bin/\x1b[31mred\x07")
        self.assertEqual(done.returncode, 127)
        self.assertNotIn(b"\x1b", done.stderr)
        self.assertNotIn(b"\x07", done.stderr)

    def test_cve_2018_6560_report_socket_of_the_one_who_enters(self):
        """The command has no descriptor on which it could talk to the command line that started it."""
        name = self.running()
        out = self.inside(name, "for f in /proc/self/fd/*; do readlink $f; done; true")
        self.assertNotIn("socket:", out)


class Traps(attack.Attack):
    """Programs, libraries and files of the container that the host side must not run, load or wait for."""

    TRAPPED = ("sh", "nsenter", "id", "getent", "ps", "newuidmap", "newgidmap", "env", "mount", "xz", "tar", "zstd", "gzip",
               "unpigz", "cubby-init", "cubby-holder", "cubby-monitor", "setpriv", "ldd")

    def trapped(self):
        """A container in which everything that a host might run by name writes a mark."""
        name = self.make("trap", "lxc.net.0.type = empty")
        self.cubby("start", name, "--", "/bin/sleep", "100000")  # whose own init would start a shell
        trap = "#!/bin/busybox sh\\necho $0 >> /mark\\n"
        script = "; ".join([f"for n in {' '.join(self.TRAPPED)}; do for d in /bin /usr/bin /usr/local/sbin; do "
                            f"mkdir -p $d; rm -f $d/$n; printf '{trap}' > $d/$n; chmod 755 $d/$n; done; done"])
        self.cubby("attach", name, "--", "/bin/busybox", "ash", "-c", script)
        return name

    def marks(self, name):
        return self.run_cubby("attach", name, "--", "/bin/busybox", "cat", "/mark").stdout.decode()

    def test_cve_2022_1227_no_program_of_the_container_runs_on_the_host(self):
        name = self.trapped()
        for words in (("info", name), ("ls",), ("logs", name), ("attach", name, "--", "/bin/busybox", "true"),
                      ("attach", "-u", "1000", name, "--", "/bin/busybox", "true"), ("plan", name)):
            self.ends(*words)
        self.assertEqual(self.marks(name), "")

    def test_cve_2019_14271_libraries_of_the_container(self):
        self.libraries("run")

    def test_cve_2025_32463_name_service_of_the_container(self):
        self.libraries("attach")

    def test_cve_2025_32462_hosts_file_of_the_container(self):
        self.libraries("attach", option=("-u", "nobody"))

    def libraries(self, way, option=("-u", "user")):
        root = self.rootfs("proc", "sys", "dev", "lib", "usr/lib", "lib/x86_64-linux-gnu/gconv")
        (root / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\nuser:x:0:0::/:/bin/sh\nnobody:x:0:0::/:/bin/sh\n")
        (root / "etc/nsswitch.conf").write_text("passwd: evil files\ngroup: evil files\nhosts: evil\n")
        (root / "etc/ld.so.preload").write_text("/lib/evil.so\n")
        for place in ("libnss_evil.so.2", "libnss_files.so.2", "evil.so", "gconv/UTF-16.so"):
            for folder in ("lib/x86_64-linux-gnu", "lib", "usr/lib"):
                if (root / folder / place).parent.exists():
                    (root / folder / place).write_bytes(b"\x7fELF broken on purpose")
        if way == "run":
            self.assertEqual(self.in_root(root, options=option)["ids"]["real"], [0, 0])
            return
        name = self.make("lib", f"lxc.rootfs.path = dir:{root}", "lxc.rootfs.managed = 0")
        self.cubby("start", name, "--", "/bin/sleep", "1000")
        self.assertEqual(self.attached(name, options=option)["ids"]["real"], [0, 0])

    def test_cve_2019_14271_nothing_is_loaded_at_run_time(self):
        for program in ("cubby", "cubby-monitor", "cubby-holder"):
            symbols = subprocess.run(["nm", "-D", "--undefined-only", str(harness.BIN / program)], capture_output=True, text=True,
                                     check=False).stdout
            self.assertNotRegex(symbols, r"\b(dlopen|dlmopen)(@|\b)", program)

    def test_cve_2020_17367_no_shell_is_started(self):
        self.no_symbol("system", "popen", "wordexp")

    def test_cve_2020_17368_no_search_along_path(self):
        self.no_symbol("execvp", "execlp", "execvpe", "posix_spawnp", "system", static=False)

    def no_symbol(self, *names, static=True):
        """Not called by any program; of static ones the C library's own inner calls are left out of account."""
        for path in harness.BIN.glob("cubby*"):
            dynamic = self.symbols(path, "-D", "--undefined-only")
            if path.name not in ("cubby_unit", "cubby_golden", "cubby-ranges") and (dynamic or static):
                self.assertFalse(set(names) & (dynamic or self.symbols(path, "-a")), path.name)

    @staticmethod
    def symbols(path, *options):
        table = subprocess.run(["nm", *options, str(path)], capture_output=True, text=True, check=False).stdout
        return {line.split()[-1].split("@")[0] for line in table.splitlines() if line.split()}

    def test_cve_2024_9341_passwd_is_a_fifo(self):
        self.strange_passwd(os.mkfifo)

    def test_cve_2024_9676_passwd_is_a_link_out(self):
        self.strange_passwd(lambda place: place.symlink_to("../" * 12 + str(self.out / "secret")))

    def test_cve_2024_5154_passwd_is_a_directory(self):
        self.strange_passwd(os.mkdir)

    def test_cve_2025_9566_passwd_is_a_link_into_proc(self):
        self.strange_passwd(lambda place: place.symlink_to("/proc/self/environ"))

    def test_cve_2025_4437_passwd_of_a_gibibyte(self):
        self.strange_passwd(lambda place: place.write_bytes(b"root:x:0:0::/:/bin/sh\n") and os.truncate(place, 1 << 30))

    def strange_passwd(self, put):
        root = self.rootfs("proc", "sys", "dev")
        for name in ("passwd", "group", "mtab", "subuid", "subgid"):
            put(root / "etc" / name)
        user = 0 if attack.SINGLE_ID else 1000
        report = json.loads(self.ends("run", "-u", str(user), "--rootfs", str(root), "--", "/tools/probe").stdout)
        self.assertEqual(report["ids"]["real"][0], user)
        done = self.ends("run", "-u", "nobody", "--rootfs", str(root), "--", "/tools/probe")
        self.assertEqual(done.returncode, 125)
        self.assertNotIn(b"canary", done.stderr)

    def test_cve_2026_47262_group_file_without_end(self):
        root = self.rootfs()
        (root / "etc/passwd").write_text("user:x:0:0::/:/bin/sh\n")
        for text in ("g:x:5:" + ",".join(f"m{number}" for number in range(10**6)) + "\n", "g:x:5:" + "x" * (100 << 20) + "\n"):
            (root / "etc/group").write_text(text)
            done = self.ends("run", "-u", "user", "--rootfs", str(root), "--", "true")
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    attack.main()
