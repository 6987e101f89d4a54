#include "config/lxc/global.h"

#include <algorithm>

#include "base/parse.h"
#include "config/lxc/codec.h"
#include "config/lxc/nearest.h"
#include "kernel/root.h"

namespace cubby::lxc {
namespace {

constexpr std::string_view kPath = "lxc.lxcpath";
constexpr std::string_view kDefault = "lxc.default_config";
// Keys of LXC for storage and control groups that only root can use.
constexpr std::string_view kOthers[] = {"lxc.bdev.lvm.thin_pool", "lxc.bdev.lvm.vg",   "lxc.bdev.rbd.rbdpool",
                                        "lxc.bdev.rbd.rbduser",   "lxc.bdev.zfs.root", "lxc.cgroup.pattern",
                                        "lxc.cgroup.use"};

constexpr const char* kBuiltIn =
    "# The beginning of every new container's configuration; ~/.config/lxc/default.conf replaces it.\n"
    "# The container uses the host's network; empty instead of none gives it a loopback interface only.\n"
    "lxc.net.0.type = none\n";

GlobalConfig defaults(const std::string& home) {
    return {home + "/.local/share/lxc", home + "/.config/lxc/default.conf", false, {}};
}

Status take(GlobalConfig& global, const Line& line) {
    const Item item{line.key, {}, line.value};
    if (line.key == kPath || line.key == kDefault) {
        if (!line.value.starts_with('/') || line.value.size() >= 4096) {
            return refuse(item, "'%s' is not an absolute path", shown(line.value).c_str());
        }
        std::string path = line.value;
        while (path.size() > 1 && path.ends_with('/')) {
            path.pop_back();
        }
        (line.key == kPath ? global.lxcpath : global.default_config) = path;
        global.default_config_set = global.default_config_set || line.key == kDefault;
        return {};
    }
    if (std::ranges::find(kOthers, line.key) == std::end(kOthers)) {
        Nearest nearest(line.key);
        nearest.offer(kPath);
        nearest.offer(kDefault);
        std::ranges::for_each(kOthers, [&](std::string_view each) { nearest.offer(each); });
        return refuse(item, "lxc.conf has no such key%s", nearest.hint().c_str());
    }
    std::erase_if(global.others, [&](const Setting& each) { return each.key == line.key; });
    if (!line.value.empty()) {
        global.others.push_back({line.key, line.value});
    }
    return {};
}

}  // namespace

Result<GlobalConfig> parse_global(std::string_view text, const std::string& name, const std::string& home) {
    const Document document = TRY(Document::parse(text, name));
    GlobalConfig global = defaults(home);
    unsigned number = 0;
    for (const Line& line : document.lines()) {
        ++number;
        if (!line.key.starts_with("lxc.")) {
            continue;
        }
        if (auto status = take(global, line); !status) {
            Error error = prefixed(status.error(), "%s", place({name, number}).c_str());
            error.code = Code::invalid_config;
            return std::unexpected(error);
        }
    }
    return global;
}

Result<GlobalConfig> read_global(const std::string& home) {
    const std::string path = home + "/.config/lxc/lxc.conf";
    const auto text = read_named(path, kMaxTextBytes);
    if (!text) {
        if (text.error().sys_errno == ENOENT) {
            return defaults(home);
        }
        return std::unexpected(text.error());
    }
    return parse_global(*text, path, home);
}

Result<std::string> global_item(const GlobalConfig& global, std::string_view key) {
    if (key == kPath) {
        return global.lxcpath;
    }
    if (key == kDefault) {
        return global.default_config;
    }
    if (std::ranges::find(kOthers, key) == std::end(kOthers)) {
        return FAIL(Code::usage, "%s: lxc.conf has no such key", shown(key).c_str());
    }
    const auto at = std::ranges::find(global.others, key, &Setting::key);
    return at == global.others.end() ? std::string() : at->value;
}

Result<NamedText> default_config(const GlobalConfig& global) {
    auto text = read_named(global.default_config, kMaxTextBytes);
    if (text) {
        return NamedText{global.default_config, std::move(*text)};
    }
    if (text.error().sys_errno != ENOENT) {
        return std::unexpected(text.error());
    }
    if (global.default_config_set) {
        return std::unexpected(prefixed(text.error(), "lxc.default_config"));
    }
    return NamedText{"default.conf", kBuiltIn};
}

}  // namespace cubby::lxc
