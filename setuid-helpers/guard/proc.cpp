#include "setuid-helpers/guard/proc.h"

#include <asm/stat.h>
#include <asm/statfs.h>
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>

#include "setuid-helpers/guard/system_calls.h"
#include "setuid-helpers/guard/text.h"

namespace cubby::guard {
namespace {

// The link itself is read, not what a mount on it shows: whoever has a namespace of his own may mount there.
bool in_initial_namespace(int self) noexcept {
    const int link = open_below(self, "ns/user", O_PATH | O_NOFOLLOW);
    char text[32]{};
    const long size = call(__NR_readlinkat, link, word(""), word(text), sizeof text);
    return size > 0 && Text(text, static_cast<size_t>(size)) == Text::of("user:[4026531837]");
}
static_assert(kInitialUserNamespace == 4026531837);

}  // namespace

bool open_proc(Proc& proc) noexcept {
    proc.root =
        static_cast<int>(call(__NR_openat, AT_FDCWD, word("/proc"), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct statfs info{};
    if (call(__NR_fstatfs, proc.root, word(&info)) != 0 || info.f_type != PROC_SUPER_MAGIC) {
        return false;
    }
    proc.self = open_below(proc.root, "self", O_PATH | O_DIRECTORY);  // only the root of a procfs has that
    return in_initial_namespace(proc.self);
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
