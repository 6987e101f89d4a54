// What must hold for every row of every key table, whoever adds it.

#include <algorithm>
#include <set>

#include "base/parse.h"
#include "config/lxc/key.h"
#include "config/lxc/key_names.h"
#include "config/lxc/listing.h"
#include "config/lxc/unhonoured.h"
#include "tests/unit/config/texts.h"

namespace cubby::lxc {
namespace {

using test::web1;

// The keys of LXC 7.0, a sub-key of each family standing for it.
constexpr const char* kLxcKeys[] = {"lxc.apparmor.allow_incomplete",
                                    "lxc.apparmor.allow_nesting",
                                    "lxc.apparmor.profile",
                                    "lxc.apparmor.raw",
                                    "lxc.arch",
                                    "lxc.autodev",
                                    "lxc.autodev.tmpfs.size",
                                    "lxc.cap.drop",
                                    "lxc.cap.keep",
                                    "lxc.cgroup.dir",
                                    "lxc.cgroup.dir.container",
                                    "lxc.cgroup.dir.container.inner",
                                    "lxc.cgroup.dir.monitor",
                                    "lxc.cgroup.dir.monitor.pivot",
                                    "lxc.cgroup.relative",
                                    "lxc.cgroup2",
                                    "lxc.cgroup2.memory.max",
                                    "lxc.console.buffer.size",
                                    "lxc.console.logfile",
                                    "lxc.console.path",
                                    "lxc.console.rotate",
                                    "lxc.console.size",
                                    "lxc.environment",
                                    "lxc.environment.hooks",
                                    "lxc.environment.runtime",
                                    "lxc.ephemeral",
                                    "lxc.execute.cmd",
                                    "lxc.group",
                                    "lxc.hook",
                                    "lxc.hook.autodev",
                                    "lxc.hook.clone",
                                    "lxc.hook.destroy",
                                    "lxc.hook.mount",
                                    "lxc.hook.post-stop",
                                    "lxc.hook.pre-mount",
                                    "lxc.hook.pre-start",
                                    "lxc.hook.start",
                                    "lxc.hook.start-host",
                                    "lxc.hook.stop",
                                    "lxc.hook.version",
                                    "lxc.idmap",
                                    "lxc.include",
                                    "lxc.init.cmd",
                                    "lxc.init.cwd",
                                    "lxc.init.gid",
                                    "lxc.init.groups",
                                    "lxc.init.uid",
                                    "lxc.keyring.session",
                                    "lxc.log.file",
                                    "lxc.log.level",
                                    "lxc.log.syslog",
                                    "lxc.monitor.signal.pdeath",
                                    "lxc.monitor.unshare",
                                    "lxc.mount.auto",
                                    "lxc.mount.entry",
                                    "lxc.mount.fstab",
                                    "lxc.namespace.clone",
                                    "lxc.namespace.keep",
                                    "lxc.namespace.share.net",
                                    "lxc.net",
                                    "lxc.net.0.type",
                                    "lxc.no_new_privs",
                                    "lxc.prlimit",
                                    "lxc.prlimit.nofile",
                                    "lxc.proc",
                                    "lxc.proc.oom_score_adj",
                                    "lxc.pty.max",
                                    "lxc.rootfs.managed",
                                    "lxc.rootfs.mount",
                                    "lxc.rootfs.options",
                                    "lxc.rootfs.path",
                                    "lxc.sched.core",
                                    "lxc.seccomp.allow_nesting",
                                    "lxc.seccomp.notify.cookie",
                                    "lxc.seccomp.notify.proxy",
                                    "lxc.seccomp.profile",
                                    "lxc.selinux.context",
                                    "lxc.selinux.context.keyring",
                                    "lxc.signal.halt",
                                    "lxc.signal.reboot",
                                    "lxc.signal.stop",
                                    "lxc.start.auto",
                                    "lxc.start.delay",
                                    "lxc.start.order",
                                    "lxc.sysctl",
                                    "lxc.sysctl.net.ipv4.ip_forward",
                                    "lxc.time.offset.boot",
                                    "lxc.time.offset.monotonic",
                                    "lxc.tty.dir",
                                    "lxc.tty.max",
                                    "lxc.uts.name"};

TEST(LxcKeys, SetGetClearOverAllRows) {
    for (const Key* key : all_keys()) {
        const std::string name = key->sample_key();
        Draft draft(web1());
        const std::string before = *get_item(draft, name);
        ASSERT_TRUE(assign(draft, name, key->sample)) << name;
        EXPECT_FALSE(draft == Draft(web1())) << name << ": the sample changes nothing";
        const std::string text = *get_item(draft, name);
        EXPECT_NE(text, before) << name << ": take a sample that is not the default";
        ASSERT_TRUE(assign(draft, name, "")) << name;
        EXPECT_EQ(*get_item(draft, name), before) << name;
    }
}

TEST(LxcKeys, WhatGetPrintsCanBeSetAgain) {
    for (const Key* key : all_keys()) {
        const std::string name = key->sample_key();
        Draft draft(web1());
        ASSERT_TRUE(assign(draft, name, key->sample));
        const std::string text = *get_item(draft, name);
        Draft again(web1());
        for (const std::string_view value : split_words(text, "\n")) {
            EXPECT_TRUE(assign(again, name, value)) << name << " = " << value;
        }
        EXPECT_EQ(*get_item(again, name), text) << name;
    }
}

TEST(LxcKeys, DocumentsRoundTripOverAllRows) {
    // What would not start is not written by an edit; it may stand in a file.
    std::string text;
    for (const Key* key : all_keys()) {
        const bool starts = check_item(key->sample_key(), key->sample).has_value();
        Document one;
        EXPECT_EQ(one.append(key->sample_key(), key->sample).has_value(), starts) << key->name;
        text.append(key->sample_key()).append(" = ").append(key->sample).append("\n");
    }
    Document document = *Document::parse(text, "");
    const auto again = Document::parse(document.to_text(), "");
    ASSERT_TRUE(again) << again.error().text;
    EXPECT_EQ(*again, document);
    for (const Key* key : all_keys()) {
        EXPECT_EQ(again->get(key->sample_key()), std::vector<std::string>{key->sample}) << key->name;
        EXPECT_EQ(document.unset(key->sample_key()), 1U) << key->name;
    }
    EXPECT_EQ(document, Document());
}

TEST(LxcKeys, ClearingAFamilysBareNameClearsEveryMember) {
    for (const Key* key : all_keys()) {
        if (!key->family()) {
            continue;
        }
        const std::string name(key->name, std::string_view(key->name).size() - 1);
        Draft draft(web1());
        ASSERT_TRUE(assign(draft, key->sample_key(), key->sample));
        EXPECT_NE(*get_item(draft, name), "") << name;
        ASSERT_TRUE(assign(draft, name, "")) << name;
        EXPECT_EQ(draft, Draft(web1())) << name;
        EXPECT_FALSE(assign(draft, name, "value")) << name;
        EXPECT_TRUE(is_group(name)) << name;
    }
}

TEST(LxcKeys, ErrorsBeginWithTheKeyOverAllRows) {
    for (const Key* key : all_keys()) {
        const std::string name = key->sample_key();
        Draft draft(web1());
        const auto status = assign(draft, name, std::string(5000, ':'));
        if (!status) {
            EXPECT_TRUE(std::string_view(status.error().text).starts_with(name)) << status.error().text;
            EXPECT_EQ(draft, Draft(web1())) << name << ": a refused value left something behind";
        }
    }
}

TEST(LxcKeys, RowsAreWellFormed) {
    std::set<std::string_view> names;
    for (const Key* key : all_keys()) {
        EXPECT_TRUE(names.insert(key->name).second) << key->name;
        EXPECT_EQ(std::string_view(key->name).ends_with('.'), key->family()) << key->name;
        EXPECT_EQ(key->members != nullptr, key->family()) << key->name;
        EXPECT_NE(*key->doc, '\0') << key->name;
        EXPECT_LE(std::string_view(key->doc).size(), 120U) << key->name;
        EXPECT_EQ(find_key(key->sample_key()).key, key) << key->name;
    }
    EXPECT_TRUE(std::ranges::is_sorted(all_keys(), {}, [](const Key* key) { return std::string_view(key->name); }));
}

TEST(LxcKeys, EveryKeyOfLxcHasARow) {
    for (const char* name : kLxcKeys) {
        EXPECT_TRUE(is_known(name)) << name;
        EXPECT_TRUE(std::string_view(name) == "lxc.hook" || find_key(name).key != nullptr) << name;
    }
    for (const Unhonoured& key : unhonoured_keys()) {
        std::string_view own = key.name;
        own.remove_suffix(own.ends_with('.') ? 1 : 0);
        EXPECT_NE(find_key(own).key, nullptr) << own;
        EXPECT_NE(*key.reason, '\0') << own;
    }
}

TEST(LxcKeys, TheHooksNameClearsAllHooksAndNothingElse) {
    Draft draft(web1());
    ASSERT_TRUE(assign(draft, "lxc.hook.version", "1"));
    const Draft before = draft;
    ASSERT_TRUE(assign(draft, "lxc.hook.start", "/bin/a b"));
    ASSERT_TRUE(assign(draft, "lxc.hook.start", "/bin/c"));
    ASSERT_TRUE(assign(draft, "lxc.hook.post-stop", "/bin/d"));
    EXPECT_EQ(*get_item(draft, "lxc.hook.start"), "/bin/a b\n/bin/c\n");
    EXPECT_FALSE(assign(draft, "lxc.hook", "/bin/x"));
    ASSERT_TRUE(assign(draft, "lxc.hook", ""));
    EXPECT_EQ(draft, before);
    Document document;
    ASSERT_TRUE(document.append("lxc.hook.mount", "/bin/true"));
    EXPECT_EQ(document.unset("lxc.hook"), 1U);
}

// The texts of liblxc 5.0.2, asked through lxc_container::get_keys.
TEST(LxcKeys, NamesAreListedAsLxcListsThem) {
    Draft draft(web1());
    EXPECT_FALSE(key_names(draft, "lxc.net.0"));
    ASSERT_TRUE(assign(draft, "lxc.net.0.type", "veth"));
    ASSERT_TRUE(assign(draft, "lxc.net.1.type", "empty"));
    const std::string every =
        "type\nscript.up\nscript.down\nflags\nlink\nname\nhwaddr\nmtu\nipv6.address\n"
        "ipv6.gateway\nipv4.address\nipv4.gateway\n";
    EXPECT_EQ(*key_names(draft, "lxc.net.0"), every + "veth.pair\nveth.ipv4.route\nveth.ipv6.route\nveth.vlan.id\n");
    EXPECT_EQ(*key_names(draft, "lxc.net.1"), "type\nscript.up\nscript.down\n");
    ASSERT_TRUE(assign(draft, "lxc.net.1.type", "phys"));
    EXPECT_EQ(*key_names(draft, "lxc.net.1"), every);
    ASSERT_TRUE(assign(draft, "lxc.net.1.type", "ipvlan"));
    EXPECT_EQ(*key_names(draft, "lxc.net.1"), every + "ipvlan.mode\nipvlan.isolation\n");
    EXPECT_EQ(*key_names(draft, "lxc.mount"), "auto\nentry\nfstab\n");
    EXPECT_EQ(*key_names(draft, "lxc.hook"),
              "autodev\nautodevtmpfssize\nclone\ndestroy\nmount\npost-stop\npre-mount\n"
              "pre-start\nstart-host\nstart\nstop\n");
    for (const char* none : {"lxc.net", "lxc.net.9", "lxc.net.0.type", "lxc.init", "lxc.cgroup2", "lxc.bogus", "lxc"}) {
        EXPECT_FALSE(key_names(draft, none)) << none;
    }
    const std::string all = *key_names(draft, "");
    for (const char* name : kLxcKeys) {
        const std::string_view own = name;
        const bool member =
            find_key(own).key != nullptr && find_key(own).key->family() && !find_key(own).member.empty();
        EXPECT_NE(member, ("\n" + all).find("\n" + std::string(own) + "\n") != std::string::npos) << own;
    }
    EXPECT_EQ(all.find("cubby."), std::string::npos);
}

TEST(LxcKeys, MatchingIsExact) {
    for (const char* name : {"lxc.uts", "lxc.uts.name.x", "lxc.utsnames", "lxc.prlimitnofile", "lxc.environmentx",
                             "lxc.", "lxc", "", "cubby.", "lxc.hook.mountx", "lxc.rootf"}) {
        EXPECT_FALSE(is_known(name)) << name;
        Draft draft(web1());
        EXPECT_FALSE(assign(draft, name, "1")) << name;
        EXPECT_FALSE(get_item(draft, name)) << name;
        EXPECT_FALSE(assign(draft, name, "")) << name;
    }
}

TEST(LxcKeys, UnknownKeysNameTheNearest) {
    const auto error = [](std::string_view name) {
        Draft draft(web1());
        return std::string(assign(draft, name, "1").error().text);
    };
    EXPECT_EQ(error("lxc.mount.entyr"), "lxc.mount.entyr: there is no such key; did you mean lxc.mount.entry?");
    EXPECT_EQ(error("lxc.utsnam"), "lxc.utsnam: there is no such key; did you mean lxc.utsname?");
    EXPECT_EQ(error("lxc.prlimt.nofile"), "lxc.prlimt.nofile: there is no such key; did you mean lxc.prlimit.nofile?");
    EXPECT_EQ(error("lxc.sec.profile"), "lxc.sec.profile: there is no such key; did you mean lxc.seccomp.profile?");
    EXPECT_EQ(error("cubby.init.reapr"), "cubby.init.reapr: there is no such key; did you mean cubby.init.reaper?");
    EXPECT_EQ(error("lxc.q"), "lxc.q: there is no such key; cubby config keys lists all");
}

TEST(LxcKeys, ListItemsShowsWhatDiffersFromTheDefault) {
    Draft draft(web1());
    EXPECT_TRUE(list_items(draft).empty());
    ASSERT_TRUE(assign(draft, "lxc.uts.name", "web1"));  // the default
    ASSERT_TRUE(assign(draft, "lxc.prlimit.nofile", "10"));
    ASSERT_TRUE(assign(draft, "lxc.net.1.type", "empty"));
    ASSERT_TRUE(assign(draft, "lxc.ephemeral", "1"));
    ASSERT_TRUE(assign(draft, "lxc.tty.max", "4"));
    const std::vector<Setting> expected{
        {"lxc.ephemeral", "1"}, {"lxc.net.1.type", "empty"}, {"lxc.prlimit.nofile", "10"}, {"lxc.tty.max", "4"}};
    EXPECT_EQ(list_items(draft), expected);
}

TEST(LxcKeys, ListingNamesEveryTablesKeys) {
    const std::vector<KeyInfo> list = list_keys();
    EXPECT_EQ(list.size(), all_keys().size());
    EXPECT_TRUE(std::ranges::is_sorted(list, {}, &KeyInfo::name));
    const auto find = [&](std::string_view name) { return *std::ranges::find(list, name, &KeyInfo::name); };
    EXPECT_EQ(find("lxc.uts.name").support, Support::honoured);
    EXPECT_EQ(find("lxc.uts.name").sample, "mail");
    EXPECT_TRUE(find("lxc.prlimit.nofile").family);
    EXPECT_EQ(find("lxc.cgroup.dir").support, Support::noted);
    EXPECT_EQ(find("lxc.selinux.context.keyring").support, Support::refused);
    EXPECT_TRUE(find("lxc.cgroup2.memory.max").family);
}

}  // namespace
}  // namespace cubby::lxc
