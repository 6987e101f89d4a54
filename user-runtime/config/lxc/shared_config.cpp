#include "config/lxc/shared_config.h"

#include <fcntl.h>

#include "base/names.h"
#include "kernel/installed.h"
#include "kernel/root.h"

namespace cubby::lxc {
namespace {

constexpr std::string_view kPlaces[] = {"/usr/share/lxc/config/", "/usr/local/share/lxc/config/",
                                        "LXC_TEMPLATE_CONFIG/", "@LXCTEMPLATECONFIG@/"};

// The directory of ours, installed or in the source tree.
std::string directory() {
    if (auto installed = installed_data("config")) {
        return *installed;
    }
    const auto source = installed_data("templates");
    return source ? *source + "/config" : std::string();
}

// What a distribution's name stands for where there is nothing special about it.
std::string_view without_distribution(std::string_view name) noexcept {
    for (const std::string_view kind : {"common.conf", "userns.conf"}) {
        if (name.size() > kind.size() + 1 && name.ends_with(kind) && name[name.size() - kind.size() - 1] == '.') {
            return kind;
        }
    }
    return {};
}

}  // namespace

std::optional<std::string_view> shared_name(std::string_view path) noexcept {
    for (const std::string_view place : kPlaces) {
        const std::string_view name = path.starts_with(place) ? path.substr(place.size()) : std::string_view{};
        if (!name.empty() && name.find('/') == std::string_view::npos && name != "." && name != "..") {
            return name;
        }
    }
    return std::nullopt;
}

std::string shared_path(const std::string& path) {
    const auto name = shared_name(path);
    const std::string ours = name ? directory() : std::string();
    const auto folder = ours.empty() ? Result<Root>(std::unexpected(Error{})) : Root::at(ours);
    for (const std::string_view each : {name.value_or(""), without_distribution(name.value_or(""))}) {
        const auto entry = RelPath::component(std::string(each));
        if (folder && entry && folder->exists(*entry)) {
            return ours + "/" + std::string(each);
        }
    }
    return path;
}

}  // namespace cubby::lxc
