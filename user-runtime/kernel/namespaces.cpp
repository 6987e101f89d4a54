#include "kernel/namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include <cerrno>

#include "kernel/root.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace cubby {

const std::array<NsInfo, kNsCount> kNamespaces{{
    {Ns::user, "user", CLONE_NEWUSER, "ns/user"},
    {Ns::mnt, "mnt", CLONE_NEWNS, "ns/mnt"},
    {Ns::pid, "pid", CLONE_NEWPID, "ns/pid_for_children"},
    {Ns::net, "net", CLONE_NEWNET, "ns/net"},
    {Ns::ipc, "ipc", CLONE_NEWIPC, "ns/ipc"},
    {Ns::uts, "uts", CLONE_NEWUTS, "ns/uts"},
    {Ns::cgroup, "cgroup", CLONE_NEWCGROUP, "ns/cgroup"},
    {Ns::time, "time", CLONE_NEWTIME, "ns/time_for_children"},
}};

const NsInfo& info(Ns ns) { return kNamespaces[static_cast<size_t>(ns)]; }

std::optional<Ns> parse_ns(std::string_view name) {
    if (name == "mount") {
        return Ns::mnt;
    }
    if (name == "network") {
        return Ns::net;
    }
    for (const NsInfo& entry : kNamespaces) {
        if (name == entry.name) {
            return entry.ns;
        }
    }
    return std::nullopt;
}

uint64_t NsSet::clone_flags() const {
    uint64_t flags = 0;
    for (const NsInfo& entry : kNamespaces) {
        flags |= has(entry.ns) ? entry.clone_flag : 0;
    }
    return flags;
}

Status enter_namespaces_of(int pidfd, NsSet set) noexcept {
    if (!set.empty() && setns(pidfd, static_cast<int>(set.clone_flags())) != 0) {
        return FAIL_ERRNO("enter the container's namespaces");
    }
    return {};
}

Status enter_namespace(int fd, Ns ns) noexcept {
    if (setns(fd, static_cast<int>(info(ns).clone_flag)) != 0) {
        return FAIL_ERRNO("enter %s namespace", info(ns).name);
    }
    return {};
}

Result<uint64_t> own_user_namespace() noexcept {
    const Fd own = TRY(open_named("/proc/self/ns/user", O_PATH));
    struct stat entry{};
    if (fstat(own.get(), &entry) != 0) {
        return FAIL_ERRNO("stat the own user namespace");
    }
    return entry.st_ino;
}

Result<bool> same_namespace(int first, int second) noexcept {
    struct stat a{};
    struct stat b{};
    if (fstat(first, &a) != 0 || fstat(second, &b) != 0) {
        return FAIL_ERRNO("compare namespaces");
    }
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace cubby
