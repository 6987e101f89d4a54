#pragma once
// Draft: what the settings read so far say.  The keys write into it; compile() turns it into a ContainerSpec.  Where a
// setting cannot be kept losslessly in the spec, its text is kept here, so that each key can give back what it was set to.
//
// Defaults, where no setting says otherwise, are ContainerSpec's, with LXC's meaning for:
//   lxc.uts.name    the container's name
//   lxc.init.cmd    /sbin/init
//   lxc.net         nothing given: a network namespace of its own with loopback only
//   lxc.mount.auto  no line at all: proc:mixed sys:mixed (LXC: nothing); with a line, even an empty one: what is given
//   lxc.cap.*       all capabilities, within the container's own user namespace

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernel/namespaces.h"
#include "spec/container_spec.h"

namespace cubby::lxc {

// How many members of one family, and how many settings without effect, a configuration may have.
inline constexpr size_t kMaxMembers = 1024;

// The tokens of lxc.mount.auto as given; empty: not given.
struct AutoMountTokens {
    std::string proc;
    std::string sys;
    std::string cgroup;
    std::string shared;  // shmounts:HOST[:CONTAINER]
    bool operator==(const AutoMountTokens&) const = default;
};

// One lxc.net.N.
struct Nic {
    uint32_t index = 0;
    std::string type;             // empty: none given
    std::vector<Setting> others;  // sub-keys without the number: "link", "ipv4.address"
    bool operator==(const Nic&) const = default;
};

struct Draft {
    ContainerSpec spec;

    std::string image;                             // cubby.image
    std::string init_command;                      // lxc.init.cmd
    std::vector<std::string> missing_variables;    // names in lxc.environment that the host does not have
    std::vector<std::string> runtime_environment;  // lxc.environment.runtime
    std::string rootfs_type;                       // lxc.rootfs.path: before the ':'
    std::string rootfs_backend;                    // lxc.rootfs.backend of LXC 2.0: the type where the path has none
    std::string rootfs_path;
    std::string rootfs_options;
    std::string fstab;  // lxc.mount.fstab
    std::vector<std::string> mount_entries;
    std::optional<AutoMountTokens> automounts;
    NsSet clone;  // lxc.namespace.clone; empty: not given
    NsSet keep;
    std::vector<Setting> shares;  // lxc.namespace.share.*
    std::vector<std::string> drop_capabilities;
    std::optional<std::vector<std::string>> keep_capabilities;  // lxc.cap.keep; given and empty: "none"
    std::string seccomp_profile;                                // lxc.seccomp.profile, as written
    bool seccomp_allow_nesting = false;       // kept for LXC: here a policy is loaded under another filter always
    std::vector<Nic> nics;                    // by index
    std::vector<std::string> includes;        // lxc.include, for get; the text is expanded before
    std::vector<std::string> groups;          // lxc.group
    std::vector<std::string> apparmor_rules;  // lxc.apparmor.raw
    std::vector<Setting> cgroup2;             // lxc.cgroup2.FILE, by FILE; one that is given twice stands here twice
    std::optional<uint64_t> memory_and_swap;  // lxc.cgroup.memory.memsw.limit_in_bytes; UINT64_MAX: no limit
    std::vector<Setting> kept;                // keys of which only the text matters, in the order of their first lines
    std::vector<Setting> dropped;             // keys that LXC gave up, and limits that control groups gave up
    std::optional<uint32_t> legacy_nic;       // which interface an un-indexed lxc.network.* means

    explicit Draft(ContainerName name) : spec(std::move(name)) { spec.net.type = NetType::empty; }
    bool operator==(const Draft&) const = default;
};

}  // namespace cubby::lxc
