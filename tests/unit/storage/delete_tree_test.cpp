// kernel/delete_tree: any depth, any mode, never outside the tree.

#include "kernel/delete_tree.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>

#include "kernel/mount_fd.h"
#include "kernel/userns_process.h"
#include "storage/holder_trees.h"
#include "tests/unit/storage/own_holder.h"

namespace cubby {
namespace {

using test::ok;

class DeleteTreeTest : public test::HolderTest {
  protected:
    void SetUp() override { begin(test::Medium::disk); }
    void begin(test::Medium medium) {
        HolderTest::SetUp();
        if (!IsSkipped()) {
            tree_ = std::make_unique<test::TemporaryTree>(holder_, medium);
        }
    }
    // `depth` directories in one another below NAME.
    void make_deep(const char* name, int depth) const {
        ASSERT_EQ(mkdirat(tree_->root().fd(), name, 0755), 0);
        Fd at(openat(tree_->root().fd(), name, O_PATH | O_DIRECTORY | O_CLOEXEC));
        for (int level = 1; level < depth; ++level) {
            ASSERT_EQ(mkdirat(at.get(), "d", 0755), 0);
            at.reset(openat(at.get(), "d", O_PATH | O_DIRECTORY | O_CLOEXEC));
            ASSERT_TRUE(at) << level;
        }
    }
    [[nodiscard]] bool is_there(const char* name) const {
        return faccessat(tree_->root().fd(), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    }
    [[nodiscard]] Status remove(const char* name) const {
        const std::string path = tree_->path() + "/" + name;
        return delete_in_holder(holder_.userns.get(), std::span(&path, 1));
    }
    std::unique_ptr<test::TemporaryTree> tree_;
};

// With very many directories.
class DeleteHugeTreeTest : public DeleteTreeTest {
  protected:
    void SetUp() override { begin(test::Medium::memory); }
};

TEST_F(DeleteTreeTest, DeletesFilesOfMappedIdsInDirectoriesWithoutAnyMode) {
    in_holder([&]() -> Status {
        const int top = tree_->root().fd();
        CHECK_THAT(mkdirat(top, "t", 0755) == 0 && mkdirat(top, "t/a", 0755) == 0 && mkdirat(top, "t/a/b", 0755) == 0);
        CHECK_THAT(mknodat(top, "t/a/b/fifo", S_IFIFO | 0600, 0) == 0);
        CHECK_THAT(symlinkat("/etc/passwd", top, "t/a/b/link") == 0);
        for (const char* path : {"t/a/b/fifo", "t/a/b", "t/a", "t"}) {
            CHECK_THAT(fchownat(top, path, 1234, 4321, AT_SYMLINK_NOFOLLOW) == 0);
        }
        CHECK_THAT(fchmodat(top, "t/a/b", 0, 0) == 0 && fchmodat(top, "t/a", 0, 0) == 0);
        return {};
    });
    EXPECT_TRUE(ok(remove("t")));
    EXPECT_FALSE(is_there("t"));
}

TEST_F(DeleteHugeTreeTest, DeletesAHundredThousandNestedDirectories) {
    constexpr int kDepth = 100'000;
    make_deep("deep", kDepth);
    in_holder([&]() -> Status {
        // What the promise of constant stack and descriptors is worth.
        const rlimit stack{262144, 262144};
        const rlimit files{64, 64};
        CHECK_THAT(setrlimit(RLIMIT_STACK, &stack) == 0 && setrlimit(RLIMIT_NOFILE, &files) == 0);
        return delete_tree(tree_->root().fd(), "deep");
    });
    EXPECT_FALSE(is_there("deep"));
}

TEST_F(DeleteTreeTest, NeverFollowsALink) {
    ASSERT_TRUE(ok(tree_->root().mkdir(*RelPath::parse("keep"), 0755)));
    ASSERT_TRUE(ok(tree_->root().replace(*RelPath::parse("keep/file"), "precious")));
    ASSERT_TRUE(ok(tree_->root().mkdir(*RelPath::parse("t"), 0755)));
    ASSERT_TRUE(ok(tree_->root().symlink("../keep", *RelPath::parse("t/up"))));
    ASSERT_TRUE(ok(tree_->root().symlink(tree_->path() + "/keep", *RelPath::parse("link"))));
    EXPECT_TRUE(ok(remove("t")));
    EXPECT_TRUE(ok(remove("link")));
    EXPECT_FALSE(is_there("t"));
    EXPECT_FALSE(is_there("link"));
    EXPECT_EQ(tree_->root().read(*RelPath::parse("keep/file"), 100).value_or(""), "precious");
}

TEST_F(DeleteTreeTest, StopsAtAMountAndNamesIt) {
    ASSERT_TRUE(ok(tree_->root().make_dirs(*RelPath::parse("t/a/mounted"), 0755)));
    ASSERT_TRUE(ok(tree_->root().replace(*RelPath::parse("t/a/file"), "x")));
    NsSet more;
    more.add(Ns::mnt);
    const Status done = run_in_user_namespace(holder_.userns.get(), nullptr, more, [&]() -> Status {
        const Fd mount = TRY(make_filesystem("tmpfs", "none", "", 0));
        // Opened anew: the descriptor that was inherited is on a mount of the other namespace.
        const Root here = TRY(Root::at(tree_->path()));
        const Fd target = TRY(here.open(*RelPath::parse("t/a/mounted"), O_PATH | O_DIRECTORY));
        TRY(attach_mount(mount.get(), target.get()));
        const Fd inside(openat(mount.get(), "precious", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        const Status deleted = delete_tree(here.fd(), "t");
        CHECK_THAT(faccessat(mount.get(), "precious", F_OK, 0) == 0);
        return deleted;
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::busy);
    EXPECT_NE(std::string_view(done.error().text).find("t/a/mounted"), std::string_view::npos) << done.error().text;
    EXPECT_TRUE(is_there("t/a/mounted"));
    EXPECT_FALSE(is_there("t/a/file")) << "what can be deleted is";
    EXPECT_TRUE(ok(remove("t")));
}

TEST_F(DeleteTreeTest, NamesAnEntryThatCannotBeDeletedAndDeletesTheRest) {
    // A directory that another id made read-only for the user; outside the holder he has no rights over it.
    in_holder([&]() -> Status {
        const int top = tree_->root().fd();
        CHECK_THAT(mkdirat(top, "t", 0777) == 0 && mkdirat(top, "t/locked", 0755) == 0 &&
                   mkdirat(top, "t/free", 0755) == 0);
        CHECK_THAT(mkdirat(top, "t/locked/in", 0755) == 0);
        CHECK_THAT(fchownat(top, "t/locked/in", 7, 7, 0) == 0 && fchownat(top, "t/locked", 7, 7, 0) == 0);
        return {};
    });
    const Status done = delete_tree(tree_->root().fd(), "t");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::denied);
    EXPECT_NE(std::string_view(done.error().text).find("t/locked/in"), std::string_view::npos) << done.error().text;
    EXPECT_FALSE(is_there("t/free"));
    EXPECT_TRUE(ok(remove("t")));
}

TEST_F(DeleteHugeTreeTest, IsFinishedByTheNextCallAfterAKill) {
    make_deep("deep", 20'000);
    bool interrupted = false;
    for (int round = 0; round < 200 && is_there("deep"); ++round) {
        auto process = UsernsProcess::start({holder_.userns.get(), nullptr, {}},
                                            [&] { return delete_tree(tree_->root().fd(), "deep"); });
        ASSERT_TRUE(ok(process));
        // At another point of the work every time; the object kills the process.
        usleep(static_cast<useconds_t>(2000 + 3000 * (round % 7)));
        interrupted = interrupted || is_there("deep");
    }
    EXPECT_TRUE(interrupted) << "the tree is too small for this test";
    EXPECT_TRUE(ok(remove("deep")));
    EXPECT_FALSE(is_there("deep"));
    EXPECT_EQ(tree_->root().list()->size(), 0U) << "something was left beside the tree";
}

TEST_F(DeleteTreeTest, TreatsAMissingTreeAsDeletedOnlyInTheHolderForm) {
    EXPECT_TRUE(ok(remove("absent")));
    const Status done = delete_tree(tree_->root().fd(), "absent");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::not_found);
}

TEST_F(DeleteHugeTreeTest, DeletesWideDirectories) {
    constexpr int kEntries = 3000;
    ASSERT_TRUE(ok(tree_->root().mkdir(*RelPath::parse("wide"), 0755)));
    const Root wide = *tree_->root().enter(*RelPath::parse("wide"));
    for (int number = 0; number < kEntries; ++number) {
        const RelPath name = *RelPath::parse("entry-with-a-rather-long-name-" + std::to_string(number));
        ASSERT_TRUE(ok(wide.mkdir(name, 0755)));
        ASSERT_TRUE(ok(wide.symlink("x", name / *RelPath::parse("link"))));
    }
    EXPECT_TRUE(ok(remove("wide")));
    EXPECT_FALSE(is_there("wide"));
}

}  // namespace
}  // namespace cubby
