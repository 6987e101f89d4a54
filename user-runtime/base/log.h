#pragma once
// The logger: one line, one write(2), no allocation and no lock, so it may be used after clone as well.
// Only faces (command line, C ABI) and the monitor log; everything below returns its errors.

#include <cstdint>

namespace cubby::log {

enum class Level : uint8_t { trace, debug, info, notice, warn, error, critical, alert, fatal };

// Where lines go (default: descriptor 2) and which are kept (default: warn and above).
void set_target(int fd) noexcept;
void set_level(Level least) noexcept;
// Shown in front of every line; the pointer must stay valid.
void set_name(const char* name) noexcept;

[[gnu::format(printf, 2, 3)]] void line(Level level, const char* format, ...) noexcept;

}  // namespace cubby::log
