#pragma once
// Following lxc.include: from a document as written to the flat list of settings that it stands for.

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/lxc/document.h"

namespace cubby::lxc {

inline constexpr size_t kMaxIncludeDepth = 16;
inline constexpr size_t kMaxIncludedFiles = 512;

struct NamedText {
    std::string name;  // the file's path
    std::string text;
};

// What an absolute path named in a configuration holds: of a file its text, of a directory those of its files whose
// names end in ".conf", sorted by name.  The path decides which: a caller that wants a file compares the names.
using IncludeReader = std::function<Result<std::vector<NamedText>>(const std::string& path)>;

// The reader on this host's files, with the user's own rights.  One of LXC's well-known paths is a file of ours where we
// have it (config/lxc/shared_config.h).  FIFOs, devices and files over kMaxTextBytes are
// refused without blocking.  A path `named` that ends in '/' and does not exist is an empty directory, as for LXC.
Result<std::vector<NamedText>> read_includes(const std::string& named);

// One setting: "KEY = VALUE", and where it stands.
struct Assignment {
    std::string key;
    std::string value;  // empty: the key is cleared
    Origin origin;
};

struct Expanded {
    std::vector<Assignment> assignments;  // in the order in which they count; lxc.include lines are among them
    std::vector<Assignment> foreign;      // lines that LXC ignores: the whole line in `key`
};

// All settings of a document and of what it includes, each include's in its place.  Relative paths count from
// `container_dir`.  Refused, with file and line: an include of a file by itself, more than kMaxIncludeDepth files deep,
// more than kMaxIncludedFiles files, and more text or lines in all than one document may have.
Result<Expanded> expand(const Document& document, const std::string& container_dir, const IncludeReader& reader);

// A host path of a configuration: as it is when absolute, else below `container_dir`.
[[nodiscard]] std::string host_path(const std::string& path, const std::string& container_dir);

}  // namespace cubby::lxc
