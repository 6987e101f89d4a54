#pragma once
// The steps that a plan is made of: plain values with ready-made texts, so that the child runs them without allocating.
// A step works on numbered slots: each slot holds at most one descriptor (an opened path, a detached mount).

#include <linux/filter.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "kernel/capabilities.h"
#include "kernel/namespaces.h"
#include "spec/container_spec.h"

namespace cubby {

using Slot = uint16_t;
inline constexpr Slot kNoSlot = UINT16_MAX;

// --- parent ---------------------------------------------------------------------------------------------------------

// Writes both id maps of the child; texts as /proc/PID/uid_map takes them, ids outside being the holder's.
struct IdMapStep {
    std::string uid_map;
    std::string gid_map;
    bool deny_setgroups = false;
};

// A detached copy of a pinned host path's mount, with attributes and with ids as a user namespace has them (MOUNT_ATTR_IDMAP,
// mount_setattr(2)), into a slot of the child's.  The starter's, since only who is root over the file system's own user
// namespace may map its ids.
struct MappedBindStep {
    Slot slot;
    std::string key;  // "lxc.mount.entry", for errors
    std::string path;
    uint64_t device;
    uint64_t inode;  // 0: of a provisional plan
    bool recursive;
    uint64_t set_attributes;
    uint64_t clear_attributes;
    uint64_t propagation;
    std::string id_map;     // as MountEntry::id_map
    bool optional = false;  // a path that vanished leaves the slot empty
};

// Runs the commands of a hook outside of the container (launch::Input::host_hooks).  `undo` are the hooks that take back what
// these did: at the container's end, and where the start fails after this step.
struct HostHooksStep {
    Hook hook;
    Hook undo;
    std::vector<std::string> commands;  // for the printed plan
};

// --- child ----------------------------------------------------------------------------------------------------------

// Opens a pinned host path (O_PATH) with the user's own rights.
struct OpenStep {
    Slot slot;
    std::string path;
    uint64_t device;
    uint64_t inode;         // 0: of a provisional plan, where nobody has looked at the path
    bool optional = false;  // a path that vanished leaves the slot empty
};
// Replaces the opened path in a slot by a detached copy of its mount, with attributes.
struct CloneTreeStep {
    Slot slot;
    bool recursive;
    uint64_t set_attributes;
    uint64_t clear_attributes;
    uint64_t propagation;
};
// setresgid and setresuid: the child becomes the first user of its own user namespace, root where the map has it.
struct AssumeRootStep {
    uint32_t uid;
    uint32_t gid;
};
// A new time namespace with offsets, entered (time_namespaces(7)).
struct TimeOffsetStep {
    std::string offsets;  // text for /proc/self/timens_offsets
};
struct LoopbackStep {};
// A new file system, detached.  `fallback`: where the kernel refuses a fresh one (mount_too_revealing: the outer
// /proc or /sys is masked), the opened outer tree in that slot is bound instead and `lost` is reported.
struct FsMountStep {
    Slot slot;
    std::string type;
    std::string source;
    std::string options;
    uint64_t attributes;
    Slot fallback = kNoSlot;
    std::string lost;
    bool optional = false;  // one that the kernel refuses leaves the slot empty
};
// An overlay of opened directories, detached (userxattr).
struct OverlayStep {
    Slot slot;
    std::vector<Slot> lowers;  // topmost first
    Slot upper = kNoSlot;
    Slot work = kNoSlot;
    bool discard = false;  // "volatile": the upper is never synced; it is removed after the stop
};
// Writes below the /sys/…/sys of a proc mount in a slot, before it is attached.
struct SysctlStep {
    Slot proc;
    std::string path;  // "sys/net/ipv4/ip_forward"
    std::string value;
};
// Opens the directory sys of a proc mount, before it is covered read-only; without such a mount (kNoSlot), that of the
// /proc of the tree that is left: the settings are those of the writer's own namespaces either way.
struct OpenSettingsStep {
    Slot slot;
    Slot proc;
};
// Writes settings below an opened sys directory.  One that this kernel lacks, or has for the whole host only, is passed
// over: what counts then are the user's own limits.
struct LimitsStep {
    Slot settings;
    std::vector<Setting> values;  // "user/max_mnt_namespaces", "256"
};
// Attaches the root where hooks find it, while the host's tree is still there; steps inside the root work on it there.
struct StageStep {
    Slot root;
    Slot place;  // an opened directory of the host
};
// Runs a command in the container's namespaces, as root of the container.  Its output goes to the starter line by line.
struct HookStep {
    std::string key;      // "lxc.hook.mount", for errors
    std::string command;  // as a shell takes it, with its arguments
    std::vector<std::string> environment;
};
// Makes a mount the root, and lets the old root go.
struct PivotStep {
    Slot slot;
    bool read_only;
};
// Attaches a detached mount at a guest path.
struct AttachStep {
    Slot slot;
    std::string target;  // RelPath::guest text
    CreateTarget create;
    bool optional;
    bool real = false;  // no component of the target may be a link
};
// A bind of one guest path at another (the option `relative` of lxc.mount.entry).
struct InnerBindStep {
    std::string source;
    std::string target;
    bool recursive;
    uint64_t set_attributes;
    uint64_t clear_attributes;
    uint64_t propagation;
    CreateTarget create;
    bool optional;
};
struct MakeDirStep {
    std::string path;
    uint32_t mode;
};
struct SymlinkStep {
    std::string path;
    std::string target;
};
// Mounts a copy of a guest path over itself with other attributes; a path that does not exist is left alone.
struct RemountStep {
    std::string path;
    uint64_t set_attributes;
    uint64_t clear_attributes;
};
// Covers a guest path: a directory by the empty file system in `empty_slot`, a file by the null device in `null_slot`; each
// is attached where it is needed first, and copied from there.  A path that
// does not exist is left alone.
struct MaskStep {
    std::string path;
    Slot null_slot;
    Slot empty_slot;
};
// A pty of the devpts in `devpts`; the master goes to the parent, the peer becomes /dev/console (where `bind_console`)
// and standard input, output and error.
struct ConsoleStep {
    Slot devpts;
    bool bind_console;
};
// One more pty of it: the master goes to the parent, the peer is bound at `path`, a guest path (lxc.tty.max).
struct TtyStep {
    Slot devpts;
    std::string path;
};
struct HostnameStep {
    std::string name;
};
struct RlimitStep {
    int resource;
    rlim_t soft;
    rlim_t hard;
    bool at_most = false;  // where the starter's own limit is lower, that stays
};
// Writes one entry of /proc/self (lxc.proc.*).
struct ProcSettingStep {
    std::string entry;
    std::string value;
};
struct KeyringStep {};
// setsid; `takes_terminal`: with the console (if any) as controlling terminal.
struct SessionStep {
    bool takes_terminal;
};
struct IdentityStep {
    uint32_t uid;
    uint32_t gid;
    std::vector<gid_t> groups;
    bool keep_groups;
};
struct WorkDirStep {
    std::string path;
};
// personality(2): 32 bits on a 64-bit kernel, or the kernel's own.
struct PersonalityStep {
    bool linux32;
};
// A core scheduling cookie of the container's own (prctl(2), PR_SCHED_CORE): nobody else's process runs beside its own on
// the threads of one core.
struct CoreSchedulingStep {};
struct NoNewPrivsStep {};
struct SeccompStep {
    std::vector<sock_filter> program;
    std::string name;  // for the printed plan
};
struct CapsStep {
    CapSet keep;
};
// Asks a security module for the label that the next exec takes on: writes an entry of /proc/self/attr and reads it back.
struct LabelStep {
    std::string key;        // "lxc.apparmor.profile", for errors
    std::string entry;      // "attr/apparmor/exec"
    std::string value;      // as it is written
    std::string label;      // as it must read back
    bool optional = false;  // "unconfined": a host without the module asks for nothing
};
// Landlock: everything not below one of these guest paths cannot be opened any more.
struct LandlockStep {
    std::vector<std::string> readable;
    std::vector<std::string> writable;
};
struct DeathSignalStep {
    int signal;
};
struct ExecStep {
    std::vector<std::string> argv;
    std::vector<std::string> environment;
    bool reaper;
};

using Step =
    std::variant<IdMapStep, MappedBindStep, HostHooksStep, OpenStep, CloneTreeStep, AssumeRootStep, TimeOffsetStep,
                 LoopbackStep, FsMountStep, OverlayStep, SysctlStep, OpenSettingsStep, LimitsStep, StageStep, HookStep,
                 PivotStep, AttachStep, InnerBindStep, MakeDirStep, SymlinkStep, RemountStep, MaskStep, ConsoleStep,
                 TtyStep, HostnameStep, RlimitStep, ProcSettingStep, KeyringStep, SessionStep, IdentityStep,
                 WorkDirStep, PersonalityStep, CoreSchedulingStep, NoNewPrivsStep, SeccompStep, CapsStep, LabelStep,
                 LandlockStep, DeathSignalStep, ExecStep>;

// "bind /home/a/work" and the like: one line that says what the step does to what.
[[nodiscard]] std::string describe(const Step& step);
// "OpenStep" without the "Step": stable word for --json.
[[nodiscard]] const char* kind_of(const Step& step) noexcept;

}  // namespace cubby
