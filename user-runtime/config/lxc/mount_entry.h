#pragma once
// lxc.mount.entry: a line of fstab(5) with LXC's extra options, and files of such lines (lxc.mount.fstab).

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "spec/container_spec.h"

namespace cubby::lxc {

// "SOURCE TARGET TYPE OPTIONS [FREQ PASSNO]", fields apart by blanks, \040 and other octal escapes inside.
// A bind (option bind or rbind) has no file system type; its options must all be known.  Anything else is a new file
// system: what is no mount attribute goes to it as data.  A relative bind source is left as it is: it counts from the
// container's directory, or with the option `relative` from the container's root (source_in_root).  The target is a
// guest path; an absolute one is left as it is.  The error names the field, but no file and no key.
Result<MountEntry> parse_mount_entry(std::string_view line);
// The same of four fields as they are meant, without escapes.
Result<MountEntry> make_mount_entry(std::string source, std::string target, std::string type,
                                    std::string_view option_words);

// What may stand behind "idmap=": "container", or the absolute path of a user namespace (MountEntry::id_map).
Result<std::string> parse_id_map(std::string_view value);

// The entries of a whole file; empty lines and comments are skipped.  Errors begin with "NAME:LINE".
Result<std::vector<MountEntry>> parse_fstab(std::string_view text, const std::string& name);

}  // namespace cubby::lxc
