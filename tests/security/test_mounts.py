# SPDX-License-Identifier: LGPL-2.1-or-later
"""Element start: volumes that another container changes meanwhile, masks, descriptors and the working directory."""

import os
import resource
import subprocess

import attack
import harness

# Those that this kernel has.
READ_ONLY = [path for path in ("/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/domainname",
                               "/proc/irq", "/proc/bus", "/proc/fs") if os.path.exists(path)]


class Volumes(attack.Attack):
    def shared(self):
        volume = self.work / "V"
        (volume / "x").mkdir(parents=True)
        (volume / "swap").symlink_to("/")
        source = self.work / "source"
        source.mkdir()
        return volume, source

    def check_masked(self, report_options=(), root=None):
        words = ("run", *report_options, *(("--rootfs", str(root)) if root else ("-v", f"{self.tools}:/tools:ro", "busybox")),
                 "--", "sh", "-c", "cat /proc/keys /proc/timer_list /proc/kcore 2>/dev/null | head -c 100; "
                 "echo b 2>/dev/null >/proc/sysrq-trigger && echo written; "
                 "echo x 2>/dev/null >/proc/sys/kernel/domainname && echo written; true")
        done = self.run_cubby(*words)
        self.assertEqual(done.stdout, b"", done.stderr)

    def test_cve_2021_30465_target_is_swapped(self):
        volume, source = self.shared()
        with self.racing(volume / "x", volume / "swap") as race:
            while race.goes_on():
                done = self.run_cubby("run", "-v", f"{volume}:/v", "-v", f"{source}:/v/x/made", "busybox", "--", "true")
                self.assertIn(done.returncode, (0, 125), done.stderr)
        self.assertGreater(race.swaps, 100)

    def test_cve_2024_45310_no_empty_files_on_the_host(self):
        volume, source = self.shared()
        (volume / "swap").unlink()
        (volume / "swap").symlink_to("../" * 12 + str(self.out))
        (source / "f").write_text("")
        with self.racing(volume / "x", volume / "swap") as race:
            while race.goes_on():
                self.run_cubby("run", "-v", f"{volume}:/v", "-v", f"{source / 'f'}:/v/x/deep/file", "busybox", "--", "true")
        self.assertGreater(race.swaps, 100)

    def test_cve_2025_62161_read_only_path_is_swapped(self):
        """The parent of a masked path lies in a volume and is swapped: the mask holds, or the start is refused."""
        self.masks_under_race("0")

    def test_cve_2025_62596_masked_path_is_swapped(self):
        self.masks_under_race("mixed")

    def masks_under_race(self, kind):
        volume, _ = self.shared()
        (volume / "swap").unlink()
        (volume / "swap").symlink_to("/proc/sys")
        automount = "proc:mixed sys:ro" if kind == "mixed" else "proc sys"
        name = self.make("masks", f"lxc.mount.entry = {volume} v none bind,create=dir 0 0", f"lxc.mount.auto = {automount}")
        with self.racing(volume / "x", volume / "swap") as race:
            while race.goes_on():
                if self.run_cubby("start", name).returncode == 0:
                    points = attack.mount_points(self.attached(name))
                    for path in ("/proc/sys", "/proc/irq"):
                        self.assertEqual(points[path][1], "proc")
                        self.assertIn("ro", points[path][2], path)
                    self.cubby("stop", "-k", name)

    def test_ghsa_3q8j_pf29_vwv8_a_mount_over_a_masked_path(self):
        volume, _ = self.shared()
        done = self.run_cubby("run", "-v", f"{volume}:/proc/sys/kernel", "busybox", "--", "sh", "-c",
                              "echo b 2>/dev/null >/proc/sysrq-trigger && echo written; true")
        self.assertNotIn(b"written", done.stdout)

    def test_cve_2015_3629_volume_at_a_link(self):
        root = self.rootfs()
        (root / "link").symlink_to(str(self.out))
        source = self.work / "source"
        source.mkdir()
        self.run_cubby("run", "-v", f"{source}:/link", "--rootfs", str(root), "--", "true")

    def test_cve_2015_3630_kernel_files_are_masked_or_read_only(self):
        for way in (self.in_image, lambda *words: self.started(words=words)):
            reached = way("reach", *READ_ONLY)
            for path, why in reached.items():
                self.assertIn(why, (attack.EROFS, attack.EACCES, 21), path)
        self.check_masked()

    def test_cve_2015_3631_volume_over_proc(self):
        self.volume_over("/proc")

    def test_cve_2019_16884_volume_over_proc_self(self):
        self.volume_over("/proc/self")

    def test_cve_2023_28642_volume_over_proc_thread_self_attr(self):
        self.volume_over("/proc/thread-self/attr")

    def test_cve_2015_3631_volume_over_sys_and_dev(self):
        for target in ("/sys", "/dev"):
            self.volume_over(target)

    def volume_over(self, target):
        """Refused, or what it hides is still what the kernel would refuse: never a writable kernel file."""
        fake = self.work / "fake"
        for name in ("self/attr", "attr", "sys/kernel"):
            (fake / name).mkdir(parents=True, exist_ok=True)
        for name in ("self/attr/current", "self/attr/exec", "attr/exec", "exec"):
            (fake / name).write_text("")
        done = self.ends("run", "-v", f"{fake}:{target}", "-v", f"{self.tools}:/tools:ro", "busybox", "--", "/tools/probe", "call", "keyctl")
        for name in ("self/attr/current", "self/attr/exec", "attr/exec", "exec"):
            self.assertEqual((fake / name).read_text(), "", "a label was written into the volume")
        if done.returncode == 0:
            self.assertEqual(attack.json.loads(done.stdout)["errno"], attack.EPERM)
        subprocess.run(["rm", "-rf", str(fake)], check=True)

    def test_cve_2025_52881_sysctl_keys_that_leave_proc_sys(self):
        for key in ("net/ipv4/../../sysrq-trigger", "net.ipv4.", ".net.ipv4.ip_forward", "net..ipv4", "net.ipv4.../x",
                    "../sysrq-trigger", "kernel/../../sysrq-trigger"):
            with self.subTest(key=key):
                name = self.make("sysctl", f"lxc.sysctl.{key} = 1", "lxc.net.0.type = empty")
                done = self.run_cubby("start", name)
                self.assertNotEqual(done.returncode, 0, key)
                self.run_plain("destroy", "-f", name)

    def test_cve_2022_0532_sysctls_of_the_host(self):
        for line in ("lxc.sysctl.kernel.core_pattern = |/bin/x", "lxc.sysctl.vm.swappiness = 1", "lxc.sysctl.fs.file-max = 9"):
            name = self.make("sysctl", line, "lxc.net.0.type = empty")
            self.assertNotEqual(self.run_cubby("start", name).returncode, 0, line)
            self.run_plain("destroy", "-f", name)

    def test_cve_2022_0532_twin_sysctl_of_the_own_network(self):
        name = self.make("sysctl", "lxc.sysctl.net.ipv4.ip_forward = 1", "lxc.net.0.type = empty")
        self.cubby("start", name)
        self.assertEqual(self.cubby("attach", name, "--", "cat", "/proc/sys/net/ipv4/ip_forward"), "1\n")

    def test_cve_2024_42472_source_replaced_by_a_link_between_runs(self):
        self.replaced_source("link", lambda place: place.symlink_to(str(self.out)))

    def test_ghsa_8688_9x26_hhxj_source_is_a_link_to_a_file(self):
        self.replaced_source("file", lambda place: place.symlink_to(str(self.out / "secret")))

    def test_ghsa_99wv_m8rp_g58x_source_below_a_link(self):
        volume = self.volume_of_the_container()
        (volume / "sub").rmdir()
        self.cubby("run", "-v", f"{volume}:/v", "busybox", "--", "ln", "-s", str(self.out), "/v/sub")
        done = self.run_cubby("run", "-v", f"{volume}/sub/folder:/s", "busybox", "--", "ls", "/s")
        self.assertNotIn(b"inner", done.stdout)

    def volume_of_the_container(self):
        self.needs_ids()
        volume = self.work / "V"
        (volume / "sub").mkdir(parents=True)
        volume.chmod(0o777)
        return volume

    def replaced_source(self, kind, put):
        """The container made the link, so it belongs to one of its ids: only links of the user's own are followed."""
        volume = self.volume_of_the_container()
        (volume / "sub").rmdir()
        target = str(self.out / "secret") if kind == "file" else str(self.out)
        self.cubby("run", "-v", f"{volume}:/v", "busybox", "--", "ln", "-s", target, "/v/sub")
        done = self.run_cubby("run", "-v", f"{volume}/sub:/s", "busybox", "--", "sh", "-c", "cat /s /s/file; touch /s/new")
        self.assertNotIn(b"canary", done.stdout)
        self.assertNotEqual(done.returncode, 0)

    def test_cve_2017_1002101_subpath_is_a_link(self):
        volume = self.volume_of_the_container()
        self.cubby("run", "-v", f"{volume}:/v", "busybox", "--", "ln", "-s", "/", "/v/host")
        done = self.run_cubby("run", "-v", f"{volume}/host/{self.out}:/s", "busybox", "--", "ls", "/s")
        self.assertNotIn(b"file", done.stdout)

    def test_cve_2021_25741_subpath_is_swapped(self):
        volume = self.volume_of_the_container()
        self.cubby("run", "-v", f"{volume}:/v", "busybox", "--", "ln", "-s", str(self.out), "/v/swap")
        volume.joinpath("sub/mine").write_text("")
        with self.racing(volume / "sub", volume / "swap") as race:
            while race.goes_on():
                done = self.run_cubby("run", "-v", f"{volume}/sub:/s", "busybox", "--", "ls", "/s")
                self.assertNotIn(b"folder", done.stdout)
        self.assertGreater(race.swaps, 100)

    def test_cve_2017_1002101_twin_links_of_the_users_own_are_followed(self):
        real = self.work / "real"
        real.mkdir()
        (real / "f").write_text("mine")
        (self.work / "way").symlink_to("real")
        self.assertEqual(self.cubby("run", "-v", f"{self.work}/way:/s", "busybox", "--", "cat", "/s/f"), "mine")

    def test_cve_2024_23652_teardown_after_mount_points_became_links(self):
        self.teardown(lambda name: f"rm -rf /{name} 2>/dev/null; mv /{name} /moved 2>/dev/null; ln -s {self.out} /{name}")

    def test_cve_2024_23651_teardown_with_a_bind_to_the_own_root(self):
        self.teardown(lambda name: f"mkdir -p /loop && mount --bind / /loop; ln -sf {self.out} /{name}/x")

    def test_cve_2026_33747_teardown_of_deep_and_closed_trees(self):
        self.teardown(lambda name: f"mkdir -p /{name}/a/b/c; ln -s {self.out} /{name}/a/b/c/x; chmod 0 /{name}/a/b")

    def teardown(self, script):
        name = self.make("down")
        self.cubby("start", name)
        for place in ("srv", "opt", "home"):
            self.run_cubby("attach", name, "--", "sh", "-c", f"mkdir -p /{place}; " + script(place))
        self.cubby("stop", "-k", name)
        self.cubby("destroy", name)
        self.assertFalse(self.directory(name).exists())

    def test_cve_2013_6441_no_file_of_the_host_opens_for_writing(self):
        name = self.make("host", "lxc.net.0.type = empty")
        self.cubby("start", name)
        report = self.attached(name)
        programs = ["/proc/1/exe", "/proc/self/exe", "/tools/probe"]
        foreign = [point for point, (_, kind, options) in attack.mount_points(report).items()
                   if kind not in ("tmpfs", "proc", "sysfs", "devpts", "mqueue", "overlay", "cgroup2", "devtmpfs")]
        reached = self.attached(name, "reach", *programs, *foreign)
        self.assertEqual([path for path, why in reached.items() if why == 0], [])

    def test_cve_2021_43784_ten_thousand_of_everything(self):
        for line, count in (("lxc.idmap = u {} {} 1", 10000), ("lxc.mount.entry = none m{} tmpfs create=dir 0 0", 10000),
                            ("lxc.environment = A{}=" + "x" * 100, 10000)):
            name = self.make("many")
            with (self.directory(name) / "config").open("a") as config:
                config.writelines(line.format(number, number + 100000) + "\n" for number in range(count))
            done = self.ends("start", name)
            self.assertNotEqual(done.returncode, 0, line)
            self.assertEqual(len(done.stderr.decode().strip().splitlines()), 1, done.stderr[:300])
            self.run_plain("destroy", "-f", name)

    def test_cve_2021_43784_environment_of_a_mebibyte(self):
        done = self.run_cubby("run", "-e", "A=" + "x" * 120000, "-e", "B=" + "x" * 120000, "busybox", "--", "sh", "-c",
                              "echo ${#A} ${#B}")
        self.assertEqual(done.stdout.split(), [b"120000", b"120000"])
        name = self.make("env", "lxc.environment = A=" + "x" * (1 << 20))
        self.assertNotEqual(self.run_cubby("start", name).returncode, 0)


class Descriptors(attack.Attack):
    containers = ("in",)

    def ways(self):
        return (("run", "-w", "{}", "-v", f"{self.tools}:/tools:ro", "busybox", "--"), ("attach", "-w", "{}", "in", "--"))

    def test_cve_2024_21626_working_directory_in_a_descriptor(self):
        leaked = [os.open("/", flags) for flags in (os.O_RDONLY, os.O_PATH, os.O_RDONLY | os.O_DIRECTORY)]
        leaked += [os.dup2(leaked[0], number) for number in (9, 17, 40, 63)]
        try:
            for way in self.ways():
                for path in (*(f"/proc/self/fd/{number}" for number in range(0, 65)), "/proc/self/cwd", "/proc/1/cwd",
                             "/dev/fd/9", "/proc/thread-self/fd/9", "/proc/self/fd/9/work", "/proc/self/root", "/proc/1/root/.."):
                    words = [word.format(path) for word in way]
                    done = self.run_cubby(*words, "/tools/probe", pass_fds=leaked)
                    if done.returncode != 0:
                        continue
                    with self.subTest(way=way[0], path=path):
                        report = attack.json.loads(done.stdout)
                        self.assertTrue(report["cwd"].startswith("/") and "unreachable" not in report["cwd"], report["cwd"])
                        self.assertFalse(report["cwd"].startswith(("/work", "/proc/self/fd")), report["cwd"])
        finally:
            for fd in set(leaked):
                os.close(fd)

    def test_cve_2024_21626_first_process_of_a_start(self):
        for number in (*range(3, 40), "x/../../9"):
            name = self.make("cwd", f"lxc.init.cwd = /proc/self/fd/{number}")
            started = self.run_cubby("start", name, "--", "/bin/sleep", "100")
            if started.returncode == 0:
                seen = self.cubby("attach", name, "--", "readlink", "/proc/1/cwd").strip()
                self.assertTrue(seen.startswith("/") and "unreachable" not in seen and "deleted" not in seen, seen)
                inside = self.run_cubby("attach", name, "--", "ls", "/proc/1/cwd/").stdout
                self.assertNotIn(b"tools.host", inside)
            self.assertNotEqual(started.returncode, 0, f"{number}: a working directory that is a descriptor of cubby's")
            self.run_plain("destroy", "-f", name)

    def test_cve_2024_21626_program_in_a_descriptor(self):
        directory = os.open(self.tools, os.O_RDONLY)
        try:
            for way in (("run", "busybox", "--"), ("attach", "in", "--")):
                for number in (3, 4, 5, 6, 7, 8, directory):
                    done = self.run_cubby(*way, f"/proc/self/fd/{number}/probe", pass_fds=(directory,))
                    self.assertIn(done.returncode, (126, 127), done.stdout)
        finally:
            os.close(directory)

    def test_cve_2024_21626_leaked_descriptors_do_not_enter(self):
        leaked = [os.open(self.out, os.O_RDONLY if number % 2 else os.O_PATH) for number in range(20)]
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        leaked.append(os.dup2(leaked[0], min(soft - 1, 900)))
        try:
            for words in (("run", "-v", f"{self.tools}:/tools:ro", "busybox", "--", "/tools/probe"),
                          ("run", "--no-init", "-v", f"{self.tools}:/tools:ro", "busybox", "--", "/tools/probe"),
                          ("attach", "in", "--", "/tools/probe")):
                done = self.run_cubby(*words, pass_fds=leaked,
                                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard)))
                self.assertEqual(done.returncode, 0, done.stderr)
                report = attack.json.loads(done.stdout)
                self.assertEqual([one["fd"] for one in report["fds"]], [0, 1, 2], report["fds"])
        finally:
            for fd in leaked:
                os.close(fd)

    def test_cve_2024_21626_first_process_holds_nothing(self):
        report = self.started()
        self.assertEqual([one["fd"] for one in report["fds"]], [0, 1, 2], report["fds"])
        self.assertEqual(report["cwd"], "/")

    def test_cve_2024_21626_twin_ordinary_directories(self):
        self.assertEqual(self.in_image(options=("-w", "/tmp"))["cwd"], "/tmp")
        self.assertEqual(self.attached("in", options=("-w", "/dev/shm"))["cwd"], "/dev/shm")

    def test_cve_2015_3627_standard_output_is_a_path_that_changes(self):
        log = self.work / "log"
        log.symlink_to(str(self.out / "file"))
        name = self.make("log", f"lxc.console.logfile = {log}")
        self.assertNotEqual(self.run_cubby("start", name, "--", "/bin/echo", "overwritten").returncode, 0)


if __name__ == "__main__":
    attack.main()
