#include "container/update_config.h"

#include <gtest/gtest.h>

namespace cubby {
namespace {

std::string modern(const char* text) {
    const auto done = modern_config(text, "config");
    return done ? *done : done.error().message();
}

TEST(UpdateConfig, NamesAndOrder) {
    EXPECT_EQ(modern("# note\nlxc.utsname = a\nlxc.tty = 4\nlxc.limit.nofile = 5\n"),
              "# note\nlxc.uts.name = a\nlxc.tty.max = 4\nlxc.prlimit.nofile = 5\n");
    EXPECT_EQ(modern("lxc.uts.name = a\n  \n"), "lxc.uts.name = a\n  \n");
    EXPECT_EQ(modern("lxc.pivotdir = x\n"), "# lxc.pivotdir = x\n");
}

TEST(UpdateConfig, Rootfs) {
    EXPECT_EQ(modern("lxc.rootfs = /a\n"), "lxc.rootfs.path = dir:/a\n");
    EXPECT_EQ(modern("lxc.rootfs = /a\nlxc.rootfs.backend = btrfs\n"), "lxc.rootfs.path = btrfs:/a\n");
    EXPECT_EQ(modern("lxc.rootfs = overlayfs:/a:/b\n"), "lxc.rootfs.path = overlayfs:/a:/b\n");
}

TEST(UpdateConfig, Interfaces) {
    EXPECT_EQ(modern("lxc.network.type = veth\nlxc.network.ipv4 = 10.0.0.2/24\nlxc.network.type = empty\n"
                     "lxc.network.flags = up\nlxc.network.7.link = br\n"),
              "lxc.net.0.type = veth\nlxc.net.0.ipv4.address = 10.0.0.2/24\nlxc.net.1.type = empty\n"
              "lxc.net.1.flags = up\nlxc.net.7.link = br\n");
    EXPECT_EQ(modern("lxc.network.link = br\n"), "lxc.network.link stands before any lxc.network.type");
}

}  // namespace
}  // namespace cubby
