#include "container/update_config.h"

#include "base/parse.h"
#include "config/lxc/document.h"
#include "config/lxc/key.h"
#include "config/lxc/legacy.h"
#include "config/lxc/legacy_cgroup.h"
#include "kernel/root.h"

namespace cubby {
namespace {

// The name of a line's key today, the same where it has none; an empty text where it was given up.  Limits of version 1
// control groups keep their names, since their values would not keep their meaning.
Result<std::string> name_of(const lxc::Line& line, lxc::LegacyNics& nics) {
    lxc::count_nics(nics, line.key, line.value);
    const auto modern = lxc::modern_name(line.key, nics);
    if (!modern || lxc::is_cgroup_v1(line.key)) {
        return line.key;
    }
    if (modern->empty() && lxc::is_below(line.key, "lxc.network")) {
        return FAIL(Code::invalid_config, "%.60s stands before any lxc.network.type", printable(line.key).c_str());
    }
    return *modern;
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
    lxc::LegacyNics nics;
    std::string out;
    for (const lxc::Line& line : document.lines()) {
        if (line.key.empty()) {
            out += line.text + "\n";
            continue;
        }
        if (line.key == "lxc.rootfs.backend") {
            continue;
        }
        const std::string modern = TRY(name_of(line, nics));
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
