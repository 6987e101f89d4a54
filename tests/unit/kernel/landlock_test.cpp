#include "kernel/landlock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <thread>

namespace cubby {
namespace {

TEST(Landlock, ConfinesTheThreadAndNobodyElse) {
    if (landlock_abi() <= 0) {
        GTEST_SKIP() << "nested: this kernel has no Landlock";
    }
    char path[] = "/tmp/cubby-landlock-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    const std::string inside = std::string(path) + "/file";
    int made = 0;
    int other = 0;
    int removed = 0;
    std::thread([&] {
        const Fd folder(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
        const auto rules = Ruleset::make(true);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        const auto rights = landlock::kMakeFile | landlock::kWriteFile;
        if (!rules || !rules->allow(folder.get(), rights) || !rules->enter()) {
            return;
        }
        made = Fd(open(inside.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) ? 1 : -errno;
        other = Fd(open("/etc/passwd", O_RDONLY | O_CLOEXEC)) ? 1 : -errno;
        removed = unlink(inside.c_str()) == 0 ? 1 : -errno;
    }).join();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(other, -EACCES);
    EXPECT_EQ(removed, -EACCES);
    EXPECT_TRUE(Fd(open("/etc/passwd", O_RDONLY | O_CLOEXEC)));
    EXPECT_EQ(unlink(inside.c_str()), 0);
    EXPECT_EQ(rmdir(path), 0);
}

TEST(Landlock, RightsOfDirectoriesAreLeftOutForAFile) {
    const auto rules = Ruleset::make(false);
    if (!rules) {
        GTEST_SKIP() << "nested: this kernel has no Landlock";
    }
    const Fd file(open("/dev/null", O_PATH | O_CLOEXEC));
    EXPECT_TRUE(rules->allow(file.get(), landlock::kAll));
}

}  // namespace
}  // namespace cubby
