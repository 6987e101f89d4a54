#pragma once
// Images as the operations need them: a name becomes a tree, built where it is missing.

#include <string>
#include <vector>

#include "assembly/holder.h"
#include "base/id_range.h"
#include "container/operations.h"
#include "container/places.h"
#include "kernel/root.h"
#include "spec/container_spec.h"

namespace cubby {

struct ImageTree {
    std::string id;
    std::string rootfs;              // absolute host path
    std::vector<Setting> settings;   // what the template wants in the configuration
    std::vector<std::string> notes;  // what the user is to be told
};

// `name` is a template's name or absolute path; `maps` are container → ids of the holder.
Result<ImageTree> image_of(const Places& places, const std::string& name, const std::vector<std::string>& template_args,
                           const Holder& holder, const IdMaps& maps, const Progress& progress);

// Writes the configuration of a container that `run --keep` leaves behind.
Status write_kept_config(const Places& places, const ContainerSpec& spec, const Root& directory);

}  // namespace cubby
