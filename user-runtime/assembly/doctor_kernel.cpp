// cubby doctor: facilities of the kernel, as probe_features() found them.

#include <cerrno>

#include "assembly/doctor_rows.h"
#include "kernel/namespaces.h"

namespace cubby {
namespace {

// A row whose status follows from one feature.
struct FeatureRow {
    Feature feature;
    const char* id;
    DoctorStatus without;  // the status where it does not work
    const char* with_meaning;
    const char* without_meaning;
};

constexpr FeatureRow kKernelRows[] = {
    {Feature::openat2, "openat2", DoctorStatus::missing, "paths of containers are opened safely",
     "nothing can be opened safely: Linux 5.6 is needed, and an outer container's seccomp filter that allows openat2"},
    {Feature::pidfd, "pidfd", DoctorStatus::missing, "processes are held by descriptor",
     "containers cannot be started or stopped safely: Linux 5.4 is needed, and an outer seccomp filter that allows clone3"},
    {Feature::seccomp, "seccomp", DoctorStatus::missing, "containers are kept from dangerous system calls",
     "containers do not start, for their filter cannot be loaded: a kernel with CONFIG_SECCOMP_FILTER is needed"},
    {Feature::keyring, "keyring", DoctorStatus::degraded, "each container has a session keyring of its own",
     "containers cannot have a session keyring of their own; set lxc.keyring.session = 0"},
    {Feature::time_namespace, "time-namespace", DoctorStatus::degraded, "lxc.time.offset works",
     "lxc.time.offset cannot be used: Linux 5.6 with CONFIG_TIME_NS is needed"},
};

constexpr FeatureRow kMountRows[] = {
    {Feature::sysfs, "sysfs", DoctorStatus::degraded, "a container with its own network has its own /sys",
     "the outer /sys is bound read-only instead: it shows the outer network"},
    {Feature::devpts, "devpts", DoctorStatus::missing, "containers have terminals of their own",
     "containers cannot have terminals"},
    {Feature::mqueue, "mqueue", DoctorStatus::degraded, "containers have POSIX message queues of their own",
     "containers have no /dev/mqueue"},
};

DoctorRow row_of(const FeatureRow& feature, const FeatureErrors& errors) {
    const int why = errors.of(feature.feature);
    return {feature.id, why == 0 ? DoctorStatus::ok : feature.without, error_words(why),
            why == 0 ? feature.with_meaning : feature.without_meaning, ""};
}

DoctorRow namespaces_row(const FeatureErrors& errors) {
    constexpr std::pair<Feature, Ns> kinds[] = {
        {Feature::mnt_namespace, Ns::mnt}, {Feature::pid_namespace, Ns::pid}, {Feature::net_namespace, Ns::net},
        {Feature::ipc_namespace, Ns::ipc}, {Feature::uts_namespace, Ns::uts}, {Feature::cgroup_namespace, Ns::cgroup}};
    DoctorRow row{"namespaces", DoctorStatus::ok, "", "containers are separated in all of these", ""};
    std::string works;
    for (const auto& [feature, ns] : kinds) {
        const int why = errors.of(feature);
        if (why == 0) {
            works += std::string(works.empty() ? "" : " ") + info(ns).name;
            continue;
        }
        row.status = DoctorStatus::missing;
        row.found += std::string(row.found.empty() ? "" : "; ") + info(ns).name + ": " + error_words(why);
        row.meaning = "containers that want a new one of these do not start";
        if (why == ENOSPC) {
            const std::string key = std::string("user.max_") + info(ns).name + "_namespaces";
            row.meaning += "; " + key + " is used up";
            row.cure = "sysctl -w " + key + "=15000";
        }
    }
    row.found = row.found.empty() ? works : row.found;
    return row;
}

DoctorRow landlock_row(int abi) {
    if (abi > 0) {
        return {"landlock", DoctorStatus::ok, "ABI " + std::to_string(abi),
                "the monitor and unpackers confine themselves", ""};
    }
    // EOPNOTSUPP: built in but not among the active modules (landlock(7)).
    const bool off = abi == -EOPNOTSUPP;
    return {"landlock", DoctorStatus::degraded, error_words(-abi),
            off ? "the monitor and unpackers run without their second fence; boot with lsm=landlock,… to have it"
                : "the monitor and unpackers run without their second fence: Linux 5.13 with CONFIG_SECURITY_LANDLOCK",
            ""};
}

DoctorRow mount_api_row(const FeatureErrors& errors) {
    constexpr std::pair<Feature, const char*> calls[] = {{Feature::fs_context, "fsopen"},
                                                         {Feature::open_tree, "open_tree"},
                                                         {Feature::mount_setattr, "mount_setattr"},
                                                         {Feature::move_mount, "move_mount"}};
    DoctorRow row{"mount-api", DoctorStatus::ok, "works", "file systems are mounted by descriptor", ""};
    for (const auto& [feature, name] : calls) {
        if (const int why = errors.of(feature); why != 0) {
            row.status = DoctorStatus::missing;
            row.found = std::string(name) + ": " + error_words(why);
            row.meaning =
                "containers do not start: Linux 5.12 is needed, and an outer container's seccomp filter and "
                "security module that allow mounting";
            break;
        }
    }
    return row;
}

DoctorRow procfs_row(const FeatureErrors& errors) {
    const int why = errors.of(Feature::procfs);
    if (why == 0) {
        return {"procfs", DoctorStatus::ok, "works", "containers see their own processes only", ""};
    }
    return {"procfs", DoctorStatus::degraded, error_words(why),
            why == EPERM
                ? "the outer /proc has masked parts, so the kernel refuses a new one: containers share the outer "
                  "pid namespace's view; start the outer container with --security-opt systempaths=unconfined"
                : "containers are given the outer /proc",
            ""};
}

DoctorRow overlay_row(const Findings& findings) {
    const int why = findings.features.of(Feature::overlay);
    const std::string where = findings.storage.tried + " (" + findings.storage.file_system + ")";
    if (why == 0) {
        return {"overlay", DoctorStatus::ok, "works on " + where,
                "containers share their image; making one copies nothing", ""};
    }
    const bool untried = why == kNotTried;
    return {
        "overlay", untried ? DoctorStatus::missing : DoctorStatus::degraded,
        where + ": " + (untried && !findings.storage.trouble.empty() ? findings.storage.trouble : error_words(why)),
        untried
            ? "whether containers can share their image could not be tried"
            : "each container is a full copy of its image (-B dir); another file system for lxc.lxcpath may do better",
        ""};
}

}  // namespace

void add_kernel_rows(const Findings& findings, DoctorRows& rows) {
    rows.push_back(namespaces_row(findings.features));
    for (const FeatureRow& feature : kKernelRows) {
        rows.push_back(row_of(feature, findings.features));
    }
    rows.push_back(landlock_row(findings.landlock));
}

void add_mount_rows(const Findings& findings, DoctorRows& rows) {
    rows.push_back(mount_api_row(findings.features));
    rows.push_back(overlay_row(findings));
    rows.push_back(procfs_row(findings.features));
    for (const FeatureRow& feature : kMountRows) {
        rows.push_back(row_of(feature, findings.features));
    }
}

}  // namespace cubby
