#include "config/lxc/unhonoured.h"

#include <algorithm>

#include "base/parse.h"

namespace cubby::lxc {
namespace {

constexpr auto kNote = Weight::note;
constexpr auto kRefuse = Weight::refuse;
constexpr const char* kNoLimits = "it sets no limits of control groups yet";
constexpr const char* kNoPlace = "it chooses the control group itself";
constexpr const char* kNoAppArmor = "it makes no AppArmor profile and applies a loaded one only";
constexpr const char* kDevices = "devices are bound one by one, and none can be made in a user namespace";

constexpr Unhonoured kKeys[] = {
    {"lxc.apparmor.allow_incomplete", kNote, "0", kNoAppArmor},
    {"lxc.apparmor.allow_nesting", kNote, "0", kNoAppArmor},
    {"lxc.apparmor.raw", kRefuse, "", kNoAppArmor},
    {"lxc.cgroup.dir", kNote, "", kNoPlace},
    {"lxc.cgroup.dir.container", kNote, "", kNoPlace},
    {"lxc.cgroup.dir.container.inner", kNote, "", kNoPlace},
    {"lxc.cgroup.dir.monitor", kNote, "", kNoPlace},
    {"lxc.cgroup.dir.monitor.pivot", kNote, "", kNoPlace},
    {"lxc.cgroup.relative", kNote, "0", kNoPlace},
    {"lxc.cgroup2.", kNote, "", kNoLimits},
    {"lxc.cgroup2.devices.", kNote, "", kDevices},
    {"lxc.monitor.signal.pdeath", kNote, "9",
     "the container is always killed with its monitor, without which nobody could show or stop it"},
    {"lxc.selinux.context.keyring", kRefuse, "", "it sets no SELinux label on keyrings"},
};
constexpr bool in_order() {
    for (size_t index = 1; index < std::size(kKeys); ++index) {
        if (std::string_view(kKeys[index - 1].name) >= kKeys[index].name) {
            return false;
        }
    }
    return true;
}
static_assert(in_order());

}  // namespace

std::span<const Unhonoured> unhonoured_keys() { return kKeys; }

const Unhonoured* find_unhonoured(std::string_view name) noexcept {
    const Unhonoured* longest = nullptr;
    for (const Unhonoured& key : kKeys) {
        const std::string_view own = key.name;
        if (own == name) {
            return &key;
        }
        const bool bare = own.ends_with('.') && own.substr(0, own.size() - 1) == name;
        if (bare || (own.ends_with('.') && name.starts_with(own) && name.size() > own.size())) {
            longest = &key;  // sorted: a longer family comes later
        }
    }
    return longest;
}

bool is_neutral(const Unhonoured& key, std::string_view value) noexcept {
    for (std::string_view rest = key.neutral; !rest.empty();) {
        const size_t end = std::min(rest.find(' '), rest.size());
        if (rest.substr(0, end) == value) {
            return true;
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

bool stops_start(const Unhonoured& key, std::string_view value) noexcept {
    return key.weight == Weight::refuse && !is_neutral(key, value);
}

Error refusal(std::string_view name, const Unhonoured& key) {
    const std::string text = printable(name.substr(0, 60));
    return make_error(Code::invalid_config,
                      "%s is not supported by this version of cubby: %s; remove the line, or add '%s =' below it",
                      text.c_str(), key.reason, text.c_str());
}

}  // namespace cubby::lxc
