#include <gtest/gtest.h>

#include "launch/launch.h"

namespace cubby::launch {
namespace {

struct Told {
    std::vector<Hook> run;
    std::vector<Hook> undone;
};

Input with_hooks(const StartPlan& plan, Told& told) {
    Input input{plan, -1, {0, 1, 2}, {}};
    input.host_hooks = [&told](Hook hook, const Cloned*) {
        told.run.push_back(hook);
        return Status{};
    };
    input.undo_host_hooks = [&told](Hook hook) { told.undone.push_back(hook); };
    return input;
}

StartPlan provisional_plan() {
    StartPlan plan("p1");
    plan.provisional = true;
    plan.add(Phase::host_prepare, HostHooksStep{Hook::pre_start, Hook::post_stop, {"true"}});
    plan.add(Phase::child_exec, ExecStep{{"/bin/true"}, {}, false});
    plan.seal();
    return plan;
}

TEST(Provisional, IsNotRunWithoutAnotherLook) {
    const StartPlan plan = provisional_plan();
    Told told;
    const auto launched = launch(with_hooks(plan, told));
    ASSERT_FALSE(launched);
    EXPECT_EQ(launched.error().code, Code::broken);
    EXPECT_EQ(told.run, std::vector<Hook>{Hook::pre_start});
    EXPECT_EQ(told.undone, std::vector<Hook>{Hook::post_stop});
}

TEST(Provisional, WhatTheSecondLookDoesNotFindUndoesTheHooks) {
    const StartPlan plan = provisional_plan();
    Told told;
    Input input = with_hooks(plan, told);
    input.rest = []() -> Result<const Input*> { return FAIL(Code::not_found, "no /srv/data"); };
    const auto launched = launch(input);
    ASSERT_FALSE(launched);
    EXPECT_STREQ(launched.error().text, "no /srv/data");
    EXPECT_EQ(told.undone, std::vector<Hook>{Hook::post_stop});
}

}  // namespace
}  // namespace cubby::launch
