#include "storage/dir.h"

#include <sys/mount.h>

#include "kernel/userns_process.h"
#include "storage/holder_trees.h"
#include "storage/new_directory.h"
#include "storage/pinned_directory.h"

namespace cubby {
namespace {

class Dir final : public Backend {
  public:
    [[nodiscard]] std::string_view name() const noexcept override { return "dir"; }

    [[nodiscard]] bool recognises(const RootfsSpec& rootfs) const override {
        return rootfs.backend == name() || (rootfs.backend.empty() && rootfs.lowers.empty());
    }

    [[nodiscard]] std::string describe(const RootfsSpec& rootfs) const override { return "directory " + rootfs.path; }

    Result<Slot> contribute(const RootfsSpec& rootfs, StartPlan& plan) const override {
        if (!rootfs.id_map.empty()) {
            PinnedPath root = TRY(pin_directory(rootfs.path, plan));
            const Slot mapped = plan.new_slot();
            plan.add(Phase::parent_idmap,
                     MappedBindStep{mapped, "lxc.rootfs.options", std::move(root.path), root.device, root.inode, true,
                                    0, 0, MS_PRIVATE, rootfs.id_map});
            return mapped;
        }
        const Slot slot = TRY(add_directory(rootfs.path, plan));
        // The copy is made while the user's own rights last; what he has mounted below comes along.
        plan.add(Phase::child_userns, CloneTreeStep{slot, true, 0, 0, MS_PRIVATE});
        return slot;
    }

    Result<RootfsSpec> create(const NewRootfs& wanted, const ContainerIds& ids) const override {
        if (wanted.lowers.size() > 1) {
            return FAIL(Code::unsupported, "-B dir: an image of %zu layers needs -B overlay", wanted.lowers.size());
        }
        RootfsSpec rootfs;
        rootfs.backend = name();
        rootfs.path = wanted.rootfs.empty() ? wanted.directory + "/rootfs" : wanted.rootfs;
        if (wanted.lowers.empty()) {
            const NewDirectory empty{rootfs.path, {}};
            TRY(make_directories(std::span(&empty, 1), ids));
        } else {
            TRY(copy_in_holder(ids.holder, wanted.lowers.front(), rootfs.path));
        }
        return rootfs;
    }

    Status destroy(const RootfsSpec& rootfs, const ContainerIds& ids) const override {
        return rootfs.managed ? delete_in_holder(ids.holder, std::span(&rootfs.path, 1)) : Status{};
    }
};

}  // namespace

const Backend& dir_backend() noexcept {
    static const Dir kDir;
    return kDir;
}

}  // namespace cubby
