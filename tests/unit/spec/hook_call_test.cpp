// How hooks are called.

#include "spec/hook_call.h"

#include <algorithm>

#include "tests/unit/config/texts.h"

namespace cubby::lxc {
namespace {

ContainerSpec spec_of(const std::string& text) {
    const auto result = test::compiled(text);
    EXPECT_TRUE(result) << result.error().text;
    return result ? result->spec : ContainerSpec(test::web1());
}

bool has(const std::vector<std::string>& words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
}

TEST(HookCall, VersionZeroIsToldByArguments) {
    const ContainerSpec spec = spec_of("lxc.hook.stop = /bin/x 'a b'\n");
    EXPECT_EQ(hook_command(spec, Hook::stop, "/bin/x 'a b'", {"user:/proc/1/fd/2"}),
              "/bin/x 'a b' web1 lxc stop user:/proc/1/fd/2");
    const auto environment = hook_environment(spec, Hook::stop, {"LXC_TARGET=stop"});
    for (const char* word :
         {"LXC_NAME=web1", "LXC_CONFIG_FILE=/c/web1/config", "LXC_ROOTFS_PATH=/c/web1/rootfs", "LXC_ROOTFS_MOUNT=/mnt",
          "LXC_CGNS_AWARE=1", "LXC_LOG_LEVEL=ERROR", "LXC_HOOK_VERSION=0", "LXC_TARGET=stop"}) {
        EXPECT_TRUE(has(environment, word)) << word;
    }
    EXPECT_FALSE(std::ranges::any_of(environment, [](const auto& each) { return each.starts_with("LXC_HOOK_TYPE"); }));
    EXPECT_FALSE(std::ranges::any_of(environment, [](const auto& each) { return each.starts_with("LXC_CONSOLE"); }));
}

TEST(HookCall, VersionOneIsToldByVariablesOnly) {
    const ContainerSpec spec = spec_of(
        "lxc.hook.version = 1\nlxc.console.path = none\nlxc.console.logfile = log\nlxc.log.level = 2\n"
        "lxc.rootfs.mount = /srv\nlxc.environment = A=1\nlxc.environment.hooks = A=2\nlxc.environment.runtime = B=3\n"
        "lxc.environment = PATH=/x\nlxc.environment = LXC_NAME=other\n");
    EXPECT_EQ(hook_command(spec, Hook::mount, "/bin/x"), "/bin/x");
    const auto environment = hook_environment(spec, Hook::mount);
    for (const char* word : {"LXC_HOOK_TYPE=mount", "LXC_HOOK_SECTION=lxc", "LXC_HOOK_VERSION=1", "LXC_CONSOLE=none",
                             "LXC_CONSOLE_LOGPATH=/c/web1/log", "LXC_LOG_LEVEL=INFO", "LXC_ROOTFS_MOUNT=/srv", "A=2",
                             "PATH=/x", "LXC_NAME=web1"}) {
        EXPECT_TRUE(has(environment, word)) << word;
    }
    EXPECT_FALSE(has(environment, "A=1"));
    EXPECT_FALSE(has(environment, "B=3"));
    EXPECT_FALSE(has(environment, "LXC_NAME=other"));
    // The first process gets what is its own.
    EXPECT_TRUE(has(spec.process.environment, "B=3"));
    EXPECT_FALSE(has(spec.process.environment, "A=2"));
}

}  // namespace
}  // namespace cubby::lxc
