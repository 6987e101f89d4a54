#pragma once
// What a starting cubby-monitor tells the command that spawned it: one text over its standard output, then the end of
// file.  First line "ok PID" or "error" and an Error; then lines "lost TEXT" and "time MICROSECONDS STEP".

#include <string>
#include <vector>

#include "base/result.h"

namespace cubby {

struct StartReport {
    pid_t pid = -1;
    std::vector<std::string> lost;
    std::vector<std::pair<uint32_t, std::string>> times;
};

[[nodiscard]] std::string encode_report(const StartReport& report);
[[nodiscard]] std::string encode_failure(const Error& error);
// The error that the monitor met is this call's error.
Result<StartReport> decode_report(std::string_view text);

}  // namespace cubby
