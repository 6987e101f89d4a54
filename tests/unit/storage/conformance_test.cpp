// What every storage backend promises (storage/backend.h), over the list in storage/registry.cpp.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>

#include "kernel/mount_fd.h"
#include "kernel/userns_process.h"
#include "storage/holder_trees.h"
#include "storage/overlay.h"
#include "storage/registry.h"
#include "tests/unit/storage/own_holder.h"

namespace cubby {
namespace {

using test::ok;

// Runs the steps of a plan that backends contribute, as a start would: those of child_userns with the user's rights,
// the others as the container's root.  Gives the descriptor in `wanted`.
class SmallExecutor {
  public:
    Result<Fd> run(StartPlan& plan, Slot wanted) {
        plan.seal();
        bool root = false;
        for (const PlannedStep& planned : plan.steps()) {
            if (planned.phase > Phase::child_userns && !root) {
                TRY(become_root());
                root = true;
            }
            TRY(std::visit([this](const auto& step) { return one(step); }, planned.step));
        }
        if (!root) {
            TRY(become_root());
        }
        return std::move(slots_[wanted]);
    }

  private:
    Status one(const OpenStep& step) {
        slots_[step.slot] = TRY(open_pinned(step.path.c_str(), step.device, step.inode));
        return {};
    }
    Status one(const CloneTreeStep& step) {
        Fd copy = TRY(clone_tree(slots_[step.slot].get(), step.recursive));
        TRY(change_mount(copy.get(), {step.set_attributes, step.clear_attributes, step.propagation, step.recursive}));
        slots_[step.slot] = std::move(copy);
        return {};
    }
    Status one(const OverlayStep& step) {
        FsContext context = TRY(FsContext::open("overlay"));
        std::string lowers;
        for (const Slot lower : step.lowers) {
            lowers += (lowers.empty() ? "" : ":") + path_of(lower);
        }
        TRY(context.set("lowerdir", lowers.c_str()));
        TRY(context.set("upperdir", path_of(step.upper).c_str()));
        TRY(context.set("workdir", path_of(step.work).c_str()));
        TRY(context.set_flag("userxattr"));
        slots_[step.slot] = TRY(context.mount(0));
        return {};
    }
    template <class Other>
    Status one(const Other& step) {
        return FAIL(Code::broken, "a backend contributed a step that this test does not know: %s", kind_of(Step(step)));
    }
    std::string path_of(Slot slot) { return "/proc/self/fd/" + std::to_string(slots_[slot].get()); }

    std::map<Slot, Fd> slots_;
};

class BackendTest : public test::HolderTest, public ::testing::WithParamInterface<const Backend*> {
  protected:
    void SetUp() override {
        HolderTest::SetUp();
        if (IsSkipped()) {
            return;
        }
        tree_ = std::make_unique<test::TemporaryTree>(holder_);
        // A home that nobody else may walk, with an image and a container's directory in it.
        ASSERT_EQ(fchmodat(AT_FDCWD, tree_->path().c_str(), 0700, 0), 0);
        ASSERT_TRUE(ok(tree_->root().mkdir(*RelPath::parse("c1"), 0755)));
        make_image();
    }
    void make_image() {
        const ContainerIds ids = container_ids();
        const uid_t root = to_outside(ids.maps.uids, 0).value_or(~0U);
        in_holder([&]() -> Status {
            const int top = tree_->root().fd();
            CHECK_THAT(mkdirat(top, "image", 0755) == 0 && mkdirat(top, "image/etc", 0755) == 0);
            const Fd file(openat(top, "image/etc/issue", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
            TRY(write_all(file.get(), "from the image", "issue"));
            for (const char* path : {"image/etc/issue", "image/etc", "image"}) {
                CHECK_THAT(fchownat(top, path, root, root, 0) == 0);
            }
            return {};
        });
    }
    [[nodiscard]] NewRootfs wanted() const { return {tree_->path() + "/c1", {tree_->path() + "/image"}}; }

    // Runs `body` as the container's root with the root mount that the backend contributes.
    [[nodiscard]] Status with_mount(const RootfsSpec& rootfs, const std::function<Status(const Root&)>& body) const {
        StartPlan plan("c1");
        const Slot slot = TRY(GetParam()->contribute(rootfs, plan));
        const ContainerIds ids = container_ids();
        NsSet more;
        more.add(Ns::mnt);
        return run_in_user_namespace({ids.holder, &ids.maps, more}, [&]() -> Status {
            SmallExecutor executor;
            const Root root(TRY(executor.run(plan, slot)), Trust::guest);
            return body(root);
        });
    }
    [[nodiscard]] size_t entries(const char* path) const { return tree_->root().list(*RelPath::parse(path))->size(); }

    std::unique_ptr<test::TemporaryTree> tree_;
};

TEST_P(BackendTest, IsFoundByItsWordAndByItsSpec) {
    const auto by_word = find_backend(GetParam()->name());
    ASSERT_TRUE(ok(by_word));
    EXPECT_EQ(*by_word, GetParam());
    const auto made = GetParam()->create(wanted(), container_ids());
    ASSERT_TRUE(ok(made));
    const auto by_spec = backend_of(*made);
    ASSERT_TRUE(ok(by_spec));
    EXPECT_EQ(*by_spec, GetParam());
    EXPECT_FALSE(GetParam()->describe(*made).empty());
}

TEST_P(BackendTest, MakesARootThatTheContainersRootOwnsAndWrites) {
    const auto made = GetParam()->create(wanted(), container_ids());
    ASSERT_TRUE(ok(made));
    EXPECT_EQ(made->backend, GetParam()->name());
    EXPECT_TRUE(made->managed);
    const auto body = [](const Root& root) -> Status {
        const RelPath issue = *RelPath::parse("etc/issue");
        CHECK_THAT(TRY(root.read(issue, 100)) == "from the image");
        struct stat info{};
        CHECK_THAT(fstat(root.fd(), &info) == 0 && info.st_uid == 0 && info.st_gid == 0 &&
                   (info.st_mode & 07777U) == 0755);
        TRY(root.replace(issue, "changed"));
        TRY(root.mkdir(*RelPath::parse("home"), 0700));
        TRY(root.chown(*RelPath::parse("home"), 1000, 1000));
        return {};
    };
    ASSERT_TRUE(ok(with_mount(*made, body)));
    // Changes stay in the container and out of the image.
    EXPECT_TRUE(ok(with_mount(*made, [](const Root& root) -> Status {
        CHECK_THAT(TRY(root.read(*RelPath::parse("etc/issue"), 100)) == "changed");
        CHECK_THAT(TRY(root.stat(*RelPath::parse("home"))).st_uid == 1000);
        return {};
    })));
    EXPECT_EQ(*tree_->root().read(*RelPath::parse("image/etc/issue"), 100), "from the image");
    EXPECT_EQ(entries("image"), 1U);
}

TEST_P(BackendTest, DestroysAllOfItsOwnAndNothingElse) {
    const auto made = GetParam()->create(wanted(), container_ids());
    ASSERT_TRUE(ok(made));
    ASSERT_TRUE(ok(tree_->root().replace(*RelPath::parse("c1/config"), "lxc.uts.name = c1\n")));
    ASSERT_TRUE(ok(with_mount(*made, [](const Root& root) -> Status {
        TRY(root.make_dirs(*RelPath::parse("a/b/c"), 0700));
        CHECK_THAT(fchmodat(root.fd(), "a", 0, 0) == 0);
        return {};
    })));
    EXPECT_TRUE(ok(GetParam()->destroy(*made, container_ids())));
    EXPECT_EQ(entries("c1"), 1U) << "only the config is left";
    EXPECT_EQ(*tree_->root().read(*RelPath::parse("image/etc/issue"), 100), "from the image");
    EXPECT_TRUE(ok(GetParam()->destroy(*made, container_ids()))) << "a second time is fine";
}

TEST_P(BackendTest, LeavesAnUnmanagedRootAlone) {
    auto made = GetParam()->create(wanted(), container_ids());
    ASSERT_TRUE(ok(made));
    made->managed = false;
    EXPECT_TRUE(ok(GetParam()->destroy(*made, container_ids())));
    EXPECT_TRUE(ok(open_named(made->path, O_PATH)));
}

TEST_P(BackendTest, RefusesToMakeASecondOneAndKeepsTheFirst) {
    const auto made = GetParam()->create(wanted(), container_ids());
    ASSERT_TRUE(ok(made));
    const auto again = GetParam()->create(wanted(), container_ids());
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Code::exists);
    EXPECT_TRUE(ok(with_mount(*made, [](const Root&) { return Status{}; })));
}

TEST_P(BackendTest, LeavesNothingWhenItCannotMakeOne) {
    ContainerIds ids = container_ids();
    ids.maps.uids = {{0, 3'999'999'999, 1}};  // an id that the holder does not have
    NewRootfs without_image = wanted();
    without_image.lowers = {tree_->path() + "/absent"};
    EXPECT_FALSE(GetParam()->create(without_image, container_ids()));
    EXPECT_EQ(entries("c1"), 0U);
    if (GetParam()->name() == "dir") {
        without_image.lowers.clear();  // an empty root is given to the container's root
    } else {
        without_image = wanted();
    }
    EXPECT_FALSE(GetParam()->create(without_image, ids));
    EXPECT_EQ(entries("c1"), 0U);
}

TEST_P(BackendTest, RefusesToStartWithoutItsDirectories) {
    const auto made = GetParam()->create(wanted(), container_ids());
    ASSERT_TRUE(ok(made));
    ASSERT_TRUE(ok(GetParam()->destroy(*made, container_ids())));
    StartPlan plan("c1");
    const auto slot = GetParam()->contribute(*made, plan);
    ASSERT_FALSE(slot);
    EXPECT_EQ(slot.error().code, Code::not_found);
    EXPECT_NE(std::string_view(slot.error().text).find("lxc.rootfs.path"), std::string_view::npos) << slot.error().text;
}

INSTANTIATE_TEST_SUITE_P(Registry, BackendTest, ::testing::ValuesIn(backends().begin(), backends().end()),
                         [](const auto& chosen) { return std::string(chosen.param->name()); });

class OverlayTest : public test::HolderTest {};

TEST_F(OverlayTest, RefusesAWorkDirectoryThatHoldsSomethingElse) {
    const test::TemporaryTree tree(holder_);
    for (const char* path : {"lower", "upper", "work"}) {
        ASSERT_TRUE(ok(tree.root().mkdir(*RelPath::parse(path), 0755)));
    }
    RootfsSpec rootfs;
    rootfs.backend = "overlay";
    rootfs.path = tree.path() + "/upper";
    rootfs.lowers = {tree.path() + "/lower"};
    StartPlan good("c1");
    EXPECT_TRUE(ok(overlay_backend().contribute(rootfs, good)));
    ASSERT_TRUE(ok(tree.root().replace(*RelPath::parse("work/thesis.txt"), "years")));
    StartPlan plan("c1");
    const auto slot = overlay_backend().contribute(rootfs, plan);
    ASSERT_FALSE(slot);
    EXPECT_EQ(slot.error().code, Code::invalid_config);
    // Nor does a destroy touch it.
    EXPECT_TRUE(ok(overlay_backend().destroy(rootfs, container_ids())));
    EXPECT_EQ(tree.root().read(*RelPath::parse("work/thesis.txt"), 100).value_or(""), "years");
}

TEST_F(OverlayTest, PutsSeveralLowersInOrder) {
    StartPlan plan("c1");
    const test::TemporaryTree tree(holder_);
    for (const char* path : {"one", "two", "delta", "work"}) {
        ASSERT_TRUE(ok(tree.root().mkdir(*RelPath::parse(path), 0755)));
    }
    RootfsSpec rootfs;
    rootfs.backend = "";  // known by its shape alone
    rootfs.path = tree.path() + "/delta";
    rootfs.lowers = {tree.path() + "/one", tree.path() + "/two"};
    const auto backend = backend_of(rootfs);
    ASSERT_TRUE(ok(backend));
    ASSERT_EQ((*backend)->name(), "overlay");
    const auto slot = (*backend)->contribute(rootfs, plan);
    ASSERT_TRUE(ok(slot));
    plan.seal();
    const auto& last = std::get<OverlayStep>(plan.steps().back().step);
    EXPECT_EQ(last.slot, *slot);
    ASSERT_EQ(last.lowers.size(), 2U);
    EXPECT_EQ(std::get<OpenStep>(plan.steps()[0].step).slot, last.lowers[0]);
    EXPECT_EQ(std::get<OpenStep>(plan.steps()[0].step).path, tree.path() + "/one");
    EXPECT_EQ(plan.steps().back().phase, Phase::child_mounts);
}

TEST(BackendRegistryTest, NamesTheKnownOnesWhenAskedForAnother) {
    const auto found = find_backend("zpool");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Code::usage);
    EXPECT_NE(std::string_view(found.error().text).find("dir, overlay"), std::string_view::npos);
    RootfsSpec rootfs;
    rootfs.backend = "rbd";
    EXPECT_EQ(backend_of(rootfs).error().code, Code::unsupported);
    rootfs.backend = "overlayfs";
    EXPECT_EQ((*backend_of(rootfs))->name(), "overlay");
}

}  // namespace
}  // namespace cubby
