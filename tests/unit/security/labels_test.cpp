#include "security/labels.h"

#include <gtest/gtest.h>

namespace cubby::security {
namespace {

TEST(Labels, ForTheModuleThatRuns) {
    const auto profile = label_for(LabelModule::apparmor, "lsm_label", "web");
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->entry, "attr/apparmor/exec");
    EXPECT_EQ(profile->value, "exec web");
    EXPECT_EQ(profile->label, "web");
    EXPECT_FALSE(profile->optional);
    const auto context = label_for(LabelModule::selinux, "lsm_label", "u:r:t:s0");
    ASSERT_TRUE(context);
    EXPECT_EQ(context->entry, "attr/exec");
    EXPECT_EQ(context->value, "u:r:t:s0");
}

TEST(Labels, WithoutAModuleItIsAnErrorThatNamesIt) {
    const auto none = label_for(LabelModule::none, "lsm_label", "web");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Code::unsupported);
    EXPECT_STREQ(none.error().message(), "lsm_label: web: this host runs neither AppArmor nor SELinux");
}

TEST(Labels, TakenOnNowRatherThanWithTheNextExec) {
    const LabelStep profile = taken_on_now(apparmor_label("k", "web"));
    EXPECT_EQ(profile.entry, "attr/apparmor/current");
    EXPECT_EQ(profile.value, "changeprofile web");
    EXPECT_EQ(profile.label, "web");
    const LabelStep context = taken_on_now(selinux_label("k", "u:r:t:s0"));
    EXPECT_EQ(context.entry, "attr/current");
    EXPECT_EQ(context.value, "u:r:t:s0");
}

TEST(Labels, UnconfinedAsksNothingOfAHostWithoutTheModule) {
    EXPECT_TRUE(apparmor_label("k", "unconfined").optional);
    EXPECT_TRUE(taken_on_now(apparmor_label("k", "unconfined")).optional);
}

}  // namespace
}  // namespace cubby::security
