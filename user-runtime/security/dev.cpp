#include <sys/mount.h>

#include "kernel/root.h"
#include "security/providers.h"

namespace cubby::security {
namespace {

// A user cannot make device nodes, but may bind the host's own: the kernel still checks each open against its mode.
constexpr const char* kNodes[] = {"null", "zero", "full", "random", "urandom", "tty"};

struct Link {
    const char* path;
    const char* target;
};
constexpr Link kLinks[] = {{"dev/fd", "/proc/self/fd"},
                           {"dev/stdin", "/proc/self/fd/0"},
                           {"dev/stdout", "/proc/self/fd/1"},
                           {"dev/stderr", "/proc/self/fd/2"},
                           {"dev/ptmx", "pts/ptmx"}};

Status add_nodes(StartPlan& plan) {
    for (const char* name : kNodes) {
        const PinnedPath pinned = TRY(pin(std::string("/dev/") + name));
        const Slot slot = plan.new_slot();
        plan.add(Phase::child_userns, OpenStep{slot, pinned.path, pinned.device, pinned.inode});
        plan.add(Phase::child_userns, CloneTreeStep{slot, false, 0, 0, 0});
        plan.add(Phase::child_tree, AttachStep{slot, std::string("dev/") + name, CreateTarget::file, false});
    }
    return {};
}

void add_tmpfs(StartPlan& plan, const char* target, std::string options, uint64_t attributes) {
    const Slot slot = plan.new_slot();
    plan.add(Phase::child_mounts, FsMountStep{slot, "tmpfs", "none", std::move(options), attributes, kNoSlot, ""});
    plan.add(Phase::child_tree, AttachStep{slot, target, CreateTarget::directory, false, true});
}

void add_devpts(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan) {
    plan.ground.devpts = plan.new_slot();
    // Group 5 is tty in every distribution; a map without it leaves the terminal to its opener's group.
    const bool tty_group =
        facts.single_id ? false : spec.idmap.gids.empty() || to_outside(spec.idmap.gids, 5).has_value();
    // lxc.pty.max is what the container may open itself, beside the terminals that it is given.
    const uint64_t own = uint64_t{spec.console.ttys} + (spec.process.stdio == Stdio::console ? 1 : 0);
    const std::string options = std::string(tty_group ? "gid=5,mode=0620" : "mode=0600") +
                                ",ptmxmode=0666,max=" + std::to_string(spec.mounts.max_ptys + own);
    plan.add(Phase::child_mounts, FsMountStep{plan.ground.devpts, "devpts", "devpts", options,
                                              MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, kNoSlot, ""});
    plan.add(Phase::child_tree, AttachStep{plan.ground.devpts, "dev/pts", CreateTarget::directory, false, true});
}

// /dev/tty1 and on; where there is a directory for them, they lie in it, and links lead there.
void add_ttys(const ContainerSpec& spec, StartPlan& plan) {
    const std::string& folder = spec.console.tty_dir;
    const std::string within = folder.empty() ? "" : folder + "/";
    if (!folder.empty() && spec.console.ttys > 0) {
        plan.add(Phase::child_tree, MakeDirStep{"dev/" + folder, 0755});
    }
    // The devpts is new: its terminals are numbered as they are made.
    const uint32_t first = spec.process.stdio == Stdio::console ? 1 : 0;
    for (uint32_t at = 0; at < spec.console.ttys; ++at) {
        const std::string name = "tty" + std::to_string(at + 1);
        std::string place = within;
        place.append(name);
        if (!folder.empty()) {
            plan.add(Phase::child_tree, SymlinkStep{"dev/" + name, place});
        }
        plan.add(Phase::child_tree, TtyStep{plan.ground.devpts, "dev/" + place});
        plan.ttys.append(plan.ttys.empty() ? "" : " ").append("pts/" + std::to_string(first + at));
    }
}

}  // namespace

Status contribute_dev(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan) {
    if (spec.mounts.populate_dev) {
        add_tmpfs(plan, "dev", "mode=0755,size=" + std::to_string(spec.mounts.dev_size),
                  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
        TRY(add_nodes(plan));
        add_tmpfs(plan, "dev/shm", "mode=1777,size=67108864", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
        if (plan.new_namespaces.has(Ns::ipc)) {
            const Slot slot = plan.new_slot();
            plan.add(Phase::child_mounts,
                     FsMountStep{slot, "mqueue", "mqueue", "", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
                                 kNoSlot, ""});
            plan.add(Phase::child_tree, AttachStep{slot, "dev/mqueue", CreateTarget::directory, false, true});
        }
        for (const Link& link : kLinks) {
            plan.add(Phase::child_tree, SymlinkStep{link.path, link.target});
        }
    }
    add_devpts(spec, facts, plan);
    if (spec.process.stdio == Stdio::console) {
        plan.add(Phase::child_tree, ConsoleStep{plan.ground.devpts, spec.mounts.populate_dev});
    }
    if (spec.mounts.populate_dev) {
        add_ttys(spec, plan);
    }
    return {};
}

}  // namespace cubby::security
