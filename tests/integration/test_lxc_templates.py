# SPDX-License-Identifier: LGPL-2.1-or-later
"""LXC's own templates, unmodified, and programs that are called as they are."""

import concurrent.futures
import pathlib
import re
import subprocess

import harness
import image_files

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/lxc-templates.md"
TEMPLATES = pathlib.Path("/usr/share/lxc/templates")

# Prints what it was given and makes the smallest root file system that starts.
PROBE = """#!/bin/sh
echo "args: $*"
for arg in "$@"; do case $arg in --path=*) path=${arg#*=} ;; --rootfs=*) rootfs=${arg#*=} ;; esac; done
echo "uid $(id -u) path $path rootfs $rootfs umask $(umask) own $(stat -c %u "$path/config") helper $(command -v lxc-usernsexec)"
case $* in *--please-fail*) echo "no luck" >&2; exit 3 ;; esac
mkdir -p "$rootfs/bin" "$rootfs/sbin" "$rootfs/proc" "$rootfs/sys" "$rootfs/dev" "$rootfs/etc"
cp "$(command -v busybox)" "$rootfs/bin/sh"
chown 12:34 "$rootfs/etc"
echo "lxc.environment = FROM=template" >> "$path/config"
chown root "$path/config"
"""


class Templates(harness.LxcCommands):
    def setUp(self):
        if not TEMPLATES.joinpath("lxc-busybox").exists():
            harness.skip(self, "no-lxc")
        if "1" == self.lxc("usernsexec", "--", "cat", "/proc/self/uid_map").split()[2]:
            harness.skip(self, "single-id")

    def made(self, name, *words, **more):
        out = self.lxc("create", "-n", name, *words, **more)
        self.addCleanup(self.run_cubby, "destroy", "-f", name)
        return out

    def config_of(self, name):
        return (self.home / ".local/share/lxc" / name / "config").read_text()

    def test_busybox(self):
        self.made("bb", "-t", "busybox")
        config = self.config_of("bb")
        self.assertTrue(config.startswith("# Template used to create this container: /usr/share/lxc/templates/lxc-busybox\n"
                                          "# Parameters passed to the template:\n"), config)
        self.assertIn("lxc.signal.halt = SIGUSR1", config)
        self.lxc("start", "bb")
        self.assertEqual(self.lxc("attach", "bb", "--", "hostname"), "bb\n")
        self.assertEqual(self.lxc("attach", "bb", "--", "cat", "/proc/1/comm"), "init\n")
        self.assertEqual(self.lxc("attach", "bb", "--", "stat", "-c", "%u:%g", "/bin/busybox"), "0:0\n")
        self.lxc("stop", "bb")
        self.lxc("destroy", "bb")
        self.assertFalse((self.home / ".local/share/lxc/bb").exists())
        error = self.lxc_error("create", "bb", "-t", "busybox", "--", "--busybox-path", "/nosuch",
                               says="ended with exit status 1")
        self.assertIn("Failed to create container bb", error)
        self.assertFalse((self.home / ".local/share/lxc/bb").exists())

    def test_local(self):
        image_files.write_archive(self.home / "rootfs.tar.xz", {"./etc/file": ("of LXC_NAME\n", (12, 34))})
        image_files.write_archive(self.home / "meta.tar.xz", {"config": "lxc.arch = x86_64\n", "templates": "/etc/file\n"},
                                  busybox=False)
        self.made("lo", "-t", "local", "--", "--metadata", str(self.home / "meta.tar.xz"), "--fstree",
                  str(self.home / "rootfs.tar.xz"))
        self.assertIn("# Distribution configuration\nlxc.arch = x86_64", self.config_of("lo"))
        self.lxc("start", "lo")
        self.assertEqual(self.lxc("attach", "lo", "--", "cat", "/etc/file"), "of lo\n")
        self.assertEqual(self.lxc("attach", "lo", "--", "stat", "-c", "%u:%g", "/etc/file"), "12:34\n")

    def test_download_refuses_before_it_fetches(self):
        # Where its server cannot be reached, the template says so and nothing is left.
        error = self.lxc_error("create", "dl", "-t", "download", "--", "--dist", "debian", "--release", "bookworm", "--arch",
                               "amd64", "--server", "localhost:1", says="ended with exit status 1", timeout=120)
        self.assertIn("Failed to create container dl", error)
        self.assertFalse((self.home / ".local/share/lxc/dl").exists())

    def test_calling_convention(self):
        program = self.home / "lxc-probe"
        program.write_text(PROBE)
        program.chmod(0o755)
        out = self.made("pr", "-t", str(program), "--", "--extra", "a b")
        path = f"{self.home}/.local/share/lxc/pr"
        args, facts = out.splitlines()
        self.assertEqual(args, f"args: --path={path} --name=pr --rootfs={path}/rootfs --extra a b "
                               "--mapped-uid 65536 --mapped-gid 65536")
        self.assertEqual(facts, f"uid 0 path {path} rootfs {path}/rootfs umask 0022 own 65536 "
                                f"helper {harness.BIN}/lxc/lxc-usernsexec")
        # What the template gave to somebody else is the user's again.
        config = self.home / ".local/share/lxc/pr/config"
        self.assertEqual(config.stat().st_uid, self.home.stat().st_uid)
        self.assertIn("# Parameters passed to the template: --extra a b\n", config.read_text())
        self.assertEqual(self.lxc("execute", "pr", "--", "/bin/sh", "-c", "echo $FROM"), "template\n")
        error = self.lxc_error("create", "fail", "-t", str(program), "--", "--please-fail", says="no luck")
        self.assertIn("ended with exit status 3", error)
        self.assertFalse((self.home / ".local/share/lxc/fail").exists())

    def test_cubby_create_takes_them_too(self):
        self.cubby("create", "cc", "-t", "/usr/share/lxc/templates/lxc-busybox")
        self.addCleanup(self.run_cubby, "destroy", "-f", "cc")
        self.assertIn("lxc-busybox", self.config_of("cc"))
        # By its name it is cubby's own.
        self.cubby("create", "own", "-t", "busybox")
        self.addCleanup(self.run_cubby, "destroy", "-f", "own")
        self.assertIn("cubby.image", self.config_of("own"))

    def test_help_of_a_template(self):
        out = self.lxc("create", "-t", "busybox", "-h")
        self.assertIn("Usage: lxc-create", out)
        self.assertIn("--busybox-path", out)

    def test_refusals(self):
        self.lxc_error("create", "x", says="A template must be specified")
        self.lxc_error("create", "x", "-t", "nosuch", says="there is no template 'nosuch'")
        self.lxc_error("create", "x", "-t", "busy", says="there is no template 'busy'")
        self.lxc_error("create", "x", "-t", "none", "-B", "bogus", says="bogus is not a valid backing storage type")
        self.lxc_error("create", "x", "-t", "none", "-B", "lvm", says="an ordinary user has no such storage")
        self.lxc_error("create", "x", "-t", "none", "--fssize", "1G", says="--fssize: an ordinary user has no such storage")
        self.made("none", "-t", "none")
        self.lxc_error("create", "none", "-t", "none", says="Container already exists")


class Folder(harness.LxcCommands):
    """All of /usr/share/lxc/templates, against docs/lxc-templates.md."""

    SENTENCE = "This template can't be used for unprivileged containers."

    def setUp(self):
        if not TEMPLATES.joinpath("lxc-sshd").exists():
            harness.skip(self, "no-lxc")
        self.rows = dict(re.findall(r"^\| `(lxc-[a-z-]+)` \| (.*) \|$", PAGE.read_text(), re.MULTILINE))

    def create(self, template, *words):
        name = f"t-{template}"
        done = self.run_lxc("create", "-n", name, "-t", template.removeprefix("lxc-"), *words)
        said = (done.stdout + done.stderr).decode(errors="replace")
        self.assertFalse((self.home / ".local/share/lxc" / name).exists(), said)
        self.assertEqual(done.returncode, 1, said)
        self.assertIn(f"Failed to create container {name}", said)
        return said

    def test_page_has_all(self):
        self.assertEqual(list(self.rows), sorted(path.name for path in TEMPLATES.iterdir()))

    def test_those_that_refuse(self):
        refusing = [name for name, row in self.rows.items() if row.startswith("refuses")]
        self.assertEqual(refusing, [name for name in self.rows if self.SENTENCE in (TEMPLATES / name).read_text()])

        def refuses(name):
            self.assertIn(self.SENTENCE, self.create(name))

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(refuses, refusing))

    def test_help_of_each(self):
        def helps(name):
            done = self.run_lxc("create", "-t", name.removeprefix("lxc-"), "-h")
            alone = subprocess.run([TEMPLATES / name, "-h"], env=self.env, capture_output=True, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 0, name)
            for text in (alone.stdout, alone.stderr):
                self.assertIn(text, done.stdout + done.stderr, name)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(helps, self.rows))

    def test_as_far_as_they_go(self):
        said = self.create("lxc-sabayon", "--", "--mirror", "http://localhost:1/", "--unprivileged")
        self.assertRegex(said, r"/var/lock/subsys/lxc-sabayon-main: Permission denied|Fetching tarball http://localhost:1/")
        self.assertIn("'xbps-install' command is missing.", self.create("lxc-voidlinux"))


if __name__ == "__main__":
    harness.main()
