#pragma once
// Numbers as people read them.  JSON has the exact ones.

#include <cstdint>
#include <string>

#include "base/id_range.h"

namespace cubby::cli {

// "512 B", "1.4 GiB"
[[nodiscard]] std::string human_size(uint64_t bytes);

// "42 s", "3 min", "5 h", "12 days"; 0 for a negative one.
[[nodiscard]] std::string human_duration(int64_t seconds);

// "0:07", "1:02:03"
[[nodiscard]] std::string clock_duration(int64_t seconds);

// "2024-05-02 12:00:01" in local time.
[[nodiscard]] std::string local_time(int64_t unix_seconds);

// Seconds since 1970 by CLOCK_REALTIME; only to be shown, never to wait by.
[[nodiscard]] int64_t unix_now() noexcept;

// "0-65535 -> 100000-165535, 65536 -> 1000"
[[nodiscard]] std::string human_ranges(const IdRanges& ranges);

}  // namespace cubby::cli
