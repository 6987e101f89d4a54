#pragma once
// The mount API by descriptors: fsopen(2), fsconfig(2), fsmount(2), open_tree(2), mount_setattr(2), move_mount(2).
// A mount is made detached, given its attributes, and only then attached; no path of a container is ever an argument.

#include <sys/mount.h>

#include <cstdint>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

// A detached file system: `options` is "key=value,flag,…" without escapes, `attributes` MOUNT_ATTR_*.  Where the
// kernel refuses, its own words from the fs context's log are in the error.
Result<Fd> make_filesystem(const char* type, const char* source, const char* options, uint64_t attributes) noexcept;

// An fs context for file systems whose options hold ':' or ',' (overlay): set one by one, then finish.
class FsContext {
  public:
    static Result<FsContext> open(const char* type) noexcept;
    Status set(const char* key, const char* value) noexcept;
    Status set_flag(const char* key) noexcept;
    Result<Fd> mount(uint64_t attributes) noexcept;

  private:
    FsContext(Fd context, const char* type) noexcept : context_(std::move(context)), type_(type) {}
    [[nodiscard]] Error refusal(const char* what) const noexcept;
    Fd context_;
    const char* type_;
};

// A detached copy of the mount at `tree` (an O_PATH descriptor), with the mounts below it where `recursive`.
Result<Fd> clone_tree(int tree, bool recursive) noexcept;

// Sets and clears MOUNT_ATTR_* flags, and the propagation (MS_PRIVATE, MS_SLAVE, … or 0), of a mount by descriptor.
struct MountAttributes {
    uint64_t set = 0;
    uint64_t clear = 0;
    uint64_t propagation = 0;
    bool recursive = false;
    int id_map = -1;  // a user namespace that ids are shown as in (MOUNT_ATTR_IDMAP); the mount is detached
};
Status change_mount(int mount, const MountAttributes& attributes) noexcept;

// Attaches a detached mount on top of the file or directory `target`.
Status attach_mount(int mount, int target) noexcept;

// A fresh file system on top of the directory `path` of this mount namespace.  Mounts that came with a copy of another
// user namespace's cannot be taken away, only covered (mount_namespaces(7), locked mounts).
Status cover_directory(const char* path, const char* type, uint64_t attributes) noexcept;

// A mount namespace of the caller's own, to which mounts of the one before still come and from which none goes back
// (mount_namespaces(7), MS_SLAVE).
Status leave_mount_namespace() noexcept;

// Takes the mount whose root is `mount` out of this mount namespace, with all below it: from the tree at once, and for good
// with its last user (MNT_DETACH).  umount2(2) has only a path: the descriptor's own name, counted from
// `own_descriptors`, /proc/self/fd of any mount namespace, which becomes the working directory.
Status detach_mount(int mount, int own_descriptors) noexcept;

// Whether the descriptor is on the root of a mount (STATX_ATTR_MOUNT_ROOT).
Result<bool> is_mount_root(int fd) noexcept;

// Makes `new_root` (a mount) the root of this mount namespace and lets the old root go, with every mount below it:
// pivot_root(".", ".") and umount2(".", MNT_DETACH), pivot_root(2).  The working directory is the new root after it.
Status enter_root(int new_root) noexcept;

// The id of the mount that a descriptor is on (STATX_MNT_ID).
Result<uint64_t> mount_id(int fd) noexcept;

// The magic number of the file system that a descriptor is on (statfs(2)).
Result<int64_t> filesystem_magic(int fd) noexcept;

}  // namespace cubby
