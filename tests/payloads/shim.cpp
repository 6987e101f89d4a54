// Runs a command under a kernel that lacks something, by a filter: what cubby does on such a kernel is to be seen.
//
//   probe shim openat2 -- COMMAND…   openat2(2) answers ENOSYS (Linux before 5.6)
//   probe shim pidfd   -- COMMAND…   the ioctls on pidfds answer ENOTTY (before 6.11)

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <vector>

#include "commands.h"

namespace probe {
namespace {

constexpr unsigned kPidfdMagic = 0xff;  // PIDFS_IOCTL_MAGIC of linux/pidfd.h

sock_filter load(size_t offset) { return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<unsigned>(offset)}; }
sock_filter equal(unsigned value, unsigned char otherwise) { return {BPF_JMP | BPF_JEQ | BPF_K, 0, otherwise, value}; }
sock_filter answer(int error) {
    return {BPF_RET | BPF_K, 0, 0, error == 0 ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | static_cast<unsigned>(error)};
}

std::vector<sock_filter> without_openat2() {
    return {load(offsetof(seccomp_data, nr)), equal(SYS_openat2, 1), answer(ENOSYS), answer(0)};
}

std::vector<sock_filter> without_pidfd_ioctls() {
    return {load(offsetof(seccomp_data, nr)),
            equal(SYS_ioctl, 5),
            load(offsetof(seccomp_data, args[1])),
            {BPF_ALU | BPF_RSH | BPF_K, 0, 0, 8},
            {BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xff},
            equal(kPidfdMagic, 1),
            answer(ENOTTY),
            answer(0)};
}

}  // namespace

int shim(Words words) {
    if (words.size() < 3 || words[1] != "--") {
        return 2;
    }
    std::vector<sock_filter> filter = words[0] == "openat2" ? without_openat2() : without_pidfd_ioctls();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
        perror("probe: shim");
        return 70;
    }
    std::vector<char*> argv;
    for (const std::string& one : words.subspan(2)) {
        argv.push_back(const_cast<char*>(one.c_str()));
    }
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
    perror("probe: run the command");
    return 127;
}

}  // namespace probe
