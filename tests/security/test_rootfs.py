# SPDX-License-Identifier: LGPL-2.1-or-later
"""Element start: a root file system that is hostile to whoever sets it up."""

import os
import subprocess

import attack
import harness

SETTINGS = ("proc", "sys", "dev", "dev/pts", "dev/shm", "dev/mqueue", "run", "sys/fs/cgroup")


class Links(attack.Attack):
    """Links at the places where cubby mounts, makes directories and makes files."""

    def mounts_of(self, root, *volumes, config=()):
        options = [word for volume in volumes for word in ("-v", volume)]
        return self.ends("run", *options, "--rootfs", str(root), "--", "/tools/probe", *config)

    def test_cve_2015_1335_mount_targets_are_links(self):
        root = self.rootfs("a")
        (root / "mnt").symlink_to("../OUT")
        (root / "a/b").symlink_to("/")
        (root / "c").symlink_to(str(self.out))
        source = self.work / "source"
        source.mkdir()
        (source / "mark").write_text("mounted")
        for target in ("/mnt", "/mnt/new", "/a/b/x", "/c", "/c/folder/new", "/a/b/mnt/deep/er"):
            for kind in (source, source / "mark"):
                with self.subTest(target=target, source=kind.name):
                    self.mounts_of(root, f"{kind}:{target}")
                    self.assertNotIn("OUT", open("/proc/self/mountinfo").read())
        self.refused("run", "-v", f"{source}:/../../x", "--rootfs", str(root), "--", "true", code=2, says="..")

    def test_cve_2015_1335_twin_link_inside_the_root(self):
        root = self.rootfs("real")
        (root / "link").symlink_to("/real")
        (root / "var").mkdir()
        (root / "var/run").symlink_to("/run")
        (root / "run").mkdir()
        source = self.work / "source"
        source.mkdir()
        (source / "mark").write_text("mounted")
        for target, seen in (("/link", "/real/mark"), ("/var/run/x", "/run/x/mark")):
            self.assertEqual(self.cubby("run", "-v", f"{source}:{target}", "--rootfs", str(root), "--", "cat", seen), "mounted")

    def test_cve_2015_1335_race_on_the_way(self):
        root = self.rootfs("a")
        (root / "swap").symlink_to(str(self.out))
        source = self.work / "source"
        source.mkdir()
        with self.racing(root / "a", root / "swap") as race:
            while race.goes_on():
                self.run_cubby("run", "-v", f"{source}:/a/x", "--rootfs", str(root), "--", "true")
        self.assertGreater(race.swaps, 100)

    def test_cve_2019_18837_dangling_file_target(self):
        root = self.rootfs()
        (root / "x").symlink_to(str(self.out / "new"))
        (root / "y").symlink_to("../" * 20 + str(self.out / "new2"))
        file = self.work / "file"
        file.write_text("")
        for target in ("/x", "/y"):
            self.mounts_of(root, f"{file}:{target}")
        self.assertFalse((self.out / "new").exists())

    def test_cve_2019_19921_proc_is_no_directory(self):
        self.real_directory("proc")

    def test_cve_2023_27561_proc_is_a_link_to_a_volume(self):
        # Its container could show the kernel another directory after the masks were laid.
        root = self.rootfs("vol")
        volume = self.work / "volume"
        (volume / "proc").mkdir(parents=True)
        (root / "proc").symlink_to("/vol/proc")
        done = self.mounts_of(root, f"{volume}:/vol")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("proc", done.stderr.decode())
        self.assertEqual(list((volume / "proc").iterdir()), [])

    def test_cve_2023_28642_sys_is_no_directory(self):
        self.real_directory("sys")

    def test_cve_2025_54867_dev_is_no_directory(self):
        self.real_directory("dev")

    def real_directory(self, name):
        for shape in ("in", "self", "out", "file", "fifo"):
            with self.subTest(shape=shape):
                root = self.rootfs("bad")
                place = root / name
                {"in": lambda: place.symlink_to("/bad"), "self": lambda: place.symlink_to("."),
                 "out": lambda: place.symlink_to(str(self.out)), "file": lambda: place.write_text(""),
                 "fifo": lambda: os.mkfifo(place)}[shape]()
                done = self.mounts_of(root)
                self.assertEqual(done.returncode, 125, done.stderr)
                self.assertIn(f"/{name}", done.stderr.decode())
                self.assertEqual([entry.name for entry in (root / "bad").iterdir()], [])
                subprocess.run(["rm", "-rf", str(root)], check=True)

    def test_cve_2019_19921_twin_absent_directories_are_made(self):
        root = self.rootfs()
        self.in_root(root)
        for name in ("proc", "sys", "dev"):
            self.assertEqual(os.lstat(root / name).st_mode & 0o7777, 0o755, name)

    def test_cve_2025_24965_every_file_below_the_root_is_a_link(self):
        """Whatever cubby makes below a root, by name: seen on a clean start without a /dev of its own."""
        clean = self.rootfs()
        before = self.tree(clean)
        self.cubby("run", "--rootfs", str(clean), "--", "true")
        made = sorted(self.tree(clean) - before)
        self.assertIn("proc", made)
        (clean.rename(self.work / "clean"))
        root = self.rootfs()
        for name in (*made, *SETTINGS[3:], "etc/resolv.conf", "etc/hosts", "etc/hostname", "etc/mtab", "dev/null", "dev/console",
                     "dev/ptmx", ".oldroot", "oldroot", "pivot"):
            place = root / name
            if not os.path.lexists(place) and not any(os.path.islink(parent) for parent in place.parents):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(str(self.out / "folder"))
        self.mounts_of(root)

    @staticmethod
    def tree(top):
        return {str(path.relative_to(top)) for path in top.rglob("*")}

    def test_cve_2026_63125_resolv_conf_and_others(self):
        self.generated_files(lambda place: place.symlink_to(str(self.out / "file")))

    def test_cve_2026_63343_relative_and_dangling(self):
        self.generated_files(lambda place: place.symlink_to("../" * 12 + str(self.out / "fresh")))

    def test_ghsa_7fj9_65v4_rp7h_fifo_and_directory(self):
        self.generated_files(os.mkfifo)
        self.generated_files(os.mkdir)

    def generated_files(self, put):
        root = self.rootfs("proc", "sys", "dev")
        for name in ("resolv.conf", "hosts", "hostname", "mtab", "localtime", "passwd", "group"):
            put(root / "etc" / name)
        self.mounts_of(root)
        subprocess.run(["rm", "-rf", str(root)], check=True)

    def test_cve_2026_87766_parents_lead_to_the_host(self):
        ways = {"root": "/", "old": "/oldroot", "self": "/proc/self/root", "up": "../../../../..", "out": str(self.out),
                "self-out": f"/proc/1/root{self.out}", "cwd": "/proc/self/cwd"}
        root = self.rootfs()
        source = self.work / "source"
        source.mkdir()
        (source / "f").write_text("")
        for name, target in ways.items():
            (root / name).symlink_to(target)
            for volume in (f"{source}:/{name}/made", f"{source / 'f'}:/{name}/made-file", f"{source}:/{name}{self.out}/made"):
                with self.subTest(volume=volume):
                    self.mounts_of(root, volume)
            name_of = self.make("way", f"lxc.rootfs.path = dir:{root}", "lxc.rootfs.managed = 0",
                                f"lxc.mount.entry = none {name}/tmp-here tmpfs create=dir 0 0",
                                f"lxc.mount.entry = none {name}{self.out}/tmp-there tmpfs create=dir,optional 0 0")
            self.run_cubby("start", name_of, "--", "/bin/sleep", "100")
            self.run_plain("destroy", "-f", name_of)

    def test_cve_2026_87766_twin_sources_behind_links(self):
        # Ubuntu's first fix of bubblewrap refused /var/run/cups.
        real = self.work / "run/cups"
        real.mkdir(parents=True)
        (real / "socket").write_text("here")
        (self.work / "var").mkdir()
        (self.work / "var/run").symlink_to("../run")
        out = self.cubby("run", "-v", f"{self.work}/var/run/cups:/cups", "busybox", "--", "cat", "/cups/socket")
        self.assertEqual(out, "here")

    def test_cve_2026_55686_working_directory_behind_a_link(self):
        root = self.rootfs()
        (root / "l").symlink_to(str(self.out))
        for directory in ("/l", "/l/folder", "/l/x/y"):
            done = self.run_cubby("run", "-w", directory, "--rootfs", str(root), "--", "/tools/probe")
            self.assertEqual(done.returncode, 125, done.stderr)

    def test_cve_2026_55686_twin_working_directory_behind_a_link_inside(self):
        root = self.rootfs("real/deep")
        (root / "l").symlink_to("/real")
        self.assertEqual(self.in_root(root, options=("-w", "/l/deep"))["cwd"], "/real/deep")

    def test_cve_2019_12439_nothing_is_staged_under_a_name(self):
        report = self.in_image()
        for point in attack.mount_points(report):
            self.assertNotRegex(point, r"^/(tmp|var/tmp|run)/|old|pivot|stag")


class Devices(attack.Attack):
    """lxc.autodev = 0: a /dev that the container filled itself."""

    def own_dev(self, **nodes):
        root = self.rootfs("proc", "sys", "dev")
        for name, target in nodes.items():
            if isinstance(target, str):
                (root / "dev" / name).symlink_to(target)
            else:
                target(root / "dev" / name)
        return self.make("own", f"lxc.rootfs.path = dir:{root}", "lxc.rootfs.managed = 0", "lxc.autodev = 0",
                         "lxc.net.0.type = empty")

    def check_masks(self, name):
        if self.run_cubby("start", name, "--", "/bin/sleep", "1000").returncode != 0:
            return  # refused: as good
        reached = self.attached(name, "reach", "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/timer_list",
                                "/proc/keys", "/proc/kcore")
        for path in ("/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern"):
            self.assertIn(reached[path], (attack.EROFS, attack.EACCES) if os.path.exists(path) else (attack.ENOENT,), path)
        self.assertIn("ro", attack.mount_points(self.attached(name))["/proc/sys"][2])
        for path in ("/proc/timer_list", "/proc/keys"):
            self.assertEqual(self.run_cubby("attach", name, "--", "cat", path).stdout, b"", path)
        self.run_plain("destroy", "-f", name)

    def test_cve_2025_31133_null_is_a_link(self):
        self.check_masks(self.own_dev(null="/proc/sys/kernel/core_pattern"))

    def test_cve_2025_31133_null_is_a_file_or_absent(self):
        self.check_masks(self.own_dev(null=lambda place: place.write_text("no device")))
        subprocess.run(["rm", "-rf", str(self.work / "ROOT")], check=True)
        self.check_masks(self.own_dev())

    def test_cve_2026_88264_console_is_a_link_out(self):
        self.check_masks(self.own_dev(console=str(self.out / "new"), tty=str(self.out / "new2")))
        self.assertFalse((self.out / "new").exists())

    def test_cve_2026_88265_null_leads_to_a_file(self):
        self.check_masks(self.own_dev(null=str(self.out / "file"), ptmx=str(self.out / "file"), pts="/tmp"))

    def test_cve_2026_88265_twin_nodes_are_the_kernels(self):
        out = self.cubby("run", "busybox", "--", "stat", "-c", "%t:%T", "/dev/null", "/dev/zero", "/dev/full")
        self.assertEqual(out.split(), ["1:3", "1:5", "1:7"])
        self.cubby("run", "busybox", "--", "sh", "-c", "echo x >/dev/null && head -c 3 /dev/zero >/dev/null")

    def test_cve_2025_52565_pts_is_the_containers_own_tmpfs(self):
        """The terminal of an attach comes from the devpts that cubby holds, not from a name the container can change."""
        name = self.make("pts", "lxc.net.0.type = empty")
        self.cubby("start", name)
        self.cubby("attach", name, "--", "sh", "-c",
                   "mount -t tmpfs none /dev/pts && cd /dev/pts && for n in 0 1 2 3 4 5 6 7 8 9; do "
                   "ln -s /proc/sys/kernel/hostname $n; done; touch ptmx")
        done = self.run_cubby("attach", "-t", name, "--", "/tools/probe")
        self.assertEqual(done.returncode, 0, done.stderr)
        text = done.stdout.decode()
        self.assertNotIn("proc/sys", text[text.index('"fds"'):text.index('"cwd"')])
        self.assertIn('"tty": true', text)


if __name__ == "__main__":
    attack.main()
