#pragma once
// The configurations that images include by LXC's paths, which cubby brings along (templates/config/README.md).

#include <optional>
#include <string>
#include <string_view>

namespace cubby::lxc {

// The name that a path has below one of LXC's well-known directories: "common.conf" of
// "/usr/share/lxc/config/common.conf" and of "LXC_TEMPLATE_CONFIG/common.conf".  Nothing for other paths.
[[nodiscard]] std::optional<std::string_view> shared_name(std::string_view path) noexcept;

// The file of ours that such a path stands for, or the path itself where there is none.
[[nodiscard]] std::string shared_path(const std::string& path);

}  // namespace cubby::lxc
