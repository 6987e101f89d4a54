#include "kernel/runtime_dir.h"

#include <sys/stat.h>
#include <unistd.h>

#include "assembly/holder.h"
#include "kernel/userns_process.h"
#include "tests/unit/holder/place.h"

namespace cubby {
namespace {

using holder_test::Environment;
using holder_test::in_sandbox;
using holder_test::TempDir;

struct stat stat_of(int fd) {
    struct stat info{};
    EXPECT_EQ(fstat(fd, &info), 0);
    return info;
}

std::string path_of(const Result<Root>& dir) {
    if (!dir) {
        return std::string("error: ") + dir.error().message();
    }
    const auto pinned = pin("/proc/self/fd/" + std::to_string(dir->fd()));
    return pinned ? pinned->path : "?";
}

TEST(RuntimeDir, IsMadePrivateUnderAnyUmask) {
    for (const mode_t mask : {0U, 077U, 022U}) {
        const TempDir parent;
        const Environment xdg("XDG_RUNTIME_DIR", parent.path());
        const mode_t old = umask(mask);
        const auto dir = runtime_dir();
        umask(old);
        ASSERT_TRUE(dir) << dir.error().message();
        EXPECT_EQ(stat_of(dir->fd()).st_mode & 07777, 0700U);
        EXPECT_EQ(path_of(dir), parent / "cubby");
        EXPECT_EQ(path_of(runtime_dir()), parent / "cubby") << "the second time it is there already";
    }
}

TEST(RuntimeDir, RefusesWhatIsInItsPlace) {
    const TempDir parent;
    const Environment xdg("XDG_RUNTIME_DIR", parent.path());
    const std::string place = parent / "cubby";
    const TempDir elsewhere;

    ASSERT_EQ(symlink(elsewhere.path().c_str(), place.c_str()), 0);
    EXPECT_FALSE(runtime_dir()) << "a link";
    ASSERT_EQ(unlink(place.c_str()), 0);

    ASSERT_EQ(mkfifo(place.c_str(), 0700), 0);
    EXPECT_FALSE(runtime_dir()) << "a FIFO, and it must not hang";
    ASSERT_EQ(unlink(place.c_str()), 0);

    parent.write("cubby", "text");
    EXPECT_FALSE(runtime_dir()) << "a file";
    ASSERT_EQ(unlink(place.c_str()), 0);

    for (const mode_t mode : {0755U, 0770U, 0777U, 01700U, 0500U}) {
        ASSERT_EQ(mkdir(place.c_str(), 0700), 0);
        ASSERT_EQ(chmod(place.c_str(), mode), 0);
        const auto dir = runtime_dir();
        ASSERT_FALSE(dir) << std::oct << mode;
        EXPECT_NE(std::string(dir.error().message()).find(place), std::string::npos) << dir.error().message();
        ASSERT_EQ(rmdir(place.c_str()), 0);
    }
    EXPECT_EQ(path_of(runtime_dir()), place) << "and then it works";
}

TEST(RuntimeDir, AMountInItsPlaceIsRefused) {
    const TempDir parent;
    const TempDir other;
    ASSERT_EQ(mkdir((parent / "cubby").c_str(), 0700), 0);
    const Environment xdg("XDG_RUNTIME_DIR", parent.path());
    const std::string seen = in_sandbox({{parent / "cubby", other.path()}}, [] { return path_of(runtime_dir()); });
    EXPECT_TRUE(seen.starts_with("error: ")) << seen;
}

TEST(RuntimeDir, SomebodyElsesIsIgnoredSilently) {
    const TempDir open_to_all;
    ASSERT_EQ(chmod(open_to_all.path().c_str(), 0777), 0);
    const std::string sockets = "/sys";  // root's; and for root, where nothing can be made
    for (const std::string& value : {std::string(), std::string("relative"), std::string("/nonexistent/x"), sockets,
                                     open_to_all.path(), std::string("/etc/passwd")}) {
        const Environment xdg("XDG_RUNTIME_DIR", value);
        const std::string path = path_of(runtime_dir());
        EXPECT_FALSE(path.starts_with("error: ")) << value << ": " << path;
        EXPECT_FALSE(!value.empty() && path.starts_with(value + "/")) << path;
    }
}

// A name in a shared directory that is not ours in every way is left alone, and the next place is taken.
TEST(RuntimeDir, ATakenNameInASharedPlaceIsLeftAlone) {
    const TempDir shm;
    const TempDir tmp;
    ASSERT_EQ(chmod(shm.path().c_str(), 01777), 0);
    ASSERT_EQ(chmod(tmp.path().c_str(), 01777), 0);
    const std::string name = "cubby-" + std::to_string(geteuid());
    ASSERT_EQ(symlink("/", (shm / name).c_str()), 0);
    const Environment xdg("XDG_RUNTIME_DIR", "/nonexistent");
    const auto look = [] { return path_of(runtime_dir()); };
    EXPECT_EQ(in_sandbox({{"/dev/shm", shm.path()}, {"/tmp", tmp.path()}, {"/run", "/sys"}}, look), "/tmp/" + name);
    // A directory where others may write without the sticky bit lets them take ours away: not used.
    ASSERT_EQ(chmod(tmp.path().c_str(), 0777), 0);
    const std::string seen = in_sandbox({{"/dev/shm", shm.path()}, {"/tmp", tmp.path()}, {"/run", "/sys"}}, look);
    EXPECT_TRUE(seen.starts_with("error: ")) << seen;
}

TEST(RuntimeDir, ADirectoryOfAnotherOwnerIsRefused) {
    const TempDir parent;
    const Environment xdg("XDG_RUNTIME_DIR", parent.path());
    const auto holder = ensure_holder();
    ASSERT_TRUE(holder) << holder.error().message();
    if (holder->single_id()) {
        ASSERT_TRUE(stop_holder());
        GTEST_SKIP() << "no-subids";
    }
    const auto give = [&](uid_t owner) {
        return run_in_user_namespace({holder->user_namespace.get(), nullptr, {}}, [&]() -> Status {
            return chown((parent / "cubby").c_str(), owner, 0) == 0 ? Status{} : Status(FAIL_ERRNO("chown"));
        });
    };
    const auto given = give(1);
    ASSERT_TRUE(given) << given.error().message();
    const auto dir = runtime_dir();
    ASSERT_FALSE(dir);
    EXPECT_NE(std::string(dir.error().message()).find("belongs to user"), std::string::npos) << dir.error().message();
    ASSERT_TRUE(give(0));
    EXPECT_TRUE(stop_holder());
}

}  // namespace
}  // namespace cubby
