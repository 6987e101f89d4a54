#pragma once
// Which containers lxc-ls, lxc-autostart and lxc-monitor mean, and what they read of their configuration.

#include <string>
#include <vector>

#include "cli/context.h"

namespace cubby::cli {

// The containers' directories that -P names, in order; the configured one where there is no -P.
Result<std::vector<Places>> places_of(const Context& context);

// A POSIX extended regular expression (regex(7)), matched against a whole name or a part of it, as regexec does.
class NamePattern {
  public:
    static Result<NamePattern> parse(const std::string& text);
    NamePattern(NamePattern&& other) noexcept;
    NamePattern& operator=(NamePattern&&) = delete;
    NamePattern(const NamePattern&) = delete;
    NamePattern& operator=(const NamePattern&) = delete;
    ~NamePattern();
    [[nodiscard]] bool matches(const std::string& name) const;

  private:
    struct Compiled;
    explicit NamePattern(Compiled* compiled) noexcept : compiled_(compiled) {}
    Compiled* compiled_;
};

// The values of keys, in their order; an empty text where one is not set or cannot be read.
[[nodiscard]] std::vector<std::string> values_of(const Places& places, const ContainerName& name,
                                                 const std::vector<std::string>& keys);
// The words of a value of lxc.group.
[[nodiscard]] std::vector<std::string> groups_of(std::string_view value);

}  // namespace cubby::cli
