// kernel/dir_trail: the way back up, and somebody who moves it.

#include "kernel/dir_trail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <string>

#include "tests/unit/storage/own_holder.h"

namespace cubby {
namespace {

using test::ok;

class DirTrailTest : public ::testing::Test {
  protected:
    static constexpr size_t kDepth = DirTrail::kOpenLevels + 12;

    void SetUp() override {
        auto holder = test::make_own_holder(true);
        ASSERT_TRUE(ok(holder));
        holder_ = std::move(*holder);
        tree_ = std::make_unique<test::TemporaryTree>(holder_, test::Medium::memory);
        Fd at(openat(tree_->root().fd(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
        for (size_t level = 1; level < kDepth; ++level) {
            ASSERT_EQ(mkdirat(at.get(), "d", 0700), 0);
            at.reset(openat(at.get(), "d", O_PATH | O_DIRECTORY | O_CLOEXEC));
        }
    }
    [[nodiscard]] DirTrail at_the_bottom() const {
        auto trail = DirTrail::at(tree_->root().fd());
        EXPECT_TRUE(ok(trail));
        while (trail->depth() < kDepth) {
            EXPECT_TRUE(ok(trail->down("d")));
        }
        return std::move(*trail);
    }
    [[nodiscard]] static ino_t inode_of(int fd) {
        struct stat info{};
        EXPECT_EQ(fstat(fd, &info), 0);
        return info.st_ino;
    }

    test::OwnHolder holder_;
    std::unique_ptr<test::TemporaryTree> tree_;
};

TEST_F(DirTrailTest, ComesBackThroughTheSameDirectories) {
    DirTrail trail = at_the_bottom();
    EXPECT_EQ(trail.path().size(), (kDepth - 1) * 2 - 1);
    std::set<ino_t> seen;
    while (trail.depth() > 1) {
        seen.insert(inode_of(trail.fd()));
        ASSERT_TRUE(ok(trail.up()));
    }
    EXPECT_EQ(seen.size(), kDepth - 1);
    EXPECT_EQ(inode_of(trail.fd()), inode_of(tree_->root().fd()));
    EXPECT_EQ(trail.path(), "");
}

TEST_F(DirTrailTest, StopsWhereTheWayWasMoved) {
    DirTrail trail = at_the_bottom();
    // Levels 1 to 12 are closed; the directory of level 8 goes elsewhere.
    ASSERT_EQ(mkdirat(tree_->root().fd(), "elsewhere", 0700), 0);
    ASSERT_EQ(renameat(tree_->root().fd(), "d/d/d/d/d/d/d", tree_->root().fd(), "elsewhere/d"), 0);
    while (trail.depth() > 8) {
        ASSERT_TRUE(ok(trail.up())) << trail.depth();
    }
    const Status done = trail.up();
    ASSERT_FALSE(done) << "went on in another directory";
    EXPECT_EQ(done.error().code, Code::busy);
}

TEST_F(DirTrailTest, DoesNotGoThroughALink) {
    ASSERT_EQ(symlinkat("d", tree_->root().fd(), "link"), 0);
    auto trail = DirTrail::at(tree_->root().fd());
    ASSERT_TRUE(ok(trail));
    EXPECT_FALSE(trail->down("link"));
    EXPECT_FALSE(trail->down(".."));
    EXPECT_EQ(trail->depth(), 1U);
}

TEST_F(DirTrailTest, ReaderGoesOnWhereItWasOnAnotherDescriptor) {
    const Fd directory(openat(tree_->root().fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    constexpr int kEntries = 2500;  // several buffers
    for (int number = 0; number < kEntries; ++number) {
        ASSERT_EQ(mkdirat(directory.get(), ("entry-" + std::to_string(number)).c_str(), 0700), 0);
    }
    DirReader reader;
    std::set<std::string> seen;
    for (int number = 0;; ++number) {
        const Fd again(openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        const auto entry = reader.next(number % 100 < 50 ? directory.get() : again.get());
        ASSERT_TRUE(ok(entry));
        if (*entry == nullptr) {
            break;
        }
        EXPECT_TRUE(seen.insert((*entry)->d_name).second) << (*entry)->d_name << " came twice";
        if (number % 50 == 49) {
            reader.let_buffer_go();
        }
    }
    EXPECT_EQ(seen.size(), kEntries + 1U);
}

}  // namespace
}  // namespace cubby
