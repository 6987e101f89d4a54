#pragma once
// Where a user's containers, images and configuration live.

#include <string>

#include "base/result.h"

namespace cubby {

struct Places {
    std::string home;     // $HOME, else the passwd entry's
    std::string lxcpath;  // containers: ~/.local/share/lxc, or lxc.lxcpath of lxc.conf, or -P
    std::string images;   // ~/.local/share/cubby/images
    std::string config;   // ~/.config/lxc
};

// Looks them up; makes nothing.  `lxcpath` (may be empty) overrides the configured one.
Result<Places> find_places(const std::string& lxcpath);

}  // namespace cubby
