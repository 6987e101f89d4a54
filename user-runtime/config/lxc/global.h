#pragma once
// The user's settings for all containers: ~/.config/lxc/lxc.conf and the default.conf that new containers begin with.

#include <string>
#include <vector>

#include "base/result.h"
#include "config/lxc/include.h"
#include "spec/container_spec.h"

namespace cubby::lxc {

struct GlobalConfig {
    std::string lxcpath;              // lxc.lxcpath: where containers live; no slash at its end
    std::string default_config;       // lxc.default_config: what a new container's configuration begins with
    bool default_config_set = false;  // the file is named in lxc.conf, so it must exist
    std::vector<Setting> others;  // lxc.bdev.*, lxc.cgroup.use, lxc.cgroup.pattern: known to LXC, without effect here
    bool operator==(const GlobalConfig&) const = default;
};

// Reads an lxc.conf.  Unknown keys that begin with "lxc." are errors with file and line; other lines are ignored.
Result<GlobalConfig> parse_global(std::string_view text, const std::string& name, const std::string& home);

// HOME/.config/lxc/lxc.conf; without that file, HOME/.local/share/lxc and HOME/.config/lxc/default.conf.  `home` is an
// absolute path.
Result<GlobalConfig> read_global(const std::string& home);

// One of lxc.conf's keys as `lxc-config` prints it; an empty text where it is not set, an error for an unknown key.
Result<std::string> global_item(const GlobalConfig& global, std::string_view key);

// What a new container's configuration begins with: the user's default.conf, or, where he has none, a text of our own:
// the host's network, the default id map.  The system's /etc/lxc/default.conf is not taken: it names a bridge and an
// AppArmor profile that only root can give.
Result<NamedText> default_config(const GlobalConfig& global);

}  // namespace cubby::lxc
