// What a plan says of host paths before and after lxc.hook.pre-start has run.

#include <gtest/gtest.h>

#include "assembly/assemble.h"

namespace cubby {
namespace {

ContainerSpec with_missing_paths() {
    ContainerSpec spec(*ContainerName::parse("p1"));
    spec.rootfs.path = "/nonexistent/rootfs";
    spec.net.type = NetType::empty;
    spec.mounts.entries.push_back(
        {.source = "/nonexistent/data", .target = "srv", .type = {}, .data = {}, .id_map = {}});
    return spec;
}

HostFacts facts() {
    HostFacts facts;
    facts.holder = {{{0, 1000, 1}, {1, 100000, 65536}}, {{0, 1000, 1}, {1, 100000, 65536}}};
    return facts;
}

std::vector<OpenStep> opened(const StartPlan& plan) {
    std::vector<OpenStep> out;
    for (const PlannedStep& planned : plan.steps()) {
        if (const auto* open = std::get_if<OpenStep>(&planned.step);
            open != nullptr && open->path.starts_with("/non")) {
            out.push_back(*open);
        }
    }
    return out;
}

TEST(Stages, WithoutAHookPathsAreLookedAtAtOnce) {
    const auto plan = assemble(with_missing_paths(), facts());
    ASSERT_FALSE(plan);
    EXPECT_NE(std::string_view(plan.error().text).find("lxc.rootfs.path"), std::string_view::npos);
}

TEST(Stages, AHookMayMakeThem) {
    ContainerSpec spec = with_missing_paths();
    spec.hooks.of(Hook::pre_start) = {"true"};
    const auto plan = assemble(spec, facts());
    ASSERT_TRUE(plan) << plan.error().text;
    EXPECT_TRUE(plan->provisional);
    const auto paths = opened(*plan);
    ASSERT_EQ(paths.size(), 2U);
    for (const OpenStep& open : paths) {
        EXPECT_EQ(open.inode, 0U);  // no file has this number, so that such a step can open nothing
    }
    const auto prepared = assemble(spec, facts(), Stage::prepared);
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error().code, Code::not_found);
}

TEST(Stages, AfterItTheyArePinned) {
    ContainerSpec spec = with_missing_paths();
    spec.rootfs.path = "/usr";
    spec.mounts.entries.front().source = "/usr/bin";
    spec.hooks.of(Hook::pre_start) = {"true"};
    const auto before = assemble(spec, facts());
    const auto after = assemble(spec, facts(), Stage::prepared);
    ASSERT_TRUE(before && after);
    EXPECT_FALSE(after->provisional);
    ASSERT_EQ(before->steps().size(), after->steps().size());
    for (size_t at = 0; at < after->steps().size(); ++at) {
        EXPECT_EQ(before->steps()[at].phase, after->steps()[at].phase);
        if (const auto* open = std::get_if<OpenStep>(&after->steps()[at].step)) {
            EXPECT_NE(open->inode, 0U) << open->path;
        }
    }
}

}  // namespace
}  // namespace cubby
