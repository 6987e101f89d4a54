# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elements attach and sec: who a process inside is, and what it was given along."""

import json
import os
import subprocess

import attack
import harness

CAP_CHOWN, CAP_SETUID, CAP_NET_RAW, CAP_SYS_PTRACE, CAP_SYS_ADMIN = 0, 7, 13, 19, 21
SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
PASSWD = ("root:x:0:0::/root:/bin/sh\n1000:x:0:0::/:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\n"
          "0:x:1001:1001::/:/bin/sh\nodd:x:4294967296:0::/:/bin/sh\nminus:x:-1:0::/:/bin/sh\n"
          "newline\rX:x:0:0::/:/bin/sh\nhomeless:x:1002:1002::relative\x1b[31m:/bin/sh\n")
GROUP = "root:x:0:\nuser:x:1000:\nfirst:x:2000:user,other\nsecond:x:2001:other,user\nother:x:2002:other\n"


class Privileges(attack.Attack):
    containers = ("in",)

    def check_sets(self, report, user):
        caps = report["caps"]
        self.assertEqual((caps["CapInh"], caps["CapAmb"]), (0, 0), caps)
        if user:
            self.assertEqual((caps["CapPrm"], caps["CapEff"]), (0, 0), caps)
        else:
            self.assertEqual(caps["CapEff"], caps["CapBnd"], caps)

    def test_cve_2022_24769_inheritable_of_a_run(self):
        self.check_sets(self.in_image(), False)

    def test_cve_2022_29162_inheritable_of_an_attach(self):
        self.check_sets(self.attached("in"), False)

    def test_cve_2022_27649_inheritable_of_a_start(self):
        self.check_sets(self.started(), False)

    def test_cve_2022_27650_inheritable_with_keep(self):
        self.check_sets(self.started("lxc.cap.keep = chown setuid"), False)

    def test_cve_2022_27651_inheritable_of_the_caller(self):
        """The caller's own inheritable and ambient sets, as root of a user namespace has them, do not enter."""
        runtime = self.work / "run"
        runtime.mkdir(mode=0o700)
        words = ["unshare", "--user", "--map-root-user", "setpriv", "--inh-caps", "+chown,+sys_admin", "--ambient-caps",
                 "+chown,+sys_admin", harness.CUBBY, "run", "-v", f"{self.tools}:/tools:ro", "busybox", "--", "/tools/probe"]
        env = self.env | {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(self.work)}
        done = subprocess.run(words, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        subprocess.run([str(harness.BIN / "cubby-holder"), "--stop"], env=env, check=False, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_sets(json.loads(done.stdout), False)

    def test_cve_2022_27652_inheritable_without_the_reaper(self):
        self.check_sets(self.in_image(options=("--no-init",)), False)

    def test_ghsa_c9cp_inheritable_with_a_terminal(self):
        done = self.run_cubby("run", "-i", "-t", "-v", f"{self.tools}:/tools:ro", "busybox", "--", "/tools/probe")
        if done.returncode == 0:
            self.check_sets(json.loads(done.stdout), False)

    def test_cve_2016_8867_ambient_of_a_normal_user(self):
        self.needs_ids()
        self.check_sets(self.in_image(options=("-u", "1000")), True)

    def test_cve_2018_10856_capabilities_of_a_normal_user_who_enters(self):
        self.needs_ids()
        self.check_sets(self.attached("in", options=("-u", "1000")), True)

    def test_cve_2018_1000400_capabilities_of_a_normal_first_process(self):
        self.needs_ids()
        self.check_sets(self.started("lxc.init.uid = 1000", "lxc.init.gid = 1000"), True)

    def test_cve_2025_27612_an_attach_has_no_more_than_its_container(self):
        for line in ("lxc.cap.drop = sys_admin net_raw sys_ptrace", "lxc.cap.keep = chown", "lxc.cap.keep = none"):
            name = self.make("caps", line)
            self.cubby("start", name)
            status = self.cubby("attach", name, "--", "cat", "/proc/1/status")
            first = {line.split(":")[0]: int(line.split()[1], 16) for line in status.splitlines() if line.startswith("Cap")}
            entered = self.attached(name)["caps"]
            for kind in SETS:
                self.assertEqual(entered[kind] & ~first[kind], 0, (line, kind))
            self.assertEqual(entered["CapBnd"] & (1 << CAP_SYS_ADMIN), 0, line)
            self.run_plain("destroy", "-f", name)

    def test_cve_2025_27612_twin_what_is_kept_works(self):
        self.needs_ids()
        name = self.make("caps", "lxc.cap.keep = chown")
        self.cubby("start", name)
        self.cubby("attach", name, "--", "sh", "-c", "touch /f && chown 5 /f")

    def test_cve_2024_21626_limits_of_an_application(self):
        caps = self.in_image()["caps"]
        for capability in (CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_NET_RAW, 12, 16, 17, 22, 25, 27, 34, 38, 39, 40):
            self.assertEqual(caps["CapBnd"] & (1 << capability), 0, capability)

    def test_cve_2025_64750_label_is_what_the_host_gives(self):
        """No label is asked for, so none may be claimed: what /proc says is what the caller has."""
        with open("/proc/self/attr/current", "rb") as own:
            try:
                label = own.read().decode().strip("\0\n")
            except OSError:
                label = ""
        self.assertEqual(self.in_image()["label"].strip("\0\n"), label)

    def test_cve_2025_65105_a_label_that_cannot_be_given_is_refused(self):
        for line in ("lxc.apparmor.profile = x", "lxc.selinux.context = x", "lxc.seccomp.profile = /x"):
            name = self.make("label", line)
            done = self.run_cubby("start", name)
            told = done.stderr.decode() + self.run_cubby("info", name).stdout.decode()
            self.assertIn(line.split()[0], told, "a label was silently left out")
            self.run_plain("destroy", "-f", name)


class Users(attack.Attack):
    def setUp(self):
        super().setUp()
        self.root = self.rootfs("home", "root", "proc", "sys", "dev")
        (self.root / "etc/passwd").write_text(PASSWD)
        (self.root / "etc/group").write_text(GROUP)

    def ids(self, user, way="run"):
        if way == "run":
            done = self.run_cubby("run", "-u", user, "--rootfs", str(self.root), "--", "/tools/probe")
        else:
            done = self.run_cubby("attach", "-u", user, self.running(), "--", "/tools/probe")
        if done.returncode != 0:
            self.assertIn(done.returncode, (2, 125), done.stderr)
            return None
        report = json.loads(done.stdout)
        return report

    def running(self):
        name = "users"
        if not self.directory(name).exists():
            self.make(name, f"lxc.rootfs.path = dir:{self.root}", "lxc.rootfs.managed = 0")
            self.cubby("start", name, "--", "/bin/sleep", "1000")
        return name

    def both(self, user):
        return [self.ids(user, way) for way in ("run", "attach")]

    def test_cve_2016_3697_number_that_is_a_name(self):
        self.needs_ids()
        for report in self.both("1000"):
            self.assertEqual(report["ids"]["effective"][0], 1000)

    def test_cve_2016_3697_zero_that_is_a_name(self):
        for report in self.both("0"):
            self.assertEqual(report["ids"]["effective"][0], 0)

    def test_cve_2024_40635_numbers_that_overflow(self):
        for user in ("2147483648", "4294967295", "4294967296", "18446744073709551616", "99999999999999999999"):
            for report in self.both(user):
                self.assertIsNone(report, user)

    def test_cve_2026_46680_numbers_in_odd_dress(self):
        for user in ("00", "+1", "-0", "0x0", " 0", "0 ", "1e3", "1000:", ":", ":0", "0:0:0", "user:1000:1", "\u0660"):
            for report in self.both(user):
                self.assertTrue(report is None or user in (":0", "1000:") and report["ids"]["effective"][0] != 0, user)

    def test_cve_2019_14287_minus_one(self):
        for user in ("-1", "4294967295", "minus", "odd", "0:-1", "0:4294967295"):
            for report in self.both(user):
                self.assertIsNone(report, user)

    def test_cve_2018_19788_uid_beyond_int_max(self):
        for user in ("2147483647", "4294967294"):
            for report in self.both(user):
                self.assertIsNone(report, user)

    def test_cve_2019_14287_twin_ordinary_users(self):
        self.needs_ids()
        for user, ids in (("user", [1000, 1000]), ("1000:2001", [1000, 2001]), ("user:first", [1000, 2000]), ("1005", [1005, 0])):
            for report in self.both(user):
                self.assertEqual(report["ids"]["real"], ids, user)

    def check_groups(self, user, expected):
        self.needs_ids()
        for report in self.both(user):
            self.assertEqual(sorted(report["groups"]), sorted(expected), user)

    def test_cve_2022_36109_primary_group_is_among_the_groups(self):
        self.check_groups("user", [1000, 2000, 2001])

    def test_cve_2022_2989_primary_group_of_a_number(self):
        self.check_groups("1005", [0])

    def test_cve_2022_2990_group_that_was_named(self):
        self.check_groups("user:first", [2000])

    def test_cve_2022_2995_group_that_was_numbered(self):
        self.check_groups("1000:2005", [2005])

    def test_cve_2023_25173_a_file_that_shuts_a_group_out(self):
        """Mode 0707, group 1000: a member is shut out, and cannot leave the group by a set-group-id program."""
        self.needs_ids()
        script = "echo secret > /file; busybox chmod 0704 /file; busybox chown 0:1000 /file"
        self.cubby("run", "--rootfs", str(self.root), "--", "sh", "-c", script)
        done = self.run_cubby("run", "-u", "user", "--rootfs", str(self.root), "--", "cat", "/file")
        self.assertNotIn(b"secret", done.stdout)
        others = self.cubby("run", "-u", "2002:2002", "--rootfs", str(self.root), "--", "cat", "/file")
        self.assertEqual(others, "secret\n")

    def test_cve_2013_4291_groups_of_the_host(self):
        self.needs_ids()
        own = set(os.getgroups())
        for report in self.both("0"):
            self.assertFalse(set(report["groups"]) & (own | {65534}) - {0}, report["groups"])

    def test_cve_2022_4318_home_with_control_characters(self):
        self.needs_ids()
        for report in self.both("homeless"):
            home = [entry for entry in report["env"] if entry.startswith("HOME=")]
            self.assertEqual(home, ["HOME=/"])

    def test_cve_2022_4318_user_with_a_newline(self):
        for user in ("x\nroot:x:0:0", "newline\rX", "user\n", "1000\n0"):
            for report in self.both(user):
                self.assertTrue(report is None or user == "newline\rX", user)
        done = self.run_cubby("run", "-u", "x\x1b[31m\ny", "--rootfs", str(self.root), "--", "true")
        self.assertNotIn(b"\x1b", done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)

    def test_cve_2018_7169_groups_with_a_single_id(self):
        """With one id, the kernel forbids setgroups, so that nobody can leave a group that shuts him out."""
        home = self.work / "single"
        home.mkdir()
        (home / "run").mkdir(mode=0o700)
        env = self.env | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run")}
        done = subprocess.run(["setpriv", "--no-new-privs", harness.CUBBY, "run", "busybox", "--", "cat", "/proc/self/setgroups"],
                              env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        subprocess.run([str(harness.BIN / "cubby-holder"), "--stop"], env=env, check=False, capture_output=True)
        self.assertEqual(done.stdout, "deny\n", done.stderr)


class Environment(attack.Attack):
    containers = ("in",)
    SECRETS = {f"SECRET_{number}": "hidden" for number in range(50)} | {
        "LD_PRELOAD_X": "x", "AWS_TOKEN": "x", "SSH_AUTH_SOCK": "/x", "XAUTHORITY": "/x", "DBUS_SESSION_BUS_ADDRESS": "x"}

    def names(self, *words):
        report = json.loads(self.cubby(*words, "/tools/probe", env=self.SECRETS))
        return {entry.split("=")[0] for entry in report["env"]}

    def run_words(self, *options):
        return ("run", *options, "-v", f"{self.tools}:/tools:ro", "busybox", "--")

    def test_cve_2020_14370_environment_of_the_caller_in_a_run(self):
        self.assertEqual(self.names(*self.run_words()), {"PATH", "HOME", "container"})

    def test_cve_2021_3602_environment_of_the_caller_in_an_attach(self):
        self.assertEqual(self.names("attach", "in", "--"), {"PATH", "HOME", "SHELL", "container"})

    def test_cve_2021_21261_environment_of_the_first_process(self):
        name = self.make("env")
        self.cubby("start", name, env=self.SECRETS)
        entries = self.cubby("attach", name, "--", "cat", "/proc/1/environ").split("\0")
        self.assertFalse([entry for entry in entries if "SECRET" in entry or "hidden" in entry], entries)
        self.assertLessEqual({entry.split("=")[0] for entry in entries if entry}, {"PATH", "HOME", "container", "TERM"})

    def test_cve_2026_57231_odd_entries(self):
        for entry in ("*", "=x", "", "A\nB=c"):
            done = self.run_cubby("run", "-e", entry, *self.run_words()[1:], "/tools/probe", env=self.SECRETS)
            if done.returncode == 0:
                env = json.loads(done.stdout)["env"]
                self.assertFalse([one for one in env if "hidden" in one or "SECRET" in one], entry)
                home = [one for one in env if one.startswith("HOME=")]
                self.assertNotIn(self.env["HOME"], "".join(home), entry)

    def test_cve_2020_14370_two_containers_at_once(self):
        first = self.names(*self.run_words("-e", "ONE=1"))
        second = self.names(*self.run_words("-e", "TWO=2"))
        self.assertIn("ONE", first)
        self.assertNotIn("ONE", second)

    def test_cve_2021_3602_twin_what_is_asked_for_enters(self):
        self.assertIn("A=b=c d", json.loads(self.cubby(*self.run_words("-e", "A=b=c d"), "/tools/probe"))["env"])
        report = json.loads(self.cubby("attach", "--keep-env", "SECRET_1", "in", "--", "/tools/probe", env=self.SECRETS))
        self.assertIn("SECRET_1=hidden", report["env"])
        self.assertNotIn("SECRET_2=hidden", report["env"])

    def test_cve_2014_9529_session_keyring_is_new(self):
        subprocess.run(["true"], check=True)
        for way in (self.in_image, lambda *words: self.attached("in", *words)):
            self.assertEqual(way("call", "search", "probe")["errno"], attack.EPERM)

    def test_cve_2020_15257_every_namespace_is_new(self):
        own = {kind: os.stat(f"/proc/self/ns/{kind}").st_ino for kind in ("user", "mnt", "pid", "ipc", "uts", "cgroup", "net")}
        for report in (self.in_image(options=("--network", "none")), self.started("lxc.net.0.type = empty")):
            for kind, inode in own.items():
                self.assertNotEqual(report["ns"][kind], inode, kind)


if __name__ == "__main__":
    attack.main()
