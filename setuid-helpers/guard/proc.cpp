#include "setuid-helpers/guard/proc.h"

#include <asm/stat.h>
#include <asm/statfs.h>
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>

#include "setuid-helpers/guard/system_calls.h"

namespace cubby::guard {
namespace {

constexpr uint64_t kProcRoot = 1;  // inode of the root of a procfs; a bind mount of a part of one has another

}  // namespace

bool open_proc(Proc& proc) noexcept {
    proc.root =
        static_cast<int>(call(__NR_openat, AT_FDCWD, word("/proc"), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct statfs info{};
    if (call(__NR_fstatfs, proc.root, word(&info)) != 0 || info.f_type != PROC_SUPER_MAGIC ||
        inode_of(proc.root) != kProcRoot) {
        return false;
    }
    proc.self = open_below(proc.root, "self", O_PATH | O_DIRECTORY);
    return inode_of(open_user_namespace(proc.self)) == kInitialUserNamespace;
}

int open_below(int directory, const char* path, uint64_t flags) noexcept {
    open_how how{};
    how.flags = flags | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(call(__NR_openat2, directory, word(path), word(&how), sizeof how));
}

int open_user_namespace(int process) noexcept {
    return static_cast<int>(call(__NR_openat, process, word("ns/user"), O_RDONLY | O_CLOEXEC));
}

uint64_t inode_of(int fd) noexcept {
    struct stat info{};
    return call(__NR_fstat, fd, word(&info)) == 0 ? info.st_ino : 0;
}

}  // namespace cubby::guard
