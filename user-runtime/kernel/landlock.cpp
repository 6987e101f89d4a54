#include "kernel/landlock.h"

#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace cubby {
namespace {

// What may be said of a file that is no directory.
constexpr uint64_t kOfFiles = landlock::kExecute | landlock::kWriteFile | landlock::kReadFile | landlock::kTruncate;
constexpr uint64_t kTcp = 3;  // bind and connect

// struct landlock_ruleset_attr up to ABI 4; an older header has only the first member.
struct RulesetAttributes {
    uint64_t files;
    uint64_t network;
};

// Rights came with the versions: 13 at first, moving between directories with 2, truncation with 3.
uint64_t known_rights(int abi) noexcept {
    constexpr uint64_t kFirst = (1U << 13) - 1;
    constexpr uint64_t kSecond = (1U << 14) - 1;
    if (abi >= 3) {
        return landlock::kAll;
    }
    return abi == 2 ? kSecond : kFirst;
}

}  // namespace

int landlock_abi() noexcept {
    const auto version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version >= 0 ? static_cast<int>(version) : -errno;
}

Result<Ruleset> Ruleset::make(bool network) noexcept {
    const int abi = landlock_abi();
    if (abi <= 0) {
        return std::unexpected(sys_error(-abi, "Landlock: ask the kernel"));
    }
    const uint64_t known = known_rights(abi);
    const RulesetAttributes attributes{known, network && abi >= 4 ? kTcp : 0};
    // A kernel of ABI 3 or less takes the longer structure while what it does not know is zero.
    Fd fd(static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
    if (!fd) {
        return FAIL_ERRNO("Landlock: make a ruleset");
    }
    return Ruleset(std::move(fd), known);
}

Status Ruleset::allow(int path, uint64_t rights) const noexcept {
    struct stat info{};
    if (fstat(path, &info) != 0) {
        return FAIL_ERRNO("Landlock: look at a path");
    }
    landlock_path_beneath_attr rule{};
    rule.allowed_access = rights & known_ & (S_ISDIR(info.st_mode) ? known_ : kOfFiles);
    rule.parent_fd = path;
    if (syscall(SYS_landlock_add_rule, fd_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
        return FAIL_ERRNO("Landlock: add a rule");
    }
    return {};
}

Status Ruleset::enter() const noexcept {
    if (syscall(SYS_landlock_restrict_self, fd_.get(), 0) != 0) {
        return FAIL_ERRNO("Landlock: confine");
    }
    return {};
}

}  // namespace cubby
