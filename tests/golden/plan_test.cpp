// Plans of a few specs against the files beside this one.  A change of a plan is a change of what every start does: it
// shows up here as text.  CUBBY_GOLDEN_UPDATE=1 writes the files anew.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "assembly/assemble.h"
#include "kernel/root.h"
#include "security/providers.h"
#include "spec/validate.h"

namespace cubby {
namespace {

struct Case {
    const char* name;
    std::function<void(ContainerSpec&, HostFacts&)> change;
};

class Plans : public testing::TestWithParam<Case> {
  protected:
    void SetUp() override {
        char path[] = "/tmp/cubby-golden-XXXXXX";
        ASSERT_NE(mkdtemp(path), nullptr);
        tree_ = path;
        const auto root = Root::at(tree_);
        ASSERT_TRUE(root);
        for (const char* name : {"rootfs", "lower", "overlay", "overlay/delta", "overlay/work", "volume"}) {
            ASSERT_TRUE(root->mkdir(*RelPath::parse(name), 0700));
        }
    }
    void TearDown() override {
        const auto root = Root::at(tree_);
        for (const char* name : {"volume", "overlay/work", "overlay/delta", "overlay", "lower", "rootfs"}) {
            EXPECT_TRUE(root->rmdir(*RelPath::parse(name)));
        }
        EXPECT_EQ(rmdir(tree_.c_str()), 0);
    }

    // The test's own paths, and the resolver's, differ from host to host.
    [[nodiscard]] std::string neutral(std::string text) const {
        for (size_t at = 0; (at = text.find(tree_, at)) != std::string::npos;) {
            text.replace(at, tree_.size(), "TREE");
        }
        return text;
    }

    std::string tree_;
};

TEST_P(Plans, AreAsWritten) {
    ContainerSpec spec(*ContainerName::parse("p1"));
    spec.rootfs.path = tree_ + "/rootfs";
    HostFacts facts;
    facts.uid = 1000;
    facts.gid = 1000;
    facts.holder = {{{0, 1000, 1}, {1, 100000, 65536}}, {{0, 1000, 1}, {1, 100000, 65536}}};
    GetParam().change(spec, facts);
    for (auto* path : {&spec.rootfs.path, &spec.rootfs.work}) {
        if (path->starts_with("TREE")) {
            path->replace(0, 4, tree_);
        }
    }
    for (auto& lower : spec.rootfs.lowers) {
        lower.replace(0, 4, tree_);
    }
    for (auto& entry : spec.mounts.entries) {
        if (entry.source.starts_with("TREE")) {
            entry.source.replace(0, 4, tree_);
        }
    }
    const auto valid = validate(spec);
    ASSERT_TRUE(valid) << valid.error().text;
    const auto plan = assemble(spec, facts);
    ASSERT_TRUE(plan) << plan.error().text;
    const std::string printed = neutral(print_plan(*plan));

    const auto folder = Root::at(GOLDEN_DIR);
    ASSERT_TRUE(folder);
    const auto file = *RelPath::component(std::string(GetParam().name) + ".plan");
    if (getenv("CUBBY_GOLDEN_UPDATE") != nullptr) {
        ASSERT_TRUE(folder->replace(file, printed, 0644));
    }
    const auto expected = folder->read(file, 1 << 20);
    ASSERT_TRUE(expected) << expected.error().text;
    EXPECT_EQ(printed, *expected);
}

const Case kCases[] = {
    {"system", [](ContainerSpec&, HostFacts&) {}},
    {"system_own_network", [](ContainerSpec& spec, HostFacts&) { spec.net.type = NetType::empty; }},
    {"overlay",
     [](ContainerSpec& spec, HostFacts&) {
         spec.rootfs.backend = "overlay";
         spec.rootfs.path = "TREE/overlay/delta";
         spec.rootfs.work = "TREE/overlay/work";
         spec.rootfs.lowers = {"TREE/lower"};
     }},
    {"application",
     [](ContainerSpec& spec, HostFacts& facts) {
         spec.process.argv = {"/bin/true"};
         spec.process.reaper = true;
         spec.process.stdio = Stdio::inherit;
         spec.process.uid = 1000;
         spec.process.gid = 1000;
         spec.net.type = NetType::empty;
         spec.security.no_new_privs = true;
         spec.security.keep_capabilities = security::application_capabilities();
         spec.idmap = {keep_id_map(facts.holder.uids, 1000), keep_id_map(facts.holder.gids, 1000)};
     }},
    {"single_id",
     [](ContainerSpec& spec, HostFacts& facts) {
         facts.holder = {{{0, 1000, 1}}, {{0, 1000, 1}}};
         facts.single_id = true;
         spec.net.type = NetType::empty;
     }},
    {"shared_and_offset",
     [](ContainerSpec& spec, HostFacts&) {
         spec.namespaces.shares = {{Ns::ipc, "other"}, {Ns::uts, "/proc/1/ns/uts"}};
         spec.namespaces.keep.add(Ns::cgroup);
         spec.namespaces.boot_offset_ns = -1'500'000'000;
         spec.net.type = NetType::empty;
     }},
    {"hooks",
     [](ContainerSpec& spec, HostFacts&) {
         spec.hooks.of(Hook::pre_start) = {"/usr/bin/prepare"};
         spec.hooks.of(Hook::pre_mount) = {"/usr/bin/unlock"};
         spec.hooks.of(Hook::mount) = {"/usr/bin/mounts now"};
         spec.hooks.of(Hook::autodev) = {"/usr/bin/devices"};
         spec.hooks.of(Hook::start) = {"/etc/start"};
         spec.hooks.of(Hook::start_host) = {"/usr/bin/a", "/usr/bin/b"};
         spec.hooks.of(Hook::stop) = {"/usr/bin/c"};
         spec.process.personality = Personality::linux32;
         spec.process.core_scheduling = true;
         spec.mounts.entries.push_back({.source = "etc",
                                        .target = "srv",
                                        .type = {},
                                        .data = {},
                                        .set_attributes = MOUNT_ATTR_RDONLY,
                                        .source_in_root = true,
                                        .create = CreateTarget::directory,
                                        .id_map = {}});
         spec.net.type = NetType::empty;
     }},
    {"confined",
     [](ContainerSpec& spec, HostFacts&) {
         spec.security.nesting = true;
         spec.security.no_new_privs = true;
         spec.security.keep_capabilities = 1;
         spec.security.apparmor_profile = "web";
         spec.security.selinux_context = "user_u:user_r:container_t:s0";
         spec.security.landlock_writable = {"/srv", "/tmp"};
         spec.limits = {100, 16, 8, 4};
         spec.process.limits = {{RLIMIT_NPROC, 50, 50}};
         spec.net.type = NetType::empty;
     }},
    {"mounts",
     [](ContainerSpec& spec, HostFacts&) {
         MountEntry volume;
         volume.source = "TREE/volume";
         volume.target = "/srv/data";
         volume.recursive = true;
         volume.set_attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;
         volume.create = CreateTarget::directory;
         MountEntry scratch;
         scratch.source = "none";
         scratch.target = "tmp";
         scratch.type = "tmpfs";
         scratch.data = "size=1m";
         MountEntry mapped = volume;
         mapped.target = "/srv/mapped";
         mapped.id_map = "container";
         spec.mounts.entries = {volume, scratch, mapped};
         spec.mounts.cgroup = AutoMount::mixed;
         spec.process.sysctls = {{"net.ipv4.ip_forward", "1"}};
         spec.net.type = NetType::empty;
     }},
};

INSTANTIATE_TEST_SUITE_P(Golden, Plans, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& chosen) { return std::string(chosen.param.name); });

}  // namespace
}  // namespace cubby
