#include "storage/overlay.h"

#include <array>

#include "storage/holder_trees.h"
#include "storage/new_directory.h"
#include "storage/pinned_directory.h"

namespace cubby {

std::string overlay_work_of(const std::string& upper) { return upper.substr(0, upper.rfind('/') + 1) + "work"; }

namespace {

std::string work_of(const RootfsSpec& rootfs) {
    return rootfs.work.empty() ? overlay_work_of(rootfs.path) : rootfs.work;
}

// overlayfs empties "work" and "index" in its work directory (fs/overlayfs/super.c, ovl_workdir_create), so a
// directory with anything else in it is somebody's own.  One that the user cannot list is the container's.
Status check_work(const std::string& path) {
    const auto directory = Root::at(path);
    if (!directory) {
        return std::unexpected(prefixed(directory.error(), "lxc.rootfs.path: the overlay's work directory"));
    }
    const auto entries = directory->list();
    if (!entries) {
        return entries.error().code == Code::denied ? Status{} : std::unexpected(entries.error());
    }
    for (const DirEntry& entry : *entries) {
        if (entry.name != "work" && entry.name != "index") {
            return FAIL(
                Code::invalid_config,
                "lxc.rootfs.path: %s is needed as the overlay's work directory but holds '%.40s'; move that away",
                path.c_str(), entry.name.c_str());
        }
    }
    return {};
}

Status check_layers(const RootfsSpec& rootfs) {
    if (rootfs.lowers.empty()) {
        return FAIL(Code::invalid_config, "lxc.rootfs.path: overlay:LOWER:UPPER needs a lower directory");
    }
    for (const std::string& lower : rootfs.lowers) {
        if (lower == rootfs.path) {
            return FAIL(Code::invalid_config, "lxc.rootfs.path: %s is both a lower and the upper directory",
                        lower.c_str());
        }
    }
    return {};
}

class Overlay final : public Backend {
  public:
    [[nodiscard]] std::string_view name() const noexcept override { return "overlay"; }

    [[nodiscard]] bool recognises(const RootfsSpec& rootfs) const override {
        // "overlayfs" is LXC 1's word.
        return rootfs.backend == name() || rootfs.backend == "overlayfs" ||
               (rootfs.backend.empty() && !rootfs.lowers.empty());
    }

    [[nodiscard]] std::string describe(const RootfsSpec& rootfs) const override {
        std::string text = "overlay on ";
        for (const std::string& lower : rootfs.lowers) {
            text.append(&lower == &rootfs.lowers.front() ? "" : ", ").append(lower);
        }
        return text + ", changes in " + rootfs.path;
    }

    Result<Slot> contribute(const RootfsSpec& rootfs, StartPlan& plan) const override {
        TRY(check_layers(rootfs));
        TRY(plan.provisional ? Status{} : check_work(work_of(rootfs)));
        OverlayStep mount{};
        for (const std::string& lower : rootfs.lowers) {
            mount.lowers.push_back(TRY(add_directory(lower, plan)));
        }
        mount.upper = TRY(add_directory(rootfs.path, plan));
        mount.work = TRY(add_directory(work_of(rootfs), plan));
        mount.discard = rootfs.discard;
        mount.slot = plan.new_slot();
        const Slot slot = mount.slot;
        // By the container's root: overlayfs acts on the layers with the rights of whoever mounts it.
        plan.add(Phase::child_mounts, std::move(mount));
        return slot;
    }

    Result<RootfsSpec> create(const NewRootfs& wanted, const ContainerIds& ids) const override {
        if (wanted.lowers.empty()) {
            return FAIL(Code::usage,
                        "-B overlay needs an image or a directory to lie on; choose one with -t, or -B dir");
        }
        if (!wanted.rootfs.empty()) {
            return FAIL(Code::usage,
                        "-B overlay keeps its layers in the container's own directory; --dir is for -B dir");
        }
        const std::string base = wanted.directory + "/overlay";
        for (const std::string& path : wanted.lowers) {
            TRY(check_name(path));
        }
        TRY(check_name(base));
        RootfsSpec rootfs;
        rootfs.backend = name();
        rootfs.path = base + "/delta";
        rootfs.work = overlay_work_of(rootfs.path);
        rootfs.lowers = wanted.lowers;
        const NamedEntry entry = TRY(open_parent(base));
        TRY(entry.parent.mkdir(entry.name, 0755));
        // The upper's owner and mode are those of the container's "/".
        const std::array<NewDirectory, 2> fresh{{{rootfs.path, wanted.lowers.front()}, {rootfs.work, {}}}};
        if (auto made = make_directories(fresh, ids); !made) {
            static_cast<void>(entry.parent.rmdir(entry.name));
            return std::unexpected(made.error());
        }
        return rootfs;
    }

    Status destroy(const RootfsSpec& rootfs, const ContainerIds& ids) const override {
        if (!rootfs.managed) {
            return {};
        }
        std::vector<std::string> own{rootfs.path};
        if (check_work(work_of(rootfs))) {
            own.push_back(work_of(rootfs));
        }
        TRY(delete_in_holder(ids.holder, own));
        const std::string base = rootfs.path.substr(0, rootfs.path.rfind('/'));
        if (base.ends_with("/overlay")) {
            if (const auto entry = open_parent(base)) {
                static_cast<void>(entry->parent.rmdir(entry->name));  // not empty: something else is kept there
            }
        }
        return {};
    }

  private:
    static Status check_name(const std::string& path) {
        if (path.find(':') != std::string::npos) {
            return FAIL(Code::usage, "%s: a path with ':' cannot be written as overlay:LOWER:UPPER; use -B dir",
                        path.c_str());
        }
        return {};
    }
};

}  // namespace

const Backend& overlay_backend() noexcept {
    static const Overlay kOverlay;
    return kOverlay;
}

}  // namespace cubby
