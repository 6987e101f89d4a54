#include "config/lxc/legacy.h"

#include <algorithm>

#include "base/parse.h"
#include "config/lxc/codec.h"
#include "config/lxc/key.h"
#include "config/lxc/legacy_cgroup.h"

namespace cubby::lxc {
namespace {

constexpr LegacyName kNames[] = {
    {"lxc.aa_allow_incomplete", "lxc.apparmor.allow_incomplete"},
    {"lxc.aa_profile", "lxc.apparmor.profile"},
    {"lxc.console", "lxc.console.path"},
    {"lxc.devttydir", "lxc.tty.dir"},
    {"lxc.haltsignal", "lxc.signal.halt"},
    {"lxc.id_map", "lxc.idmap"},
    {"lxc.init_cmd", "lxc.init.cmd"},
    {"lxc.init_gid", "lxc.init.gid"},
    {"lxc.init_uid", "lxc.init.uid"},
    {"lxc.kmsg", nullptr},
    {"lxc.limit", "lxc.prlimit"},
    {"lxc.limit.", "lxc.prlimit."},
    {"lxc.logfile", "lxc.log.file"},
    {"lxc.loglevel", "lxc.log.level"},
    {"lxc.mount", "lxc.mount.fstab"},
    {"lxc.pivotdir", nullptr},
    {"lxc.pts", "lxc.pty.max"},
    {"lxc.rebootsignal", "lxc.signal.reboot"},
    {"lxc.rootfs", "lxc.rootfs.path"},
    {"lxc.rootfs.backend", nullptr},
    {"lxc.se_context", "lxc.selinux.context"},
    {"lxc.seccomp", "lxc.seccomp.profile"},
    {"lxc.stopsignal", "lxc.signal.stop"},
    {"lxc.syslog", "lxc.log.syslog"},
    {"lxc.tty", "lxc.tty.max"},
    {"lxc.utsname", "lxc.uts.name"},
};
static_assert(std::ranges::is_sorted(kNames, {},
                                     [](const LegacyName& each) { return std::string_view(each.old_name); }));

constexpr std::string_view kNetwork = "lxc.network";
constexpr std::string_view kBackend = "lxc.rootfs.backend";
constexpr uint32_t kMaxNic = 65535;

// The number that "3" or "3.type" begins with.
std::optional<uint32_t> leading_number(std::string_view text) {
    const auto number = parse_unsigned(text.substr(0, text.find('.')), kMaxNic, "interface number");
    return number ? std::optional(static_cast<uint32_t>(*number)) : std::nullopt;
}

// "lxc.network.3.ipv4" and "lxc.network.ipv4", without "lxc.network.".
std::string nic_name(std::string_view rest, const LegacyNics& nics) {
    std::string front = "lxc.net.";
    if (const auto number = leading_number(rest)) {
        front += std::to_string(*number);
        const size_t dot = rest.find('.');
        if (dot == std::string_view::npos) {
            return front;
        }
        rest.remove_prefix(dot + 1);
    } else if (nics.latest) {
        front += std::to_string(*nics.latest);
    } else {
        return {};
    }
    const bool address = rest == "ipv4" || rest == "ipv6";
    return front.append(".").append(rest).append(address ? ".address" : "");
}

Status keep_dropped(Draft& draft, std::string_view key, std::string_view value) {
    std::erase_if(draft.dropped, [&](const Setting& each) { return each.key == key; });
    if (draft.dropped.size() >= kMaxMembers) {
        return FAIL(Code::usage, "%s: more than %zu settings without effect", shown(key).c_str(), kMaxMembers);
    }
    if (!value.empty()) {
        draft.dropped.push_back({std::string(key), std::string(value)});
    }
    return {};
}

// The error of today's key under the name that was written.
Status assign_as(Draft& draft, const std::string& name, std::string_view key, std::string_view value) {
    auto done = assign(draft, name, value);
    if (done || std::string_view(done.error().text).starts_with(key)) {
        return done;
    }
    return std::unexpected(prefixed(done.error(), "%s", shown(key).c_str()));
}

}  // namespace

std::span<const LegacyName> legacy_names() { return kNames; }

std::optional<std::string> modern_name(std::string_view key, const LegacyNics& nics) {
    if (key == kNetwork) {
        return "lxc.net";
    }
    if (is_below(key, kNetwork)) {
        return nic_name(key.substr(kNetwork.size() + 1), nics);
    }
    if (is_cgroup_v1(key)) {
        return cgroup_v2_key(key);
    }
    for (const LegacyName& each : kNames) {
        const std::string_view own = each.old_name;
        std::string modern = each.name == nullptr ? "" : each.name;
        if (own == key) {
            return modern;
        }
        if (own.ends_with('.') && key.starts_with(own)) {
            return modern + std::string(key.substr(own.size()));
        }
    }
    return std::nullopt;
}

void count_nics(LegacyNics& nics, std::string_view key, std::string_view value) {
    if (value.empty() && (key == kNetwork || key == "lxc.net")) {
        nics = {};
    } else if (key == "lxc.network.type" && !value.empty()) {
        nics.latest = nics.highest ? *nics.highest + 1 : 0;
        nics.highest = nics.latest;
    } else if (is_below(key, kNetwork) || is_below(key, "lxc.net")) {
        const auto number = leading_number(key.substr(key.find('.', 4) + 1));
        nics.highest = number ? std::max(nics.highest.value_or(0), *number) : nics.highest;
    }
}

std::vector<std::string> modern_names(const std::vector<Line>& lines) {
    LegacyNics nics;
    std::vector<std::string> names;
    names.reserve(lines.size());
    for (const Line& line : lines) {
        count_nics(nics, line.key, line.value);
        names.push_back(modern_name(line.key, nics).value_or(line.key));
        if (names.back().empty()) {
            names.back() = line.key;  // a name that was given up is its own
        }
    }
    return names;
}

LegacyNics nics_of(const Draft& draft) {
    LegacyNics nics{draft.legacy_nic, {}};
    for (const Nic& nic : draft.nics) {
        nics.highest = std::max(nics.highest.value_or(0), nic.index);
    }
    return nics;
}

Status assign_legacy(Draft& draft, std::string_view key, std::string_view value) {
    if (key == kBackend) {
        if (!value.empty() && !is_storage_type(value)) {
            return FAIL(Code::usage, "lxc.rootfs.backend: '%s' is not a storage type", shown(value).c_str());
        }
        draft.rootfs_backend = value;
        return {};
    }
    if (is_cgroup_v1(key)) {
        return assign_cgroup_v1(draft, key, value);
    }
    LegacyNics nics = nics_of(draft);
    count_nics(nics, key, value);
    const std::string name = modern_name(key, nics).value_or("");
    if (is_below(key, kNetwork)) {
        if (name.empty()) {
            return FAIL(Code::usage, "%s: it stands before any lxc.network.type", shown(key).c_str());
        }
        TRY(assign_as(draft, name, key, value));
        draft.legacy_nic = nics.latest;
        return {};
    }
    return name.empty() ? keep_dropped(draft, key, value) : assign_as(draft, name, key, value);
}

}  // namespace cubby::lxc
