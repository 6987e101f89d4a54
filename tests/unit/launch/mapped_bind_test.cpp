#include <gtest/gtest.h>

#include <cstring>

#include "launch/launch.h"

namespace cubby::launch {
namespace {

// A start that ends at its exec, for want of a program, unless the mount ends it before.
Error start_with(bool optional) {
    StartPlan plan("p1");
    const Slot slot = plan.new_slot();
    MappedBindStep bind{};
    bind.slot = slot;
    bind.key = "lxc.mount.entry";
    bind.path = "/nosuch/source";
    bind.device = 1;
    bind.inode = 1;
    bind.id_map = "container";
    bind.optional = optional;
    plan.add(Phase::parent_idmap, bind);
    plan.add(Phase::child_tree, AttachStep{slot, "mnt", {}, optional});
    plan.add(Phase::child_exec, ExecStep{{"/bin/true"}, {}, false});
    plan.seal();
    const auto launched = launch(Input{plan, -1, {0, 1, 2}, {}});
    return launched ? Error{} : launched.error();
}

// Between the look at the plan's paths and the step, a source may vanish.
TEST(MappedBind, OneThatIsGoneEndsTheStart) {
    const Error error = start_with(false);
    EXPECT_EQ(error.code, Code::not_found) << error.message();
    EXPECT_NE(strstr(error.text, "lxc.mount.entry"), nullptr) << error.message();
}

TEST(MappedBind, AnOptionalOneThatIsGoneIsLeftOut) {
    const Error error = start_with(true);
    EXPECT_EQ(error.phase, static_cast<uint8_t>(Phase::child_exec) + 1) << error.message();
}

}  // namespace
}  // namespace cubby::launch
