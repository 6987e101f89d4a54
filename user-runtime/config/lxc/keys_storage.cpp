#include "config/lxc/automount.h"
#include "config/lxc/codec.h"
#include "config/lxc/mount_entry.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"

namespace cubby::lxc {
namespace {

constexpr auto kSpec = &Draft::spec;
constexpr auto kMounts = &ContainerSpec::mounts;

// [TYPE:]PATH.  LXC prints the path alone.
Status set_rootfs(Draft& draft, const Item& item) {
    const size_t colon = item.value.find(':');
    const bool typed = colon != std::string_view::npos && !item.value.starts_with('/');
    const std::string_view type = typed ? item.value.substr(0, colon) : std::string_view{};
    const std::string_view path = typed ? item.value.substr(colon + 1) : item.value;
    if (typed && !is_storage_type(type)) {
        return refuse(item, "'%s' is not a storage type; write dir:PATH or overlay:LOWER:UPPER", shown(type).c_str());
    }
    if (path.empty()) {
        return refuse(item, "'%s' names no path", shown(item.value).c_str());
    }
    if (type.starts_with("overlay") && path.find(':') == std::string_view::npos) {
        return refuse(item, "'%s' has no upper directory; write overlay:LOWER:UPPER", shown(item.value).c_str());
    }
    TRY(HostPath::read(draft.rootfs_path, item));
    draft.rootfs_type = type;
    draft.rootfs_path = path;
    return {};
}

constexpr Key kRootfsPath{
    .name = "lxc.rootfs.path",
    .member = nullptr,
    .sample = "overlay:/srv/lower:/srv/c1/upper",
    .doc = "the root file system: dir:PATH, overlay:LOWER[:LOWER]:UPPER with a work directory beside UPPER, or PATH",
    .set = set_rootfs,
    .clear =
        [](Draft& draft, std::string_view) {
            draft.rootfs_type.clear();
            draft.rootfs_path.clear();
        },
    .get = [](const Draft& draft, std::string_view) { return draft.rootfs_path; },
    .members = nullptr};

// "ro", "rw" and "idmap="; nothing else has a meaning that could be kept.
struct RootfsOptions {
    static Status read(std::string& field, const Item& item) {
        for (const std::string_view option : split_words(item.value, ",")) {
            if (option.starts_with("idmap=")) {
                if (auto map = parse_id_map(option.substr(option.find('=') + 1)); !map) {
                    return std::unexpected(prefixed(map.error(), "%s", std::string(item.key).c_str()));
                }
                continue;
            }
            if (option != "ro" && option != "rw" && option != "defaults") {
                return refuse(item, "'%s' is not supported by this version of cubby; ro, rw and idmap= are",
                              shown(option).c_str());
            }
        }
        field = item.value;
        return {};
    }
    static std::string print(const std::string& field) { return field; }
};

struct MountLine {
    static Status read(std::vector<std::string>& field, const Item& item) {
        if (auto entry = parse_mount_entry(item.value); !entry) {
            return std::unexpected(prefixed(entry.error(), "%s", std::string(item.key).c_str()));
        }
        field.emplace_back(item.value);
        return {};
    }
    static std::string print(const std::vector<std::string>& field) { return TextList::print(field); }
};

struct AutoMounts {
    static Status read(std::optional<AutoMountTokens>& field, const Item& item) {
        AutoMountTokens tokens = field.value_or(AutoMountTokens{});
        for (const std::string_view word : split_words(item.value)) {
            if (!add_token(tokens, word)) {
                return refuse(item,
                              "'%s' is none of proc[:mixed|rw] sys[:ro|mixed|rw] cgroup[-full][:ro|mixed|rw]"
                              "[:force] cgroup2[:ro][:force] shmounts:PATH[:PATH]",
                              shown(word).c_str());
            }
        }
        field = std::move(tokens);
        return {};
    }
    static std::string print(const std::optional<AutoMountTokens>& field) {
        return field ? token_text(*field) : std::string();
    }
};

constexpr Key auto_mount_row() {
    Key key = row<AutoMounts, &Draft::automounts>("lxc.mount.auto", "proc:rw sys:ro cgroup:mixed",
                                                  "what is mounted by itself: proc, sys, cgroup and how");
    // An empty line means "nothing", as for LXC; only no line at all means the default.
    key.clear = [](Draft& draft, std::string_view) { draft.automounts.emplace(); };
    return key;
}

constexpr Key kRows[] = {
    row<Flag, kSpec, kMounts, &MountsSpec::populate_dev>("lxc.autodev", "0", "0: /dev is left as the root has it"),
    row<Number<UINT64_MAX>, kSpec, kMounts, &MountsSpec::dev_size>("lxc.autodev.tmpfs.size", "1000000",
                                                                   "bytes that /dev may hold"),
    row<TextList, &Draft::includes>("lxc.include", "/etc/lxc/more.conf",
                                    "reads that file here, or every *.conf of that directory"),
    auto_mount_row(),
    row<MountLine, &Draft::mount_entries>("lxc.mount.entry", "/srv/data srv/data none bind,create=dir,optional 0 0",
                                          "a mount in the container, as a line of fstab(5)"),
    row<HostPath, &Draft::fstab>("lxc.mount.fstab", "/etc/lxc/web1.fstab", "a file of such lines"),
    row<Flag, kSpec, &ContainerSpec::rootfs, &RootfsSpec::managed>(
        "lxc.rootfs.managed", "0", "0: destroy leaves the root file system where it is"),
    row<GuestPath, kSpec, &ContainerSpec::hooks, &HooksSpec::rootfs_mount>(
        "lxc.rootfs.mount", "/srv",
        "where the root file system is seen while hooks run, in the container's namespaces only"),
    row<RootfsOptions, &Draft::rootfs_options>(
        "lxc.rootfs.options", "ro", "ro: the root is read-only; idmap=container: its ids are the container's"),
    kRootfsPath,
};
static_assert(sorted(kRows));

}  // namespace

std::span<const Key> storage_keys() { return kRows; }

}  // namespace cubby::lxc
