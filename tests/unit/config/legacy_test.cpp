// Keys of LXC 1.0 and 2.0.

#include "config/lxc/legacy.h"

#include "config/lxc/legacy_cgroup.h"
#include "tests/unit/config/texts.h"

namespace cubby::lxc {
namespace {

using test::compiled;
using test::error_of;
using test::got;

// A configuration as LXC 1.0 wrote them.
constexpr const char* kOld =
    "lxc.network.type = veth\n"
    "lxc.network.link = lxcbr0\n"
    "lxc.network.flags = up\n"
    "lxc.network.hwaddr = 00:16:3e:01:02:03\n"
    "lxc.network.type = empty\n"
    "lxc.network.ipv4 = 10.0.0.2/24\n"
    "lxc.rootfs = /c/web1/rootfs\n"
    "lxc.mount = /c/web1/fstab\n"
    "lxc.utsname = old\n"
    "lxc.arch = i686\n"
    "lxc.tty = 4\n"
    "lxc.pts = 512\n"
    "lxc.devttydir = lxc\n"
    "lxc.kmsg = 0\n"
    "lxc.pivotdir = lxc_putold\n"
    "lxc.id_map = u 0 100000 65536\n"
    "lxc.id_map = g 0 100000 65536\n"
    "lxc.haltsignal = SIGPWR\n"
    "lxc.stopsignal = 15\n"
    "lxc.aa_allow_incomplete = 1\n"
    "lxc.se_context = a:b:c:s0\n"
    "lxc.loglevel = 1\n"
    "lxc.logfile = /tmp/log\n"
    "lxc.limit.nofile = 100\n"
    "lxc.init_uid = 1\n"
    "lxc.console = none\n";

TEST(LxcLegacy, EachOldNameIsTakenForTheNewOne) {
    const std::pair<const char*, const char*> expected[] = {
        {"lxc.net", "veth\nempty\n"},
        {"lxc.net.0.link", "lxcbr0"},
        {"lxc.net.0.hwaddr", "00:16:3e:01:02:03"},
        {"lxc.net.0.flags", "up"},
        {"lxc.net.1.ipv4.address", "10.0.0.2/24"},
        {"lxc.rootfs.path", "/c/web1/rootfs"},
        {"lxc.mount.fstab", "/c/web1/fstab"},
        {"lxc.uts.name", "old"},
        {"lxc.arch", "i686"},
        {"lxc.tty.max", "4"},
        {"lxc.pty.max", "512"},
        {"lxc.tty.dir", "lxc"},
        {"lxc.idmap", "u 0 100000 65536\ng 0 100000 65536"},
        {"lxc.signal.halt", "30"},
        {"lxc.signal.stop", "15"},
        {"lxc.apparmor.allow_incomplete", "1"},
        {"lxc.selinux.context", "a:b:c:s0"},
        {"lxc.log.level", "DEBUG"},
        {"lxc.log.file", "/tmp/log"},
        {"lxc.prlimit.nofile", "100"},
        {"lxc.init.uid", "1"},
        {"lxc.console.path", "none"},
        // The old names answer, too.
        {"lxc.utsname", "old"},
        {"lxc.network.ipv4", "10.0.0.2/24"},
        {"lxc.network.0.link", "lxcbr0"},
        {"lxc.pivotdir", "lxc_putold"},
    };
    for (const auto& [key, text] : expected) {
        EXPECT_EQ(got(kOld, key), text) << key;
    }
}

TEST(LxcLegacy, TheTextStaysAsItWasWritten) {
    auto document = Document::parse(kOld, "config");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->to_text(), kOld);
    ASSERT_TRUE(document->set("lxc.ephemeral", "1"));
    EXPECT_EQ(document->to_text(), std::string(kOld) + "lxc.ephemeral = 1\n");
}

TEST(LxcLegacy, AnEditFindsTheOldLine) {
    auto document = *Document::parse("lxc.utsname = a\nlxc.id_map = u 0 1 2\nlxc.id_map = g 0 1 2\n", "config");
    EXPECT_EQ(document.get("lxc.uts.name"), std::vector<std::string>{"a"});
    ASSERT_TRUE(document.set("lxc.uts.name", "b"));
    EXPECT_EQ(document.unset("lxc.idmap"), 2U);
    EXPECT_EQ(document.to_text(), "lxc.uts.name = b\n");
    ASSERT_TRUE(document.set("lxc.utsname", "c"));
    EXPECT_EQ(document.to_text(), "lxc.utsname = c\n");
}

TEST(LxcLegacy, NetworksAreCountedByTheirTypes) {
    auto document = *Document::parse(
        "lxc.network.type = empty\nlxc.network.name = a\nlxc.network.type = empty\nlxc.network.name = b\n", "config");
    EXPECT_EQ(document.get("lxc.net.1.name"), std::vector<std::string>{"b"});
    EXPECT_EQ(document.unset("lxc.net.0"), 2U);
    EXPECT_EQ(document.to_text(), "lxc.network.type = empty\nlxc.network.name = b\n");
    EXPECT_EQ(document.unset("lxc.network"), 2U);

    EXPECT_EQ(got("lxc.network.type = empty\nlxc.network =\n", "lxc.net"), "");
    EXPECT_EQ(got("lxc.network.type = veth\nlxc.network =\nlxc.network.type = empty\n", "lxc.net.0.type"), "empty");
    // One with a number of its own stays.
    EXPECT_EQ(got("lxc.net.4.type = empty\nlxc.network.type = veth\n", "lxc.net.5.type"), "veth");
    EXPECT_EQ(got("lxc.network.name = a\n", "lxc.net"),
              "/c/web1/config:1: lxc.network.name: it stands before any lxc.network.type");
    EXPECT_EQ(error_of("lxc.network = x"),
              "/c/web1/config:1: lxc.network: lxc.net: write lxc.net.NUMBER.type, the number from 0 to 65535");
}

TEST(LxcLegacy, TheBackendIsTheTypeOfAPathWithoutOne) {
    const auto plain =
        compile(*Document::parse("lxc.rootfs = /a:/c/web1/delta0\nlxc.rootfs.backend = overlayfs\n", "c"), test::web1(),
                test::kDir, test::reader({}));
    ASSERT_TRUE(plain) << plain.error().text;
    EXPECT_EQ(plain->spec.rootfs.backend, "overlay");
    EXPECT_EQ(plain->spec.rootfs.lowers, std::vector<std::string>{"/a"});
    EXPECT_EQ(plain->spec.rootfs.path, "/c/web1/delta0");
    EXPECT_EQ(error_of("lxc.rootfs.backend = bogus"),
              "/c/web1/config:1: lxc.rootfs.backend: 'bogus' is not a storage type");
    const auto lvm = compile(*Document::parse("lxc.rootfs = /dev/x/y\nlxc.rootfs.backend = lvm\n", "c"), test::web1(),
                             test::kDir, test::reader({}));
    ASSERT_FALSE(lvm);
    EXPECT_NE(std::string(lvm.error().text).find("lvm root file systems"), std::string::npos) << lvm.error().text;
}

TEST(LxcLegacy, WhatWasGivenUpIsReported) {
    const auto result = compiled("lxc.kmsg = 1\nlxc.cgroup.memory.swappiness = 10");
    ASSERT_TRUE(result) << result.error().text;
    ASSERT_EQ(result->unsupported.size(), 2U);
    EXPECT_EQ(result->unsupported[0].key, "lxc.kmsg");
    EXPECT_EQ(result->unsupported[1].key, "lxc.cgroup.memory.swappiness");
}

TEST(LxcLegacy, ErrorsNameWhatWasWritten) {
    EXPECT_EQ(error_of("lxc.haltsignal = NONE"),
              "/c/web1/config:1: lxc.haltsignal: lxc.signal.halt: 'NONE' is not a signal; write a name such as SIGPWR "
              "or SIGRTMIN+3, or a number");
}

// --- control groups of version 1 --------------------------------------------------------------------------------------

struct V1 {
    const char* key;
    const char* value;
    const char* v2;
    const char* text;
};

TEST(LxcLegacyCgroup, ValuesAreConverted) {
    constexpr V1 cases[] = {
        {"memory.limit_in_bytes", "512M", "memory.max", "536870912"},
        {"memory.limit_in_bytes", "-1", "memory.max", "max"},
        {"memory.soft_limit_in_bytes", "1G", "memory.low", "1073741824"},
        {"cpu.shares", "2", "cpu.weight", "1"},
        {"cpu.shares", "1024", "cpu.weight", "39"},
        {"cpu.shares", "262144", "cpu.weight", "10000"},
        {"cpu.shares", "1", "cpu.weight", "1"},
        {"cpu.cfs_quota_us", "50000", "cpu.max", "50000 100000"},
        {"cpu.cfs_quota_us", "-1", "cpu.max", "max 100000"},
        {"cpu.cfs_period_us", "200000", "cpu.max", "max 200000"},
        {"cpuset.cpus", "0-3", "cpuset.cpus", "0-3"},
        {"blkio.weight", "10", "io.weight", "1"},
        {"blkio.weight", "1000", "io.weight", "10000"},
        {"blkio.throttle.read_bps_device", "8:0 1048576", "io.max", "8:0 rbps=1048576"},
        {"blkio.throttle.write_iops_device", "8:0 0", "io.max", "8:0 wiops=max"},
        {"pids.max", "100", "pids.max", "100"},
        {"freezer.state", "FROZEN", "cgroup.freeze", "1"},
        {"freezer.state", "THAWED", "cgroup.freeze", "0"},
        {"devices.allow", "c 1:3 rwm", "devices.allow", "c 1:3 rwm"},
        {"hugetlb.2MB.limit_in_bytes", "4M", "hugetlb.2MB.max", "4194304"},
        {"memory.max", "1M", "memory.max", "1M"},
    };
    for (const V1& each : cases) {
        const std::string line = std::string("lxc.cgroup.") + each.key + " = " + each.value + "\n";
        EXPECT_EQ(got(line, std::string("lxc.cgroup2.") + each.v2), std::string(each.text) + "\n") << line;
        EXPECT_EQ(got(line, std::string("lxc.cgroup.") + each.key), std::string(each.text) + "\n") << line;
        EXPECT_EQ(got(line + "lxc.cgroup =\n", "lxc.cgroup2"), "") << line;
    }
}

TEST(LxcLegacyCgroup, TwoFilesOfVersionOneAreOneOfVersionTwo) {
    const std::string quota = "lxc.cgroup.cpu.cfs_quota_us = 20000\n";
    const std::string period = "lxc.cgroup.cpu.cfs_period_us = 50000\n";
    EXPECT_EQ(got(quota + period, "lxc.cgroup2.cpu.max"), "20000 50000\n");
    EXPECT_EQ(got(period + quota, "lxc.cgroup2.cpu.max"), "20000 50000\n");
    const std::string memory = "lxc.cgroup.memory.limit_in_bytes = 100M\n";
    const std::string both = "lxc.cgroup.memory.memsw.limit_in_bytes = 150M\n";
    EXPECT_EQ(got(memory + both, "lxc.cgroup2.memory.swap.max"), "52428800\n");
    EXPECT_EQ(got(both + memory, "lxc.cgroup2.memory.swap.max"), "52428800\n");
    EXPECT_EQ(got(both, "lxc.cgroup2.memory.swap.max"), "");
    EXPECT_EQ(got(memory + "lxc.cgroup.memory.memsw.limit_in_bytes = 1M\n", "lxc.cgroup2"),
              "/c/web1/config:2: lxc.cgroup.memory.memsw.limit_in_bytes: memory.memsw.limit_in_bytes is below "
              "memory.limit_in_bytes");
}

TEST(LxcLegacyCgroup, WhatIsNoNumberIsRefused) {
    for (const char* line : {"memory.limit_in_bytes = lots", "cpu.shares = x", "blkio.weight = -1",
                             "blkio.throttle.read_bps_device = 8:0", "cpu.cfs_quota_us = 1e6"}) {
        const std::string text = got(std::string("lxc.cgroup.") + line + "\n", "lxc.cgroup2");
        EXPECT_TRUE(text.starts_with("/c/web1/config:1: lxc.cgroup.")) << text;
    }
}

TEST(LxcLegacyCgroup, DirKeysAreOfToday) {
    EXPECT_FALSE(is_cgroup_v1("lxc.cgroup.dir"));
    EXPECT_FALSE(is_cgroup_v1("lxc.cgroup.dir.monitor.pivot"));
    EXPECT_FALSE(is_cgroup_v1("lxc.cgroup.relative"));
    EXPECT_FALSE(is_cgroup_v1("lxc.cgroup2.memory.max"));
    EXPECT_TRUE(is_cgroup_v1("lxc.cgroup.directory"));
    EXPECT_TRUE(is_cgroup_v1("lxc.cgroup"));
}

}  // namespace
}  // namespace cubby::lxc
