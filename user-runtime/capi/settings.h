#pragma once
// A configuration in memory, as lxc_container's setters change it: the lines as they will be saved, and what they say.

#include <string>
#include <string_view>

#include "base/names.h"
#include "base/result.h"
#include "config/lxc/document.h"
#include "config/lxc/draft.h"

namespace cubby::capi {

class Settings {
  public:
    // `directory`: the container's own, for relative paths.  Refused with file and line, as lxc::load does.
    static Result<Settings> read(lxc::Document document, ContainerName name, std::string directory);

    // One more value of a key that has several, else the key's value from now on; an empty one clears the key.
    Status set(std::string_view key, std::string_view value);
    // Clears a key, or a group of keys ("lxc.net.0").
    Status clear(std::string_view key);
    // All lines of another configuration behind these.
    Status add(std::string_view text, const std::string& name);

    // As LXC prints it: a list has one value a line.
    [[nodiscard]] Result<std::string> get(std::string_view key) const;
    // The names of keys below a prefix, one a line; all of them for an empty one.
    [[nodiscard]] Result<std::string> keys(std::string_view prefix) const;

    [[nodiscard]] const lxc::Document& document() const noexcept { return document_; }

  private:
    Settings(lxc::Document document, lxc::Draft draft, std::string directory)
        : document_(std::move(document)), draft_(std::move(draft)), directory_(std::move(directory)) {}
    Status replace(lxc::Document changed);

    lxc::Document document_;
    lxc::Draft draft_;
    std::string directory_;
};

}  // namespace cubby::capi
