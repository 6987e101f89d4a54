#pragma once
// A storage backend: one way in which a container's root file system is kept.  registry.cpp lists them; the conformance
// suite (tests/unit/storage) runs over that list.

#include <string>
#include <string_view>
#include <vector>

#include "base/id_range.h"
#include "base/result.h"
#include "plan/start_plan.h"
#include "spec/container_spec.h"

namespace cubby {

// Whose files a container's are.
struct ContainerIds {
    int holder = -1;  // descriptor of the holder's user namespace
    IdMaps maps;      // container → ids of the holder
};

// A root file system that is to be made.
struct NewRootfs {
    std::string directory;  // absolute host path of the container's own directory; it exists, and is the user's
    std::vector<std::string> lowers;  // trees to begin with, read-only, the topmost first; none: an empty root
    std::string rootfs = {};          // a new path outside of `directory`; empty: the backend's own place in it
};

class Backend {
  public:
    virtual ~Backend() = default;

    // The word in lxc.rootfs.path and after -B.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    // Whether a rootfs is this backend's: by its word, or by its shape where it gives none.
    [[nodiscard]] virtual bool recognises(const RootfsSpec& rootfs) const = 0;
    // One line for `cubby info`.
    [[nodiscard]] virtual std::string describe(const RootfsSpec& rootfs) const = 0;

    // Adds the steps that make the root mount, and gives the slot that then holds it, detached.  Looks at the host paths
    // now, with the user's rights, and pins them: the child opens the same directories or none.  Of a provisional plan
    // it names them only.
    virtual Result<Slot> contribute(const RootfsSpec& rootfs, StartPlan& plan) const = 0;

    // Makes the files of a new root file system below wanted.directory, or at wanted.rootfs; all of them, or nothing after an error.
    virtual Result<RootfsSpec> create(const NewRootfs& wanted, const ContainerIds& ids) const = 0;

    // Deletes the container's own files, never a lower tree; nothing at all where the rootfs is not managed.  What is
    // gone already is fine, so a destroy that was killed is finished by the next one.
    virtual Status destroy(const RootfsSpec& rootfs, const ContainerIds& ids) const = 0;
};

}  // namespace cubby
