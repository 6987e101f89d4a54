#pragma once
// A container on disk: its directory, its configuration, the record of an operation in progress.
//
// An operation that changes more than one thing writes the file `intent` first and removes it last.  Who finds an intent
// that nobody holds the lock for finishes or undoes that operation before anything else: a container is absent, whole,
// or listed as broken.

#include <optional>
#include <string>

#include "base/names.h"
#include "config/lxc/compile.h"
#include "config/lxc/document.h"
#include "container/places.h"
#include "kernel/root.h"
#include "spec/container_spec.h"

namespace cubby {

// The directory of all containers, made where it is missing.
Result<Root> open_containers(const Places& places);
[[nodiscard]] RelPath entry_of(const ContainerName& name);
[[nodiscard]] std::string directory_of(const Places& places, const ContainerName& name);

// The directory of one container; Code::not_found says how to list and make them.  An interrupted operation is ended
// first.
//
// That waits for a command which is at work on it, at most `wait_ms` (then Code::busy).
inline constexpr int kLockWaitMs = 10000;
Result<Root> open_container(const Places& places, const ContainerName& name, int wait_ms = kLockWaitMs);

// Held over an operation; the kernel's lock on the container's directory itself.  Drafts of files that a killed command
// left in it are removed.
class [[nodiscard]] OperationLock {
  public:
    // Code::not_found where the directory was removed meanwhile, Code::busy when the wait is over.
    static Result<OperationLock> take(const Root& directory, const ContainerName& name, int wait_ms = kLockWaitMs);
    void release() noexcept { fd_.reset(); }

  private:
    explicit OperationLock(Fd fd) noexcept : fd_(std::move(fd)) {}
    Fd fd_;
};

// A container that nobody else changes while this is held.
struct LockedContainer {
    Root directory;
    OperationLock lock;
};
// As open_container, and locked: still the directory of that name, with no interrupted operation.
Result<LockedContainer> lock_container(const Places& places, const ContainerName& name);
// Only the entry of that name, locked, in whatever state it is.
Result<LockedContainer> lock_entry(const Places& places, const ContainerName& name);
// Makes the directory of a new container; Code::exists where there is one.
Result<LockedContainer> make_container_directory(const Places& places, const ContainerName& name);
// False: it was renamed or removed since it was opened.
[[nodiscard]] bool is_current(const Places& places, const ContainerName& name, const Root& directory);
[[nodiscard]] bool has_config(const Root& directory);
// The mark of a container that goes with its end (cubby run).
[[nodiscard]] bool is_ephemeral(const Root& directory);

// The record of an operation: "create", "destroy" or "rename OLDNAME NEWNAME"; container/outside_rootfs.h adds to "create".
Status write_intent(const Root& directory, std::string_view what);
// A name without a text, which takes no space: a destroy on a full disk.
Status write_empty_intent(const Root& directory);
Status clear_intent(const Root& directory);
Result<std::optional<std::string>> read_intent(const Root& directory);

Result<lxc::Document> load_document(const Places& places, const Root& directory, const ContainerName& name);
Status save_document(const Root& directory, const lxc::Document& document);

// The spec of a container as its configuration says, and what that says without effect ("lxc.x: why").
struct Loaded {
    ContainerSpec spec;
    std::string image;  // cubby.image, or empty
    std::vector<std::string> unsupported;
};
Result<Loaded> load_spec(const Places& places, const ContainerName& name, const lxc::Document& document,
                         lxc::Files files = lxc::Files::may_come);

}  // namespace cubby
