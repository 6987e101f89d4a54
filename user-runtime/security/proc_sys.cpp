#include <sys/mount.h>

#include "kernel/root.h"
#include "security/providers.h"

namespace cubby::security {
namespace {

constexpr uint64_t kNoExecute = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

// What tells about, or reaches, the host's kernel rather than the container (list of the OCI runtimes and systemd).
constexpr const char* kMasked[] = {
    "proc/acpi",        "proc/kcore",       "proc/keys", "proc/latency_stats", "proc/timer_list",
    "proc/timer_stats", "proc/sched_debug", "proc/scsi", "sys/firmware",       "sys/devices/virtual/powercap"};
// LXC's `mixed`: the settings of the host read-only; those of the container's own network stay writable.
constexpr const char* kReadOnlyProc[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};

// An opened tree of the host that stands in where a fresh file system is refused.
Result<Slot> outer_tree(const char* path, StartPlan& plan) {
    const PinnedPath pinned = TRY(pin(path));
    const Slot slot = plan.new_slot();
    plan.add(Phase::child_userns, OpenStep{slot, pinned.path, pinned.device, pinned.inode});
    return slot;
}

Status add_proc(const ContainerSpec& spec, StartPlan& plan) {
    const Slot slot = plan.new_slot();
    plan.ground.proc = slot;
    // Only a fresh proc of the container's own pid namespace shows its processes; so a kept pid namespace may be bound.
    const Slot outer = TRY(outer_tree("/proc", plan));
    plan.add(
        Phase::child_mounts,
        FsMountStep{slot, "proc", "proc", "", kNoExecute, outer,
                    "/proc is the host's: parts of it are masked here, so the kernel allows no fresh one; processes "
                    "of the host are visible"});
    for (const Setting& sysctl : spec.process.sysctls) {
        std::string path = "sys/";
        for (const char byte : sysctl.key) {
            path += byte == '.' ? '/' : byte;
        }
        TRY(RelPath::parse(path));
        plan.add(Phase::child_mounts, SysctlStep{slot, path, sysctl.value});
    }
    plan.add(Phase::child_tree, AttachStep{slot, "proc", CreateTarget::directory, false, true});
    return {};
}

Status add_sys(const ContainerSpec& spec, bool own_network, StartPlan& plan) {
    const AutoMount mode = spec.mounts.sys;
    const uint64_t attributes = kNoExecute | (mode == AutoMount::read_write ? 0 : MOUNT_ATTR_RDONLY);
    const Slot outer = TRY(outer_tree("/sys", plan));
    Slot slot = outer;
    if (own_network) {
        slot = plan.new_slot();
        plan.add(Phase::child_mounts,
                 FsMountStep{slot, "sysfs", "sysfs", "", attributes, outer,
                             "/sys is the host's: parts of it are masked here, so the kernel allows "
                             "no fresh one"});
    } else {
        // sysfs belongs to the network namespace: with the host's network it can only be bound.
        plan.add(Phase::child_userns, CloneTreeStep{slot, true, MOUNT_ATTR_RDONLY | kNoExecute, 0, MS_PRIVATE});
    }
    plan.add(Phase::child_tree, AttachStep{slot, "sys", CreateTarget::directory, false, true});
    if (own_network && mode == AutoMount::mixed) {
        plan.add(Phase::child_tree, RemountStep{"sys/devices/virtual/net", 0, MOUNT_ATTR_RDONLY});
    }
    return {};
}

void add_cgroup(const ContainerSpec& spec, StartPlan& plan) {
    if (spec.mounts.cgroup == AutoMount::none || spec.namespaces.keep.has(Ns::cgroup)) {
        return;
    }
    const Slot slot = plan.new_slot();
    const bool writable = spec.mounts.cgroup == AutoMount::read_write;
    plan.add(Phase::child_mounts,
             FsMountStep{slot, "cgroup2", "cgroup2", "", kNoExecute | (writable ? 0 : MOUNT_ATTR_RDONLY), kNoSlot, ""});
    plan.add(Phase::child_tree, AttachStep{slot, "sys/fs/cgroup", CreateTarget::no, true});
}

void add_masks(const ContainerSpec& spec, StartPlan& plan) {
    plan.ground.empty = plan.new_slot();
    plan.add(Phase::child_mounts, FsMountStep{plan.ground.empty, "tmpfs", "none", "size=0,mode=0555",
                                              kNoExecute | MOUNT_ATTR_RDONLY, kNoSlot, ""});
    if (spec.mounts.proc != AutoMount::read_write) {
        for (const char* path : kReadOnlyProc) {
            plan.add(Phase::child_tree, RemountStep{path, MOUNT_ATTR_RDONLY, 0});
        }
        if (plan.new_namespaces.has(Ns::net)) {
            plan.add(Phase::child_tree, RemountStep{"proc/sys/net", 0, MOUNT_ATTR_RDONLY});
        }
        for (const char* path : kMasked) {
            plan.add(Phase::child_tree, MaskStep{path, plan.ground.null_device, plan.ground.empty});
        }
    }
    for (const std::string& path : spec.mounts.read_only_paths) {
        plan.add(Phase::child_tree, RemountStep{path, MOUNT_ATTR_RDONLY, 0});
    }
    for (const std::string& path : spec.mounts.masked_paths) {
        plan.add(Phase::child_tree, MaskStep{path, plan.ground.null_device, plan.ground.empty});
    }
}

}  // namespace

Status contribute_proc_sys(const ContainerSpec& spec, const HostFacts&, StartPlan& plan) {
    plan.ground.null_device = TRY(outer_tree("/dev/null", plan));
    plan.add(Phase::child_userns, CloneTreeStep{plan.ground.null_device, false, 0, 0, 0});
    if (spec.mounts.proc != AutoMount::none) {
        TRY(add_proc(spec, plan));
    }
    if (spec.mounts.sys != AutoMount::none) {
        TRY(add_sys(spec, plan.new_namespaces.has(Ns::net), plan));
    }
    add_cgroup(spec, plan);
    add_masks(spec, plan);
    return {};
}

}  // namespace cubby::security
