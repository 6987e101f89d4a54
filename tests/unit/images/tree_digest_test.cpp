// images/tree_digest: the same tree has the same id, another one another.

#include "images/tree_digest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <functional>
#include <memory>

#include "kernel/copy_tree.h"
#include "kernel/userns_process.h"
#include "storage/holder_trees.h"
#include "tests/unit/storage/own_holder.h"

namespace cubby {
namespace {

using test::ok;

class TreeDigestTest : public test::HolderTest {
  protected:
    void SetUp() override {
        HolderTest::SetUp();
        if (IsSkipped()) {
            return;
        }
        tree_ = std::make_unique<test::TemporaryTree>(holder_);
        in_holder([&]() -> Status {
            const int top = tree_->root().fd();
            CHECK_THAT(mkdirat(top, "t", 0755) == 0 && mkdirat(top, "t/dir", 0700) == 0);
            TRY(tree_->root().replace(*RelPath::parse("t/dir/file"), "content", 0644));
            TRY(tree_->root().replace(*RelPath::parse("t/other"), "content", 0644));
            CHECK_THAT(symlinkat("dir/file", top, "t/link") == 0 && mknodat(top, "t/fifo", S_IFIFO | 0600, 0) == 0);
            CHECK_THAT(linkat(top, "t/other", top, "t/dir/again", 0) == 0);
            for (const char* path : {"t", "t/dir", "t/dir/file", "t/other", "t/link", "t/fifo"}) {
                CHECK_THAT(fchownat(top, path, 1, 1, AT_SYMLINK_NOFOLLOW) == 0);
            }
            return {};
        });
    }
    [[nodiscard]] TreeDigest digest(const char* path = "t") const {
        const ContainerIds ids = container_ids();
        const Fd tree = *tree_->root().open(*RelPath::parse(path), O_PATH | O_DIRECTORY);
        const auto made = ask_user_namespace<TreeDigest>({ids.holder, &ids.maps, {}}, [&]() -> Result<TreeDigest> {
            TRY(become_root());
            return digest_tree(tree.get());
        });
        EXPECT_TRUE(ok(made));
        return made.value_or(TreeDigest{});
    }
    // The digest changes by `change` and comes back by `undo`.
    void expect_change(const char* what, const std::function<int(int)>& change, const std::function<int(int)>& undo) {
        const std::string before = digest().id.hex();
        in_holder([&]() -> Status {
            CHECK_THAT(change(tree_->root().fd()) == 0);
            return {};
        });
        EXPECT_NE(digest().id.hex(), before) << what;
        in_holder([&]() -> Status {
            CHECK_THAT(undo(tree_->root().fd()) == 0);
            return {};
        });
        EXPECT_EQ(digest().id.hex(), before) << what;
    }
    std::unique_ptr<test::TemporaryTree> tree_;
};

TEST_F(TreeDigestTest, CountsAndRepeats) {
    const TreeDigest first = digest();
    EXPECT_EQ(first.entries, 6U);
    EXPECT_GT(first.bytes, 0U);
    EXPECT_EQ(digest().id, first.id);
}

TEST_F(TreeDigestTest, IsTheSameForACopyAndAfterTouching) {
    ASSERT_TRUE(ok(copy_in_holder(holder_.userns.get(), tree_->path() + "/t", tree_->path() + "/copy")));
    EXPECT_EQ(digest("copy").id, digest().id);
    in_holder([&]() -> Status {
        CHECK_THAT(utimensat(tree_->root().fd(), "t/dir/file", nullptr, 0) == 0);
        return {};
    });
    EXPECT_EQ(digest("copy").id, digest().id);
}

TEST_F(TreeDigestTest, SeesEveryKindOfChange) {
    expect_change(
        "mode", [](int top) { return fchmodat(top, "t/dir/file", 0600, 0); },
        [](int top) { return fchmodat(top, "t/dir/file", 0644, 0); });
    expect_change(
        "mode of the root", [](int top) { return fchmodat(top, "t", 0711, 0); },
        [](int top) { return fchmodat(top, "t", 0755, 0); });
    expect_change(
        "owner", [](int top) { return fchownat(top, "t/dir/file", 2, 1, 0); },
        [](int top) { return fchownat(top, "t/dir/file", 1, 1, 0); });
    expect_change(
        "group of a directory", [](int top) { return fchownat(top, "t/dir", 1, 2, 0); },
        [](int top) { return fchownat(top, "t/dir", 1, 1, 0); });
    expect_change(
        "name", [](int top) { return renameat(top, "t/dir/file", top, "t/dir/File"); },
        [](int top) { return renameat(top, "t/dir/File", top, "t/dir/file"); });
    expect_change(
        "place", [](int top) { return renameat(top, "t/fifo", top, "t/dir/fifo"); },
        [](int top) { return renameat(top, "t/dir/fifo", top, "t/fifo"); });
    expect_change(
        "hard link", [](int top) { return linkat(top, "t/dir/file", top, "elsewhere", 0); },
        [](int top) { return unlinkat(top, "elsewhere", 0); });
    expect_change(
        "empty directory", [](int top) { return mkdirat(top, "t/new", 0755); },
        [](int top) { return unlinkat(top, "t/new", AT_REMOVEDIR); });
    const auto with_file = [](int top, const std::function<int(int)>& act) {
        const Fd file(openat(top, "t/dir/file", O_RDWR | O_CLOEXEC));
        return act(file.get());
    };
    expect_change(
        "content", [&](int top) { return with_file(top, [](int fd) { return pwrite(fd, "C", 1, 0) == 1 ? 0 : -1; }); },
        [&](int top) { return with_file(top, [](int fd) { return pwrite(fd, "c", 1, 0) == 1 ? 0 : -1; }); });
    expect_change(
        "attribute", [&](int top) { return with_file(top, [](int fd) { return fsetxattr(fd, "user.a", "b", 1, 0); }); },
        [&](int top) { return with_file(top, [](int fd) { return fremovexattr(fd, "user.a"); }); });
    expect_change(
        "link target",
        [](int top) {
            return unlinkat(top, "t/link", 0) + symlinkat("dir/File", top, "t/link") +
                   fchownat(top, "t/link", 1, 1, AT_SYMLINK_NOFOLLOW);
        },
        [](int top) {
            return unlinkat(top, "t/link", 0) + symlinkat("dir/file", top, "t/link") +
                   fchownat(top, "t/link", 1, 1, AT_SYMLINK_NOFOLLOW);
        });
}

}  // namespace
}  // namespace cubby
