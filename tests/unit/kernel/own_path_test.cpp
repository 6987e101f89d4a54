// kernel/root: make_own, and which file an entry is.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "kernel/root.h"
#include "tests/unit/storage/own_holder.h"

namespace cubby {
namespace {

using test::ok;

class OwnPathTest : public test::HolderTest {
  protected:
    void SetUp() override {
        HolderTest::SetUp();
        if (!IsSkipped()) {
            tree_ = std::make_unique<test::TemporaryTree>(holder_);
            ASSERT_TRUE(ok(tree_->root().mkdir(*RelPath::parse("target"), 0755)));
            ASSERT_TRUE(ok(tree_->root().symlink("target", *RelPath::parse("link"))));
        }
    }
    [[nodiscard]] bool is_there(const char* path) const { return tree_->root().exists(*RelPath::parse(path)); }

    std::unique_ptr<test::TemporaryTree> tree_;
};

TEST_F(OwnPathTest, MakesWhatIsMissing) {
    const auto made = make_own(tree_->path() + "/a/b//c/", 0755);
    ASSERT_TRUE(ok(made));
    EXPECT_TRUE(is_there("a/b/c"));
    ASSERT_TRUE(ok(made->mkdir(*RelPath::parse("below"), 0755)));
    EXPECT_TRUE(is_there("a/b/c/below"));
    EXPECT_TRUE(ok(make_own(tree_->path() + "/a/b/c", 0755)));
    EXPECT_FALSE(make_own("a/b", 0755));
    EXPECT_FALSE(make_own(tree_->path() + "/a/no/../b", 0755));
}

TEST_F(OwnPathTest, MakesBelowTheUsersOwnLink) {
    ASSERT_TRUE(ok(make_own(tree_->path() + "/link/x", 0755)));
    EXPECT_TRUE(is_there("target/x"));
}

TEST_F(OwnPathTest, MakesNothingBelowAStrangersLink) {
    in_holder([&]() -> Status {
        CHECK_THAT(fchownat(tree_->root().fd(), "link", 1234, 1234, AT_SYMLINK_NOFOLLOW) == 0);
        return {};
    });
    const auto made = make_own(tree_->path() + "/link/x/y", 0755);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::denied);
    EXPECT_FALSE(is_there("target/x"));
}

TEST_F(OwnPathTest, AnotherFileHasAnotherIdentity) {
    const Root& root = tree_->root();
    const RelPath name = *RelPath::parse("target");
    const RelPath moved = *RelPath::parse("moved");
    const auto first = root.identity(name);
    ASSERT_TRUE(ok(first));
    struct stat info{};
    ASSERT_EQ(fstatat(root.fd(), "target", &info, AT_SYMLINK_NOFOLLOW), 0);
    EXPECT_EQ(first->inode, info.st_ino);
    ASSERT_TRUE(ok(root.rename(name, moved)));
    EXPECT_EQ(root.identity(moved).value_or(FileIdentity{}), *first);
    ASSERT_TRUE(ok(root.rmdir(moved)));
    EXPECT_FALSE(root.identity(moved));
    if (first->born == 0) {
        GTEST_SKIP() << "no-birth-times";
    }
    // The number may well be the same; a file system's clock ticks every few milliseconds.
    usleep(20'000);
    ASSERT_TRUE(ok(root.mkdir(moved, 0755)));
    EXPECT_NE(root.identity(moved).value_or(*first), *first);
}

}  // namespace
}  // namespace cubby
