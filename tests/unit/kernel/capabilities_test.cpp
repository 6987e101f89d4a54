#include "kernel/capabilities.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

namespace cubby {
namespace {

TEST(Capabilities, NamesAreTakenWithAndWithoutTheirPrefixInAnyCase) {
    for (const char* name : {"sys_admin", "cap_sys_admin", "SYS_ADMIN", "CAP_SYS_ADMIN"}) {
        EXPECT_EQ(parse_capability(name), std::optional<unsigned>(CAP_SYS_ADMIN)) << name;
    }
}

// cap_from_name(3) takes the first two for sys_admin, and the third for chown.
TEST(Capabilities, OnlyWholeNamesAreTaken) {
    for (const char* name : {"sys_admin2", "sys_admin-", "chown,setuid", "sys_admi", "", "cap_", "all", "sys_admin "}) {
        EXPECT_EQ(parse_capability(name), std::nullopt) << name;
    }
}

}  // namespace
}  // namespace cubby
