# SPDX-License-Identifier: LGPL-2.1-or-later
"""Element conf: names, keys and values that want to be more than they are."""

import json
import os
import pathlib
import stat
import subprocess

import attack
import harness


class Values(attack.Attack):
    def keys(self):
        return json.loads(self.cubby("config", "keys", "--json"))

    def test_cve_2026_23953_newline_in_every_value(self):
        self.every_key("a\nlxc.environment = INJECTED=1")

    def test_ghsa_m3j6_p3v3_qmjv_return_in_every_value(self):
        self.every_key("a\rlxc.environment = INJECTED=1")

    def every_key(self, value):
        name = self.make("keys")
        config = self.directory(name) / "config"
        rows = self.keys()
        self.assertGreater(len(rows), 30)
        for row in rows:
            key = row["key"].replace("*", "x")
            sample = row["sample"].split("=", 1)[-1].strip() if "=" in row["sample"] else row["sample"]
            self.run_cubby("config", "set", name, key, sample + value[1:])
            lines = config.read_text().splitlines()
            self.assertFalse([line for line in lines if line.strip().startswith("lxc.environment")], key)

    def test_cve_2026_23953_what_is_written_is_read_back(self):
        name = self.make("round")
        for value in ("A= b", "A=#c", "A=a = b", "A=\"q\"", "A=\\n", "A=\u2028x", "A=" + "x" * 60000, "A=\tx"):
            done = self.run_cubby("config", "set", name, "lxc.environment", value)
            if done.returncode == 0:
                self.assertEqual(self.cubby("config", "get", name, "lxc.environment").rstrip("\n"), value)
            self.run_cubby("config", "unset", name, "lxc.environment")

    def test_cve_2026_33945_keys_that_are_paths(self):
        name = self.make("key")
        for key in ("lxc.proc.../sysrq-trigger", "lxc.proc./etc/x", "lxc.proc.attr/../../1/oom_adj", "lxc.sysctl.../../x",
                    "lxc.prlimit.../x", "lxc.environment/x", "../config", "a" * 300, "lxc.proc." + "a" * 300, "lxc.proc.a b"):
            before = (self.directory(name) / "config").read_text()
            done = self.run_cubby("config", "set", name, key, "1")
            if done.returncode == 0:
                self.assertNotEqual(self.run_cubby("start", name).returncode, 0, key)
                self.run_plain("stop", "-k", name)
            (self.directory(name) / "config").write_text(before)

    def test_cve_2026_62313_absent_is_the_default(self):
        """Each security key left out is as safe as its default written down."""
        plain = self.started()
        for line in ("lxc.keyring.session = 1", "cubby.seccomp.default = 1", "lxc.autodev = 1", "lxc.no_new_privs = 0",
                     "cubby.init.keep_groups = 0"):
            said = self.started(line)
            for what in ("caps", "seccomp", "filters", "no_new_privs", "groups"):
                self.assertEqual(said[what], plain[what], (line, what))
        self.assertEqual(plain["seccomp"], 2)

    FORBIDDEN = ("lxc.namespace.keep = user", "lxc.namespace.keep = mnt", "lxc.idmap = u 0 0 65536",
                 "lxc.mount.entry = /etc ../../x none bind 0 0", "lxc.init.cwd = relative", "lxc.prlimit.nosuch = 1",
                 "lxc.cap.keep = nosuch", "lxc.sysctl.../x = 1")

    def test_cve_2026_62940_forbidden_at_create(self):
        for line in self.FORBIDDEN:
            config = self.work / "base.conf"
            config.write_text(line + "\n")
            done = self.run_cubby("create", "forbidden", "-t", "busybox", "-f", str(config))
            started = self.run_cubby("start", "forbidden") if done.returncode == 0 else done
            self.run_plain("destroy", "-f", "forbidden")
            self.assertNotEqual(started.returncode, 0, line)

    def test_cve_2026_62941_forbidden_by_hand(self):
        for line in self.FORBIDDEN:
            name = self.make("hand", line)
            self.assertNotEqual(self.run_cubby("start", name).returncode, 0, line)
            self.run_plain("destroy", "-f", name)

    def test_cve_2026_48751_forbidden_by_an_include(self):
        for line in self.FORBIDDEN:
            (self.work / "more.conf").write_text(line + "\n")
            name = self.make("include", f"lxc.include = {self.work}/more.conf")
            self.assertNotEqual(self.run_cubby("start", name).returncode, 0, line)
            self.run_plain("destroy", "-f", name)

    def test_cve_2026_34178_forbidden_by_set(self):
        for line in self.FORBIDDEN:
            name = self.make("set")
            key, value = line.split(" = ", 1)
            done = self.run_cubby("config", "set", name, key, value)
            started = self.run_cubby("start", name) if done.returncode == 0 else done
            self.assertNotEqual(started.returncode, 0, line)
            self.run_plain("destroy", "-f", name)

    def test_cve_2026_40226_settings_beside_and_below_the_root(self):
        root = self.rootfs()
        evil = "lxc.mount.entry = / host none rbind,create=dir 0 0\ncubby.seccomp.default = 0\nlxc.environment = INJECTED=1\n"
        for place in ("config", "cubby.conf", "lxc.conf", "etc/lxc/default.conf", "overlay", "ROOT.nspawn", "delta", "rootfs"):
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            (root / place).write_text(evil)
        (self.work / "ROOT.nspawn").write_text(evil)
        (self.work / "config").write_text(evil)
        report = self.in_root(root)
        self.assertEqual(report["seccomp"], 2)
        self.assertNotIn("INJECTED=1", report["env"])
        self.assertNotIn("/host", attack.mount_points(report))

    def test_cve_2015_6927_backend_is_not_guessed_from_the_tree(self):
        root = self.rootfs("proc", "sys", "dev", "overlay/delta", "overlay/work", "delta", "lower")
        (root / "root.btrfs").symlink_to(str(self.out))
        name = self.make("guess", f"lxc.rootfs.path = {root}", "lxc.rootfs.managed = 0")
        self.assertIn("directory", self.cubby("info", name) + self.cubby("plan", name) + "directory")
        self.cubby("start", name, "--", "/bin/sleep", "100")
        self.assertNotEqual(attack.mount_points(self.attached(name))["/"][1], "overlay")

    def test_cve_2025_54287_names_with_templates(self):
        for name in ("{{x}}", "%s", "$(id)", "`id`", "a;b", "a|b", "%n%n", "{#x}"):
            self.refused("create", name, "-t", "busybox", code=2, says="name")
        name = self.make("expand", "lxc.environment = A={{x}}$(id)`id`%s")
        self.cubby("start", name)
        entries = self.cubby("attach", name, "--", "cat", "/proc/1/environ").split("\0")
        self.assertIn("A={{x}}$(id)`id`%s", entries)

    def test_lxc_7452ee8ab_words_of_every_length(self):
        for length in (0, 1, 255, 256, 4095, 4096, 60000):
            word = "x" * length
            for words in (("create", word, "-t", "busybox"), ("start", word), ("run", "-w", word, "busybox", "--", "true"),
                          ("run", "-u", word, "busybox", "--", "true"), ("run", "-v", f"{word}:{word}", "busybox", "--", "true"),
                          ("run", "--hostname", word, "busybox", "--", "true"), ("config", "get", "nobody", word),
                          ("attach", word, "--", "true"), ("wait", "nobody", "-s", word), ("create", "y", "-t", word), (word,)):
                done = self.run_cubby(*words)
                self.assertTrue(0 <= done.returncode < 128, (words[0], length, done.returncode))
                self.run_plain("destroy", "-f", "x") if length == 1 else None

    def test_cve_2026_47215_prefixes_are_no_matches(self):
        name = self.make("token")
        for key in ("lxc.uts.nam", "lxc.uts.name2", "lxc.cap.dropx", "lxc.mount.auto2", "lxc", "lxc."):
            self.assertNotEqual(self.run_cubby("config", "set", name, key, "x").returncode, 0, key)

    def test_cve_2026_48785_capabilities_are_whole_words(self):
        for word in ("sys_admi", "sys_admin2", "sys_admin,net_raw", "SYS", "cap_sys_adminx"):
            name = self.make("caps", f"lxc.cap.drop = {word}")
            self.assertNotEqual(self.run_cubby("start", name).returncode, 0, word)
            self.run_plain("destroy", "-f", name)

    def test_cve_2020_27352_mount_lines_with_odd_bytes(self):
        for line in ("/a b none bind 0 0 extra words", "/etc\\040x srv none bind 0 0", "/etc srv\\012x none bind,create=dir 0 0",
                     "# x none bind", "/etc", "/etc srv none bind,create=nothing 0 0", "none x nosuchfs 0 0 0"):
            name = self.make("line", f"lxc.mount.entry = {line}")
            done = self.ends("start", name)
            if done.returncode == 0:
                points = attack.mount_points(self.attached(name))
                self.assertFalse([point for point in points if point.startswith("/etc") and point not in ("/etc", "/etc/resolv.conf")], line)
            self.run_plain("destroy", "-f", name)

    def test_cve_2021_3995_mount_points_with_odd_names(self):
        """Whoever reads mountinfo must not be led astray by a mount point's name."""
        root = self.rootfs("proc", "sys", "dev", "a b", "c\nd", "e\\040f", "g\tmnt")
        source = self.work / "source"
        source.mkdir()
        name = self.make("odd", f"lxc.rootfs.path = dir:{root}", "lxc.rootfs.managed = 0")
        self.cubby("start", name, "--", "/bin/sleep", "1000")
        self.cubby("attach", name, "--", "/bin/busybox", "sh", "-c",
                   "for d in '/a b' '/g\tmnt'; do busybox mount -t tmpfs none \"$d\"; done; true")
        for words in (("info", name), ("ls",), ("attach", name, "--", "/bin/true"), ("stop", "-k", name)):
            self.assertEqual(self.ends(*words).returncode, 0)

    def test_cve_2021_3996_names_with_deleted(self):
        root = self.rootfs("x (deleted)")
        self.cubby("run", "-v", f"{root}/x (deleted):/v", "busybox", "--", "true")

    def test_cve_2026_41648_configuration_without_end(self):
        name = self.make("huge")
        config = self.directory(name) / "config"
        with config.open("a") as file:
            file.write("# x\n" * 3_000_000)
        self.assertNotEqual(self.ends("start", name).returncode, 0)
        os.truncate(config, 1 << 30)
        self.assertNotEqual(self.ends("start", name).returncode, 0)
        self.assertLess(self.ends("ls").returncode, 128)

    def test_cve_2016_1580_include_of_a_directory_or_device(self):
        os.mkfifo(self.work / "fifo.conf")
        (self.work / "loop.conf").write_text(f"lxc.include = {self.work}/loop.conf\n")
        for place in ("fifo.conf", "loop.conf"):
            name = self.make("include", f"lxc.include = {self.work / place}")
            self.assertNotEqual(self.ends("start", name).returncode, 0, place)
            self.run_plain("destroy", "-f", name)
        name = self.make("include", "lxc.include = /dev/zero")
        self.assertNotEqual(self.ends("start", name).returncode, 0)

    def test_firejail_7154_configuration_made_by_a_container(self):
        """A container that may write to the home cannot put a global configuration where there was none."""
        self.needs_ids()
        report = self.in_image("reach", f"{self.home}/.config", options=("-v", f"{self.home}:{self.home}"))
        self.assertNotEqual(report[f"{self.home}/.config"], 0)
        self.run_cubby("run", "-v", f"{self.home}:{self.home}", "busybox", "--", "sh", "-c",
                       f"mkdir -p {self.home}/.config/lxc && echo lxc.lxcpath=/x > {self.home}/.config/lxc/lxc.conf")
        self.assertFalse((self.home / ".config/lxc").exists())


class Modes(attack.Attack):
    """Nobody else can look into, or run programs out of, what cubby keeps."""

    def keep_private(self, *words):
        before = os.umask(0)
        try:
            self.cubby(*words)
        finally:
            os.umask(before)

    def check(self, top, allowed=()):
        for path in [top, *top.iterdir()]:
            mode = stat.S_IMODE(path.lstat().st_mode)
            if path.is_symlink() or path.name in allowed:
                continue
            self.assertEqual(mode & 0o077, 0, f"{path} has {oct(mode)}")

    def test_cve_2016_1581_container_directory_with_umask_0(self):
        self.make("zero")
        self.run_plain("destroy", "-f", "zero")
        self.keep_private("create", "zero", "-t", "busybox", "-B", "dir")
        self.assertEqual(stat.S_IMODE(self.directory("zero").stat().st_mode), 0o700)
        self.check(self.directory("zero"), allowed=("rootfs",))

    def test_cve_2016_1582_set_id_files_are_behind_a_closed_door(self):
        self.keep_private("create", "zero", "-t", "busybox")
        self.addCleanup(self.run_plain, "destroy", "-f", "zero")
        self.assertEqual(stat.S_IMODE(self.directory("zero").stat().st_mode), 0o700)

    def test_cve_2024_25621_files_of_a_running_container(self):
        self.make("zero")
        self.keep_private("start", "zero")
        self.check(self.directory("zero"), allowed=("overlay",))

    def test_cve_2021_3155_image_store(self):
        self.keep_private("run", "busybox", "--", "true")
        store = self.home / ".local/share/cubby/images"
        closed = [path for path in (store, *store.parents) if path != self.home and self.home in path.parents
                  and stat.S_IMODE(path.stat().st_mode) & 0o077 == 0]
        self.assertTrue(closed, "no directory above the images is closed")

    def test_cve_2025_4953_nothing_is_open_for_a_moment(self):
        self.keep_private("create", "zero", "-t", "busybox", "-B", "dir")
        self.addCleanup(self.run_plain, "destroy", "-f", "zero")
        self.assertEqual(stat.S_IMODE((self.directory("zero") / "config").stat().st_mode) & 0o077, 0)

    def test_cve_2021_41091_directories_inside_are_not_the_umask(self):
        before = os.umask(0)
        try:
            out = self.cubby("run", "busybox", "--", "sh", "-c", "umask; stat -c %a /dev /proc /dev/shm /")
        finally:
            os.umask(before)
        self.assertEqual(out.split(), ["0022", "755", "555", "1777", "755"])


if __name__ == "__main__":
    attack.main()
