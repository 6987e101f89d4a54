// kernel/copy_tree: what a copy keeps, and what it refuses.

#include "kernel/copy_tree.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "kernel/digest.h"
#include "kernel/mount_fd.h"
#include "kernel/tree_walk.h"
#include "kernel/userns_process.h"
#include "storage/holder_trees.h"
#include "tests/unit/storage/own_holder.h"

namespace cubby {
namespace {

using test::ok;

Fd make_file(int dir, const char* name, std::string_view text) {
    Fd file(openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    EXPECT_TRUE(file && write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    return file;
}

void put_file(int dir, const char* name, std::string_view text) {
    const Fd file = make_file(dir, name, text);
    EXPECT_TRUE(file);
}

class CopyTreeTest : public test::HolderTest {
  protected:
    void SetUp() override { begin(test::Medium::disk); }
    void begin(test::Medium medium) {
        HolderTest::SetUp();
        if (!IsSkipped()) {
            tree_ = std::make_unique<test::TemporaryTree>(holder_, medium);
            ASSERT_EQ(mkdirat(top(), "from", 0755), 0);
        }
    }
    [[nodiscard]] int top() const { return tree_->root().fd(); }
    [[nodiscard]] Status copy() const {
        return copy_in_holder(holder_.userns.get(), tree_->path() + "/from", tree_->path() + "/to");
    }
    [[nodiscard]] struct stat stat_of(const char* path) const {
        struct stat info{};
        EXPECT_EQ(fstatat(top(), path, &info, AT_SYMLINK_NOFOLLOW), 0) << path;
        return info;
    }
    void expect_same(const std::string& path) const {
        const struct stat from = stat_of(("from" + path).c_str());
        const struct stat to = stat_of(("to" + path).c_str());
        EXPECT_EQ(from.st_mode, to.st_mode) << path;
        EXPECT_EQ(from.st_uid, to.st_uid) << path;
        EXPECT_EQ(from.st_gid, to.st_gid) << path;
        EXPECT_EQ(from.st_size == to.st_size || S_ISDIR(from.st_mode), true) << path;
        EXPECT_EQ(from.st_rdev, to.st_rdev) << path;
        EXPECT_EQ(from.st_mtim.tv_sec, to.st_mtim.tv_sec) << path;
        EXPECT_EQ(from.st_mtim.tv_nsec, to.st_mtim.tv_nsec) << path;
        EXPECT_NE(from.st_ino, to.st_ino) << path;
    }
    std::unique_ptr<test::TemporaryTree> tree_;
};

class CopyHugeTreeTest : public CopyTreeTest {
  protected:
    void SetUp() override { begin(test::Medium::memory); }
};

TEST_F(CopyTreeTest, KeepsOwnerModeTimesAndTypes) {
    in_holder([&]() -> Status {
        const Fd dir(openat(top(), "from", O_PATH | O_DIRECTORY | O_CLOEXEC));
        CHECK_THAT(mkdirat(dir.get(), "closed", 0755) == 0);
        const Fd file = make_file(dir.get(), "closed/setuid", "program");
        CHECK_THAT(fchown(file.get(), 1001, 1002) == 0 && fchmod(file.get(), 06751) == 0);
        CHECK_THAT(symlinkat("../nowhere", dir.get(), "link") == 0 &&
                   fchownat(dir.get(), "link", 3, 4, AT_SYMLINK_NOFOLLOW) == 0);
        CHECK_THAT(mknodat(dir.get(), "fifo", S_IFIFO | 0640, 0) == 0);
        CHECK_THAT(mknodat(dir.get(), "socket", S_IFSOCK | 0600, 0) == 0);
        CHECK_THAT(mknodat(dir.get(), "whiteout", S_IFCHR, 0) == 0);
        CHECK_THAT(fchownat(dir.get(), "closed", 9, 9, 0) == 0 && fchmodat(dir.get(), "closed", 01000, 0) == 0);
        const std::array<timespec, 2> times{{{1'000'000'000, 123'456'789}, {1'100'000'000, 987'654'321}}};
        for (const char* path : {"link", "fifo", "socket", "closed/setuid", "closed"}) {
            CHECK_THAT(utimensat(dir.get(), path, times.data(), AT_SYMLINK_NOFOLLOW) == 0);
        }
        return {};
    });
    ASSERT_TRUE(ok(copy()));
    for (const char* path : {"", "/closed", "/link", "/fifo", "/socket", "/whiteout"}) {
        expect_same(path);
    }
    in_holder([&]() -> Status {
        struct stat info{};
        CHECK_THAT(fstatat(top(), "to/closed/setuid", &info, 0) == 0);
        CHECK_THAT(info.st_uid == 1001 && info.st_gid == 1002 && (info.st_mode & 07777U) == 06751);
        CHECK_THAT(info.st_mtim.tv_sec == 1'100'000'000 && info.st_mtim.tv_nsec == 987'654'321);
        std::array<char, 20> text{};
        CHECK_THAT(readlinkat(top(), "to/link", text.data(), text.size()) == 10);
        CHECK_THAT(std::string_view(text.data()) == "../nowhere");
        return {};
    });
}

TEST_F(CopyTreeTest, KeepsAttributesAndFileCapabilities) {
    const ContainerIds ids = container_ids();
    in_holder([&]() -> Status {
        const Fd file = make_file(top(), "from/f", "x");
        CHECK_THAT(fsetxattr(file.get(), "user.cubby", "\0\1value", 7, 0) == 0);
        // As the container's root would have set it: revision 3, his own root id.
        vfs_ns_cap_data capability{};
        capability.magic_etc = VFS_CAP_REVISION_3 | VFS_CAP_FLAGS_EFFECTIVE;
        capability.data[0].permitted = 1U << CAP_NET_RAW;
        capability.rootid = *to_outside(ids.maps.uids, 0);
        CHECK_THAT(fsetxattr(file.get(), "security.capability", &capability, sizeof capability, 0) == 0);
        CHECK_THAT(fsetxattr(TRY(open_named(tree_->path() + "/from", O_RDONLY)).get(), "user.dir", "d", 1, 0) == 0);
        return {};
    });
    ASSERT_TRUE(ok(copy()));
    in_holder([&]() -> Status {
        const auto from = TRY(kept_attributes(TRY(open_named(tree_->path() + "/from/f", O_RDONLY)).get()));
        const auto to = TRY(kept_attributes(TRY(open_named(tree_->path() + "/to/f", O_RDONLY)).get()));
        CHECK_THAT(from == to && from.size() == 2);
        CHECK_THAT(from[0].first == "security.capability" && from[0].second.size() == sizeof(vfs_ns_cap_data));
        const auto dir = TRY(kept_attributes(TRY(open_named(tree_->path() + "/to", O_RDONLY)).get()));
        CHECK_THAT(dir.size() == 1 && dir[0].second == "d");
        return {};
    });
}

TEST_F(CopyTreeTest, KeepsHardLinksAndLeavesNothingOfTheirMaking) {
    put_file(top(), "from/one", "same");
    ASSERT_EQ(mkdirat(top(), "from/dir", 0755), 0);
    ASSERT_EQ(linkat(top(), "from/one", top(), "from/dir/two", 0), 0);
    ASSERT_EQ(linkat(top(), "from/one", top(), "from/three", 0), 0);
    ASSERT_EQ(symlinkat("x", top(), "from/link"), 0);
    ASSERT_EQ(linkat(top(), "from/link", top(), "from/dir/link", 0), 0);
    // The name that the copy would use for itself.
    ASSERT_EQ(mkdirat(top(), "from/.copied-links-0", 0755), 0);
    ASSERT_TRUE(ok(copy()));
    EXPECT_EQ(stat_of("to/one").st_ino, stat_of("to/dir/two").st_ino);
    EXPECT_EQ(stat_of("to/one").st_ino, stat_of("to/three").st_ino);
    EXPECT_EQ(stat_of("to/one").st_nlink, 3U);
    EXPECT_EQ(stat_of("to/link").st_ino, stat_of("to/dir/link").st_ino);
    EXPECT_EQ(stat_of("to/link").st_nlink, 2U);
    EXPECT_EQ(tree_->root().list(*RelPath::parse("to"))->size(), 5U);
    expect_same("");
}

TEST_F(CopyTreeTest, KeepsHolesAndEveryByte) {
    constexpr off_t kSize = 64 << 20;
    const Fd file = make_file(top(), "from/sparse", "begin");
    ASSERT_EQ(pwrite(file.get(), "middle", 6, 32 << 20), 6);
    ASSERT_EQ(ftruncate(file.get(), kSize), 0);
    const Fd empty = make_file(top(), "from/hole", "");
    ASSERT_EQ(ftruncate(empty.get(), 1 << 20), 0);
    std::string noise(300'001, '\0');
    for (size_t at = 0; at < noise.size(); ++at) {
        noise[at] = static_cast<char>(at * 2654435761U >> 13U);
    }
    put_file(top(), "from/dense", noise);
    ASSERT_TRUE(ok(copy()));
    EXPECT_EQ(stat_of("to/sparse").st_size, kSize);
    EXPECT_LE(stat_of("to/sparse").st_blocks, stat_of("from/sparse").st_blocks);
    EXPECT_EQ(stat_of("to/hole").st_blocks, 0);
    EXPECT_EQ(stat_of("to/hole").st_size, 1 << 20);
    EXPECT_EQ(*tree_->root().read(*RelPath::parse("to/dense"), 1 << 20), noise);
    const Fd from = *open_named(tree_->path() + "/from/sparse", O_RDONLY);
    const Fd to = *open_named(tree_->path() + "/to/sparse", O_RDONLY);
    EXPECT_EQ(*sha256_of(from.get(), "from"), *sha256_of(to.get(), "to"));
}

TEST_F(CopyHugeTreeTest, CopiesDeepTreesWithFewDescriptorsAndLittleStack) {
    constexpr int kDepth = 20'000;
    Fd at(openat(top(), "from", O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (int level = 0; level < kDepth; ++level) {
        // Entries on both sides of the directory that is gone into: the walk must find its place again on the way up.
        for (const char* name : {"a", "d", "z"}) {
            ASSERT_EQ(mkdirat(at.get(), name, 0755), 0);
        }
        at.reset(openat(at.get(), "d", O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    put_file(at.get(), "bottom", "reached");
    in_holder([&]() -> Status {
        const rlimit stack{262144, 262144};
        const rlimit files{100, 100};
        CHECK_THAT(setrlimit(RLIMIT_STACK, &stack) == 0 && setrlimit(RLIMIT_NOFILE, &files) == 0);
        const Fd from(openat(top(), "from", O_PATH | O_DIRECTORY | O_CLOEXEC));
        return copy_tree(from.get(), top(), "to");
    });
    at.reset(openat(top(), "to", O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (int level = 0; level < kDepth; ++level) {
        ASSERT_EQ(faccessat(at.get(), "a", F_OK, 0), 0) << level;
        ASSERT_EQ(faccessat(at.get(), "z", F_OK, 0), 0) << level;
        at.reset(openat(at.get(), "d", O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    EXPECT_EQ(faccessat(at.get(), "bottom", F_OK, 0), 0);
}

TEST_F(CopyTreeTest, RefusesMountPointsOfBothKinds) {
    ASSERT_EQ(mkdirat(top(), "from/mounted", 0755), 0);
    put_file(top(), "from/covered", "below");
    put_file(top(), "other", "above");
    NsSet more;
    more.add(Ns::mnt);
    for (const char* place : {"mounted", "covered"}) {
        const Status done = run_in_user_namespace(holder_.userns.get(), nullptr, more, [&]() -> Status {
            const bool directory = std::string_view(place) == "mounted";
            const Fd file = TRY(open_named(tree_->path() + "/other", O_PATH));
            const Fd mount = TRY(directory ? make_filesystem("tmpfs", "none", "", 0) : clone_tree(file.get(), false));
            const Fd target = TRY(open_named(tree_->path() + "/from/" + place, O_PATH));
            TRY(attach_mount(mount.get(), target.get()));
            const auto copied = copy_in_holder(holder_.userns.get(), tree_->path() + "/from", tree_->path() + "/to");
            CHECK_THAT(!copied);
            return copied;
        });
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, Code::busy) << done.error().text;
        const std::string wanted = std::string(place) + ": it is a mount point";
        EXPECT_NE(std::string_view(done.error().text).find(wanted), std::string_view::npos) << done.error().text;
        EXPECT_NE(faccessat(top(), "to", F_OK, 0), 0) << "something was left";
    }
}

TEST_F(CopyTreeTest, RefusesAnExistingTarget) {
    ASSERT_EQ(mkdirat(top(), "to", 0755), 0);
    put_file(top(), "to/mine", "mine");
    const Status done = copy();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::exists);
    EXPECT_EQ(faccessat(top(), "to/mine", F_OK, 0), 0);
}

TEST_F(CopyTreeTest, LeavesNothingAfterAFullDisk) {
    put_file(top(), "from/a", std::string(100'000, 'a'));
    put_file(top(), "from/b", std::string(3'000'000, 'b'));
    NsSet more;
    more.add(Ns::mnt);
    const Status done = run_in_user_namespace(holder_.userns.get(), nullptr, more, [&]() -> Status {
        const Fd small = TRY(make_filesystem("tmpfs", "none", "size=1m", 0));
        CHECK_THAT(mkdirat(top(), "small", 0755) == 0);
        const Fd target = TRY(open_named(tree_->path() + "/small", O_PATH | O_DIRECTORY));
        TRY(attach_mount(small.get(), target.get()));
        const auto copied = copy_in_holder(holder_.userns.get(), tree_->path() + "/from", tree_->path() + "/small/to");
        CHECK_THAT(!copied && copied.error().code == Code::no_space);
        CHECK_THAT(TRY(Root::at(tree_->path() + "/small")).list()->empty());
        return {};
    });
    EXPECT_TRUE(ok(done));
}

}  // namespace
}  // namespace cubby
