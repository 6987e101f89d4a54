// The syntax of single values and LXC's text of them, as `lxc-info -c` of LXC 5.0.2 prints it.

#include "config/lxc/automount.h"
#include "config/lxc/codec.h"
#include "tests/unit/config/texts.h"

namespace cubby::lxc {
namespace {

using test::got;

// What get prints for one value, or "error".
std::string one(const std::string& key, const std::string& value) {
    Draft draft(test::web1());
    if (const auto status = assign(draft, key, value); !status) {
        return "error";
    }
    return *get_item(draft, key);
}

void gives(const std::string& key, const std::string& value, const std::string& text) {
    EXPECT_EQ(one(key, value), text) << key << " = " << value;
}

// What get prints after whole lines, or the error.
void prints(const std::string& text, const std::string& key, const std::string& printed) {
    EXPECT_EQ(got(text, key), printed) << text;
}

void refuses(const std::string& key, const std::string& value) { gives(key, value, "error"); }

TEST(LxcValues, Signals) {
    const Setting known[] = {{"9", "9"},           {"SIGHUP", "1"},    {"sighup", "1"},  {"SIGRTMIN+3", "37"},
                             {"SIGRTMAX-2", "62"}, {"SIGRTMIN", "34"}, {"SIGIOT", "6"},  {"SIGPOLL", "29"},
                             {"SIGIO", "29"},      {"SIGCLD", "17"},   {"SIGPWR", "30"}, {"SIGKILL", "9"},
                             {"64", "64"}};
    for (const Setting& each : known) {
        gives("lxc.signal.halt", each.key, each.value);
    }
    for (const char* text : {"HUP", "SIG", "SIGNONE", "SIGRTMIN+40", "SIGRTMAX-40", "SIGRTMAX+1", "SIGRTMIN-1", "200",
                             "0", "-1", "09", "SIGRTMIN+", "SIGRTMINx3", "SIGHUP ", "65"}) {
        refuses("lxc.signal.halt", text);
    }
    prints("lxc.signal.stop = HUP\n", "lxc.signal.stop",
           "/c/web1/config:1: lxc.signal.stop: 'HUP' is not a signal; write a name such as SIGPWR or SIGRTMIN+3, or "
           "a number");
}

TEST(LxcValues, Sizes) {
    gives("lxc.console.size", "auto", "131072");
    gives("lxc.console.size", "1MB", "1048576");
    gives("lxc.console.size", "1 MB", "1048576");
    gives("lxc.console.size", "5MB", "8388608");
    gives("lxc.console.buffer.size", "5", "4096");
    gives("lxc.console.buffer.size", "5000", "8192");
    gives("lxc.console.buffer.size", "1GB", "1073741824");
    for (const char* text : {"-1", "x", "MB", "2048TB", "18446744073709551616", "1XB"}) {
        refuses("lxc.console.size", text);
    }
}

TEST(LxcValues, FlagsAndNumbers) {
    gives("lxc.autodev", "0", "0");
    gives("lxc.init.uid", "4294967294", "4294967294");
    gives("lxc.pty.max", "0", "0");
    for (const char* text : {"2", "x", "yes", "01", "-1"}) {
        refuses("lxc.autodev", text);
    }
    for (const char* text : {"4294967295", "-1", "x", "1 ", "0x1"}) {
        refuses("lxc.init.uid", text);
    }
    refuses("lxc.pty.max", "1048577");
}

TEST(LxcValues, IdMaps) {
    EXPECT_EQ(
        got("lxc.idmap = g 0 100000 10\nlxc.idmap = u\t0 100000\t65536\nlxc.idmap = u 65536 1000 1\n", "lxc.idmap"),
        "u 0 100000 65536\nu 65536 1000 1\ng 0 100000 10");
    for (const char* text : {"b 0 1 2", "u 0 1", "g 0 x 5", "u 0 5 0", "u 0 5 5 5", "U 0 1 2", "u 0 1 4294967295",
                             "u 4294967290 1 10", "u -1 1 1"}) {
        refuses("lxc.idmap", text);
    }
    EXPECT_EQ(got("lxc.idmap = u 0 1000 10\nlxc.idmap = u 5 2000 10\n", "lxc.idmap").substr(0, 29),
              "/c/web1/config:2: lxc.idmap u");
    prints("lxc.idmap = u 0 1000 10\nlxc.idmap =\nlxc.idmap = u 5 2000 10\n", "lxc.idmap", "u 5 2000 10");
}

TEST(LxcValues, Groups) {
    prints("lxc.init.groups = 1, 2\nlxc.init.groups = 3\n", "lxc.init.groups", "1,2,3");
    refuses("lxc.init.groups", "1,x");
    refuses("lxc.init.groups", "4294967295");
}

TEST(LxcValues, Capabilities) {
    prints("lxc.cap.drop = mac_admin sys_time\nlxc.cap.drop = chown\n", "lxc.cap.drop", "mac_admin\nsys_time\nchown\n");
    gives("lxc.cap.keep", "12", "12\n");
    gives("lxc.cap.keep", "none", "none\n");
    gives("lxc.cap.keep", "chown none", "none\n");
    gives("lxc.cap.keep", "none chown", "chown\n");
    for (const char* text : {"bogus", "64", "-1", "none"}) {
        refuses("lxc.cap.drop", text);
    }
}

TEST(LxcValues, Namespaces) {
    gives("lxc.namespace.clone", "time cgroup net uts pid ipc mnt user",
          "user\nmnt\npid\nuts\nipc\nnet\ncgroup\ntime\n");
    gives("lxc.namespace.keep", "net user ipc", "user\nipc\nnet\n");
    refuses("lxc.namespace.keep", "net bogus");
    gives("lxc.namespace.share.net", "123", "123");
    gives("lxc.namespace.share.net", "c2", "c2");
    gives("lxc.namespace.share.mnt", "/proc/1/ns/mnt", "/proc/1/ns/mnt");
    refuses("lxc.namespace.share.bogus", "c2");
    refuses("lxc.namespace.share.net", "99999999999");
    refuses("lxc.namespace.share.net", "a/b");
    refuses("lxc.namespace.share.net", "..");
}

TEST(LxcValues, TimeOffsets) {
    gives("lxc.time.offset.boot", "90m", "5400 s\n");
    gives("lxc.time.offset.boot", "5ms", "5000000 ns\n");
    gives("lxc.time.offset.boot", "5 m", "300 s\n");
    gives("lxc.time.offset.boot", "-3s", "-3 s\n");
    gives("lxc.time.offset.monotonic", "2h", "7200s\n");
    gives("lxc.time.offset.monotonic", "5us", "5000ns\n");
    gives("lxc.time.offset.monotonic", "7ns", "7ns\n");
    for (const char* text : {"7", "1d", "s", "", "9999999999h", "1.5s", "--1s", "1-s", "3s x"}) {
        if (*text != '\0') {
            refuses("lxc.time.offset.boot", text);
        }
    }
}

TEST(LxcValues, Limits) {
    for (const char* text : {"1024", "1024:2048", "unlimited", "1024:unlimited", "0"}) {
        gives("lxc.prlimit.nofile", text, text);
    }
    gives("lxc.prlimit.nofile", "5 : 6", "5:6");
    gives("lxc.prlimit.nofile", "7:7", "7");
    for (const char* text : {"1k", "-1", ":5", "5:", "unlimited:5", "5:4", "1:2:3", "18446744073709551615"}) {
        refuses("lxc.prlimit.nofile", text);
    }
    prints("lxc.prlimit.nofiel = 1\n", "lxc.prlimit",
           "/c/web1/config:1: lxc.prlimit.nofiel: there is no such limit; did you mean nofile?");
    prints("lxc.prlimit.nofile = 1:2\nlxc.prlimit.core = 5\nlxc.prlimit.nofile = 3\n", "lxc.prlimit",
           "lxc.prlimit.nofile = 3\nlxc.prlimit.core = 5\n");
    prints("lxc.prlimit.nofile = 1\nlxc.prlimit.core = 5\nlxc.prlimit.nofile =\n", "lxc.prlimit",
           "lxc.prlimit.core = 5\n");
}

TEST(LxcValues, SysctlAndProcNames) {
    prints("lxc.sysctl.net.ipv4.ip_forward = 1\nlxc.sysctl.kernel.msgmax = 10\n", "lxc.sysctl",
           "lxc.sysctl.net.ipv4.ip_forward = 1\nlxc.sysctl.kernel.msgmax = 10\n");
    gives("lxc.sysctl.net/ipv4/x", "4", "4");
    gives("lxc.proc.a/b", "3", "3");
    for (const char* name : {"lxc.sysctl.net..x", "lxc.sysctl./etc", "lxc.sysctl.net/", "lxc.sysctl.a/../b",
                             "lxc.proc.../x", "lxc.proc./x", "lxc.proc.a//b", "lxc.proc.a/./b"}) {
        refuses(name, "1");
    }
}

TEST(LxcValues, RootFileSystems) {
    gives("lxc.rootfs.path", "dir:/x", "/x");
    gives("lxc.rootfs.path", "/x:y", "/x:y");
    gives("lxc.rootfs.path", "overlay:/l1:/l2:/up", "/l1:/l2:/up");
    gives("lxc.rootfs.path", "btrfs:/x", "/x");
    for (const char* text : {"foo:/x", "dir:", "overlay:/a", ":/x"}) {
        refuses("lxc.rootfs.path", text);
    }
    refuses("lxc.rootfs.path", "/" + std::string(4096, 'x'));
    gives("lxc.rootfs.options", "ro", "ro");
    gives("lxc.rootfs.options", "rw,ro", "rw,ro");
    refuses("lxc.rootfs.options", "ro,nosuid");
    gives("lxc.rootfs.options", "ro,idmap=container", "ro,idmap=container");
    refuses("lxc.rootfs.options", "idmap=");
    refuses("lxc.rootfs.options", "idmap=web1");
}

TEST(LxcValues, AutoMounts) {
    for (const char* text : {"cgroup", "cgroup:mixed", "cgroup:ro", "cgroup:rw", "cgroup-full", "proc:rw sys:ro",
                             "sys:rw", "cgroup:rw:force", "cgroup-full:ro:force", "cgroup2", "cgroup2:ro:force",
                             "cgroup:force", "shmounts:/x:/y", "shmounts:/x"}) {
        gives("lxc.mount.auto", text, text);
    }
    gives("lxc.mount.auto", "proc sys cgroup", "proc:mixed sys:mixed cgroup");
    prints("lxc.mount.auto = proc sys\nlxc.mount.auto = sys:rw\n", "lxc.mount.auto", "proc:mixed sys:rw");
    for (const char* text : {"bogus", "proc:ro", "sys:force", "cgroup2:rw", "cgroup:", "shmounts:x", "shmounts",
                             "procx", "force", ":force"}) {
        refuses("lxc.mount.auto", text);
    }
    EXPECT_EQ(automount_mode("cgroup", true), AutoMount::read_write);
    EXPECT_EQ(automount_mode("cgroup:force", false), AutoMount::mixed);
    EXPECT_EQ(automount_mode("cgroup-full:ro", true), AutoMount::read_only);
    EXPECT_EQ(automount_mode("cgroup:mixed:force", true), AutoMount::mixed);
    EXPECT_EQ(automount_mode("sys:mixed", true), AutoMount::mixed);
    EXPECT_EQ(automount_mode("", true), AutoMount::none);
}

TEST(LxcValues, Interfaces) {
    const std::string text = "lxc.net.3.type = none\nlxc.net.0.type = empty\nlxc.net.0.flags = down\n";
    prints(text, "lxc.net", "empty\nnone\n");
    prints(text, "lxc.net.0.type", "empty");
    prints(text, "lxc.net.0.flags", "up");
    prints(text, "lxc.net.7.type", "");
    prints(text + "lxc.net.0 =\n", "lxc.net", "none\n");
    prints(text + "lxc.net =\n", "lxc.net", "");
    EXPECT_EQ(
        got("lxc.net.0.ipv4.address = 10.0.0.2/24\nlxc.net.0.ipv4.address = 10.0.0.3/24\n", "lxc.net.0.ipv4.address"),
        "10.0.0.2/24\n10.0.0.3/24");
    prints("lxc.net.0.mtu = 1500\nlxc.net.0.mtu = 1400\n", "lxc.net.0.mtu", "1400");
    prints("lxc.net.0.mtu = 1500\nlxc.net.0.mtu =\n", "lxc.net", "");
    for (const char* name : {"lxc.net.x.type", "lxc.net.0", "lxc.net", "lxc.net.00.type", "lxc.net.65536.type",
                             "lxc.net.0.bogus", "lxc.net.0.", "lxc.net..type"}) {
        refuses(name, "empty");
    }
    refuses("lxc.net.0.type", "bogus");
    prints("lxc.net.0.tpye = none\n", "lxc.net",
           "/c/web1/config:1: lxc.net.0.tpye: interfaces have no such key; did you mean type?");
    std::string many;
    for (int index = 0; index < 65; ++index) {
        many += "lxc.net." + std::to_string(index) + ".type = empty\n";
    }
    prints(many, "lxc.net", "/c/web1/config:65: lxc.net.64.type: more than 64 interfaces");
}

TEST(LxcValues, Commands) {
    gives("lxc.init.cmd", "/bin/sh -c 'a b'", "/bin/sh -c 'a b'");
    refuses("lxc.init.cmd", "/bin/sh 'a");
    refuses("lxc.init.cwd", "rel");
}

TEST(LxcValues, Environment) {
    setenv("CUBBY_TEST_VARIABLE", "x y", 1);
    unsetenv("CUBBY_TEST_MISSING");
    prints(
        "lxc.environment = A=b c\nlxc.environment = CUBBY_TEST_VARIABLE\nlxc.environment = E=\n"
        "lxc.environment = CUBBY_TEST_MISSING\n",
        "lxc.environment", "A=b c\nCUBBY_TEST_VARIABLE=x y\nE=\n");
    refuses("lxc.environment", "=x");
    unsetenv("CUBBY_TEST_VARIABLE");
}

TEST(LxcValues, LinesAddUpOrReplace) {
    prints("lxc.hook.mount = /a\nlxc.hook.mount = /b\n", "lxc.hook.mount", "/a\n/b\n");
    prints("lxc.hook.mount = /a\nlxc.hook.start = /b\nlxc.hook =\n", "lxc.hook.mount", "");
    prints("lxc.hook.mount = /a\nlxc.hook.start = /b\nlxc.hook.mount =\n", "lxc.hook.start", "/b\n");
    prints("lxc.tty.max = 4\nlxc.tty.max = 5\n", "lxc.tty.max", "5");
    prints("lxc.cgroup2.memory.max = 1\nlxc.cgroup2.pids.max = 2\n", "lxc.cgroup2",
           "lxc.cgroup2.memory.max = 1\nlxc.cgroup2.pids.max = 2\n");
    prints("lxc.cgroup2.memory.max = 1\nlxc.cgroup2 =\n", "lxc.cgroup2", "");
    refuses("lxc.hook", "/x");
    refuses("lxc.cgroup2", "x");
}

TEST(LxcValues, NumbersOfSettingsAreBounded) {
    const auto many = [](const std::string& front, const std::string& back) {
        std::string text;
        for (size_t index = 0; index <= kMaxMembers; ++index) {
            text.append(front).append(std::to_string(index)).append(back).append("\n");
        }
        return got(text, "lxc.uts.name");
    };
    EXPECT_EQ(many("lxc.sysctl.net.a", " = 1"), "/c/web1/config:1025: lxc.sysctl.net.a1024: more than 1024 of them");
    EXPECT_EQ(many("lxc.hook.clone = /x", ""), "/c/web1/config:1025: lxc.hook.clone: more than 1024 commands");
    EXPECT_EQ(many("lxc.net.0.ipv6.address = fd00::", ""),
              "/c/web1/config:1025: lxc.net.0.ipv6.address: more than 1024 settings of one interface");
    EXPECT_EQ(many("lxc.environment = CUBBY_TEST_MISSING_", ""),
              "/c/web1/config:1025: lxc.environment: more than 1024 variables that are not set here");
    EXPECT_EQ(many("lxc.sysctl.net.a = ", ""), "web1");
}

TEST(LxcValues, RefuseCutsWhatItPrints) {
    const std::string key(300, 'k');
    const auto error = refuse({key, {}, "v"}, "%s", shown(std::string(300, 'v') + "\x1b").c_str());
    EXPECT_EQ(std::string(error.error().text), std::string(60, 'k') + "...: " + std::string(60, 'v') + "...");
    EXPECT_EQ(shown("a\x1b"), "a\\x1b");
}

}  // namespace
}  // namespace cubby::lxc
