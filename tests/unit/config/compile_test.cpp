#include "config/lxc/compile.h"

#include <sys/mount.h>

#include "tests/unit/config/texts.h"

namespace cubby::lxc {
namespace {

using test::compiled;
using test::error_of;

ContainerSpec spec_of(const std::string& text, test::Files files = {}) {
    const auto result = compiled(text, std::move(files));
    EXPECT_TRUE(result) << text << ": " << result.error().text;
    return result ? result->spec : ContainerSpec(test::web1());
}

TEST(LxcCompile, Defaults) {
    ContainerSpec expected(test::web1());
    expected.rootfs.path = "/c/web1/rootfs";
    expected.net.type = NetType::empty;
    expected.process.environment = {"container=lxc"};
    expected.hooks.config_file = "/c/web1/config";
    expected.hooks.rootfs_path = "/c/web1/rootfs";
    const ContainerSpec spec = spec_of("");
    EXPECT_EQ(spec, expected);
    EXPECT_EQ(spec.hostname, "web1");
    EXPECT_EQ(spec.mounts.proc, AutoMount::mixed);
    EXPECT_EQ(spec.process.argv, std::vector<std::string>{"/sbin/init"});
}

TEST(LxcCompile, EveryMemberIsReached) {
    const ContainerSpec spec = spec_of(
        "lxc.uts.name = h\nlxc.init.cmd = /bin/sh -c 'a b'\nlxc.init.uid = 1\nlxc.init.gid = 2\nlxc.init.groups = 3,4\n"
        "lxc.init.cwd = /root\nlxc.ephemeral = 1\nlxc.signal.halt = SIGTERM\nlxc.signal.reboot = SIGHUP\n"
        "lxc.signal.stop = SIGINT\nlxc.autodev = 0\nlxc.autodev.tmpfs.size = 7\nlxc.pty.max = 8\n"
        "lxc.console.logfile = log\nlxc.console.rotate = 1\nlxc.console.size = 8192\nlxc.console.buffer.size = 16384\n"
        "lxc.prlimit.core = 0\nlxc.sysctl.net.x = 1\nlxc.proc.oom_score_adj = 9\nlxc.no_new_privs = 1\n"
        "lxc.keyring.session = 0\nlxc.environment = A=b\nlxc.time.offset.boot = 1s\nlxc.time.offset.monotonic = -1ns\n"
        "lxc.rootfs.managed = 0\nlxc.rootfs.options = ro\ncubby.init.reaper = 1\ncubby.init.keep_groups = 1\n"
        "cubby.seccomp.default = 0\nlxc.idmap = u 0 100000 10\nlxc.idmap = g 0 200000 10\n");
    EXPECT_EQ(spec.hostname, "h");
    EXPECT_EQ(spec.process.argv, (std::vector<std::string>{"/bin/sh", "-c", "a b"}));
    EXPECT_EQ(spec.process.uid, 1U);
    EXPECT_EQ(spec.process.gid, 2U);
    EXPECT_EQ(spec.process.groups, (std::vector<uint32_t>{3, 4}));
    EXPECT_EQ(spec.process.cwd, "/root");
    EXPECT_EQ(spec.process.environment, (std::vector<std::string>{"container=lxc", "A=b"}));
    EXPECT_EQ(spec.process.limits, (std::vector<ResourceLimit>{{RLIMIT_CORE, 0, 0}}));
    EXPECT_EQ(spec.process.sysctls, (std::vector<Setting>{{"net.x", "1"}}));
    EXPECT_EQ(spec.process.proc_settings, (std::vector<Setting>{{"oom_score_adj", "9"}}));
    EXPECT_TRUE(spec.process.reaper && spec.process.keep_groups);
    EXPECT_EQ(spec.lifecycle, (LifecycleSpec{SIGTERM, SIGHUP, SIGINT, true}));
    EXPECT_EQ(spec.console, (ConsoleSpec{"/c/web1/log", 16384, 8192, true, 0, "", ""}));
    EXPECT_FALSE(spec.mounts.populate_dev);
    EXPECT_EQ(spec.mounts.dev_size, 7U);
    EXPECT_EQ(spec.mounts.max_ptys, 8U);
    EXPECT_TRUE(spec.security.no_new_privs);
    EXPECT_FALSE(spec.security.session_keyring || spec.security.default_seccomp);
    EXPECT_EQ(spec.namespaces.boot_offset_ns, 1'000'000'000);
    EXPECT_EQ(spec.namespaces.monotonic_offset_ns, -1);
    EXPECT_TRUE(spec.rootfs.read_only);
    EXPECT_FALSE(spec.rootfs.managed);
    EXPECT_EQ(spec.idmap, (IdMaps{{{0, 100000, 10}}, {{0, 200000, 10}}}));
}

TEST(LxcCompile, FilesThatAHookMayMake) {
    const auto of = [](const std::string& text, Files files, test::Files known) {
        const auto document = Document::parse("lxc.rootfs.path = /r\n" + text, "c");
        return compile(*document, test::web1(), "/c/web1", test::reader(std::move(known)), files);
    };
    for (const std::string key : {"lxc.mount.fstab", "lxc.seccomp.profile"}) {
        const std::string line = key + " = /c/file\n";
        const std::string hook = "lxc.hook.pre-start = /bin/make\n";
        EXPECT_FALSE(of(line, Files::may_come, {})) << key;
        EXPECT_TRUE(of(hook + line, Files::may_come, {})) << key;
        EXPECT_FALSE(of(hook + line, Files::are_made, {})) << key;
        EXPECT_FALSE(of("lxc.hook.post-stop = /bin/make\n" + line, Files::may_come, {})) << key;
    }
    const std::string text = "lxc.hook.pre-start = /bin/make\nlxc.mount.fstab = /c/file\n";
    const auto made = of(text, Files::are_made, {{"/c/file", "/a b none bind\n"}});
    ASSERT_TRUE(made) << made.error().text;
    EXPECT_EQ(made->spec.mounts.entries.size(), 1U);
}

TEST(LxcCompile, AnEmptyValueBringsTheDefaultBack) {
    EXPECT_EQ(spec_of("lxc.uts.name = h\nlxc.signal.halt = 9\nlxc.environment = A=b\nlxc.cap.drop = chown\n"
                      "lxc.uts.name =\nlxc.signal.halt =\nlxc.environment =\nlxc.cap.drop =\n"),
              spec_of(""));
}

TEST(LxcCompile, OverlayRootFileSystems) {
    const auto rootfs = [](const std::string& path) {
        const auto document = Document::parse("lxc.rootfs.path = " + path + "\n", "c");
        return compile(*document, test::web1(), "/c/web1", test::reader({}));
    };
    const auto overlay = rootfs("overlay:/l1:/l2:/c/web1/overlay/delta/");
    ASSERT_TRUE(overlay) << overlay.error().text;
    EXPECT_EQ(overlay->spec.rootfs.backend, "overlay");
    EXPECT_EQ(overlay->spec.rootfs.lowers, (std::vector<std::string>{"/l1", "/l2"}));
    EXPECT_EQ(overlay->spec.rootfs.path, "/c/web1/overlay/delta");
    EXPECT_EQ(overlay->spec.rootfs.work, "/c/web1/overlay/work");
    EXPECT_EQ(rootfs("overlayfs:lower:upper")->spec.rootfs.lowers, std::vector<std::string>{"/c/web1/lower"});
    EXPECT_EQ(rootfs("/plain")->spec.rootfs.path, "/plain");
    EXPECT_EQ(rootfs("/plain")->spec.rootfs.backend, "dir");
    EXPECT_EQ(rootfs("dir:rel")->spec.rootfs.path, "/c/web1/rel");
    EXPECT_STREQ(
        rootfs("overlay:/l:/u/work").error().text,
        "c:1: lxc.rootfs.path: the upper directory cannot be called 'work': that is its work directory's name");
    EXPECT_STREQ(rootfs("overlay:/l::/u").error().text,
                 "c:1: lxc.rootfs.path: an overlay's path is empty; write overlay:LOWER:UPPER");
    EXPECT_STREQ(rootfs("zfs:pool/x").error().text,
                 "c:1: lxc.rootfs.path: zfs root file systems are not supported by this version of cubby; use dir or "
                 "overlay");
    const auto none = compile(Document(), test::web1(), "/c/web1", test::reader({}));
    ASSERT_FALSE(none);
    EXPECT_STREQ(none.error().text, "lxc.rootfs.path is not set; say where the root file system is");
}

TEST(LxcCompile, Namespaces) {
    const NamespacesSpec plain = spec_of("").namespaces;
    EXPECT_TRUE(plain.keep.empty() && plain.shares.empty() && !plain.new_time);
    const NamespacesSpec keep = spec_of("lxc.namespace.keep = net\nlxc.namespace.keep = ipc\n").namespaces;
    EXPECT_TRUE(keep.keep.has(Ns::net) && keep.keep.has(Ns::ipc) && !keep.keep.has(Ns::uts));
    EXPECT_TRUE(keep.new_time);
    EXPECT_FALSE(spec_of("lxc.namespace.keep = time\n").namespaces.new_time);
    const NamespacesSpec clone = spec_of("lxc.namespace.clone = user mnt pid\n").namespaces;
    EXPECT_EQ(clone.keep.bits(), [] {
        NsSet set;
        for (const Ns ns : {Ns::net, Ns::ipc, Ns::uts, Ns::cgroup, Ns::time}) {
            set.add(ns);
        }
        return set.bits();
    }());
    EXPECT_FALSE(clone.new_time);
    EXPECT_TRUE(spec_of("lxc.namespace.clone = user mnt time\n").namespaces.new_time);
    EXPECT_EQ(error_of("lxc.namespace.clone = user mnt\nlxc.namespace.keep = net\n"),
              "/c/web1/config:2: lxc.namespace.keep: lxc.namespace.clone is given too; remove one of them");
    EXPECT_EQ(error_of("lxc.namespace.clone = pid\n").substr(0, 38), "lxc.namespace.keep: the user and mount");
    EXPECT_EQ(error_of("\nlxc.namespace.keep = user\n").substr(0, 36), "/c/web1/config:2: lxc.namespace.keep");
    EXPECT_EQ(error_of("lxc.namespace.clone = user mnt\nlxc.time.offset.boot = 1s\n"),
              "/c/web1/config:2: lxc.time.offset: only a new time namespace can have an offset");
}

TEST(LxcCompile, SharedNamespaces) {
    const NamespacesSpec shared =
        spec_of("lxc.namespace.share.net = c2\nlxc.namespace.share.ipc = 77\nlxc.namespace.share.uts = /run/ns/u\n")
            .namespaces;
    EXPECT_EQ(shared.shares,
              (std::vector<NamespaceShare>{{Ns::net, "c2"}, {Ns::ipc, "/proc/77/ns/ipc"}, {Ns::uts, "/run/ns/u"}}));
    const NamespacesSpec cloned =
        spec_of(
            "lxc.namespace.clone = user mnt pid time\nlxc.namespace.share.net = c2\nlxc.namespace.share.time = c2\n")
            .namespaces;
    EXPECT_FALSE(cloned.keep.has(Ns::net) || cloned.new_time);
    EXPECT_EQ(error_of("lxc.namespace.share.net = c2\nlxc.namespace.share.network = c3\n"),
              "/c/web1/config:1: lxc.namespace.share.net: that namespace is kept or shared already");
}

TEST(LxcCompile, Capabilities) {
    const auto keep = [](const std::string& text) { return spec_of(text).security.keep_capabilities; };
    EXPECT_EQ(keep(""), ~CapSet{0});
    EXPECT_EQ(keep("lxc.cap.drop = chown sys_time\nlxc.cap.drop = 21\n"),
              ~((CapSet{1} << 0) | (CapSet{1} << 25) | (CapSet{1} << 21)));
    EXPECT_EQ(keep("lxc.cap.keep = chown\nlxc.cap.keep = kill\n"), (CapSet{1} << 0) | (CapSet{1} << 5));
    EXPECT_EQ(keep("lxc.cap.keep = none\n"), 0U);
    EXPECT_EQ(keep("lxc.cap.keep = none\nlxc.cap.keep =\n"), ~CapSet{0});
    EXPECT_EQ(error_of("lxc.cap.keep = chown\nlxc.cap.drop = kill\n"),
              "/c/web1/config:1: lxc.cap.keep: lxc.cap.drop is given too; remove one of them");
}

TEST(LxcCompile, AutoMounts) {
    const auto mounts = [](const std::string& text) { return spec_of(text).mounts; };
    EXPECT_EQ(mounts("").sys, AutoMount::mixed);
    EXPECT_EQ(mounts("").cgroup, AutoMount::none);
    EXPECT_EQ(mounts("lxc.mount.auto = cgroup\n").proc, AutoMount::none);
    EXPECT_EQ(mounts("lxc.mount.auto = cgroup\n").cgroup, AutoMount::read_write);
    EXPECT_EQ(mounts("lxc.mount.auto = cgroup\nlxc.cap.drop = sys_admin\n").cgroup, AutoMount::mixed);
    EXPECT_EQ(mounts("lxc.mount.auto =\n").proc, AutoMount::none);
    EXPECT_EQ(mounts("lxc.mount.auto = proc sys:ro\nlxc.mount.auto = sys:rw\n").sys, AutoMount::read_write);
    EXPECT_EQ(mounts("lxc.mount.auto = proc:rw\n").proc, AutoMount::read_write);
}

TEST(LxcCompile, MountEntriesAndFstab) {
    const MountsSpec mounts =
        spec_of(
            "lxc.mount.entry = data srv none bind\nlxc.mount.fstab = tab\n"
            "lxc.mount.entry = /a /c/web1/rootfs/deep/x none bind\n"
            "lxc.mount.entry = /a /usr/lib/x86_64-linux-gnu/lxc/rootfs/y none bind\nlxc.mount.entry = /a /abs none bind\n"
            "lxc.rootfs.mount = /elsewhere\nlxc.mount.entry = /a /elsewhere/z none bind\n"
            "lxc.mount.entry = /a /elsewhere none bind\n",
            {{"/c/web1/tab", "# c\ntmpfs tmp tmpfs size=1m 0 0\n"}})
            .mounts;
    ASSERT_EQ(mounts.entries.size(), 7U);
    EXPECT_EQ(mounts.entries[0].type, "tmpfs");
    EXPECT_EQ(mounts.entries[1].source, "/c/web1/data");
    EXPECT_EQ(mounts.entries[2].target, "/deep/x");
    EXPECT_EQ(mounts.entries[3].target, "/y");
    EXPECT_EQ(mounts.entries[4].target, "/abs");
    EXPECT_EQ(mounts.entries[5].target, "/z");
    EXPECT_EQ(mounts.entries[6].target, "/elsewhere");
}

TEST(LxcCompile, MountErrors) {
    EXPECT_EQ(error_of("#\nlxc.mount.entry = /a .. none bind\n"),
              "/c/web1/config:2: lxc.mount.entry: '..' is not a path inside the container: '..' is not allowed");
    EXPECT_EQ(error_of("lxc.mount.fstab = /no\n"), "/c/web1/config:1: lxc.mount.fstab: open /no: no such file");
    EXPECT_EQ(error_of("lxc.mount.fstab = /d/\n", {{"/d/x.conf", ""}}),
              "/c/web1/config:1: lxc.mount.fstab: '/d/' is not a file");
    EXPECT_EQ(error_of("lxc.mount.fstab = /f\n", {{"/f", "#\n/a b none bind,zz\n"}}),
              "/f:2: a bind mount has no option 'zz'");
    const ContainerSpec inner = spec_of("lxc.mount.entry = usr mnt none bind,relative,ro 0 0\n");
    ASSERT_EQ(inner.mounts.entries.size(), 1U);
    EXPECT_TRUE(inner.mounts.entries[0].source_in_root);
    EXPECT_EQ(inner.mounts.entries[0].source, "usr");
}

TEST(LxcCompile, ErrorsOfAListPointAtTheLineTheyQuote) {
    const auto document = Document::parse(
        "lxc.rootfs.path = /r\nlxc.mount.entry = rel b none bind\nlxc.mount.entry = /ok c none bind\n", "c");
    const auto result = compile(*document, test::web1(), "", test::reader({}));
    ASSERT_FALSE(result);
    EXPECT_STREQ(result.error().text, "c:2: lxc.mount.entry: 'rel' is not an absolute path");
}

TEST(LxcCompile, Networks) {
    EXPECT_EQ(spec_of("").net.type, NetType::empty);
    EXPECT_EQ(spec_of("lxc.net.0.type = none\n").net.type, NetType::none);
    EXPECT_EQ(spec_of("lxc.net.0.type = empty\nlxc.net.0.flags = up\n").net.type, NetType::empty);
    EXPECT_EQ(spec_of("lxc.net.0.type = none\nlxc.net =\n").net.type, NetType::empty);
    EXPECT_EQ(spec_of("lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0 =\nlxc.net.1.type = none\n").net.type,
              NetType::none);
    // What is not made yet leaves loopback alone, and is reported.
    const auto veth = compiled("lxc.net.0.type = veth\nlxc.net.0.link = br0\n");
    ASSERT_TRUE(veth) << veth.error().text;
    EXPECT_EQ(veth->spec.net.type, NetType::empty);
    ASSERT_EQ(veth->unsupported.size(), 2U);
    EXPECT_EQ(veth->unsupported[0].key, "lxc.net.0.type");
    EXPECT_EQ(veth->unsupported[0].reason, "veth interfaces are not made yet; there is only loopback");
    EXPECT_EQ(veth->unsupported[1].key, "lxc.net.0.link");
    EXPECT_EQ(error_of("#\nlxc.net.2.link = br0\n"),
              "/c/web1/config:2: lxc.net.2: the interface has no type; add lxc.net.2.type = empty or none");
    EXPECT_EQ(error_of("lxc.net.0.type = none\nlxc.net.1.type = empty\n"),
              "/c/web1/config:1: lxc.net.0.type: none, the host's network, stands alone; remove the other interfaces");
}

TEST(LxcCompile, HarmlessKeysAreReported) {
    const auto result = compiled(
        "lxc.monitor.signal.pdeath = SIGTERM\nlxc.cgroup.dir = x\nlxc.cgroup.dir =\nlxc.start.auto = 0\nlxc.hook.clone = /x\nwords\n"
        "lxc.net.0.type = empty\nlxc.net.0.mtu = 1400\nlxc.mount.auto = shmounts:/x\n"
        "lxc.environment = CUBBY_TEST_MISSING\nlxc.cgroup2.devices.allow = c 1:3 rwm\ncubby.image = busybox\n");
    ASSERT_TRUE(result) << result.error().text;
    std::vector<std::string> seen;
    for (const Note& note : result->unsupported) {
        EXPECT_FALSE(note.reason.empty()) << note.key;
        seen.push_back(note.where + " " + note.key + " " + note.value);
    }
    EXPECT_EQ(seen, (std::vector<std::string>{
                        "/c/web1/config:11 lxc.cgroup2.devices.allow c 1:3 rwm",
                        "/c/web1/config:1 lxc.monitor.signal.pdeath 15", "/c/web1/config:8 lxc.net.0.mtu 1400",
                        "/c/web1/config:10 lxc.environment CUBBY_TEST_MISSING",
                        "/c/web1/config:9 lxc.mount.auto shmounts:/x", "/c/web1/config:6 words "}));
    EXPECT_EQ(result->image, "busybox");
    EXPECT_TRUE(compiled("")->unsupported.empty());
}

TEST(LxcCompile, KeysThatWouldWeakenTheContainerStopIt) {
    for (const char* line : {"lxc.selinux.context.keyring = x", "lxc.apparmor.raw = deny /x w,"}) {
        const std::string text = line;
        const std::string key = text.substr(0, text.find(' '));
        const std::string error = error_of("#\n" + text + "\n");
        EXPECT_TRUE(error.starts_with("/c/web1/config:2: " + key + " is not supported by this version of cubby"))
            << error;
        EXPECT_TRUE(error.ends_with("; remove the line, or add '" + key + " =' below it")) << error;
        EXPECT_EQ(error_of(std::string(line).append("\n").append(key).append(" =\n")), "no error") << key;
        EXPECT_EQ(compiled(text + "\n").error().code, Code::invalid_config);
    }
    for (const char* line :
         {"lxc.apparmor.profile = unconfined", "lxc.apparmor.profile = unchanged", "lxc.sched.core = 0"}) {
        const auto result = compiled(std::string(line) + "\n");
        ASSERT_TRUE(result) << line;
        EXPECT_TRUE(result->unsupported.empty()) << line;
    }
    const std::string generated = error_of("#\nlxc.apparmor.profile = generated\n");
    EXPECT_TRUE(generated.starts_with("/c/web1/config:2: lxc.apparmor.profile: 'generated' needs root")) << generated;
    EXPECT_EQ(error_of("lxc.apparmor.profile = generated\nlxc.apparmor.profile = unconfined\n"), "no error");
}

TEST(LxcCompile, ASeccompPolicyIsReadWithTheConfiguration) {
    const auto result = compiled("lxc.seccomp.profile = policy\n", {{"/c/web1/policy", "2\ndenylist\n"}});
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_EQ(result->spec.security.seccomp_file, "/c/web1/policy");
    EXPECT_EQ(result->spec.security.seccomp_policy, "2\ndenylist\n");
    EXPECT_TRUE(result->unsupported.empty());
    const std::string absent = error_of("#\nlxc.seccomp.profile = /x\n");
    EXPECT_TRUE(absent.starts_with("/c/web1/config:2: lxc.seccomp.profile: open /x")) << absent;
    const std::string folder = error_of("lxc.seccomp.profile = /x/\n", {{"/x/a", ""}});
    EXPECT_NE(folder.find("'/x/' is not a file"), std::string::npos) << folder;
}

TEST(LxcCompile, LimitsAndLandlock) {
    const auto result = compiled(
        "cubby.limit.processes = 10\ncubby.limit.namespaces = 11\n"
        "cubby.limit.user_namespaces = 12\ncubby.limit.inotify_instances = 13\n"
        "cubby.nesting = 1\ncubby.landlock.readable = /usr /etc\n"
        "cubby.landlock.writable = /a\ncubby.landlock.writable = /b\n");
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_EQ(result->spec.limits, (LimitsSpec{10, 11, 12, 13}));
    EXPECT_TRUE(result->spec.security.nesting);
    EXPECT_EQ(result->spec.security.landlock_readable, (std::vector<std::string>{"/usr", "/etc"}));
    EXPECT_EQ(result->spec.security.landlock_writable, (std::vector<std::string>{"/a", "/b"}));
    EXPECT_NE(error_of("cubby.landlock.writable = srv\n").find("not an absolute path"), std::string::npos);
    EXPECT_NE(error_of("cubby.limit.processes = -1\n"), "no error");
}

TEST(LxcCompile, AMisspeltFrontDoesNotWeakenAContainer) {
    for (const char* line :
         {"Lxc.cap.drop = chown", "lxd.cap.drop = chown", "lxccap.drop = chown", "lxc/cap.drop = chown",
          "xc.cap.drop = chown", "LXC.cap.drop=chown", "lxxc.cap.drop = chown", "lxc,prlimit.core = 0",
          "cuby.seccomp.default = 1", "lxb.seccomp.profile = x"}) {
        const std::string error = error_of("#\n" + std::string(line) + "\n");
        EXPECT_TRUE(error.starts_with("/c/web1/config:2: '")) << line << ": " << error;
        EXPECT_NE(error.find("did you mean "), std::string::npos) << line << ": " << error;
    }
    for (const char* line :
         {"security.nesting = 1", "myapp.group = x", "lxd.other = x", "lxc", "lxc cap drop chown", "="}) {
        EXPECT_EQ(error_of(std::string(line) + "\n"), "no error") << line;
    }
}

TEST(LxcCompile, NoBitFlipDropsALine) {
    // Each single flipped bit of the key's front is refused, or read as another key, never skipped without a word.
    const std::string line = "lxc.cap.drop = chown";
    for (size_t at = 0; at < 4; ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string flipped = line;
            flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ (1U << bit));
            EXPECT_NE(error_of(flipped + "\n"), "no error") << flipped;
        }
    }
}

TEST(LxcCompile, UnknownKeysAndBadValuesNameFileAndLine) {
    EXPECT_EQ(error_of("#\nlxc.mount.entyr = x\n"),
              "/c/web1/config:2: lxc.mount.entyr: there is no such key; did you mean lxc.mount.entry?");
    EXPECT_EQ(error_of("lxc.init.uid = -1\n"), "/c/web1/config:1: lxc.init.uid: '-1' is not a whole number in range");
    EXPECT_EQ(error_of("lxc.include = /a\n", {{"/a", "#\n#\nlxc.init.uid = x\n"}}),
              "/a:3: lxc.init.uid: 'x' is not a whole number in range");
    EXPECT_EQ(compiled("lxc.init.uid = x\n").error().code, Code::invalid_config);
    EXPECT_EQ(compiled("lxc.include = /none\n").error().code, Code::invalid_config);
    EXPECT_EQ(error_of("lxc.uts.name = " + std::string(65, 'h') + "\n").substr(0, 31),
              "/c/web1/config:1: lxc.uts.name:");
    EXPECT_EQ(error_of("lxc.idmap = u 0 100000 10\n"),
              "/c/web1/config:1: lxc.idmap: give lines for users (u) and for groups (g)");
    EXPECT_EQ(error_of("lxc.idmap = u 0 100000 10\nlxc.idmap = g 0 100000 10\nlxc.init.uid = 10\n"),
              "/c/web1/config:3: lxc.init.uid: user id 10 is not in the container's id map");
}

TEST(LxcCompile, LaterLinesWinAcrossIncludes) {
    EXPECT_EQ(spec_of("lxc.uts.name = a\nlxc.include = /b\n", {{"/b", "lxc.uts.name = b\n"}}).hostname, "b");
    EXPECT_EQ(spec_of("lxc.include = /b\nlxc.uts.name = a\n", {{"/b", "lxc.uts.name = b\n"}}).hostname, "a");
}

TEST(LxcCompile, LongPathsLeaveRoomForTheReason) {
    const auto document = Document::parse("lxc.mount.entyr = x\n", "/" + std::string(400, 'd') + "/config");
    const auto result = compile(*document, test::web1(), "/c", test::reader({}));
    ASSERT_FALSE(result);
    EXPECT_TRUE(std::string_view(result.error().text).ends_with("did you mean lxc.mount.entry?"))
        << result.error().text;
}

}  // namespace
}  // namespace cubby::lxc
