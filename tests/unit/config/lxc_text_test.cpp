// What get_config_item prints, and what set_config_item refuses: the answers of liblxc 5.0.2, asked through its C API.
// Where cubby is stricter, the test says so.

#include "config/lxc/net_values.h"
#include "tests/unit/config/texts.h"

namespace cubby::lxc {
namespace {

struct Answer {
    const char* key;
    const char* value;
    const char* text;  // nullptr: refused
};

void check(Draft& draft, const Answer& answer) {
    const auto done = assign(draft, answer.key, answer.value);
    EXPECT_EQ(done.has_value(), answer.text != nullptr) << answer.key << " = " << answer.value;
    if (answer.text != nullptr) {
        EXPECT_EQ(*get_item(draft, answer.key), answer.text) << answer.key << " = " << answer.value;
    }
}

TEST(LxcText, OfKeysWithOneValue) {
    constexpr Answer answers[] = {
        {"lxc.arch", "i686", "i686"},
        {"lxc.arch", "armhf", "i686"},
        {"lxc.arch", "arm64", "x86_64"},
        {"lxc.arch", "bogus", nullptr},
        {"lxc.tty.max", "4", "4"},
        {"lxc.tty.dir", "lxc", "lxc"},
        {"lxc.console.path", "none", "none"},
        {"lxc.start.auto", "1", "1"},
        {"lxc.start.auto", "2", nullptr},
        {"lxc.start.order", "5", "5"},
        {"lxc.start.delay", "5", "5"},
        {"lxc.hook.version", "1", "1"},
        {"lxc.hook.version", "2", nullptr},
        {"lxc.cgroup.dir", "a/b", "a/b"},
        {"lxc.cgroup.dir", "../x", nullptr},
        {"lxc.cgroup.dir", "/abs", nullptr},
        {"lxc.cgroup.dir.monitor", "m", "m"},
        {"lxc.cgroup.dir.monitor.pivot", "p", "p"},
        {"lxc.cgroup.dir.container", "c", "c"},
        {"lxc.cgroup.dir.container.inner", "i", "i"},
        {"lxc.cgroup.relative", "1", "1"},
        {"lxc.sched.core", "1", "1"},
        {"lxc.apparmor.allow_incomplete", "1", "1"},
        {"lxc.apparmor.allow_nesting", "5", nullptr},
        {"lxc.seccomp.notify.proxy", "unix:/x", "/x"},
        {"lxc.seccomp.notify.proxy", "tcp:/x", nullptr},
        {"lxc.seccomp.notify.cookie", "x", "x"},
        {"lxc.selinux.context.keyring", "x", "x"},
        {"lxc.log.level", "debug", "DEBUG"},
        {"lxc.log.level", "3", "NOTICE"},
        {"lxc.log.level", "bogus", nullptr},
        {"lxc.log.file", "/tmp/l", "/tmp/l"},
        {"lxc.log.syslog", "bogus", nullptr},
        {"lxc.monitor.unshare", "1", "1"},
        {"lxc.monitor.signal.pdeath", "SIGTERM", "15"},
        {"lxc.execute.cmd", "/bin/x y", "/bin/x y"},
        {"lxc.rootfs.mount", "/mnt/x", "/mnt/x"},
    };
    Draft draft(test::web1());
    for (const Answer& answer : answers) {
        check(draft, answer);
    }
}

TEST(LxcText, OfKeysThatAreNotSet) {
    constexpr std::pair<const char*, const char*> answers[] = {{"lxc.tty.max", "0"},
                                                               {"lxc.tty.dir", ""},
                                                               {"lxc.console.path", ""},
                                                               {"lxc.start.auto", "0"},
                                                               {"lxc.start.delay", "0"},
                                                               {"lxc.start.order", "0"},
                                                               {"lxc.hook.version", "0"},
                                                               {"lxc.cgroup.dir", ""},
                                                               {"lxc.cgroup.relative", "0"},
                                                               {"lxc.sched.core", "0"},
                                                               {"lxc.apparmor.raw", ""},
                                                               {"lxc.apparmor.allow_incomplete", "0"},
                                                               {"lxc.log.syslog", ""},
                                                               {"lxc.monitor.unshare", "0"},
                                                               {"lxc.monitor.signal.pdeath", "9"},
                                                               {"lxc.execute.cmd", ""},
                                                               {"lxc.hook.start", ""},
                                                               {"lxc.cgroup2", ""},
                                                               {"lxc.environment", ""},
                                                               {"lxc.group", ""},
                                                               {"lxc.net", ""},
                                                               {"lxc.ephemeral", "0"},
                                                               {"lxc.rootfs.managed", "1"},
                                                               {"lxc.seccomp.allow_nesting", "0"}};
    const Draft draft(test::web1());
    for (const auto& [key, text] : answers) {
        EXPECT_EQ(*get_item(draft, key), text) << key;
    }
}

TEST(LxcText, OfLists) {
    Draft draft(test::web1());
    check(draft, {"lxc.group", "onboot web", "onboot\nweb\n"});
    check(draft, {"lxc.group", "db", "onboot\nweb\ndb\n"});
    check(draft, {"lxc.hook.pre-start", "/bin/true a b", "/bin/true a b\n"});
    check(draft, {"lxc.hook.pre-start", "/bin/false", "/bin/true a b\n/bin/false\n"});
    check(draft, {"lxc.apparmor.raw", "/x r,", "/x r,\n"});
    check(draft, {"lxc.apparmor.raw", "/y r,", "/x r,\n/y r,\n"});
    check(draft, {"lxc.cgroup2.memory.max", "1G", "1G\n"});
    check(draft, {"lxc.cgroup2.memory.max", "2G", "1G\n2G\n"});
    check(draft, {"lxc.cgroup2.pids.max", "5", "5\n"});
    EXPECT_EQ(*get_item(draft, "lxc.cgroup2"),
              "lxc.cgroup2.memory.max = 1G\nlxc.cgroup2.memory.max = 2G\nlxc.cgroup2.pids.max = 5\n");
    check(draft, {"lxc.init.groups", "1,2", "1,2"});
    check(draft, {"lxc.init.groups", "3", "1,2,3"});
    check(draft, {"lxc.environment.hooks", "A=b", "A=b\n"});
    check(draft, {"lxc.environment.runtime", "A=c", "A=c\n"});
    check(draft, {"lxc.environment.runtime", "CUBBY_TEST_MISSING", nullptr});
}

TEST(LxcText, OfInterfaces) {
    constexpr Answer answers[] = {
        {"lxc.net.0.type", "veth", "veth"},
        {"lxc.net.0.type", "bogus", nullptr},
        {"lxc.net.0.flags", "down", "up"},
        {"lxc.net.0.link", "lxcbr0", "lxcbr0"},
        {"lxc.net.0.name", "eth0", "eth0"},
        {"lxc.net.0.name", "averyveryverylongname", nullptr},  // LXC cuts it
        {"lxc.net.0.hwaddr", "00:16:3E:01:02:12", "00:16:3E:01:02:12"},
        {"lxc.net.0.hwaddr", "zz", nullptr},  // LXC finds it out at the start
        {"lxc.net.0.mtu", "1500", "1500"},
        {"lxc.net.0.mtu", "abc", nullptr},  // LXC finds it out at the start
        {"lxc.net.0.ipv4.address", "10.0.0.2/24", "10.0.0.2/24"},
        {"lxc.net.0.ipv4.address", "10.0.0.3/24 10.0.0.255", "10.0.0.2/24\n10.0.0.3/24"},
        {"lxc.net.0.ipv4.address", "10.0.0.4", "10.0.0.2/24\n10.0.0.3/24\n10.0.0.4/8"},
        {"lxc.net.0.ipv4.address", "300.0.0.1/24", nullptr},
        {"lxc.net.0.ipv4.address", "10.0.0.1/33", nullptr},
        {"lxc.net.0.ipv4.gateway", "10.0.0.1", "10.0.0.1"},
        {"lxc.net.0.ipv4.gateway", "auto", "auto"},
        {"lxc.net.0.ipv4.gateway", "dev", "dev"},
        {"lxc.net.0.ipv4.gateway", "xxx", nullptr},
        {"lxc.net.0.ipv6.address", "fd00::2/64", "fd00::2/64"},
        {"lxc.net.0.ipv6.address", "fd00::3", "fd00::2/64\nfd00::3/64"},
        {"lxc.net.0.ipv6.gateway", "fd00::1", "fd00::1"},
        {"lxc.net.0.l2proxy", "1", "1"},
        {"lxc.net.0.l2proxy", "5", nullptr},
        {"lxc.net.0.veth.mode", "router", "router"},
        {"lxc.net.0.veth.mode", "bogus", nullptr},
        {"lxc.net.0.veth.ipv4.route", "10.1.0.0/24", "10.1.0.0/24"},
        {"lxc.net.0.veth.ipv4.route", "10.1.0.0", nullptr},
        {"lxc.net.0.veth.ipv6.route", "fd01::/64", "fd01::/64"},
        {"lxc.net.0.veth.vlan.id", "5", "5"},
        {"lxc.net.0.veth.vlan.id", "none", "-1"},
        {"lxc.net.0.veth.vlan.tagged.id", "7", "7"},
        {"lxc.net.0.veth.vlan.tagged.id", "8", "7\n8"},
        {"lxc.net.0.veth.n_rxqueues", "4", "4"},
        {"lxc.net.0.veth.n_txqueues", "0", nullptr},
        {"lxc.net.1.type", "macvlan", "macvlan"},
        {"lxc.net.1.macvlan.mode", "bridge", "bridge"},
        {"lxc.net.1.macvlan.mode", "bogus", nullptr},
        {"lxc.net.3.type", "vlan", "vlan"},
        {"lxc.net.3.vlan.id", "55", "55"},
        {"lxc.net.3.vlan.id", "5000", nullptr},  // LXC finds it out at the start
    };
    Draft draft(test::web1());
    for (const Answer& answer : answers) {
        check(draft, answer);
    }
    EXPECT_EQ(*get_item(draft, "lxc.net"), "veth\nmacvlan\nvlan\n");
    EXPECT_EQ(*get_item(draft, "lxc.net.3.macvlan.mode"), "");
    ASSERT_TRUE(assign(draft, "lxc.net.1.macvlan.mode", ""));
    EXPECT_EQ(*get_item(draft, "lxc.net.1.macvlan.mode"), "private");
    EXPECT_EQ(*get_item(draft, "lxc.net.0.veth.n_txqueues"), "0");
    ASSERT_TRUE(assign(draft, "lxc.net.1", ""));
    EXPECT_EQ(*get_item(draft, "lxc.net"), "veth\nvlan\n");
}

TEST(LxcText, EverySubkeyOfAnInterfaceTakesItsSample) {
    EXPECT_EQ(net_subkeys().size(), 25U);
    for (const NetSubkey& subkey : net_subkeys()) {
        Draft draft(test::web1());
        const std::string key = std::string("lxc.net.2.") + subkey.name;
        ASSERT_TRUE(assign(draft, "lxc.net.2.type", subkey.type == nullptr ? "phys" : subkey.type));
        const Draft before = draft;
        ASSERT_TRUE(assign(draft, key, subkey.sample)) << key;
        const std::string text = *get_item(draft, key);
        EXPECT_EQ(text, subkey.sample) << key;
        ASSERT_TRUE(assign(draft, key, text)) << key;
        ASSERT_TRUE(assign(draft, key, "")) << key;
        if (std::string_view(subkey.name) != "type") {
            EXPECT_EQ(draft, before) << key;
            EXPECT_EQ(*get_item(draft, key), subkey.value) << key;
        }
    }
}

TEST(LxcText, AddressesAreFilledWithRandomDigits) {
    Document document;
    ASSERT_TRUE(document.set("lxc.net.0.hwaddr", "00:16:3e:xx:xx:xx"));
    EXPECT_EQ(document.to_text().find('x', sizeof "lxc" - 1), std::string::npos) << document.to_text();
    const auto one = filled_hwaddr("00:16:3e:xx:XX:xx");
    ASSERT_TRUE(one);
    EXPECT_TRUE(one->starts_with("00:16:3e:"));
    EXPECT_EQ(one->find_first_of("xX"), std::string::npos);
    EXPECT_EQ(*filled_hwaddr("00:16:3e:01:02:03"), "00:16:3e:01:02:03");
    EXPECT_NE(*filled_hwaddr("xx:xx:xx:xx:xx:xx"), *filled_hwaddr("xx:xx:xx:xx:xx:xx"));
}

}  // namespace
}  // namespace cubby::lxc
