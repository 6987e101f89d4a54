#pragma once
// The configuration of a new container.

#include <string>
#include <vector>

#include "base/result.h"
#include "config/lxc/document.h"
#include "config/lxc/include.h"
#include "spec/container_spec.h"

namespace cubby::lxc {

struct NewContainer {
    NamedText base;                  // of `create -f FILE`, or default_config() in config/lxc/global.h
    std::string rootfs;              // value of lxc.rootfs.path, "dir:/…/rootfs"
    std::string hostname;            // lxc.uts.name; empty: the base's, or the container's name
    std::string image;               // cubby.image; empty: none
    std::vector<std::string> idmap;  // values of lxc.idmap; empty: the base's, or the host's default map
    std::vector<Setting> settings;   // further ones, each set after those above
};

// The base's lines as they are, then what is said here; a key that both name is the new container's.
Result<Document> make_document(const NewContainer& container);

}  // namespace cubby::lxc
