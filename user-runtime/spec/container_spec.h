#pragma once
// ContainerSpec: everything that a container is to be, from whichever front it came (an LXC configuration file, the
// command line, later OCI and the C ABI).  It is built once, validated whole (spec/validate.h) and then constant;
// what happens at run time never lives here.

#include <sys/resource.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id_range.h"
#include "base/names.h"
#include "kernel/capabilities.h"
#include "kernel/namespaces.h"

namespace cubby {

// Where the root file system comes from.  Paths are absolute host paths.
struct RootfsSpec {
    std::string backend = "dir";      // a name of storage/registry.cpp
    std::string path;                 // dir: the tree; overlay: the upper directory
    std::vector<std::string> lowers;  // overlay: read-only layers, the topmost first
    std::string work;                 // overlay: the work directory, on the upper's file system
    std::string id_map;               // dir, lxc.rootfs.options idmap=: as MountEntry::id_map
    bool read_only = false;
    bool discard = false;  // an ephemeral upper: it need not survive a crash, so nothing is synced
    bool managed = true;   // lxc.rootfs.managed: destroy may delete it
    bool operator==(const RootfsSpec&) const = default;
};

// How each of the eight namespaces is made.  What is in neither list is new.
struct NamespaceShare {
    Ns ns = Ns::net;
    std::string source;  // a container's name, or an absolute path of a namespace file
    bool operator==(const NamespaceShare&) const = default;
};
struct NamespacesSpec {
    NsSet keep;                          // the starter's own namespace goes on
    std::vector<NamespaceShare> shares;  // somebody else's is entered
    bool new_time = false;               // a time namespace is made only on request or for an offset
    int64_t boot_offset_ns = 0;          // lxc.time.offset.boot
    int64_t monotonic_offset_ns = 0;     // lxc.time.offset.monotonic
    bool operator==(const NamespacesSpec&) const = default;
};

enum class CreateTarget : uint8_t { no, directory, file };

// One mount below the root: a bind of a host path, or a new file system.
struct MountEntry {
    std::string source;           // absolute host path for a bind, else the file system's source word
    std::string target;           // guest path
    std::string type;             // empty for a bind
    std::string data;             // file system options
    uint64_t set_attributes = 0;  // MOUNT_ATTR_*
    uint64_t clear_attributes = 0;
    uint64_t propagation = 0;     // MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE or 0
    bool recursive = false;       // rbind, rprivate, …
    bool optional = false;        // a missing source or target skips it
    bool source_in_root = false;  // a bind's source is a path below the container's root: RelPath::guest text
    CreateTarget create = CreateTarget::no;
    // Of a bind: ids of the source's file system are shown as they are inside of this user namespace: "container" for
    // its own, else the absolute host path of a namespace file; empty: as they are.
    std::string id_map;
    bool operator==(const MountEntry&) const = default;
};

enum class AutoMount : uint8_t { none, read_only, mixed, read_write };

struct MountsSpec {
    std::vector<MountEntry> entries;
    AutoMount proc = AutoMount::mixed;
    AutoMount sys = AutoMount::mixed;
    AutoMount cgroup = AutoMount::none;
    bool populate_dev = true;                  // lxc.autodev
    uint64_t dev_size = 500000;                // bytes, lxc.autodev.tmpfs.size
    uint32_t max_ptys = 1024;                  // lxc.pty.max
    std::vector<std::string> masked_paths;     // guest paths that show nothing
    std::vector<std::string> read_only_paths;  // guest paths remounted read-only
    bool operator==(const MountsSpec&) const = default;
};

struct ResourceLimit {
    int resource = 0;  // RLIMIT_*
    rlim_t soft = RLIM_INFINITY;
    rlim_t hard = RLIM_INFINITY;
    bool operator==(const ResourceLimit&) const = default;
};

struct Setting {
    std::string key;
    std::string value;
    bool operator==(const Setting&) const = default;
};

enum class Stdio : uint8_t {
    console,  // the container's console pty
    inherit,  // descriptors 0-2 of the starter, ttys replaced by pipes
};

// What uname(2) tells of the machine (personality(2)).
enum class Personality : uint8_t { unchanged, linux64, linux32 };

// The first process.
struct ProcessSpec {
    std::vector<std::string> argv{"/sbin/init"};
    bool reaper = false;  // cubby-init stays as PID 1 and runs argv below it
    uint32_t uid = 0;     // ids inside the container
    uint32_t gid = 0;
    std::vector<uint32_t> groups;
    bool keep_groups = false;  // the user's own supplementary groups stay (they show as nobody inside)
    std::string cwd = "/";
    std::vector<std::string> environment;  // KEY=VALUE
    std::vector<ResourceLimit> limits;
    std::vector<Setting> proc_settings;  // lxc.proc.*: below /proc/self
    std::vector<Setting> sysctls;        // lxc.sysctl.*, dotted names
    Stdio stdio = Stdio::console;
    Personality personality = Personality::unchanged;
    bool core_scheduling = false;  // lxc.sched.core
    bool operator==(const ProcessSpec&) const = default;
};

struct SecuritySpec {
    CapSet keep_capabilities = ~CapSet{0};  // bounding set of the container; unknown bits are ignored
    bool no_new_privs = false;
    bool default_seccomp = true;   // the filter compiled into cubby
    bool nesting = false;          // user namespaces may be made inside
    bool session_keyring = true;   // lxc.keyring.session
    std::string seccomp_file;      // lxc.seccomp.profile, an absolute host path; empty: none
    std::string seccomp_policy;    // the text of that file, compiled at the start
    std::string notify_proxy;      // path of the socket of the program that answers what it notifies; empty: none
    std::string notify_cookie;     // goes with each of them
    std::string apparmor_profile;  // empty or "unchanged": the starter's own
    std::string selinux_context;   // empty: the starter's own
    // Landlock, where one of them is given: guest paths below which anything may be read, or read and written.
    std::vector<std::string> landlock_readable;
    std::vector<std::string> landlock_writable;
    bool operator==(const SecuritySpec&) const = default;
};

// Protection against a container that takes too much, without control groups.
struct LimitsSpec {
    uint32_t processes = 2048;        // processes and threads; 0: no limit of ours
    uint32_t namespaces = 256;        // mount, pid and network, for each user inside
    uint32_t user_namespaces = 256;   // the same, and only with nesting: else none can be made
    uint32_t inotify_instances = 96;  // for each user inside; the host's user has 128 by default
    bool operator==(const LimitsSpec&) const = default;
};

enum class NetType : uint8_t { none, empty };  // none: the host's network goes on; empty: only loopback

struct NetSpec {
    NetType type = NetType::none;
    bool operator==(const NetSpec&) const = default;
};

struct ConsoleSpec {
    std::string log_file;          // host path, empty for none
    uint64_t buffer_size = 65536;  // bytes of the ring buffer
    uint64_t log_size = 0;         // bytes before the log file is rotated, 0: never
    bool rotate = false;
    uint32_t ttys = 0;    // lxc.tty.max: terminals besides the console, /dev/tty1 and on
    std::string tty_dir;  // lxc.tty.dir: a directory below /dev that they are in, empty for /dev itself
    std::string path;     // host path of a terminal or file that shows the console, "none", or empty
    bool operator==(const ConsoleSpec&) const = default;
};

// When a command of the user's runs, in the order of a container's life.
enum class Hook : uint8_t { pre_start, pre_mount, mount, autodev, start_host, start, stop, post_stop, clone, destroy };
inline constexpr size_t kHookCount = 10;

struct HooksSpec {
    uint32_t version = 0;  // 0: told by arguments and variables; 1: by variables only
    std::array<std::vector<std::string>, kHookCount> commands;
    std::vector<std::string> environment;  // KEY=VALUE, for hooks on top of LXC_…
    std::string rootfs_mount = "/mnt";     // where hooks find the root while it is put together: an absolute path
    std::string rootfs_path;               // lxc.rootfs.path without its type: what hooks are told
    std::string config_file;               // host path of the configuration: what hooks are told
    [[nodiscard]] const std::vector<std::string>& of(Hook hook) const { return commands[static_cast<size_t>(hook)]; }
    [[nodiscard]] std::vector<std::string>& of(Hook hook) { return commands[static_cast<size_t>(hook)]; }
    bool operator==(const HooksSpec&) const = default;
};

// The log of starts, ends and hooks.
struct LogSpec {
    int level = -1;      // 0 (TRACE) to 8 (FATAL); -1: not given
    std::string file;    // host path; empty: not given
    std::string syslog;  // a facility of syslog(3); empty: none
    bool operator==(const LogSpec&) const = default;
};

struct LifecycleSpec {
    int halt_signal = SIGPWR;
    int reboot_signal = SIGINT;
    int stop_signal = SIGKILL;
    bool ephemeral = false;       // destroyed when it stops
    bool monitor_mounts = false;  // lxc.monitor.unshare: the monitor has a mount namespace of its own
    bool operator==(const LifecycleSpec&) const = default;
};

struct ContainerSpec {
    ContainerName name;
    std::string hostname;
    IdMaps idmap;  // container → host ids; both empty: the default map of this host
    RootfsSpec rootfs;
    NamespacesSpec namespaces;
    MountsSpec mounts;
    ProcessSpec process;
    SecuritySpec security;
    LimitsSpec limits;
    NetSpec net;
    ConsoleSpec console;
    HooksSpec hooks;
    LogSpec log;
    LifecycleSpec lifecycle;

    explicit ContainerSpec(ContainerName container) : name(std::move(container)), hostname(name.str()) {}
    bool operator==(const ContainerSpec&) const = default;
};

}  // namespace cubby
