#pragma once
// What this kernel lets this user do, found by doing it: in child processes and namespaces that end with the probe.

#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "kernel/landlock.h"

namespace cubby {

enum class Feature : uint8_t {
    openat2,
    pidfd,    // clone3(2) with CLONE_PIDFD, pidfd_send_signal(2), waitid(2) by pidfd
    seccomp,  // a filter with no_new_privs
    landlock,
    keyring,  // a new session keyring
    user_namespace,
    single_map,     // mapping the own ids, as every user may
    mnt_namespace,  // these, and all below, inside the new user namespace
    pid_namespace,
    net_namespace,
    ipc_namespace,
    uts_namespace,
    cgroup_namespace,
    time_namespace,
    fs_context,  // fsopen(2), fsconfig(2), fsmount(2): a tmpfs
    open_tree,   // a detached copy of a mount
    mount_setattr,
    move_mount,
    procfs,  // a new one; refused where the outer /proc has something mounted over a part of it
    sysfs,
    devpts,
    mqueue,
    overlay,  // with userxattr, on the given directory
};
inline constexpr size_t kFeatureCount = 23;

inline constexpr int kNotTried = -1;  // something that it needs did not work, or the probe was cut short

// One errno a feature: 0 works, kNotTried, else why not.
struct FeatureErrors {
    std::array<int, kFeatureCount> errors{};
    [[nodiscard]] int of(Feature feature) const noexcept { return errors[static_cast<size_t>(feature)]; }
    [[nodiscard]] bool works(Feature feature) const noexcept { return of(feature) == 0; }
};

// Tries everything, within two seconds.  `overlay` is a directory without links in its path that holds empty directories
// "lower", "upper" and "work" and belongs to the caller; an empty path leaves that probe out.
FeatureErrors probe_features(const std::string& overlay);

// Why user namespaces are refused on this host, and what lifts it.
struct Refusal {
    std::string cause;    // "user.max_user_namespaces is 0"
    std::string cure;     // one sentence with the administrator's line in it, for an error message
    std::string command;  // the line alone, empty where there is none
};
// `sys_errno` is what clone, unshare, a map's write or a mount inside it gave.
[[nodiscard]] Refusal explain_user_namespace(int sys_errno);

}  // namespace cubby
