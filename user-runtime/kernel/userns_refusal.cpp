// explain_user_namespace(): the causes, in the order in which they can be told apart.

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/parse.h"
#include "kernel/feature_probe.h"
#include "kernel/installed.h"
#include "kernel/root.h"

namespace cubby {
namespace {

// The first word of a small file, or an empty text.
std::string setting(const char* path) {
    const auto text = read_named(path, 4096);
    return text ? std::string(trim(std::string_view(*text).substr(0, text->find('\n')))) : std::string();
}

Refusal by_sysctl(const char* name, const std::string& value, const char* wanted) {
    Refusal refusal;
    const std::string line = std::string(name) + "=" + wanted;
    refusal.cause = std::string(name) + " is " + value;
    refusal.cure = "root: sysctl -w " + line;
    refusal.command = "sysctl -w " + line + " && echo " + line + " > /etc/sysctl.d/60-cubby-" + name + ".conf";
    return refusal;
}

Refusal by_apparmor() {
    const auto self = pin("/proc/self/exe");
    const std::string folder = self ? self->path.substr(0, self->path.rfind('/')) : "/usr/bin";
    Refusal refusal;
    refusal.cause = "AppArmor restricts user namespaces of ordinary users on this host";
    refusal.cure = "root allows cubby by a profile: cubby doctor --admin-script prints it";
    refusal.command = "printf '%s\\n' 'abi <abi/4.0>,' 'include <tunables/global>' 'profile cubby " + folder +
                      "/cubby{,-*} flags=(unconfined) { userns, }' > /etc/apparmor.d/cubby && apparmor_parser -r "
                      "/etc/apparmor.d/cubby";
    return refusal;
}

bool under_seccomp() {
    const auto status = read_named("/proc/self/status", 65536);
    for (const auto line : split_words(status ? std::string_view(*status) : "", "\n")) {
        if (line.starts_with("Seccomp:")) {
            return trim(line.substr(8)) != "0";
        }
    }
    return false;
}

// The kernel refuses user namespaces to a process whose root is not its mount namespace's (user_namespaces(7)); mostly
// such a root is a plain directory.
bool in_chroot() {
    struct statx info{};
    return statx(AT_FDCWD, "/", 0, STATX_BASIC_STATS, &info) == 0 &&
           (info.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0 &&
           (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0;
}

Refusal denied() {
    if (setting("/proc/sys/kernel/unprivileged_userns_clone") == "0") {
        return by_sysctl("kernel.unprivileged_userns_clone", "0", "1");
    }
    if (setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1") {
        return by_apparmor();
    }
    if (in_chroot()) {
        return {"this process is in a chroot", "run cubby outside of it, or enter it by pivot_root", ""};
    }
    if (under_seccomp()) {
        return {"a seccomp filter of the outer container or service forbids it",
                "start the outer container with --security-opt seccomp=unconfined, or a profile that allows unshare, "
                "clone and mount",
                ""};
    }
    return {"a security module of the kernel forbids it", "root: journalctl -k | grep -i denied tells which", ""};
}

}  // namespace

Refusal explain_user_namespace(int sys_errno) {
    switch (sys_errno) {
        case ENOSPC:
        case EUSERS: {
            const std::string most = setting("/proc/sys/user/max_user_namespaces");
            if (most == "0") {
                return by_sysctl("user.max_user_namespaces", most, "15000");
            }
            return {"all " + most + " user namespaces of user.max_user_namespaces are in use, or 32 are nested",
                    "end some containers, or root: sysctl -w user.max_user_namespaces with a larger number", ""};
        }
        case ENOSYS:
        case EINVAL:
            if (under_seccomp()) {
                return {"a seccomp filter of the outer container or service hides them", denied().cure, ""};
            }
            return {"this kernel is built without user namespaces", "root: boot a kernel with CONFIG_USER_NS=y", ""};
        case EPERM:
        case EACCES: return denied();
        default: return {std::string("the kernel says: ") + strerrordesc_np(sys_errno), "see cubby doctor", ""};
    }
}

}  // namespace cubby
