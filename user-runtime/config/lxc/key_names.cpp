#include "config/lxc/key_names.h"

#include <algorithm>

#include "config/lxc/codec.h"
#include "config/lxc/key.h"
#include "config/lxc/net_values.h"

namespace cubby::lxc {
namespace {

struct List {
    std::string_view prefix;
    const char* names;
};
constexpr List kLists[] = {
    {"lxc.apparmor", "allow_incomplete\nallow_nesting\nprofile\nraw\n"},
    {"lxc.cap", "drop\nkeep\n"},
    {"lxc.cgroup", "dir\n"},
    {"lxc.console", "logfile\npath\n"},
    // There is no lxc.hook.autodevtmpfssize; LXC lists it.
    {"lxc.hook",
     "autodev\nautodevtmpfssize\nclone\ndestroy\nmount\npost-stop\npre-mount\npre-start\nstart-host\nstart\nstop\n"},
    {"lxc.monitor", "unshare\n"},
    {"lxc.mount", "auto\nentry\nfstab\n"},
    {"lxc.rootfs", "mount\noptions\npath\n"},
    {"lxc.seccomp", "profile\n"},
    {"lxc.selinux", "context\ncontext.keyring\n"},
    {"lxc.signal", "halt\nreboot\nstop\n"},
    {"lxc.start", "auto\ndelay\norder\n"},
    {"lxc.uts", "name\n"},
};

// Groups of keys that have a name of their own in LXC's list, in front of the key that they stand before here.
constexpr std::string_view kGroups[] = {"lxc.cgroup2", "lxc.hook", "lxc.net", "lxc.prlimit", "lxc.proc", "lxc.sysctl"};

std::string all_names() {
    std::vector<std::string> names(std::begin(kGroups), std::end(kGroups));
    for (const Key* key : all_keys()) {
        if (!key->family() && std::string_view(key->name).starts_with("lxc.")) {
            names.emplace_back(key->name);
        }
    }
    std::ranges::sort(names);
    std::string text;
    for (const std::string& name : names) {
        text.append(name).append("\n");
    }
    return text;
}

}  // namespace

Result<std::string> key_names(const Draft& draft, std::string_view prefix) {
    if (prefix.empty()) {
        return all_names();
    }
    if (const auto* const list = std::ranges::find(kLists, prefix, &List::prefix); list != std::end(kLists)) {
        return std::string(list->names);
    }
    constexpr std::string_view net = "lxc.net.";
    if (prefix.starts_with(net)) {
        for (const Nic& nic : draft.nics) {
            if (prefix.substr(net.size()) == std::to_string(nic.index)) {
                return net_names(nic.type.empty() ? "empty" : nic.type);
            }
        }
    }
    return FAIL(Code::not_found, "%s: there is no list of what is below it", shown(prefix).c_str());
}

}  // namespace cubby::lxc
