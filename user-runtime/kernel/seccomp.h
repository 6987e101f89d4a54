#pragma once
// Loading a compiled seccomp filter, and answering the system calls that it notifies (seccomp(2), seccomp_unotify(2)).

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <span>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

// Puts the calling process under `program`.  Needs no_new_privs or CAP_SYS_ADMIN in the own user namespace.  A program
// that notifies gives its listener, which somebody must serve: the calls wait.
Result<Fd> load_seccomp(const sock_filter* program, size_t length) noexcept;

// One notified call, in buffers as large as this kernel's structures.
class Notification {
  public:
    static Result<Notification> make();

    // Waits for the next one.  Code::not_found: its process has gone meanwhile.
    Status receive(int listener) noexcept;
    // Whether it still waits: then what was opened of its process by number is that process's.
    [[nodiscard]] bool waits(int listener) const noexcept;
    // Sends the answer as it stands; one that comes too late is nobody's.
    void answer(int listener) noexcept;
    void refuse(int error) noexcept;  // makes -error the answer

    [[nodiscard]] const seccomp_notif_sizes& sizes() const noexcept { return sizes_; }
    [[nodiscard]] const seccomp_notif& call() const noexcept {
        return *reinterpret_cast<const seccomp_notif*>(call_.data());
    }
    [[nodiscard]] std::span<std::byte> call_bytes() noexcept { return call_; }
    [[nodiscard]] std::span<std::byte> answer_bytes() noexcept { return answer_; }

  private:
    Notification(const seccomp_notif_sizes& sizes, size_t call, size_t answer)
        : sizes_(sizes), call_(call), answer_(answer) {}
    seccomp_notif_sizes sizes_;
    std::vector<std::byte> call_;
    std::vector<std::byte> answer_;
};

}  // namespace cubby
