#pragma once
// The small grammars of option values and operands.  Errors are Code::usage and show the value.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "container/operations.h"

namespace cubby::cli {

// SRC:DST, SRC:DST:ro or SRC:DST:rw.  SRC relative to the current directory becomes absolute; DST is absolute.
// Neither may hold a colon.
Result<Volume> parse_volume(std::string_view text);

// NAME or UID, with :GROUP or :GID; numbers below 4294967295.  Returned as written: the container's own passwd and
// group say later who that is.
Result<std::string> parse_user(std::string_view text);

// KEY=VALUE as it is; KEY alone takes the caller's value, and nothing where the caller has none.
Result<std::optional<std::string>> parse_environment(std::string_view text);

// [A-Za-z_][A-Za-z0-9_]*
Result<std::string> parse_variable_name(std::string_view text);

// A host name label, or several with dots between them: letters, digits and '-', 64 bytes in all.
Result<std::string> parse_hostname(std::string_view text);

// Seconds, at most a year; -1 where `or_forever` allows it.
Result<int> parse_seconds(std::string_view text, bool or_forever);

// "^a" or "a": the letter, in lower case.
Result<char> parse_escape(std::string_view text);

// "STOPPED|RUNNING": LXC's words, in any case, but whole.
Result<std::vector<State>> parse_states(std::string_view text);

// An absolute path inside the container.
Result<std::string> parse_guest_path(std::string_view text, const char* what);

// A host path as an absolute one: a relative one counts from the current directory.
Result<std::string> absolute_path(std::string_view text, const char* what);

}  // namespace cubby::cli
