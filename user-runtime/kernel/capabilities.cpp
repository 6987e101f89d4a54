#include "kernel/capabilities.h"

#include <linux/capability.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <memory>

namespace cubby {
namespace {

constexpr unsigned kMaxCapability = 63;

struct KernelSets {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
};

}  // namespace

CapSet all_capabilities() noexcept {
    CapSet all = 0;
    for (unsigned cap = 0; cap <= kMaxCapability && prctl(PR_CAPBSET_READ, cap) >= 0; ++cap) {
        all |= CapSet{1} << cap;
    }
    return all;
}

std::optional<unsigned> parse_capability(std::string_view name) {
    std::string lower;
    std::ranges::transform(name, std::back_inserter(lower),
                           [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
    if (!lower.starts_with("cap_")) {
        lower.insert(0, "cap_");
    }
    cap_value_t value = 0;
    // cap_from_name(3) stops at the first byte that no name has: to it, "chown,setuid" is chown (CVE-2026-48785's class).
    if (cap_from_name(lower.c_str(), &value) != 0 || value < 0 ||
        lower.substr(4) != capability_name(static_cast<unsigned>(value))) {
        return std::nullopt;
    }
    return static_cast<unsigned>(value);
}

std::string capability_name(unsigned capability) {
    const std::unique_ptr<char, int (*)(void*)> name(cap_to_name(static_cast<cap_value_t>(capability)), cap_free);
    std::string text = name ? name.get() : std::to_string(capability);
    return text.starts_with("cap_") ? text.substr(4) : text;
}

Status raise_permitted() noexcept {
    KernelSets sets;
    if (syscall(SYS_capget, &sets.header, sets.data) != 0) {
        return FAIL_ERRNO("read capabilities");
    }
    for (auto& half : sets.data) {
        half.effective = half.permitted;
    }
    if (syscall(SYS_capset, &sets.header, sets.data) != 0) {
        return FAIL_ERRNO("set capabilities");
    }
    return {};
}

Status drop_permitted() noexcept {
    KernelSets sets;
    if (syscall(SYS_capset, &sets.header, sets.data) != 0) {
        return FAIL_ERRNO("drop capabilities");
    }
    return {};
}

Status limit_capabilities(CapSet keep) noexcept {
    for (unsigned cap = 0; cap <= kMaxCapability; ++cap) {
        if ((keep & (CapSet{1} << cap)) != 0 || prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0) {
            continue;
        }
        if (errno != EINVAL || cap == 0) {
            return FAIL_ERRNO("drop capability %u from the bounding set", cap);
        }
        break;  // the kernel knows no more of them (prctl(2))
    }
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
        return FAIL_ERRNO("clear ambient capabilities");
    }
    KernelSets sets;
    if (syscall(SYS_capget, &sets.header, sets.data) != 0) {
        return FAIL_ERRNO("read capabilities");
    }
    for (unsigned half = 0; half < 2; ++half) {
        const auto kept = static_cast<uint32_t>(keep >> (32 * half)) & sets.data[half].permitted;
        sets.data[half] = {kept, kept, 0};
    }
    const KernelSets wanted = sets;
    if (syscall(SYS_capset, &sets.header, sets.data) != 0) {
        return FAIL_ERRNO("set capabilities");
    }
    if (syscall(SYS_capget, &sets.header, sets.data) != 0) {
        return FAIL_ERRNO("read capabilities back");
    }
    for (unsigned half = 0; half < 2; ++half) {
        if (sets.data[half].effective != wanted.data[half].effective ||
            sets.data[half].permitted != wanted.data[half].permitted || sets.data[half].inheritable != 0) {
            return FAIL(Code::denied, "the kernel did not take the capability sets");
        }
    }
    return {};
}

}  // namespace cubby
