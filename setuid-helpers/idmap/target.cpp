#include "setuid-helpers/idmap/target.h"

#include <asm/poll.h>
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/nsfs.h>
#include <linux/time_types.h>

#include "setuid-helpers/guard/proc.h"
#include "setuid-helpers/guard/system_calls.h"
#include "setuid-helpers/guard/text.h"

namespace cubby::idmap {
namespace {

using guard::call;
using guard::inode_of;
using guard::Text;
using guard::word;

constexpr char kThreadFlag = 2;  // PIDFD_THREAD is O_EXCL: octal 0200, the third digit from the right

// The text behind "NAME:\t" on a line of its own.
Text value_of(Text lines, Text name) noexcept {
    while (lines.size() > 0) {
        Text line = lines.next_field('\n');
        if (line.next_field(':') == name) {
            return line.from(1);
        }
    }
    return {};
}

// The directory in /proc of the process behind the pidfd, from what fdinfo says of it; -1 where it is none, or a thread, or
// has ended.
int open_process(int proc, Text about) noexcept {
    const Text flags = value_of(about, Text::of("flags"));
    const Text number = value_of(about, Text::of("Pid"));  // as a pidfd has it (pidfd_open(2))
    uint64_t pid = 0;
    if (!guard::parse_number(number, pid) || ((flags[flags.size() - 3] - '0') & kThreadFlag) != 0) {
        return -1;
    }
    char name[12]{};
    for (size_t at = 0; at < number.size(); ++at) {
        name[at] = number[at];
    }
    const int process = guard::open_below(proc, name, O_PATH | O_DIRECTORY);
    // Readable once it has ended.  As it has not, the number was its own when the directory was opened.
    pollfd ended{kTarget, POLLIN, 0};
    const __kernel_timespec now{0, 0};
    const bool lives = call(__NR_ppoll, &ended, 1, word(&now), 0) == 0;
    // Whatever else may print such a line (a named dma-buf), takes no signals.
    return lives && call(__NR_pidfd_send_signal, kTarget, 0L, 0, 0) == 0 ? process : -1;
}

// Owned by the caller, and a child of this program's own namespace (ioctl_ns(2)).
bool is_his_child(int user_namespace, uint32_t caller) noexcept {
    uint32_t owner = 0xffffffff;
    const auto parent = static_cast<int>(call(__NR_ioctl, user_namespace, NS_GET_PARENT));
    return inode_of(parent) == guard::kInitialUserNamespace &&
           call(__NR_ioctl, user_namespace, NS_GET_OWNER_UID, word(&owner)) == 0 && owner == caller;
}

int open_empty_map(int process, const char* name) noexcept {
    const int map = guard::open_below(process, name, O_RDWR);
    char byte = 0;
    return call(__NR_read, map, word(&byte), 1) == 0 ? map : -1;
}

}  // namespace

Refusal open_target(uint32_t caller, Target& target) noexcept {
    guard::Proc proc;
    if (!guard::open_proc(proc)) {
        return Refusal::privilege;
    }
    static_assert(kTarget == 3);
    const int about = guard::open_below(proc.self, "fdinfo/3", O_RDONLY);
    static constinit char text[1024]{};  // not on the stack, which the caller may have made small
    const long size = call(__NR_read, about, word(text), sizeof text);
    // What is cut off (the caller's locks on the descriptor come before the number) may be cut in the number.
    const bool whole = size > 0 && size < static_cast<long>(sizeof text);
    const int process = open_process(proc.root, Text(text, whole ? static_cast<size_t>(size) : 0));
    const int before = guard::open_user_namespace(process);
    if (!is_his_child(before, caller)) {
        return Refusal::target;
    }
    target.uid_map = open_empty_map(process, "uid_map");
    target.gid_map = open_empty_map(process, "gid_map");
    target.setgroups = guard::open_below(process, "setgroups", O_WRONLY);
    // A process that went on to another namespace in between cannot come back to this one (setns(2)).
    const bool same = inode_of(guard::open_user_namespace(process)) == inode_of(before);
    return same && target.uid_map >= 0 && target.gid_map >= 0 && target.setgroups >= 0 ? Refusal::none
                                                                                       : Refusal::target;
}

}  // namespace cubby::idmap
