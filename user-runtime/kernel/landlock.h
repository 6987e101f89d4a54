#pragma once
// Landlock (landlock(7)): a thread gives up opening what is not below a few directories, for itself and its children,
// for good.  Descriptors that are open keep what they may.  By raw system calls: the C library has none.

#include <cstdint>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

// The highest Landlock ABI version of the kernel, or -errno (landlock_create_ruleset(2)).
[[nodiscard]] int landlock_abi() noexcept;

// Rights below a directory, as bits of the kernel's own numbers.
namespace landlock {
inline constexpr uint64_t kExecute = 1U << 0;
inline constexpr uint64_t kWriteFile = 1U << 1;
inline constexpr uint64_t kReadFile = 1U << 2;
inline constexpr uint64_t kReadDir = 1U << 3;
inline constexpr uint64_t kRemoveDir = 1U << 4;
inline constexpr uint64_t kRemoveFile = 1U << 5;
inline constexpr uint64_t kMakeDir = 1U << 7;
inline constexpr uint64_t kMakeFile = 1U << 8;
inline constexpr uint64_t kTruncate = 1U << 14;  // since ABI 3; before, truncate(2) is not confined

inline constexpr uint64_t kRead = kExecute | kReadFile | kReadDir;
// All that this program knows, but for ioctls of devices: a terminal needs them.
inline constexpr uint64_t kAll = (1U << 15) - 1;
}  // namespace landlock

// A set of rules in the making.  Nothing here allocates.
class Ruleset {
  public:
    // Confines all rights of kAll that this kernel knows; with `network`, also TCP (where the kernel knows that: ABI 4).
    static Result<Ruleset> make(bool network) noexcept;
    // Allows `rights` at and below an opened path.  Rights that are for directories only are left out for a file.
    Status allow(int path, uint64_t rights) const noexcept;
    // Confines the calling thread.  Needs no_new_privs or CAP_SYS_ADMIN in the own user namespace.
    Status enter() const noexcept;

  private:
    Ruleset(Fd fd, uint64_t known) noexcept : fd_(std::move(fd)), known_(known) {}
    Fd fd_;
    uint64_t known_;
};

}  // namespace cubby
