#include "spec/validate.h"

#include <gtest/gtest.h>

namespace cubby {
namespace {

ContainerSpec with_entry(MountEntry entry) {
    ContainerSpec spec(*ContainerName::parse("p1"));
    spec.rootfs.path = "/r";
    spec.mounts.entries.push_back(std::move(entry));
    return spec;
}

TEST(Validate, IdsAreMappedOfBindsOfTheHosts) {
    MountEntry entry;
    entry.source = "/srv";
    entry.target = "srv";
    for (const char* good : {"", "container", "/proc/1/ns/user"}) {
        entry.id_map = good;
        EXPECT_TRUE(validate(with_entry(entry))) << good;
    }
    entry.id_map = "web1";
    EXPECT_FALSE(validate(with_entry(entry)));
    entry.id_map = "container";
    entry.type = "tmpfs";
    EXPECT_FALSE(validate(with_entry(entry)));
    entry.type.clear();
    entry.source_in_root = true;
    entry.source = "etc";
    EXPECT_FALSE(validate(with_entry(entry)));
}

TEST(Validate, IdsOfTheRoot) {
    ContainerSpec spec(*ContainerName::parse("p1"));
    spec.rootfs.path = "/r";
    spec.rootfs.id_map = "container";
    EXPECT_TRUE(validate(spec));
    spec.rootfs.id_map = "other";
    const auto refused = validate(spec);
    ASSERT_FALSE(refused);
    EXPECT_STREQ(refused.error().text, "lxc.rootfs.options: 'other' is not an absolute path");
}

}  // namespace
}  // namespace cubby
