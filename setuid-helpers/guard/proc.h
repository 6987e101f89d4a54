#pragma once
// Files of the kernel's own: /proc, checked to be just that, and what is reached below it.

#include <cstdint>

namespace cubby::guard {

// /proc, and the place in it of this program itself.
struct Proc {
    int root = -1;
    int self = -1;
};
// Opens /proc, where it is a procfs, whole, and this program is in the initial user namespace: only there do its
// privileges, and the administrator's files, mean what they say.  False otherwise.
[[nodiscard]] bool open_proc(Proc& proc) noexcept;

// Opens a path below a directory, through no link and no other mount; negative errno.
[[nodiscard]] int open_below(int directory, const char* path, uint64_t flags) noexcept;

// The user namespace of a process, by its directory in /proc; negative errno.
[[nodiscard]] int open_user_namespace(int process) noexcept;

// 0 where there is none.  Namespace files are all of one file system, so the number tells them apart (ioctl_ns(2)).
[[nodiscard]] uint64_t inode_of(int fd) noexcept;

inline constexpr uint64_t kInitialUserNamespace = 0xEFFFFFFD;  // PROC_USER_INIT_INO, include/linux/proc_ns.h

}  // namespace cubby::guard
