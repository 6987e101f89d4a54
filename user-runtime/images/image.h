#pragma once
// An image: a finished, read-only tree that containers lie on, and what is known of it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "spec/container_spec.h"

namespace cubby {

struct Image {
    std::string id;      // "sha256-" and 64 hexadecimal digits: of the tree's digest and whose files it is made of
    std::string rootfs;  // absolute host path of the tree; a lower directory, never written to
    std::string template_name;  // what it was made with
    std::vector<std::string> args;
    std::string architecture;
    int64_t created = 0;             // seconds since 1970
    uint64_t bytes = 0;              // on disk
    uint64_t entries = 0;            // files and directories
    std::vector<Setting> settings;   // what the template wants in a container's configuration, allowed keys only
    std::vector<std::string> notes;  // what the user is to be told about this use of it; not kept
};

// The text of an image's metadata file: one KEY=VALUE a line.
Result<std::string> metadata_text(const Image& image);
// Fills in everything but id and rootfs.  Unknown keys are passed over; a damaged text is Code::broken.
Status parse_metadata(std::string_view text, Image& image);

// The lines of the DIR/config that a template left: keys that an image may set become image.settings, and a note names
// the others (templates/CONTRACT.md).
void take_settings(std::string_view config, Image& image);

}  // namespace cubby
