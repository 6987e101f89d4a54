#include "kernel/seccomp.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cubby {
namespace {

// Only the return of a constant stands for itself; no filter of ours returns its accumulator.
bool notifies(const sock_filter* program, size_t length) noexcept {
    return std::any_of(program, program + length, [](const sock_filter& line) {
        return line.code == (BPF_RET | BPF_K) && (line.k & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_USER_NOTIF;
    });
}

}  // namespace

Result<Fd> load_seccomp(const sock_filter* program, size_t length) noexcept {
    if (length == 0 || length > BPF_MAXINSNS) {
        return FAIL(Code::invalid_config, "seccomp filter of %zu instructions", length);
    }
    // The kernel does not write to the program; the struct has no const (linux/filter.h).
    const sock_fprog filter{static_cast<unsigned short>(length), const_cast<sock_filter*>(program)};
    const unsigned long flags = notifies(program, length) ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
    const long got = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
    if (got < 0) {
        return FAIL_ERRNO("load seccomp filter");
    }
    return flags != 0 ? Fd(static_cast<int>(got)) : Fd();
}

Result<Notification> Notification::make() {
    seccomp_notif_sizes sizes{};
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) {
        return FAIL_ERRNO("ask for the size of a notification");
    }
    return Notification(sizes, std::max<size_t>(sizes.seccomp_notif, sizeof(seccomp_notif)),
                        std::max<size_t>(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp)));
}

Status Notification::receive(int listener) noexcept {
    std::ranges::fill(call_, std::byte{});
    std::ranges::fill(answer_, std::byte{});
    while (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, call_.data()) != 0) {
        if (errno != EINTR) {
            return FAIL_ERRNO("receive a notified system call");
        }
    }
    return {};
}

bool Notification::waits(int listener) const noexcept {
    uint64_t id = call().id;
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void Notification::answer(int listener) noexcept {
    const uint64_t id = call().id;
    memcpy(answer_.data() + offsetof(seccomp_notif_resp, id), &id, sizeof id);
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, answer_.data());
}

void Notification::refuse(int error) noexcept {
    const seccomp_notif_resp none{call().id, 0, -error, 0};
    std::ranges::fill(answer_, std::byte{});
    memcpy(answer_.data(), &none, sizeof none);
}

}  // namespace cubby
