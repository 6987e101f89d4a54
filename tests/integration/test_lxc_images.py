# SPDX-License-Identifier: LGPL-2.1-or-later
"""LXC's templates that fetch images, lxc-oci and lxc-download, unmodified; their images and servers are made here."""

import os
import pathlib
import re
import shutil
import time

import harness
import image_files

TEMPLATES = pathlib.Path("/usr/share/lxc/templates")


class Images(harness.LxcCommands):
    def setUp(self):
        if not TEMPLATES.joinpath("lxc-oci").exists() or not all(map(shutil.which, ("skopeo", "umoci", "jq", "wget", "openssl"))):
            harness.skip(self, "no-lxc")
        if "1" == self.lxc("usernsexec", "--", "cat", "/proc/self/uid_map").split()[2]:
            harness.skip(self, "single-id")
        self.drafts = self.home / "drafts"
        self.drafts.mkdir(exist_ok=True)
        self.env["TMPDIR"] = str(self.drafts)
        self.addCleanup(self.nothing_left_over)

    def nothing_left_over(self):
        self.assertEqual(os.listdir(self.drafts), [], "drafts of a template")
        for entry in self.listed():
            self.fail(f"{entry['name']} was left")

    def made(self, name, *words, **more):
        out = self.lxc("create", "-n", name, *words, **more)
        self.addCleanup(self.run_cubby, "destroy", "-f", name)
        return out

    def not_made(self, name, *words, says, **more):
        """lxc-create fails as LXC's does, and nothing is left; all that it said."""
        done = self.run_lxc("create", "-n", name, *words, **more)
        said = (done.stdout + done.stderr).decode()
        self.assertEqual(done.returncode, 1, said)
        self.assertIn(says, said)
        self.assertIn(f"Failed to create container {name}", said)
        self.assertFalse((self.home / ".local/share/lxc" / name).exists())
        return said

    def config_of(self, name):
        return (self.home / ".local/share/lxc" / name / "config").read_text()


class Oci(Images):
    CONFIG = {
        "Entrypoint": ["/bin/sh", "-c"],
        "Cmd": ["echo $GREETING; id -u; id -g; pwd; cat file; exit 7"],
        "Env": ["PATH=/bin", "GREETING=from the image"],
        "User": "app",
        "WorkingDir": "/work",
    }

    def layout(self, name, config, more=None):
        folder = self.home / name
        if not folder.exists():
            image_files.make_oci_layout(folder, "v1", config, more)
        return f"oci:{folder}:v1"

    def image(self):
        def more(archive):
            image_files.add_folder(archive, "./work", (12, 34))
            image_files.add_file(archive, "./work/file", b"of the layer\n", (12, 34))
            image_files.add_file(archive, "./etc/passwd", b"root:x:0:0::/:/bin/sh\napp:x:12:34::/work:/bin/sh\n")

        return self.layout("image", self.CONFIG, more)

    def test_runs_its_command(self):
        out = self.made("oci", "-t", "oci", "--", "--url", self.image())
        self.assertIn("Unpacking the rootfs", out)
        config = self.config_of("oci")
        for line in ('lxc.execute.cmd = \'"/bin/sh" "-c"', "lxc.environment = GREETING=from the image",
                     "lxc.include = /usr/share/lxc/config/oci.common.conf", "lxc.init.uid = 12", "lxc.init.gid = 34",
                     "lxc.init.cwd = /work"):
            self.assertIn(line, config)
        out = self.lxc("execute", "oci", code=7)
        self.assertEqual(out, "from the image\n12\n34\n/work\nof the layer\n")
        # Another command of the image, as the same user and in the same place.
        self.assertEqual(self.lxc("execute", "oci", "--", "/bin/sh", "-c", "hostname; pwd"), "oci\n/work\n")
        # The cache is the user's folder, and a second container shares its blobs.
        cache = self.home / ".cache"
        self.assertEqual(cache.stat().st_uid, self.home.stat().st_uid)
        before = sorted(os.listdir(cache / "lxc/sha256"))
        self.assertNotEqual(before, [])
        self.made("again", "-t", "oci", "--", "--url", self.image())
        self.assertTrue(set(before) <= set(os.listdir(cache / "lxc/sha256")))

    def test_as_a_system(self):
        url = self.layout("system", {"Entrypoint": ["/bin/sleep", "1000"]})
        self.cubby("create", "sys", "-t", "oci", "--", "--url", url, "--no-cache")
        self.addCleanup(self.run_cubby, "destroy", "-f", "sys")
        self.cubby("start", "sys")
        self.assertEqual(self.lxc("attach", "sys", "--", "cat", "/proc/1/comm", "/etc/hostname"), "init\nsys\n")
        self.lxc("stop", "-k", "sys")
        self.lxc("execute", "-d", "sys")
        self.addCleanup(self.run_cubby, "stop", "-k", "sys")
        self.wait_for(lambda: "sleep" in self.lxc("attach", "sys", "--", "/bin/busybox", "ps"), what="the image's command")

    def test_refusals(self):
        self.not_made("none", "-t", "oci", says="no OCI URL given")
        self.not_made("none", "-t", "oci", "--", "--url", f"oci:{self.home}/nosuch:v1", says="nosuch")
        self.not_made("none", "-t", "oci", "--", "--url", self.image().replace(":v1", ":v2"), says="v2")
        self.not_made("none", "-t", "oci", "--", "--url", self.image(), "--password", "p",
                      says="password given but no username")
        # A layer that is not what its digest says.
        url = self.layout("torn", {})
        blobs = self.home / "torn/blobs/sha256"
        largest = max(blobs.iterdir(), key=lambda blob: blob.stat().st_size)
        largest.write_bytes(largest.read_bytes()[:-100])
        self.not_made("none", "-t", "oci", "--", "--url", url, "--no-cache", says="ended with exit status")


class Download(Images):
    FOLDER = "images/probe/1/amd64/default/20260101_00:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.served = cls.home / "served"
        (cls.served / "meta/1.0").mkdir(parents=True)
        cls.server = image_files.ImageServer(cls.served, cls.home / "keys")
        # Of the system's own certificates, which wget reads at each start, none is needed.
        (cls.home / "no-certificates").mkdir()
        cls.wgetrc = f"tries = 1\nca_directory = {cls.home}/no-certificates\n"
        (cls.home / ".wgetrc").write_text(f"ca_certificate = {cls.server.certificate}\n{cls.wgetrc}")

    @classmethod
    def tearDownClass(cls):
        cls.server.end()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.run_cubby("unshare", "rm", "-rf", str(self.home / ".cache/lxc"))
        self.publish("20260101_00:00")
        self.server.taken()

    def publish(self, build, text="of LXC_NAME\n", expiry=1 << 40):
        """Puts a build of the one image on the server."""
        folder = self.served / f"images/probe/1/amd64/default/{build}"
        folder.mkdir(parents=True, exist_ok=True)
        image_files.write_archive(folder / "rootfs.tar.xz", {"./etc/file": (text, (12, 34)), "./dev/left-out": "no"})
        image_files.write_archive(folder / "meta.tar.xz", {
            "config": "lxc.include = LXC_TEMPLATE_CONFIG/common.conf\nlxc.arch = x86_64\n",
            "config-user": "lxc.include = LXC_TEMPLATE_CONFIG/common.conf\n"
                           "lxc.include = LXC_TEMPLATE_CONFIG/userns.conf\nlxc.arch = x86_64\n"
                           "lxc.environment = AT=LXC_PATH\n",
            "excludes-user": "./dev/left-out\n", "templates": "/etc/file\n", "expiry": f"{expiry}\n",
            "create-message": "You just created a probe container.\n"}, busybox=False)
        (self.served / "meta/1.0/index-user").write_text(
            f"other;1;amd64;default;{build};/images/other\nprobe;1;amd64;default;{build};/images/probe/1/amd64/default/{build}\n"
            f"probe;1;arm64;default;{build};\n")

    def words(self, *more, arch="amd64", server=None):
        return ("-t", "download", "--", "--dist", "probe", "--release", "1", "--arch", arch, "--server",
                server or self.server.name, *more)

    def check_runs(self, name):
        self.lxc("start", name)
        self.assertEqual(self.lxc("attach", name, "--", "cat", "/etc/file"), f"of {name}\n")
        self.assertEqual(self.lxc("attach", name, "--", "stat", "-c", "%u:%g", "/etc/file", "/bin/busybox"), "12:34\n0:0\n")
        self.assertEqual(self.lxc("attach", name, "--", "hostname"), f"{name}\n")
        self.lxc("attach", name, "--", "test", "-e", "/dev/left-out", code=1)
        self.lxc("stop", "-k", name)

    def test_fetches_once(self):
        out = self.made("dl", *self.words())
        self.assertIn("You just created a probe container.", out)
        self.assertEqual(self.server.taken(), ["/meta/1.0/index-user.7", "/meta/1.0/index-user",
                                               f"/{self.FOLDER}/rootfs.tar.xz", f"/{self.FOLDER}/meta.tar.xz"])
        config = self.config_of("dl")
        self.assertIn("# Distribution configuration\nlxc.include = /usr/share/lxc/config/common.conf", config)
        self.assertIn(f"lxc.environment = AT={self.home}/.local/share/lxc/dl\n", config)
        self.assertIn("# Network configuration\nlxc.net.0.type = none", config)
        self.check_runs("dl")
        cached = self.home / ".cache/lxc/download/probe/1/amd64/default"
        self.assertEqual((cached / "rootfs.tar.xz").stat().st_uid, self.home.stat().st_uid)
        self.assertIn("Using image from local cache", self.made("dl2", *self.words()))
        self.assertEqual(self.server.taken(), [])
        self.check_runs("dl2")
        # A new build is seen when the old one is flushed, not before.
        self.publish("20260202_00:00", "anew, LXC_NAME\n")
        self.assertIn("Flushing the cache...", self.made("dl3", *self.words("--flush-cache")))
        self.assertEqual(len([path for path in self.server.taken() if "20260202" in path]), 2)
        self.assertEqual(self.lxc("execute", "dl3", "--", "cat", "/etc/file"), "anew, dl3\n")

    def test_expired_cache(self):
        self.publish("20260101_00:00", expiry=int(time.time()) - 10)
        self.made("dl", *self.words())
        self.server.taken()
        self.assertIn("The cache is already up to date", self.made("dl2", *self.words()))
        self.assertEqual(self.server.taken(), ["/meta/1.0/index-user.7", "/meta/1.0/index-user"])
        self.assertIn("Using image from local cache", self.made("dl3", *self.words("--force-cache")))
        self.assertEqual(self.server.taken(), [])

    def test_list_and_questions(self):
        # As with LXC a list ends with 1, for no container was made.
        said = self.not_made("li", "-t", "download", "--", "--list", "--server", self.server.name, says="BUILD")
        self.assertIn("probe\t1\tamd64\tdefault\t20260101_00:00\n", said)
        self.assertNotIn("arm64", said)
        out = self.made("asked", "-t", "download", "--", "--server", self.server.name, stdin=b"probe\n1\namd64\n")
        self.assertIn("Distribution: \nRelease: \nArchitecture: \n", out)
        self.assertEqual(self.lxc("execute", "asked", "--", "cat", "/etc/file"), "of asked\n")

    def test_refusals(self):
        # Where the index of the template's own format is missing, it is asked for three times before the plain one is.
        level = re.search(r"DOWNLOAD_COMPAT_LEVEL=(\d+)", TEMPLATES.joinpath("lxc-download").read_text())[1]
        index = self.served / f"meta/1.0/index-user.{level}"
        shutil.copy(self.served / "meta/1.0/index-user", index)
        self.addCleanup(index.unlink, missing_ok=True)
        self.not_made("no", *self.words(arch="arm64"), says="Couldn't find a matching image")
        self.not_made("no", *self.words("--variant", "cloud"), says="Couldn't find a matching image")
        self.not_made("no", *self.words("--bogus"), says="unrecognized option '--bogus'")
        # A server whose certificate the user does not know.
        wgetrc = self.home / ".wgetrc"
        known = wgetrc.read_text()
        wgetrc.write_text(self.wgetrc)
        self.addCleanup(wgetrc.write_text, known)
        self.not_made("no", *self.words(), says="ERROR: Failed to download https://localhost:")
        wgetrc.write_text(known)
        index.unlink()
        (self.served / "meta/1.0/index-user").unlink()
        self.not_made("no", *self.words(), says="ERROR: Failed to download https://localhost:")
        self.publish("20260101_00:00")
        archive = self.served / self.FOLDER / "rootfs.tar.xz"
        archive.write_bytes(archive.read_bytes()[:-200])
        shutil.copy(self.served / "meta/1.0/index-user", index)
        self.not_made("no", *self.words(), says="ended with exit status")


class Cloud(Images):
    """The two templates of cloud images in the package lxc-templates, from archives."""

    def setUp(self):
        super().setUp()
        if not TEMPLATES.joinpath("lxc-cirros").exists():
            harness.skip(self, "no-lxc")

    def check_runs(self, name):
        self.lxc("start", name)
        self.assertEqual(self.lxc("attach", name, "--", "stat", "-c", "%u:%g", "/etc/file"), "12:34\n")
        self.assertEqual(self.lxc("attach", name, "--", "hostname"), f"{name}\n")
        self.lxc("stop", "-k", name)

    def test_cirros(self):
        tarball = self.home / "cirros.tar.gz"
        image_files.write_archive(tarball, {"./etc/file": ("of cirros\n", (12, 34)), "./dev/left-out": "no"})
        userdata = self.home / "userdata"
        userdata.write_text("#!/bin/sh\n")
        self.made("ci", "-t", "cirros", "--", "--tarball", str(tarball), "--userdata", str(userdata))
        self.assertEqual(self.lxc("execute", "ci", "--", "cat", "/var/lib/cloud/seed/nocloud/user-data"), "#!/bin/sh\n")
        self.check_runs("ci")
        self.not_made("no", "-t", "cirros", "--", "--tarball", f"{self.home}/nosuch", says="failed to populate")

    def test_ubuntu_cloud(self):
        served = self.home / "cloud"
        served.mkdir()
        image_files.write_archive(served / "root.tar.gz", {
            "./etc/file": ("of the cloud\n", (12, 34)), "./dev/left-out": "no", "./usr/sbin/dpkg-reconfigure": "#!/bin/sh\n"})
        server = image_files.ImageServer(served, self.home / "cloud-keys")
        self.addCleanup(server.end)
        (self.home / ".wgetrc").write_text(f"ca_certificate = {server.certificate}\n")
        # With --tarball the program of cloud-image-utils has to be there and is asked in vain.
        programs = self.home / "programs"
        programs.mkdir()
        (programs / "ubuntu-cloudimg-query").write_text("#!/bin/sh\nexit 1\n")
        (programs / "ubuntu-cloudimg-query").chmod(0o755)
        words = ("-t", "ubuntu-cloud", "--", "--release", "noble", "--tarball", f"https://{server.name}/root.tar.gz",
                 "--cloud")
        self.not_made("no", *words, says="ubuntu-cloudimg-query: not found")
        path = {"PATH": f"{programs}:{self.env['PATH']}"}
        self.made("uc", *words, env=path)
        self.assertEqual(self.lxc("execute", "uc", "--", "cat", "/etc/hostname"), "uc\n")
        self.check_runs("uc")
        self.made("uc2", *words, env=path)
        self.assertEqual(server.taken(), ["/root.tar.gz"])


if __name__ == "__main__":
    harness.main()
