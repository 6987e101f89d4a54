#pragma once
// What LXC's commands say beside their output: errors on standard error, and lines of LXC's log format in -o FILE.

#include <cstdint>
#include <optional>
#include <string_view>

#include "cli/context.h"

namespace cubby::cli {

enum class LogLevel : uint8_t { trace, debug, info, notice, warn, error, crit, alert, fatal };

// LXC's word, in any case, but whole.
[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view word) noexcept;

// Whether -l is a level and -o can be written to; before anything is done.
Status check_log_options(const Context& context);

// "lxc-start: NAME: TEXT" on standard error from `error` on, unless -q; and a line in -o FILE from -l's level on
// (default: error).  A log that cannot be written is no reason to fail.
void lxc_log(const Context& context, LogLevel level, std::string_view text);
inline void lxc_error(const Context& context, std::string_view text) { lxc_log(context, LogLevel::error, text); }

}  // namespace cubby::cli
