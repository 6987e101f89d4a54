// The configurations that images include.

#include "config/lxc/shared_config.h"

#include "tests/unit/config/texts.h"

namespace cubby::lxc {
namespace {

TEST(SharedConfig, OnlyWellKnownPathsAreOurs) {
    EXPECT_EQ(shared_name("/usr/share/lxc/config/common.conf"), "common.conf");
    EXPECT_EQ(shared_name("LXC_TEMPLATE_CONFIG/userns.conf"), "userns.conf");
    EXPECT_EQ(shared_name("/usr/local/share/lxc/config/common.seccomp"), "common.seccomp");
    for (const char* path : {"/usr/share/lxc/config/", "/usr/share/lxc/config/a/b", "/usr/share/lxc/config/..",
                             "/usr/share/lxc/common.conf", "common.conf", "", "/etc/lxc/common.conf",
                             "/usr/share/lxc/config/common.conf.d/"}) {
        EXPECT_FALSE(shared_name(path)) << path;
        EXPECT_EQ(shared_path(path), path);
    }
    EXPECT_EQ(shared_path("/usr/share/lxc/config/no-such.conf"), "/usr/share/lxc/config/no-such.conf");
}

TEST(SharedConfig, EachOfOursLoads) {
    for (const char* name : {"common.conf", "userns.conf", "nesting.conf", "oci.common.conf", "archlinux.common.conf",
                             "voidlinux.common.conf", "debian.common.conf", "alpine.userns.conf"}) {
        const std::string path = std::string("/usr/share/lxc/config/") + name;
        EXPECT_NE(shared_path(path), path) << name;
        const auto document =
            Document::parse("lxc.include = " + path + "\nlxc.rootfs.path = dir:/r\n", "/c/web1/config");
        const auto result = compile(*document, test::web1(), test::kDir);
        ASSERT_TRUE(result) << name << ": " << result.error().text;
        EXPECT_TRUE(result->unsupported.empty()) << name << ": " << result->unsupported.front().key;
    }
    EXPECT_TRUE(shared_path("LXC_TEMPLATE_CONFIG/debian.common.conf").ends_with("/config/common.conf"));
}

}  // namespace
}  // namespace cubby::lxc
