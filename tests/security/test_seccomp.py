# SPDX-License-Identifier: LGPL-2.1-or-later
"""Element sec: doors into the kernel that are shut by default, in every way into a container and every ABI."""

import json
import subprocess

import attack
import harness

AF_UNIX, AF_INET, AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK = 1, 2, 16, 17, 38, 40
SOCK_RAW, NETLINK_NETFILTER, NETLINK_ROUTE = 3, 12, 0
NEWUSER, NEWNS, NEWNET = 0x10000000, 0x20000, 0x40000000
X86_SYSTEM_CALLS_END = 470


class Doors(attack.Attack):
    containers = ("in",)

    def ways(self):
        """An application's container, one that was started, one that is entered."""
        return (self.in_image, lambda *words: self.attached("in", *words))

    def refused_with(self, errno, *words):
        for way in self.ways():
            answer = way(*words)
            self.assertEqual((answer["result"], answer["errno"]), (-1, errno), words)

    def works(self, *words):
        answer = self.attached("in", *words)
        self.assertGreaterEqual(answer["result"], 0, (words, answer))

    def compat(self, errno, abi, *words):
        for way in self.ways():
            answer = way("compat", abi, *words)
            if answer.get("absent"):
                return  # this kernel has no such ABI
            self.assertEqual((answer["result"], answer["errno"]), (-1, errno), (abi, words))

    # User namespaces, and what is reached through them.

    def test_cve_2022_0185_new_user_namespace_by_clone(self):
        self.refused_with(attack.EPERM, "call", "newuser")

    def test_cve_2021_22555_new_user_namespace_by_unshare(self):
        self.refused_with(attack.EPERM, "call", "unshare", str(NEWUSER))

    def test_cve_2022_34918_user_and_network_namespace_together(self):
        self.refused_with(attack.EPERM, "call", "unshare", str(NEWUSER | NEWNET))

    def test_cve_2024_1086_new_user_namespace_by_clone3(self):
        self.refused_with(attack.ENOSYS, "call", "clone3")

    def test_cve_2023_32233_new_user_namespace_in_the_i386_abi(self):
        self.compat(attack.EPERM, "i386", "310", str(NEWUSER))  # unshare
        self.compat(attack.EPERM, "i386", "120", str(NEWUSER))  # clone
        self.compat(attack.ENOSYS, "i386", "435")  # clone3

    def test_cve_2022_1015_netfilter_socket_of_an_application(self):
        answer = self.in_image("call", "socket", str(AF_NETLINK), str(SOCK_RAW), str(NETLINK_NETFILTER))
        caps = self.in_image()["caps"]
        self.assertTrue(answer["result"] < 0 or not caps["CapEff"] & (1 << 12), "netfilter with net_admin")

    def test_cve_2020_14386_packet_socket_of_an_application(self):
        answer = self.in_image("call", "socket", str(AF_PACKET), str(SOCK_RAW), "768")
        self.assertEqual(answer["errno"], attack.EPERM)

    def test_cve_2016_8655_packet_ring_on_the_hosts_network(self):
        answer = self.attached("in", "call", "socket", str(AF_PACKET), str(SOCK_RAW), "768")
        self.assertEqual(answer["errno"], attack.EPERM)

    def test_cve_2016_3135_raw_socket_on_the_hosts_network(self):
        for way in self.ways():
            self.assertEqual(way("call", "socket", str(AF_INET), str(SOCK_RAW), "255")["errno"], attack.EPERM)

    def test_cve_2016_4997_raw_socket_of_an_application_with_its_own_network(self):
        answer = self.in_image("call", "socket", str(AF_INET), str(SOCK_RAW), "255", options=("--network", "none"))
        self.assertEqual(answer["errno"], attack.EPERM)

    def test_cve_2022_0185_twin_threads_and_forks_work(self):
        self.works("call", "fork")
        self.assertEqual(self.cubby("attach", "in", "--", "sh", "-c", "(echo a & echo b & wait) | wc -l").strip(), "2")

    def test_cve_2022_0185_parameters_of_a_file_system(self):
        for way in self.ways():
            self.assertEqual(way("call", "fsconfig", "ext4")["result"], -1)
        self.assertEqual(self.in_image("call", "fsconfig", "ext4")["errno"], attack.EPERM)

    def test_cve_2022_0492_cgroup_v1_of_an_application(self):
        for options in ("", "memory", "rdma", "none,name=x"):
            self.assertEqual(self.in_image("call", "mount", "none", "/mnt", "cgroup", "0", options)["errno"], attack.EPERM)
        self.assertEqual(self.cubby("run", "busybox", "--", "find", "/sys", "-xdev", "-name", "release_agent"), "")

    def test_cve_2022_0492_release_agent_of_a_system_container(self):
        """Its root may mount a hierarchy that the host has; the agent, which the kernel would run, stays out of reach."""
        name = self.make("agent")
        self.cubby("start", name, "--", "/bin/sleep", "1000")
        for options in ("memory", "cpu", "rdma", "pids", "none,name=x"):
            if self.attached(name, "call", "mount", "none", "/mnt", "cgroup", "0", options)["result"] == 0:
                reached = self.attached(name, "reach", "/mnt/release_agent", "/mnt/notify_on_release", "/mnt/cgroup.procs")
                self.assertEqual([path for path, why in reached.items() if why == 0], [], options)
                self.attached(name, "call", "umount", "/mnt")

    # Sockets.

    def test_cve_2026_31431_kernel_crypto(self):
        self.refused_with(attack.EPERM, "call", "socket", str(AF_ALG), "5")

    def test_cve_2026_31431_hypervisor(self):
        self.refused_with(attack.EPERM, "call", "socket", str(AF_VSOCK), "1")

    def test_cve_2026_31431_family_with_the_upper_half(self):
        self.refused_with(attack.EPERM, "call", "socket", "0x100000026", "5")

    def test_cve_2026_31431_i386_abi(self):
        self.compat(attack.EPERM, "i386", "359", str(AF_ALG), "5")
        self.compat(attack.EPERM, "i386", "359", str(AF_VSOCK), "1")
        self.compat(attack.ENOSYS, "i386", "102", "1")  # socketcall

    def test_cve_2026_31431_twin_neighbouring_families(self):
        for family in (AF_UNIX, AF_INET, AF_NETLINK):
            self.works("call", "socket", str(family), "3" if family == AF_NETLINK else "1", "0")
        for family in (37, 39, 41):  # whatever the kernel says, it is not the filter
            self.assertNotEqual(self.attached("in", "call", "socket", str(family), "1")["errno"], attack.EPERM)

    # Keys, programs in the kernel, and other doors.

    def test_cve_2016_0728_keyctl(self):
        self.refused_with(attack.EPERM, "call", "keyctl")
        self.compat(attack.EPERM, "i386", "288")

    def test_cve_2014_9529_add_key_and_request_key(self):
        self.refused_with(attack.EPERM, "call", "add_key")
        self.refused_with(attack.EPERM, "call", "request_key")
        self.compat(attack.EPERM, "i386", "286")
        self.compat(attack.EPERM, "i386", "287")

    def test_cve_2020_8835_bpf(self):
        self.refused_with(attack.EPERM, "call", "bpf")

    def test_cve_2021_3490_bpf_of_the_first_process(self):
        self.assertEqual(self.started(words=("call", "bpf"))["errno"], attack.EPERM)

    def test_cve_2022_23222_bpf_in_the_i386_abi(self):
        self.compat(attack.EPERM, "i386", "357")

    def test_cve_2023_2163_bpf_in_the_x32_abi(self):
        self.compat(attack.ENOSYS, "x32", "321")

    def test_cve_2021_41133_unknown_system_calls(self):
        for number in (X86_SYSTEM_CALLS_END + 30, 511, 600, 1023, 100000):
            self.refused_with(attack.ENOSYS, "call", "raw", str(number))
            self.compat(attack.ENOSYS, "i386", str(number))

    def test_cve_2021_41133_other_abis(self):
        for number in ("39", "56", "16", "165", "272"):
            self.compat(attack.ENOSYS, "x32", number)

    def test_cve_2021_41133_known_doors(self):
        doors = {"kexec_load": 246, "init_module": 175, "swapon": 167, "acct": 163, "uselib": 134, "userfaultfd": 323,
                 "iopl": 172, "ioperm": 173, "finit_module": 313, "delete_module": 176, "kexec_file_load": 320}
        for number in doors.values():
            self.refused_with(attack.EPERM, "call", "raw", str(number))

    def test_cve_2022_2602_io_uring(self):
        for number in (425, 426, 427):
            for way in self.ways():
                self.assertIn(way("call", "raw", str(number))["errno"], (attack.EPERM, attack.ENOSYS))
        for way in self.ways():
            self.assertLess(way("call", "io_uring")["result"], 0)

    def test_cve_2021_41073_io_uring_in_the_i386_abi(self):
        for number in ("425", "426", "427"):
            for way in self.ways():
                answer = way("compat", "i386", number)
                self.assertTrue(answer.get("absent") or answer["errno"] in (attack.EPERM, attack.ENOSYS), answer)

    def test_cve_2021_41133_perf_and_userfaultfd(self):
        self.refused_with(attack.EPERM, "call", "perf")
        self.compat(attack.EPERM, "i386", "336")
        self.compat(attack.EPERM, "i386", "374")

    def test_cve_2014_4014_handles(self):
        self.refused_with(attack.EPERM, "call", "handle", "/")
        self.compat(attack.EPERM, "i386", "342")

    # Mounts.

    def test_cve_2014_5206_read_only_mounts_stay(self):
        for path in ("/tools", "/proc/sys", "/proc/irq", "/sys"):
            self.assertEqual(self.in_image("call", "remount", path)["errno"], attack.EPERM, path)

    def test_cve_2014_5207_covers_stay(self):
        for path in ("/tools", "/proc/keys", "/proc/sys", "/dev/null"):
            self.assertEqual(self.in_image("call", "umount", path)["errno"], attack.EPERM, path)

    def test_cve_2014_5206_kernel_files_stay_even_where_they_are_uncovered(self):
        """Root of a system container may undo mounts of its own namespace; the files' owner is the host's root."""
        name = self.make("undo")
        self.cubby("start", name, "--", "/bin/sleep", "1000")
        for path in ("/proc/sys", "/proc/irq", "/proc/bus", "/proc/keys", "/proc/timer_list"):
            self.attached(name, "call", "remount", path)
            self.attached(name, "call", "umount", path)
        reached = self.attached(name, "reach", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/kcore",
                                "/proc/sys/kernel/modprobe")
        self.assertEqual([path for path, why in reached.items() if why == 0], [])

    def test_cve_2014_7970_pivot_root_onto_itself(self):
        done = self.run_cubby("attach", "in", "--", "sh", "-c", "cd /; pivot_root . . 2>/dev/null; ls / | head -1; true")
        self.assertIn(done.returncode, (0, 127))
        self.assertEqual(self.cubby("attach", "in", "--", "echo", "alive"), "alive\n")

    def test_cve_2015_2925_rename_out_of_a_bind_mount(self):
        volume = self.work / "V"
        (volume / "a/b").mkdir(parents=True)
        volume.chmod(0o777)
        (volume / "a").chmod(0o777)
        script = "cd /v/a/b && mv /v/a/b /v/b && cat ../../OUT/file ../../../OUT/file ../../../../OUT/file 2>/dev/null; true"
        self.assertEqual(self.cubby("run", "-v", f"{volume}:/v", "busybox", "--", "sh", "-c", script), "")

    def test_cve_2013_1956_no_way_back_by_chroot(self):
        name = self.make("chroot")
        self.cubby("start", name)
        script = "mkdir -p /c; cd /; for i in 1 2 3 4 5 6 7 8 9; do cd ..; done; cat ./work/../etc/hostname; ls -id / /proc/1/root/"
        self.run_cubby("attach", name, "--", "sh", "-c", script)
        self.assertNotIn("OUT", self.cubby("attach", name, "--", "sh", "-c", f"chroot /proc/1/root ls {self.out} 2>&1; true")
                         .replace(str(self.out), ""))

    def test_cve_2015_8660_overlay_in_a_nested_namespace(self):
        for way in self.ways():
            self.assertLess(way("call", "unshare", str(NEWUSER | NEWNS))["result"], 0)

    def test_cve_2015_1328_overlay_of_an_application(self):
        answer = self.in_image("call", "mount", "none", "/mnt", "overlay", "0", "lowerdir=/tmp,upperdir=/tmp,workdir=/tmp")
        self.assertEqual(answer["errno"], attack.EPERM)

    def test_cve_2023_0386_set_id_files_have_mapped_owners_only(self):
        self.needs_ids()
        name = self.make("suid")
        self.cubby("start", name)
        self.cubby("attach", name, "--", "sh", "-c", "cp /bin/busybox /root-shell; chmod 6755 /root-shell")
        where = self.directory(name) / "overlay/delta/root-shell"
        done = subprocess.run([harness.CUBBY, "unshare", "stat", "-c", "%u %g %a", str(where)], env=self.env,
                              capture_output=True, text=True, check=True)
        uid, gid, mode = done.stdout.split()
        self.assertEqual(mode, "6755")
        self.assertNotIn("0", (uid, gid), "a set-id file of the user's own")
        self.assertEqual(self.directory(name).stat().st_mode & 0o777, 0o700)

    def test_cve_2021_3493_file_capabilities_belong_to_the_namespace(self):
        self.needs_ids()
        name = self.make("fcaps")
        self.cubby("start", name)
        done = self.run_cubby("attach", name, "--", "setcap", "cap_sys_admin+ep", "/bin/busybox")
        if done.returncode == 127:
            return  # this busybox has no setcap; the kernel's rule is the same
        where = self.directory(name) / "overlay/delta/bin/busybox"
        self.assertFalse(where.exists() and "security.capability" in __import__("os").listxattr(where))

    def test_cve_2014_5206_twin_mounts_of_the_containers_own(self):
        name = self.make("mounts")
        self.cubby("start", name)
        self.cubby("attach", name, "--", "sh", "-c", "mkdir -p /t && mount -t tmpfs none /t && touch /t/f && umount /t")


if __name__ == "__main__":
    attack.main()
