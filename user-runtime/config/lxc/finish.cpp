#include "config/lxc/finish.h"

#include <algorithm>

#include "base/parse.h"
#include "config/lxc/automount.h"
#include "config/lxc/codec.h"
#include "config/lxc/key.h"
#include "config/lxc/mount_entry.h"
#include "config/lxc/unhonoured.h"

namespace cubby::lxc {
namespace {

constexpr unsigned kSysAdmin = 21;  // CAP_SYS_ADMIN, capabilities(7)

const std::string& rootfs_type(const Draft& draft) {
    return draft.rootfs_type.empty() ? draft.rootfs_backend : draft.rootfs_type;
}

// lxc.rootfs.path, .options
Status finish_rootfs(const Draft& draft, const std::string& container_dir, RootfsSpec& rootfs) {
    for (const std::string_view option : split_words(draft.rootfs_options, ",")) {
        rootfs.read_only = option == "ro" || (rootfs.read_only && option != "rw");
        if (option.starts_with("idmap=")) {
            rootfs.id_map = TRY(parse_id_map(option.substr(option.find('=') + 1)));
        }
    }
    if (!rootfs_type(draft).starts_with("overlay")) {
        rootfs.path = host_path(draft.rootfs_path, container_dir);
        return {};
    }
    rootfs.backend = "overlay";
    if (!rootfs.id_map.empty()) {
        return FAIL(Code::invalid_config, "lxc.rootfs.options: the kernel maps no ids of overlays; remove idmap=");
    }
    for (const std::string_view part : split_fields(draft.rootfs_path, ':')) {
        if (part.empty()) {
            return FAIL(Code::invalid_config, "lxc.rootfs.path: an overlay's path is empty; write overlay:LOWER:UPPER");
        }
        rootfs.lowers.push_back(host_path(std::string(part), container_dir));
    }
    if (rootfs.lowers.size() < 2) {
        return FAIL(Code::invalid_config,
                    "lxc.rootfs.path: the overlay has no upper directory; write overlay:LOWER:UPPER");
    }
    rootfs.path = rootfs.lowers.back();
    rootfs.lowers.pop_back();
    while (rootfs.path.size() > 1 && rootfs.path.ends_with('/')) {
        rootfs.path.pop_back();
    }
    rootfs.work = rootfs.path.substr(0, rootfs.path.rfind('/') + 1) + "work";
    if (rootfs.work == rootfs.path) {
        return FAIL(Code::invalid_config,
                    "lxc.rootfs.path: the upper directory cannot be called 'work': that is its work directory's name");
    }
    return {};
}

// lxc.namespace.*
Status finish_namespaces(const Draft& draft, NamespacesSpec& namespaces) {
    if (!draft.clone.empty() && !draft.keep.empty()) {
        return FAIL(Code::invalid_config, "lxc.namespace.keep: lxc.namespace.clone is given too; remove one of them");
    }
    namespaces.keep = draft.keep;
    for (const NsInfo& each : kNamespaces) {
        if (!draft.clone.empty() && !draft.clone.has(each.ns)) {
            namespaces.keep.add(each.ns);
        }
    }
    // Without either list a time namespace is made for an offset only; naming the others names it too.
    namespaces.new_time = draft.clone.has(Ns::time) || (!draft.keep.empty() && !draft.keep.has(Ns::time));
    for (const Setting& share : draft.shares) {
        const auto ns = parse_ns(share.key);
        if (!ns) {
            return FAIL(Code::invalid_config, "lxc.namespace.share.%s: there is no such namespace", share.key.c_str());
        }
        const bool pid = share.value.find_first_not_of("0123456789") == std::string::npos;
        const std::string file = std::string("/proc/") + share.value + "/ns/" + info(*ns).name;
        namespaces.keep.remove(*ns);
        namespaces.shares.push_back({*ns, pid ? file : share.value});
        namespaces.new_time = namespaces.new_time && *ns != Ns::time;
    }
    return {};
}

// lxc.cap.*
Status finish_capabilities(const Draft& draft, CapSet& keep) {
    if (draft.keep_capabilities && !draft.drop_capabilities.empty()) {
        return FAIL(Code::invalid_config, "lxc.cap.keep: lxc.cap.drop is given too; remove one of them");
    }
    const auto bits = [](const std::vector<std::string>& words) {
        CapSet set = 0;
        for (const std::string& word : words) {
            set |= CapSet{1} << capability_number(word).value_or(0);  // each was checked when it was read
        }
        return set;
    };
    keep = draft.keep_capabilities ? bits(*draft.keep_capabilities) : ~bits(draft.drop_capabilities);
    return {};
}

// Directories where LXC puts a container together.  It takes absolute targets below them for guest paths; others it
// ignores, and we take them for guest paths too.
std::vector<std::string> assembly_points(const Draft& draft, const RootfsSpec& rootfs) {
    std::vector<std::string> points{rootfs.path, "/usr/lib/lxc/rootfs", "/usr/lib/x86_64-linux-gnu/lxc/rootfs",
                                    "/usr/lib/aarch64-linux-gnu/lxc/rootfs", "/usr/lib64/lxc/rootfs"};
    points.push_back(draft.spec.hooks.rootfs_mount);
    return points;
}

Status add_entry(MountEntry entry, const std::vector<std::string>& points, const std::string& container_dir,
                 MountsSpec& mounts) {
    for (const std::string& point : points) {
        const bool below = point.size() > 1 && entry.target.size() > point.size() + 1 &&
                           entry.target.starts_with(point) && entry.target[point.size()] == '/';
        if (below) {
            entry.target.erase(0, point.size());
            break;
        }
    }
    TRY(RelPath::guest(entry.target));
    if (entry.type.empty() && !entry.source_in_root) {
        entry.source = host_path(entry.source, container_dir);
    }
    mounts.entries.push_back(std::move(entry));
    return {};
}

// The files that keys name, through the reader of includes.
struct NamedFiles {
    const std::string& container_dir;
    const IncludeReader& reader;
    bool may_come;  // one that is not there yet is empty
};

Result<NamedText> named_file(const std::string& written, const char* key, const NamedFiles& files) {
    const std::string path = host_path(written, files.container_dir);
    auto texts = files.reader(path);
    if (!texts && files.may_come && texts.error().code == Code::not_found) {
        return NamedText{path, {}};
    }
    if (!texts) {
        return std::unexpected(prefixed(texts.error(), "%s", key));
    }
    // A file among those that cubby brings along has another name; one of a directory's is below the path.
    const bool below = texts->size() == 1 && texts->front().name != path && texts->front().name.starts_with(path);
    if (texts->size() != 1 || below) {
        return FAIL(Code::invalid_config, "%s: '%s' is not a file", key, shown(path).c_str());
    }
    return std::move(texts->front());
}

// lxc.seccomp.profile, lxc.apparmor.profile
Status finish_security(const Draft& draft, const NamedFiles& files, SecuritySpec& security) {
    if (security.apparmor_profile == "generated") {
        return FAIL(Code::invalid_config,
                    "lxc.apparmor.profile: 'generated' needs root, who loads it; name a loaded profile, or unchanged");
    }
    if (!draft.seccomp_profile.empty()) {
        NamedText policy = TRY(named_file(draft.seccomp_profile, "lxc.seccomp.profile", files));
        security.seccomp_file = std::move(policy.name);
        security.seccomp_policy = std::move(policy.text);
    }
    return {};
}

// lxc.mount.fstab, then lxc.mount.entry, as LXC orders them
Status finish_mounts(const Draft& draft, const NamedFiles& files, ContainerSpec& spec) {
    const std::vector<std::string> points = assembly_points(draft, spec.rootfs);
    if (!draft.fstab.empty()) {
        const NamedText fstab = TRY(named_file(draft.fstab, "lxc.mount.fstab", files));
        for (MountEntry& entry : TRY(parse_fstab(fstab.text, fstab.name))) {
            TRY(add_entry(std::move(entry), points, files.container_dir, spec.mounts));
        }
    }
    for (const std::string& line : draft.mount_entries) {
        TRY(add_entry(TRY(parse_mount_entry(line)), points, files.container_dir, spec.mounts));
    }
    if (draft.automounts) {
        const bool administrates = (spec.security.keep_capabilities & (CapSet{1} << kSysAdmin)) != 0;
        spec.mounts.proc = automount_mode(draft.automounts->proc, administrates);
        spec.mounts.sys = automount_mode(draft.automounts->sys, administrates);
        spec.mounts.cgroup = automount_mode(draft.automounts->cgroup, administrates);
    }
    return {};
}

// lxc.net.*
Status finish_net(const Draft& draft, NetSpec& net) {
    for (const Nic& nic : draft.nics) {
        if (nic.type.empty()) {
            return FAIL(Code::invalid_config,
                        "lxc.net.%u: the interface has no type; add lxc.net.%u.type = empty or none", nic.index,
                        nic.index);
        }
        if (nic.type == "none" && draft.nics.size() > 1) {
            return FAIL(Code::invalid_config,
                        "lxc.net.%u.type: none, the host's network, stands alone; remove the "
                        "other interfaces",
                        nic.index);
        }
        // A type that is not made yet leaves the container with less, not with more: its loopback interface.
        net.type = nic.type == "none" ? NetType::none : NetType::empty;
    }
    return {};
}

}  // namespace

Status check_supported(const Draft& draft) {
    for (const Setting& each : list_items(draft)) {
        const Unhonoured* key = find_unhonoured(each.key);
        if (key != nullptr && stops_start(*key, each.value)) {
            return std::unexpected(refusal(each.key, *key));
        }
    }
    const std::string& type = rootfs_type(draft);
    if (!type.empty() && type != "dir" && !type.starts_with("overlay")) {
        return FAIL(
            Code::invalid_config,
            "lxc.rootfs.path: %s root file systems are not supported by this version of cubby; use dir or overlay",
            type.c_str());
    }
    return {};
}

Result<ContainerSpec> finish(const Draft& draft, const std::string& container_dir, const IncludeReader& reader,
                             Files files) {
    TRY(check_supported(draft));
    ContainerSpec spec = draft.spec;
    const auto append = [](std::vector<std::string>& to, const std::vector<std::string>& from) {
        to.insert(to.end(), from.begin(), from.end());
    };
    // lxc.environment is for hooks, too.
    spec.hooks.environment = draft.spec.process.environment;
    append(spec.hooks.environment, draft.spec.hooks.environment);
    append(spec.process.environment, draft.runtime_environment);
    // By it an init knows what it runs in.
    auto& environment = spec.process.environment;
    if (std::ranges::none_of(environment, [](const auto& each) { return each.starts_with("container="); })) {
        environment.insert(environment.begin(), "container=lxc");
    }
    if (!draft.init_command.empty()) {
        spec.process.argv = TRY(split_command(draft.init_command));
    } else {
        spec.process.reaper = false;  // /sbin/init is an init, and many refuse to be anything but process 1
    }
    spec.hooks.config_file = host_path("config", container_dir);
    spec.hooks.rootfs_path = draft.rootfs_path;
    spec.log.file = host_path(spec.log.file, container_dir);
    spec.console.log_file = host_path(spec.console.log_file, container_dir);
    if (spec.console.path == "none") {
        spec.process.stdio = Stdio::inherit;
    } else {
        spec.console.path = host_path(spec.console.path, container_dir);
    }
    TRY(finish_rootfs(draft, container_dir, spec.rootfs));
    TRY(finish_namespaces(draft, spec.namespaces));
    TRY(finish_capabilities(draft, spec.security.keep_capabilities));
    const bool may_come = files == Files::may_come && !spec.hooks.of(Hook::pre_start).empty();
    const NamedFiles named{container_dir, reader, may_come};
    TRY(finish_security(draft, named, spec.security));
    TRY(finish_mounts(draft, named, spec));
    TRY(finish_net(draft, spec.net));
    return spec;
}

}  // namespace cubby::lxc
