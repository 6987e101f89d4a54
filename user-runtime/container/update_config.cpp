#include "container/update_config.h"

#include <algorithm>
#include <optional>

#include "base/parse.h"
#include "config/lxc/document.h"
#include "kernel/root.h"

namespace cubby {
namespace {

struct Renamed {
    std::string_view old_name;
    std::string_view name;  // empty: given up
};

constexpr Renamed kNames[] = {
    {"lxc.aa_allow_incomplete", "lxc.apparmor.allow_incomplete"},
    {"lxc.aa_profile", "lxc.apparmor.profile"},
    {"lxc.console", "lxc.console.path"},
    {"lxc.devttydir", "lxc.tty.dir"},
    {"lxc.haltsignal", "lxc.signal.halt"},
    {"lxc.id_map", "lxc.idmap"},
    {"lxc.init_cmd", "lxc.init.cmd"},
    {"lxc.init_gid", "lxc.init.gid"},
    {"lxc.init_uid", "lxc.init.uid"},
    {"lxc.kmsg", ""},
    {"lxc.logfile", "lxc.log.file"},
    {"lxc.loglevel", "lxc.log.level"},
    {"lxc.mount", "lxc.mount.fstab"},
    {"lxc.pivotdir", ""},
    {"lxc.pts", "lxc.pty.max"},
    {"lxc.rebootsignal", "lxc.signal.reboot"},
    {"lxc.rootfs", "lxc.rootfs.path"},
    {"lxc.se_context", "lxc.selinux.context"},
    {"lxc.seccomp", "lxc.seccomp.profile"},
    {"lxc.stopsignal", "lxc.signal.stop"},
    {"lxc.syslog", "lxc.log.syslog"},
    {"lxc.tty", "lxc.tty.max"},
    {"lxc.utsname", "lxc.uts.name"},
};

constexpr std::string_view kNet = "lxc.network.";
constexpr std::string_view kLimit = "lxc.limit.";

// The un-indexed keys of an interface: each lxc.network.type begins a new one.
struct Interfaces {
    std::optional<unsigned> latest;
    unsigned next = 0;
};

Result<std::string> net_name(std::string_view rest, Interfaces& interfaces) {
    if (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
        return "lxc.net." + std::string(rest);  // 2.0: the number is there
    }
    if (rest == "type") {
        interfaces.latest = interfaces.next++;
    }
    if (!interfaces.latest) {
        return FAIL(Code::invalid_config, "lxc.network.%.40s stands before any lxc.network.type",
                    printable(rest).c_str());
    }
    const std::string name(rest == "ipv4" || rest == "ipv6" ? std::string(rest) + ".address" : std::string(rest));
    return "lxc.net." + std::to_string(*interfaces.latest) + "." + name;
}

// The new name of a key, the same where it has none; an empty text where it was given up.
Result<std::string> name_of(std::string_view key, Interfaces& interfaces) {
    if (key.starts_with(kNet)) {
        return net_name(key.substr(kNet.size()), interfaces);
    }
    if (key.starts_with(kLimit)) {
        return "lxc.prlimit." + std::string(key.substr(kLimit.size()));
    }
    const auto* found = std::ranges::find(kNames, key, &Renamed::old_name);
    return std::string(found != std::end(kNames) ? found->name : key);
}

// lxc.rootfs.backend became the word before the path.
std::string with_backend(const lxc::Line& line, const std::string& backend) {
    const bool has_word = line.value.find(':') != std::string::npos;
    return line.key == "lxc.rootfs" && !line.value.empty() && !has_word ? backend + ":" + line.value : line.value;
}

}  // namespace

Result<std::string> modern_config(std::string_view text, const std::string& name) {
    const auto document = TRY(lxc::Document::parse(text, name));
    const auto backends = document.get("lxc.rootfs.backend");
    const std::string backend = backends.empty() || backends.back().empty() ? "dir" : backends.back();
    Interfaces interfaces;
    std::string out;
    for (const lxc::Line& line : document.lines()) {
        if (line.key.empty()) {
            out += line.text + "\n";
            continue;
        }
        if (line.key == "lxc.rootfs.backend") {
            continue;
        }
        const std::string modern = TRY(name_of(line.key, interfaces));
        if (modern.empty()) {
            out += "# " + line.text + "\n";
        } else if (modern == line.key) {
            out += line.text + "\n";
        } else {
            out += modern + " = " + with_backend(line, backend) + "\n";
        }
    }
    return out;
}

Status update_config(const std::string& path) {
    const std::string old = TRY(read_named(path, lxc::kMaxTextBytes));
    const std::string text = TRY(modern_config(old, path));
    const auto slash = path.rfind('/');
    const Root directory = TRY(Root::at(slash == 0 ? "/" : path.substr(0, slash)));
    const RelPath file = TRY(RelPath::component(std::string_view(path).substr(slash + 1)));
    TRY(directory.replace(TRY(RelPath::component(file.str() + ".backup")), old));
    return directory.replace(file, text);
}

}  // namespace cubby
