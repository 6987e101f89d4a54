#pragma once
// The eight namespaces of Linux, as a table (namespaces(7)).

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

enum class Ns : uint8_t { user, mnt, pid, net, ipc, uts, cgroup, time };  // declaration order is setns order

struct NsInfo {
    Ns ns;
    const char* name;  // as in lxc.namespace.* and /proc/PID/ns
    uint64_t clone_flag;
    const char* proc_entry;  // below /proc/PID; pid and time are entered by a process's children
};

inline constexpr size_t kNsCount = 8;
extern const std::array<NsInfo, kNsCount> kNamespaces;

// A set of namespaces.
class NsSet {
  public:
    constexpr NsSet() = default;
    constexpr void add(Ns ns) { bits_ = static_cast<uint8_t>(bits_ | bit(ns)); }
    constexpr void remove(Ns ns) { bits_ = static_cast<uint8_t>(bits_ & ~bit(ns)); }
    [[nodiscard]] constexpr bool has(Ns ns) const { return (bits_ & bit(ns)) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    [[nodiscard]] constexpr uint8_t bits() const { return bits_; }
    static constexpr NsSet from_bits(uint8_t bits) {
        NsSet set;
        set.bits_ = bits;
        return set;
    }
    // The CLONE_NEW* flags of the set.
    [[nodiscard]] uint64_t clone_flags() const;
    bool operator==(const NsSet&) const = default;

  private:
    static constexpr uint8_t bit(Ns ns) { return static_cast<uint8_t>(1U << static_cast<unsigned>(ns)); }
    uint8_t bits_ = 0;
};

[[nodiscard]] const NsInfo& info(Ns ns);
// "user", "mnt" (also "mount"), "pid", "net" (also "network"), …
[[nodiscard]] std::optional<Ns> parse_ns(std::string_view name);

// Enters the namespaces of the process behind `pidfd`, all at once (setns(2) with a pidfd, Linux 5.8).
Status enter_namespaces_of(int pidfd, NsSet set) noexcept;
// Enters one namespace by its descriptor; the kernel checks that it is of type `ns`.
Status enter_namespace(int fd, Ns ns) noexcept;

// The inode of the calling process's user namespace: its name among all that live (namespaces(7)).
Result<uint64_t> own_user_namespace() noexcept;

// Whether two descriptors of namespaces are the same one.
Result<bool> same_namespace(int first, int second) noexcept;

}  // namespace cubby
