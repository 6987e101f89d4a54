#include "config/lxc/unhonoured.h"

#include <algorithm>

#include "base/parse.h"

namespace cubby::lxc {
namespace {

constexpr auto kNote = Weight::note;
constexpr auto kRefuse = Weight::refuse;
constexpr const char* kNoLimits = "it sets no limits of control groups";
constexpr const char* kNoPlace = "it chooses the control group itself";
constexpr const char* kNoAppArmor = "it makes no AppArmor profile and applies a loaded one only";
constexpr const char* kNoSelinux = "it sets no SELinux label on keyrings";
constexpr const char* kNoProxy = "it hands no system call to another program";
constexpr const char* kNoHook = "it runs no hooks";
constexpr const char* kNoAutostart = "it starts no container by itself";
constexpr const char* kNoTty = "it makes one console and no further terminals";
constexpr const char* kNoLog = "it logs no steps of its own";
constexpr const char* kDevices = "devices are bound one by one, and none can be made in a user namespace";

constexpr Unhonoured kKeys[] = {
    {"lxc.apparmor.allow_incomplete", kNote, false, "0", kNoAppArmor},
    {"lxc.apparmor.allow_nesting", kNote, false, "0", kNoAppArmor},
    {"lxc.apparmor.raw", kRefuse, true, "", kNoAppArmor},
    {"lxc.arch", kNote, false, "", "programs see the host's own architecture"},
    {"lxc.cgroup.", kRefuse, true, "", kNoLimits},
    {"lxc.cgroup.devices.", kNote, true, "", kDevices},
    {"lxc.cgroup.dir", kRefuse, false, "", kNoPlace},
    {"lxc.cgroup.dir.container", kRefuse, false, "", kNoPlace},
    {"lxc.cgroup.dir.container.inner", kNote, false, "", kNoPlace},
    {"lxc.cgroup.dir.monitor", kNote, false, "", kNoPlace},
    {"lxc.cgroup.dir.monitor.pivot", kNote, false, "", kNoPlace},
    {"lxc.cgroup.relative", kNote, false, "0", kNoPlace},
    {"lxc.cgroup2.", kRefuse, true, "", kNoLimits},
    {"lxc.cgroup2.devices.", kNote, true, "", kDevices},
    {"lxc.console.path", kNote, false, "", "the console is read with cubby console and cubby logs"},
    {"lxc.environment.hooks", kNote, true, "", kNoHook},
    {"lxc.environment.runtime", kNote, true, "", "it passes lxc.environment only"},
    {"lxc.execute.cmd", kNote, false, "", "cubby run is told its command"},
    {"lxc.group", kNote, true, "", kNoAutostart},
    {"lxc.hook", kNote, true, "", kNoHook},
    {"lxc.hook.autodev", kRefuse, true, "", kNoHook},
    {"lxc.hook.clone", kNote, true, "", kNoHook},
    {"lxc.hook.destroy", kNote, true, "", kNoHook},
    {"lxc.hook.mount", kRefuse, true, "", kNoHook},
    {"lxc.hook.post-stop", kNote, true, "", kNoHook},
    {"lxc.hook.pre-mount", kRefuse, true, "", kNoHook},
    {"lxc.hook.pre-start", kRefuse, true, "", kNoHook},
    {"lxc.hook.start", kRefuse, true, "", kNoHook},
    {"lxc.hook.start-host", kRefuse, true, "", kNoHook},
    {"lxc.hook.stop", kNote, true, "", kNoHook},
    {"lxc.hook.version", kNote, false, "", kNoHook},
    {"lxc.log.file", kNote, false, "", kNoLog},
    {"lxc.log.level", kNote, false, "", kNoLog},
    {"lxc.log.syslog", kNote, false, "", kNoLog},
    {"lxc.monitor.signal.pdeath", kNote, false, "", "the container always ends with its monitor"},
    {"lxc.monitor.unshare", kNote, false, "0", "the monitor makes no mounts"},
    {"lxc.rootfs.mount", kNote, false, "", "the root is put together without a directory on the host"},
    {"lxc.sched.core", kRefuse, false, "0", "it does no core scheduling"},
    {"lxc.seccomp.notify.cookie", kNote, false, "", kNoProxy},
    {"lxc.seccomp.notify.proxy", kRefuse, false, "", kNoProxy},
    {"lxc.selinux.context.keyring", kRefuse, false, "", kNoSelinux},
    {"lxc.start.auto", kNote, false, "0", kNoAutostart},
    {"lxc.start.delay", kNote, false, "0", kNoAutostart},
    {"lxc.start.order", kNote, false, "0", kNoAutostart},
    {"lxc.tty.dir", kNote, false, "", kNoTty},
    {"lxc.tty.max", kNote, false, "0", kNoTty},
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
