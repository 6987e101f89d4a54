#pragma once
// Names are types: a value exists only if its parser accepted it, and path code takes no bare strings.

#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cubby {

// A container's name: 1 to 64 of [A-Za-z0-9_.-], not beginning with '.' or '-'.  Also a valid host name label and a
// single path component.
class ContainerName {
  public:
    static Result<ContainerName> parse(std::string_view text);
    [[nodiscard]] const std::string& str() const noexcept { return text_; }
    [[nodiscard]] const char* c_str() const noexcept { return text_.c_str(); }
    auto operator<=>(const ContainerName&) const = default;

  private:
    explicit ContainerName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

// A path below some directory: not empty, not absolute, no empty, "." or ".." component, no NUL or trailing slash,
// at most 4095 bytes.  Leading slashes of guest paths are removed by RelPath::guest.
class RelPath {
  public:
    static Result<RelPath> parse(std::string_view text);
    // An absolute or relative path as a container's configuration names it: "/dev/shm", "dev/shm", "/a//b/".
    static Result<RelPath> guest(std::string_view text);
    // A single component.
    static Result<RelPath> component(std::string_view text);

    [[nodiscard]] const std::string& str() const noexcept { return text_; }
    [[nodiscard]] const char* c_str() const noexcept { return text_.c_str(); }
    [[nodiscard]] RelPath operator/(const RelPath& below) const { return RelPath(text_ + "/" + below.text_); }
    // The part before the last slash, or an empty string.
    [[nodiscard]] std::string_view parent() const noexcept;
    [[nodiscard]] std::string_view name() const noexcept;
    auto operator<=>(const RelPath&) const = default;

  private:
    explicit RelPath(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace cubby
