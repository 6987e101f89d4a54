#include "spec/validate.h"

#include <sys/mount.h>

#include <algorithm>

#include "base/parse.h"

namespace cubby {
namespace {

constexpr uint32_t kDefaultIds = 65536;
constexpr size_t kMaxWords = 4096;
constexpr size_t kMaxWordBytes = 131072;  // MAX_ARG_STRLEN, execve(2)

Status check_words(const std::vector<std::string>& words, const char* key) {
    if (words.size() > kMaxWords) {
        return FAIL(Code::invalid_config, "%s: %zu words, at most %zu are allowed", key, words.size(), kMaxWords);
    }
    for (const std::string& word : words) {
        if (word.size() >= kMaxWordBytes || word.find('\0') != std::string::npos) {
            return FAIL(Code::invalid_config, "%s: a word is too long or holds a NUL byte", key);
        }
    }
    return {};
}

Status check_host_path(const std::string& path, const char* key) {
    if (path.empty() || path.front() != '/' || path.size() >= 4096 || path.find('\0') != std::string::npos) {
        return FAIL(Code::invalid_config, "%s: '%.100s' is not an absolute path", key, printable(path).c_str());
    }
    return {};
}

// A user namespace whose ids a mount has (MountEntry::id_map).
Status check_id_map(const std::string& id_map, const char* key) {
    return id_map.empty() || id_map == "container" ? Status{} : check_host_path(id_map, key);
}

Status check_rootfs(const RootfsSpec& rootfs) {
    if (rootfs.path.empty()) {
        return FAIL(Code::invalid_config, "lxc.rootfs.path is not set; say where the root file system is");
    }
    TRY(check_host_path(rootfs.path, "lxc.rootfs.path"));
    TRY(check_id_map(rootfs.id_map, "lxc.rootfs.options"));
    for (const std::string& lower : rootfs.lowers) {
        TRY(check_host_path(lower, "lxc.rootfs.path"));
    }
    return {};
}

Status check_namespaces(const ContainerSpec& spec) {
    NsSet shared;
    for (const NamespaceShare& share : spec.namespaces.shares) {
        if (spec.namespaces.keep.has(share.ns) || shared.has(share.ns)) {
            return FAIL(Code::invalid_config, "lxc.namespace.share.%s: that namespace is kept or shared already",
                        info(share.ns).name);
        }
        shared.add(share.ns);
    }
    if (shared.has(Ns::mnt) && (!spec.hooks.of(Hook::pre_mount).empty() || !spec.hooks.of(Hook::mount).empty() ||
                                !spec.hooks.of(Hook::autodev).empty())) {
        return FAIL(Code::invalid_config,
                    "lxc.namespace.share.mnt: hooks for mounts need a mount namespace of its own");
    }
    const bool offsets = spec.namespaces.boot_offset_ns != 0 || spec.namespaces.monotonic_offset_ns != 0;
    if (offsets && (spec.namespaces.keep.has(Ns::time) || shared.has(Ns::time))) {
        return FAIL(Code::invalid_config, "lxc.time.offset: only a new time namespace can have an offset");
    }
    if (spec.namespaces.keep.has(Ns::user) || spec.namespaces.keep.has(Ns::mnt)) {
        return FAIL(Code::invalid_config,
                    "lxc.namespace.keep: the user and mount namespaces cannot be kept without root; use "
                    "lxc.namespace.share with a container of yours");
    }
    return {};
}

Status check_mounts(const MountsSpec& mounts) {
    for (const MountEntry& entry : mounts.entries) {
        if (auto target = RelPath::guest(entry.target); !target) {
            return std::unexpected(prefixed(target.error(), "lxc.mount.entry"));
        }
        TRY(check_id_map(entry.id_map, "lxc.mount.entry"));
        if (!entry.id_map.empty() && (entry.source_in_root || !entry.type.empty())) {
            return FAIL(Code::invalid_config, "lxc.mount.entry: only ids of a bind of the host's can be mapped");
        }
        if (entry.source_in_root) {
            TRY(RelPath::guest(entry.source));
        } else if (entry.type.empty()) {
            TRY(check_host_path(entry.source, "lxc.mount.entry"));
        }
    }
    for (const auto* paths : {&mounts.masked_paths, &mounts.read_only_paths}) {
        for (const std::string& path : *paths) {
            TRY(RelPath::guest(path));
        }
    }
    return {};
}

Status check_security(const SecuritySpec& security) {
    const std::pair<const std::vector<std::string>*, const char*> lists[] = {
        {&security.landlock_readable, "cubby.landlock.readable"},
        {&security.landlock_writable, "cubby.landlock.writable"}};
    for (const auto& [paths, key] : lists) {
        for (const std::string& path : *paths) {
            TRY(check_host_path(path, key));
        }
    }
    for (const std::string* label : {&security.apparmor_profile, &security.selinux_context}) {
        if (label->size() > 255 || has_control(*label)) {
            return FAIL(Code::invalid_config, "lxc.%s: '%.60s' is not a label",
                        label == &security.apparmor_profile ? "apparmor.profile" : "selinux.context",
                        printable(*label).c_str());
        }
    }
    return {};
}

Status check_process(const ContainerSpec& spec) {
    const ProcessSpec& process = spec.process;
    if (process.argv.empty() || process.argv.front().empty()) {
        return FAIL(Code::invalid_config, "lxc.init.cmd: no command is given");
    }
    TRY(check_words(process.argv, "lxc.init.cmd"));
    TRY(check_words(process.environment, "lxc.environment"));
    TRY(check_words(spec.hooks.environment, "lxc.environment.hooks"));
    for (const auto& commands : spec.hooks.commands) {
        TRY(check_words(commands, "lxc.hook"));
    }
    TRY(check_host_path(spec.hooks.rootfs_mount, "lxc.rootfs.mount"));
    TRY(check_host_path(process.cwd, "lxc.init.cwd"));
    const IdMaps& maps = spec.idmap;
    if (!maps.uids.empty() && !to_outside(maps.uids, process.uid)) {
        return FAIL(Code::invalid_config, "lxc.init.uid: user id %u is not in the container's id map", process.uid);
    }
    for (const uint32_t gid : process.groups) {
        if (!maps.gids.empty() && !to_outside(maps.gids, gid)) {
            return FAIL(Code::invalid_config, "lxc.init.groups: group id %u is not in the container's id map", gid);
        }
    }
    if (!maps.gids.empty() && !to_outside(maps.gids, process.gid)) {
        return FAIL(Code::invalid_config, "lxc.init.gid: group id %u is not in the container's id map", process.gid);
    }
    return {};
}

}  // namespace

Status validate(const ContainerSpec& spec) {
    if (spec.hostname.empty() || spec.hostname.size() > 64 || has_control(spec.hostname)) {
        return FAIL(Code::invalid_config, "lxc.uts.name: '%.70s' is not a host name", printable(spec.hostname).c_str());
    }
    TRY(check_ranges(spec.idmap.uids, "lxc.idmap u"));
    TRY(check_ranges(spec.idmap.gids, "lxc.idmap g"));
    if (spec.idmap.uids.empty() != spec.idmap.gids.empty()) {
        return FAIL(Code::invalid_config, "lxc.idmap: give lines for users (u) and for groups (g)");
    }
    TRY(check_rootfs(spec.rootfs));
    TRY(check_namespaces(spec));
    TRY(check_mounts(spec.mounts));
    TRY(check_security(spec.security));
    return check_process(spec);
}

IdRanges default_map(const IdRanges& holder) {
    IdRanges map;
    uint32_t next = 0;
    for (const IdRange& range : holder) {
        // Inside 0 of the holder is the user himself; subordinate ids begin at 1.
        if (range.inside == 0 || next >= kDefaultIds) {
            continue;
        }
        const uint32_t take = std::min(range.count, kDefaultIds - next);
        map.push_back({next, range.outside, take});
        next += take;
    }
    if (map.empty() && !holder.empty()) {
        map.push_back({0, holder.front().outside, 1});
    }
    return map;
}

IdRanges keep_id_map(const IdRanges& holder, uint32_t self) {
    const auto user = to_outside(holder, 0);
    IdRanges map;
    const IdRanges whole = default_map(holder);
    if (!user || (whole.size() == 1 && whole.front().outside == *user)) {
        return user ? IdRanges{{self, *user, 1}} : IdRanges{};
    }
    for (const IdRange& range : whole) {
        if (self < range.inside || self - range.inside >= range.count) {
            map.push_back(range);
            continue;
        }
        const uint32_t before = self - range.inside;
        const uint32_t after = range.count - before - 1;
        if (before > 0) {
            map.push_back({range.inside, range.outside, before});
        }
        if (after > 0) {
            map.push_back({self + 1, range.outside + before + 1, after});
        }
    }
    map.push_back({self, *user, 1});
    return map;
}

}  // namespace cubby
