#include <sys/mount.h>

#include <bit>

#include "plan/step.h"
#include "spec/hook_call.h"

namespace cubby {
namespace {

std::string attribute_words(uint64_t set) {
    struct Word {
        uint64_t flag;
        const char* name;
    };
    static constexpr Word kWords[] = {{MOUNT_ATTR_RDONLY, "ro"},
                                      {MOUNT_ATTR_NOSUID, "nosuid"},
                                      {MOUNT_ATTR_NODEV, "nodev"},
                                      {MOUNT_ATTR_NOEXEC, "noexec"},
                                      {MOUNT_ATTR_NODIRATIME, "nodiratime"}};
    std::string out;
    for (const Word& word : kWords) {
        if ((set & word.flag) != 0) {
            out.append(out.empty() ? " (" : ",").append(word.name);
        }
    }
    return out.empty() ? out : out + ")";
}

std::string slot_text(Slot slot) { return "#" + std::to_string(slot); }

std::string one_line(std::string text) {
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) {
        text.replace(at, 1, ", ");
    }
    return text;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) {
        out.append(out.empty() ? "" : " ").append(word);
    }
    return out;
}

struct Describer {
    std::string operator()(const IdMapStep& s) const {
        return "map users " + one_line(s.uid_map) + "; groups " + one_line(s.gid_map) +
               (s.deny_setgroups ? "; setgroups denied" : "");
    }
    std::string operator()(const HostHooksStep& s) const {
        return std::string("lxc.hook.") + hook_name(s.hook) + ": " + std::to_string(s.commands.size()) +
               " commands on the host; undo: lxc.hook." + hook_name(s.undo);
    }
    std::string operator()(const OpenStep& s) const {
        return slot_text(s.slot) + " = open " + s.path + (s.inode == 0 ? ", as lxc.hook.pre-start leaves it" : "");
    }
    std::string operator()(const MappedBindStep& s) const {
        return slot_text(s.slot) + " = detached " + (s.recursive ? "recursive " : "") + "bind of " + s.path +
               attribute_words(s.set_attributes) + ", ids mapped by " +
               (s.id_map == "container" ? "the container's user namespace" : s.id_map) +
               (s.inode == 0 ? ", as lxc.hook.pre-start leaves it" : "");
    }
    std::string operator()(const CloneTreeStep& s) const {
        return slot_text(s.slot) + " = detached " + (s.recursive ? "recursive " : "") + "bind of " + slot_text(s.slot) +
               attribute_words(s.set_attributes);
    }
    std::string operator()(const AssumeRootStep& s) const {
        return "become user " + std::to_string(s.uid) + " of the user namespace";
    }
    std::string operator()(const TimeOffsetStep& s) const { return "time offsets " + one_line(s.offsets); }
    std::string operator()(const LoopbackStep&) const { return "bring the loopback interface up"; }
    std::string operator()(const FsMountStep& s) const {
        return slot_text(s.slot) + " = new " + s.type + (s.options.empty() ? "" : " " + s.options) +
               attribute_words(s.attributes) +
               (s.fallback == kNoSlot ? "" : ", else the outer one, " + slot_text(s.fallback));
    }
    std::string operator()(const OverlayStep& s) const {
        std::string out = slot_text(s.slot) + " = overlay of";
        for (const Slot lower : s.lowers) {
            out += " " + slot_text(lower);
        }
        return s.upper == kNoSlot ? out + ", read-only" : out + " under " + slot_text(s.upper);
    }
    std::string operator()(const SysctlStep& s) const { return "write /proc/" + s.path + " = " + s.value; }
    std::string operator()(const OpenSettingsStep& s) const {
        return slot_text(s.slot) + " = open sys of " + (s.proc == kNoSlot ? "/proc" : slot_text(s.proc));
    }
    std::string operator()(const LimitsStep& s) const {
        std::string out = "limits of the own namespaces:";
        for (const Setting& each : s.values) {
            out.append(" ").append(each.key).append("=").append(each.value);
        }
        return out;
    }
    std::string operator()(const StageStep& s) const {
        return "show root " + slot_text(s.root) + " at " + slot_text(s.place) + " for hooks";
    }
    std::string operator()(const HookStep& s) const { return s.key + ": " + s.command; }
    std::string operator()(const PivotStep& s) const {
        return "enter root " + slot_text(s.slot) + (s.read_only ? " (ro)" : "") + " and let the old root go";
    }
    std::string operator()(const AttachStep& s) const {
        return "attach " + slot_text(s.slot) + " at /" + s.target + (s.optional ? " if there" : "");
    }
    std::string operator()(const InnerBindStep& s) const {
        return "bind /" + s.source + " at /" + s.target + attribute_words(s.set_attributes) +
               (s.optional ? " if there" : "");
    }
    std::string operator()(const MakeDirStep& s) const { return "make directory /" + s.path; }
    std::string operator()(const SymlinkStep& s) const { return "link /" + s.path + " -> " + s.target; }
    std::string operator()(const RemountStep& s) const {
        return "remount /" + s.path + attribute_words(s.set_attributes);
    }
    std::string operator()(const MaskStep& s) const { return "mask /" + s.path; }
    std::string operator()(const ConsoleStep& s) const {
        return std::string("open a pseudo terminal") + (s.bind_console ? " as /dev/console" : "");
    }
    std::string operator()(const TtyStep& s) const { return "open a pseudo terminal as /" + s.path; }
    std::string operator()(const HostnameStep& s) const { return "host name " + s.name; }
    std::string operator()(const RlimitStep& s) const {
        return "limit of resource " + std::to_string(s.resource) +
               (s.at_most ? ": at most " + std::to_string(s.hard) : std::string());
    }
    std::string operator()(const ProcSettingStep& s) const { return "write /proc/self/" + s.entry + " = " + s.value; }
    std::string operator()(const KeyringStep&) const { return "new session keyring"; }
    std::string operator()(const SessionStep& s) const {
        return s.takes_terminal ? "new session, at its terminal" : "new session";
    }
    std::string operator()(const IdentityStep& s) const {
        return "user " + std::to_string(s.uid) + ", group " + std::to_string(s.gid) + ", " +
               (s.keep_groups ? "supplementary groups kept"
                              : std::to_string(s.groups.size()) + " supplementary groups");
    }
    std::string operator()(const WorkDirStep& s) const { return "working directory " + s.path; }
    std::string operator()(const PersonalityStep& s) const {
        return std::string("personality of ") + (s.linux32 ? "32" : "64") + " bits";
    }
    std::string operator()(const CoreSchedulingStep&) const { return "core scheduling cookie of its own"; }
    std::string operator()(const NoNewPrivsStep&) const { return "no new privileges"; }
    std::string operator()(const SeccompStep& s) const {
        return "seccomp filter " + s.name + ", " + std::to_string(s.program.size()) + " instructions";
    }
    std::string operator()(const CapsStep& s) const {
        const CapSet kept = s.keep & all_capabilities();
        return "keep " + std::to_string(std::popcount(kept)) + " capabilities";
    }
    std::string operator()(const LabelStep& s) const {
        return s.key + ": write /proc/self/" + s.entry + " = " + s.value;
    }
    std::string operator()(const LandlockStep& s) const {
        return "landlock: read below " + joined(s.readable) +
               (s.writable.empty() ? "" : ", write below " + joined(s.writable));
    }
    std::string operator()(const DeathSignalStep& s) const {
        return "signal " + std::to_string(s.signal) + " if the starter dies";
    }
    std::string operator()(const ExecStep& s) const {
        return std::string(s.reaper ? "cubby-init runs " : "exec ") + joined(s.argv);
    }
};

}  // namespace

std::string describe(const Step& step) { return std::visit(Describer{}, step); }

const char* kind_of(const Step& step) noexcept {
    static constexpr const char* kKinds[] = {
        "id-map",       "mapped-bind",   "host-hooks",      "open",         "clone-tree",
        "assume-root",  "time-offset",   "loopback",        "fs-mount",     "overlay",
        "sysctl",       "open-settings", "limits",          "stage",        "hook",
        "pivot",        "attach",        "inner-bind",      "make-dir",     "symlink",
        "remount",      "mask",          "console",         "tty",          "hostname",
        "rlimit",       "proc-setting",  "keyring",         "session",      "identity",
        "workdir",      "personality",   "core-scheduling", "no-new-privs", "seccomp",
        "capabilities", "label",         "landlock",        "death-signal", "exec"};
    static_assert(std::size(kKinds) == std::variant_size_v<Step>);
    return kKinds[step.index()];
}

}  // namespace cubby
